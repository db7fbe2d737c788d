"""What of the lock's open entries is done in a target: as Terraform's states show it, or as a person says."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.ci.plans import Terraform
from headgate.clients.terraform.program import find_program
from headgate.deployment.apps import deploy_commands
from headgate.deployment.files import upload
from headgate.deployment.model import Ref
from headgate.deployment.pipelines import file_of, pipelines_now
from headgate.emit.bundle.paths import scope_of
from headgate.files import needed_text, parse_json
from headgate.layout.deployed import deployed_path, write_deployed
from headgate.layout.handover import handover_words
from headgate.layout.lock import write_lock
from headgate.layout.model import stack_numbers
from headgate.layout.observe import observe, state_of
from headgate.layout.progress import Pending, named, pending, pipeline_id, record_done, record_handover
from headgate.layout.transforms import living_transforms
from headgate.problems import InputError, did_you_mean
from headgate.recovery.login import is_set
from headgate.use_cases.record_bundle import bundle_states
from headgate.use_cases.request import ConnectorRequest
from headgate.use_cases.workspace_jobs import doubled_now, files_now, workspace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.deployment.scope import Scope
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Placement
    from headgate.layout.observe import State
    from headgate.project import Connector


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest(ConnectorRequest):
    """states: files named <stack>.json that hold `terraform show -json`; none: ask Terraform for each stack synthesized in out.

    out: below the project's folder. terraform: the program; empty: the one that there is. bundle: the folder of the bundle
    that deploys the target, of which `states` is one file: its summary.
    """

    states: tuple[Path, ...] = ()
    out: Path = Path("cdktf.out")
    terraform: str = ""
    bundle: Path = Path("bundle")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneRequest(ConnectorRequest):
    """What a person says is done: tables handed over, tables whose files were applied, pipelines whose change was applied.

    everything: all but handovers, and moves that wait for one. With nothing said, only look.
    """

    handovers: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What is still open in a target. deployed: pipelines that it has. handovers: how each planned move is handed over."""

    connector: str
    target: str
    deployed: int
    pending: Pending
    handovers: tuple[str, ...]


def record_applied(request: RecordRequest, tell: Callable[[str], None]) -> Progress:
    """Record what is applied: the workspace's ids, and what of the lock's open entries is now done in the target.

    Raises InputError for states that are of another connector or can't be read, SourceError where Terraform fails.
    """
    one, target = request.read()
    layout, known = one.agreed(), one.deployed(target)
    # All stacks that the connector has or may still have in the target, with their numbers; 0 is the shared one.
    by = one.definition.targets[target].deploy_with
    scope = scope_of(one.definition, target)
    stacks = {scope.stack_name(number or None): number for number in sorted({0, *stack_numbers(layout, target)})}
    of_stacks = (
        _of_bundle(request, one, target, layout, stacks, tell) if by == "bundle" else _of_terraform(request, stacks, tell)
    )
    _log.info("asking the workspace for its jobs and files")
    workspace = workspace_of(one, target, tell)
    found = files_now(workspace, of_stacks, one.definition.id, target, tell)
    read = {stacks[stack]: state for stack, state in found.items()}
    expected = _expected_files(one, scope, layout)
    layout, deployed = observe(layout, target, tuple(one.definition.targets), read, expected, known)
    ids = deployed.ids | {address: id_ for state in read.values() for address, id_ in state.ids.items()}
    doubled = doubled_now(workspace, one, layout, target, ids, tell)
    deployed = replace(deployed, doubled=known.doubled if doubled is None else doubled, by=by)
    taken_down = any(retirement.target == target for retirement in layout.retired)
    lives = set() if taken_down else {*(pipeline.id for pipeline in layout.pipelines), *living_transforms(layout)}
    had, has = ({*one.pipelines, *one.transforms} for one in (known, deployed))
    for vanished in sorted((had & lives) - has):
        tell(
            f"warning: {vanished} was recorded, and no state has it any more: if it was destroyed, its tables are gone with it"
        )
    if write_deployed(one.folder, deployed):
        tell(f"{deployed_path(one.folder, target)} written")
    write_layout(one, layout, tell)
    for command in () if taken_down else deploy_commands(scope):
        tell(f"an app runs its files as they were deployed last; to have it run those of today: `{command}`")
    return _progress(one, layout, target, deployed)


