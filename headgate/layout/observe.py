"""What a target's Terraform states show to be done. Pure; states come as `terraform show -json` gives them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headgate.layout.deployed import APPLIED, Deployed
from headgate.layout.ingested import CODE_TYPES, tables_in
from headgate.layout.model import stack_numbers, whereabouts
from headgate.layout.progress import pending, record_done
from headgate.problems import InputError
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.layout.model import Layout, Left, Pipeline

# What a pipeline consists of in the workspace; the names of its permissions begin with the kind that they are for.
OWN = ("databricks_pipeline", "databricks_job", *CODE_TYPES, "databricks_permissions")


@dataclass(frozen=True, slots=True)
class State:
    """What one stack's state holds: address → the workspace's id, and address → content of ingest files and notebooks (base64).

    `tables`: pipeline → what it reads, by its ingest file or its ingestion definition.
    `connection`: the digest of the connection that was applied, in the shared stack's state.
    """

    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[TableId]] = field(default_factory=dict)
    connection: str = ""


def state_of(shown: Any, name: str) -> State:
    """Read what `terraform show -json` printed for a stack's state. Raises InputError for anything else."""
    if not isinstance(shown, dict) or "planned_values" in shown or not str(shown.get("format_version", "")).startswith("1."):
        raise InputError(
            f"{name} is not a state as `terraform show -json` prints it", "run it without a plan file, in the stack's folder"
        )
    try:
        values = _managed(shown)
        return State(
            ids={address: str(found["id"]) for address, found in values.items() if found.get("id") is not None},
            files={address: found["content_base64"] for address, found in values.items() if found.get("content_base64")},
            tables={pipeline_of(address): its for address, found in values.items() if (its := _tables(address, found))},
            connection=str(values.get(APPLIED, {}).get("input") or ""),
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{name} holds a resource of another form than `terraform show -json` prints ({type(error).__name__})",
            "write the file again with `terraform show -json`",
        ) from None


def as_found(state: State, contents: Mapping[str, str]) -> State:
    """Give the state with what the workspace has of its files: address → content (base64)."""
    read = {pipeline_of(address): _tables(address, {"content_base64": content}) for address, content in contents.items()}
    tables = {pipeline: its for pipeline, its in (state.tables | read).items() if its}
    return replace(state, files={**state.files, **contents}, tables=tables)


