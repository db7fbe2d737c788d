"""What a target's Terraform states show to be done. Pure; states come as `terraform show -json` gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.layout.deployed import Deployed
from headgate.layout.progress import pending, record_done
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.layout.model import Layout, Pipeline

RECORDED = ("databricks_pipeline", "databricks_job")


@dataclass(frozen=True, slots=True)
class State:
    """What one stack's state holds: address → the workspace's id, and address → content of ingest files (base64)."""

    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def state_of(shown: Any, name: str) -> State:
    """Read what `terraform show -json` printed for a stack's state. Raises InputError for anything else."""
    if not isinstance(shown, dict) or "planned_values" in shown or not str(shown.get("format_version", "")).startswith("1."):
        raise InputError(
            f"{name} is not a state as `terraform show -json` prints it", "run it without a plan file, in the stack's folder"
        )
    resources = ((shown.get("values") or {}).get("root_module") or {}).get("resources") or []
    managed = [resource for resource in resources if resource.get("mode") == "managed"]
    values = {resource["address"]: resource.get("values") or {} for resource in managed}
    return State(
        ids={address: str(found["id"]) for address, found in values.items() if found.get("id") is not None},
        files={address: found["content_base64"] for address, found in values.items() if found.get("content_base64")},
    )


def observe(
    layout: Layout,
    target: str,
    targets: Collection[str],
    states: Mapping[int, State],
    expected_files: Mapping[str, str],
    known: Deployed,
) -> tuple[Layout, Deployed]:
    """Give the layout with what the states show as done in `target`, and the workspace's ids to record.

    `states` by stack number, those that were read; `expected_files` is address → content that the synthesis now gives: a
    move is done when both its files are applied. What a state that was not read could contradict is left as it is.
    """
    found: dict[str, str] = {address: id_ for state in states.values() for address, id_ in state.ids.items()}
    files = {address: content for state in states.values() for address, content in state.files.items()}
    ids = {address: id_ for address, id_ in found.items() if address.partition(".")[0] in RECORDED}
    stacks = {pipeline.id: pipeline for pipeline in layout.pipelines}
    todo = pending(layout, target)
    left = {entry.id: entry.stack for entry in layout.left}
    gone = [name for name in todo.left if left[name] in states and f"databricks_pipeline.{name}" not in states[left[name]].ids]
    restacked = [name for name in todo.restacked if _restacked(stacks[name], states)]
    renamed = [name for name in todo.renamed if _renamed(stacks[name], states)]

    def applied(pipeline: str) -> bool:
        address = f"databricks_workspace_file.{pipeline}"
        return address in expected_files and files.get(address) == expected_files[address]

    moves = [p for p in todo.handed_over if p.move and applied(p.pipeline) and applied(p.move.to)]
    numbers = {p.stack for p in layout.pipelines} | set(left.values())
    empty = numbers <= set(states) and not any(state.ids for state in states.values())
    done = record_done(
        layout, target, targets, tables=moves, pipelines=[*gone, *restacked, *renamed], retired=todo.retired and empty
    )
    old = {address: id_ for address, id_ in known.ids.items() if not _answered(address, stacks, left, states)}
    return done, Deployed(target, dict(sorted((old | ids).items())))


def _restacked(pipeline: Pipeline, states: Mapping[int, State]) -> bool:
    address = f"databricks_pipeline.{pipeline.id}"
    before = int(pipeline.restacked.before) if pipeline.restacked else pipeline.stack
    read = pipeline.stack in states and before in states
    return read and address in states[pipeline.stack].ids and address not in states[before].ids


def _renamed(pipeline: Pipeline, states: Mapping[int, State]) -> bool:
    before = pipeline.renamed.before if pipeline.renamed else pipeline.id
    ids = states[pipeline.stack].ids if pipeline.stack in states else {}
    return f"databricks_pipeline.{pipeline.id}" in ids and f"databricks_pipeline.{before}" not in ids


def _answered(address: str, stacks: Mapping[str, Pipeline], left: Mapping[str, int], states: Mapping[int, State]) -> bool:
    """Whether the states that were read say by themselves if the address is deployed."""
    name = address.partition(".")[2]
    number = stacks[name].stack if name in stacks else left.get(name)
    renamed = {p.renamed.before: p.stack for p in stacks.values() if p.renamed}
    return (number if number is not None else renamed.get(name)) in states