def record_by_hand(request: DoneRequest, tell: Callable[[str], None]) -> Progress:
    """Record what a person says is done. Raises InputError for what isn't open."""
    one, target = request.read()
    layout, targets, deployed = one.agreed(), tuple(one.definition.targets), one.deployed(target)
    catalog = one.definition.targets[target].catalog
    todo = pending(layout, target)
    given = named(request.handovers, todo.planned, "is planned to move", catalog)
    layout = record_handover(layout, target, given)
    waiting = pending(layout, target).handed_over
    moves = waiting if request.everything else named(request.moves, waiting, "is handed over", catalog)
    changing = (*todo.left, *todo.restacked, *todo.renamed, *todo.transforms)
    asked = [pipeline_id(name) for name in request.pipelines]
    if unknown := [name for name in asked if name not in changing]:
        raise InputError(
            f"nothing is open for pipeline '{unknown[0]}' in {target}", did_you_mean(unknown[0], changing) if changing else ""
        )
    names = changing if request.everything else asked
    retired = request.everything and todo.retired
    layout = record_done(layout, target, targets, tables=moves, pipelines=names, retired=retired)
    if request.handovers or moves or names or request.everything:
        moved = _moved(deployed, moves, catalog)
        if moved != deployed:
            write_deployed(one.folder, moved)
        write_layout(one, layout, tell)
    return _progress(one, layout, target, one.deployed(target))


def write_layout(one: Connector, layout: Layout, tell: Callable[[str], None]) -> None:
    """Write the connector's lock, and say whether that changed it."""
    tell(f"{one.lock_path} {'written' if write_lock(one.lock_path, layout) else 'is unchanged'}")


def _progress(one: Connector, layout: Layout, target: str, deployed: Deployed) -> Progress:
    todo, catalog = pending(layout, target), one.definition.targets[target].catalog
    handovers = tuple(handover_words(placement, deployed, catalog) for placement in todo.planned)
    return Progress(one.definition.id, target, len(deployed.pipelines), todo, handovers)


def _moved(deployed: Deployed, moves: Sequence[Placement], catalog: str | None) -> Deployed:
    """Have a target's record say that these tables are read by their new pipelines."""
    moved = {placement.table.in_catalog(catalog): placement.agreed for placement in moves}
    return replace(deployed, tables={table: moved.get(table, pipeline) for table, pipeline in deployed.tables.items()})


def _expected_files(one: Connector, scope: Scope, layout: Layout) -> dict[str, str]:
    pipelines = pipelines_now(scope, one.tables, layout, one.adopted(scope.target_name))
    files = [file for each in pipelines if (file := file_of(scope, each))]
    return {Ref(file.kind, file.id).address: upload(file.content) for file in files}


def _of_terraform(request: RecordRequest, stacks: dict[str, int], tell: Callable[[str], None]) -> dict[str, State]:
    shown = _read(request.states) if request.states else _ask(request, stacks, tell)
    found = {stack: state_of(shown[stack], stack) for stack in stacks if stack in shown}
    if not found:
        names = ", ".join(f"{stack}.json" for stack in stacks)
        raise InputError("none of the states is of this connector and target", f"name the files {names}")
    return found


def _of_bundle(
    request: RecordRequest, one: Connector, target: str, layout: Layout, stacks: dict[str, int], tell: Callable[[str], None]
) -> dict[str, State]:
    if len(request.states) != 1:
        command = f"`databricks bundle summary -t {target} -o json > summary.json` in {request.bundle}"
        fix = f"{command}, then `headgate record {one.definition.id} summary.json -t {target}`"
        raise InputError(f"{target} is deployed by a bundle: one file with its summary is needed", fix)
    states = bundle_states(one, target, layout, request.states[0], request.bundle)
    settings = one.definition.targets[target]
    if not is_set(settings.host, settings.profile):
        tell(f"warning: the files in {request.bundle} are taken for those that were deployed: record right after a deploy")
    return {stack: states[number] for stack, number in stacks.items()}


def _read(files: Sequence[Path]) -> dict[str, Any]:
    fix = "write it with `terraform show -json > <stack>.json`"
    return {file.stem: parse_json(needed_text(file, fix), str(file), fix) for file in files}


def _ask(request: RecordRequest, stacks: dict[str, int], tell: Callable[[str], None]) -> dict[str, Any]:
    folder = request.root / request.out / "stacks"
    found = {}
    for stack in stacks:
        if (folder / stack / ".terraform").is_dir():
            found[stack] = Terraform(find_program(request.terraform), folder, folder.parent / "plans").state(stack)
        else:
            tell(f"{stack} was not deployed from {folder}: left out")
    return found