def _managed(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = ((shown.get("values") or {}).get("root_module") or {}).get("resources") or []
    managed = [resource for resource in resources if resource.get("mode") == "managed"]
    return {str(resource["address"]): dict(resource.get("values") or {}) for resource in managed}


def _tables(address: str, values: dict[str, Any]) -> list[TableId]:
    """Give the tables that a pipeline's file or ingestion definition names."""
    kind = address.partition(".")[0]
    if kind in CODE_TYPES and values.get("content_base64"):
        found = tables_in(b64decode(values["content_base64"]).decode(errors="replace")) or []
        return [TableId(table.source_table, f"{table.catalog}.{table.schema}.{table.table}") for table in found]
    if kind == "databricks_pipeline" and values.get("ingestion_definition"):
        blocks = [object_ for part in values["ingestion_definition"] for object_ in part.get("objects") or []]
        entries = [entry for block in blocks for entry in block.get("table") or []]
        names = ("destination_catalog", "destination_schema", "destination_table")
        return [TableId(str(entry["source_table"]), ".".join(str(entry.get(name)) for name in names)) for entry in entries]
    return []


def observe(
    layout: Layout,
    target: str,
    targets: Collection[str],
    states: Mapping[int, State],
    expected_files: Mapping[str, str],
    known: Deployed,
) -> tuple[Layout, Deployed]:
    """Give the layout with what the states show as done in `target`, and the workspace's ids to record.

    `states` by stack number (0 is the shared one), those that were read; `expected_files` is address → content that the
    synthesis now gives: a move is done when both its files are applied. Leaving or changing stack is done when nothing of the
    pipeline is where it was, so that an apply that died half-way is carried on by the next. What a state that was not read
    could contradict is left as it is, and what a state doesn't tell stays as it was recorded: one that took things over (an
    import) has neither files nor the note of the connection until the next apply.
    """
    todo = pending(layout, target)
    entries: list[Pipeline | Left] = [*layout.left, *layout.pipelines]
    traced = {entry.id: entry for entry in entries}
    files = {address: content for state in states.values() for address, content in state.files.items()}

    def applied(pipeline: str) -> bool:
        its = [f"{kind}.{pipeline}" for kind in CODE_TYPES if f"{kind}.{pipeline}" in expected_files]
        return bool(its) and all(files.get(address) == expected_files[address] for address in its)

    gone = [name for name in todo.left if _nowhere(whereabouts(traced[name], target), states)]
    changing = [*todo.restacked, *todo.renamed]
    changed = [name for name in changing if _arrived(whereabouts(traced[name], target), states, known, expected_files)]
    moves = [p for p in todo.handed_over if p.move and applied(p.pipeline) and applied(p.move.to)]
    gone += [name for name in todo.transforms if _nowhere([(0, name)], states)]
    empty = {0, *stack_numbers(layout, target)} <= set(states) and not any(state.ids for state in states.values())
    done = record_done(layout, target, targets, tables=moves, pipelines=[*gone, *changed], retired=todo.retired and empty)
    ids = _ids(states, known, {name: whereabouts(entry, target) for name, entry in traced.items()}, expected_files)
    noted = states[0].connection if 0 in states else ""
    connection = noted or ("" if todo.retired and empty else known.connection)
    transforms = _transforms(layout, states, known)
    return done, Deployed(target, ids, _tables_recorded(ids, states, known), connection=connection, transforms=transforms)


def _transforms(layout: Layout, states: Mapping[int, State], known: Deployed) -> dict[str, str]:
    """Give pipeline of transforms → the workspace's id; what was recorded, where the shared stack wasn't read."""
    if 0 not in states:
        return known.transforms
    own = {f"databricks_pipeline.{one.id}": one.id for one in layout.transforms}
    return {own[address]: id_ for address, id_ in sorted(states[0].ids.items()) if address in own}


def _tables_recorded(ids: Mapping[str, str], states: Mapping[int, State], known: Deployed) -> dict[TableId, str]:
    """Give table → pipeline: as the states that were read have it; of pipelines of which none tells, as was recorded.

    A table that both tell of is where the states have it, and spelled as there.
    """
    read = {pipeline: its for number, state in states.items() if number for pipeline, its in state.tables.items()}
    told = {pipeline_of(address) for state in states.values() for address in state.files} | read.keys()
    still = {pipeline_of(address) for address in ids}
    found = {table: name for name, its in sorted(read.items()) for table in its}
    kept = {table: name for table, name in known.tables.items() if name in still and name not in told and table not in found}
    return kept | found


def pipeline_of(address: str) -> str:
    """Give the id of the pipeline that an address in a stack of pipelines belongs to; empty for anything else."""
    kind, _, name = address.partition(".")
    if kind == "databricks_permissions":
        return name.partition("_")[2]
    return name if kind in OWN else ""


def _own(pipeline: str, state: State) -> set[str]:
    return {address for address in state.ids if pipeline_of(address) == pipeline}


def _nowhere(places: Sequence[tuple[int, str]], states: Mapping[int, State]) -> bool:
    return all(stack in states and not _own(name, states[stack]) for stack, name in places)


def _arrived(
    places: Sequence[tuple[int, str]], states: Mapping[int, State], known: Deployed, expected_files: Collection[str]
) -> bool:
    """Whether a pipeline is where it is to be, with all that was recorded of it, and nothing of it where it was.

    Permissions are no matter: setting them twice gives the same. Nor is a file that it is to have no more.
    """
    (stack, name), *before = places
    if not before or stack not in states or not _nowhere(before, states):
        return False
    recorded = {address for address in known.ids if pipeline_of(address) == name and not address.startswith(OWN[-1])}
    unwanted = {f"{kind}.{name}" for kind in CODE_TYPES} - {*expected_files}
    return {f"databricks_pipeline.{name}", *(recorded - unwanted)} <= set(states[stack].ids)


def _ids(
    states: Mapping[int, State],
    known: Deployed,
    places: Mapping[str, Sequence[tuple[int, str]]],
    expected_files: Collection[str],
) -> dict[str, str]:
    """Give the ids to record: those in the states, and the known ones that no state could tell of, or that are on their way.

    A file is known as long as its pipeline is there and is to have one: a state that took the pipeline over lacks the file.
    """
    by_name = {name: its for its in places.values() for _, name in its}
    found = {
        address: id_
        for number, state in states.items()
        for address, id_ in state.ids.items()
        if number and (pipeline_of(address) in by_name or address.startswith(OWN[0]))
    }

    def kept(address: str) -> bool:
        its = by_name.get(pipeline_of(address), ())
        between_stacks = len({stack for stack, _ in its}) > 1
        of_taken_over = address in expected_files and f"{OWN[0]}.{pipeline_of(address)}" in found
        return between_stacks or of_taken_over or not any(stack in states for stack, _ in its)

    return dict(sorted(({address: id_ for address, id_ in known.ids.items() if kept(address)} | found).items()))
