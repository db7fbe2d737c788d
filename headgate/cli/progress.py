"""`headgate record`, `done`, `rename` and `retire`: what is on its way, and how it comes to its end."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli.common import Connector, Program, Root, Target, result, tell
from headgate.cli.workspace_jobs import doubled_now, files_now, workspace_of
from headgate.problems import InputError, SourceError, StaleError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.layout.model import Layout, Placement
    from headgate.layout.progress import Pending
    from headgate.project import Connector as Project


def record(
    connector: Connector,
    states: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files named <stack>.json that hold `terraform show -json`; default: ask terraform for each stack."
        ),
    ] = None,
    target: Target = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that `cdktf synth` wrote.")] = Path("cdktf.out"),
    terraform: Program = "",
    root: Root = Path(),
) -> None:
    """Record what is applied: the workspace's ids, and what of the lock's open entries is now done in the target."""
    from headgate.layout.deployed import deployed_path, write_deployed
    from headgate.layout.observe import observe, state_of

    one, name = _one(connector, target, root)
    layout = _layout(one)
    plans = _plans(one, name)
    shown = _read(states) if states else _ask(terraform, root / out / "stacks", plans)
    of_stacks = {stack: state_of(shown[stack], stack) for stack in plans if stack in shown}
    if not of_stacks:
        raise InputError(
            "none of the states is of this connector and target",
            f"name the files {', '.join(f'{stack}.json' for stack in plans)}",
        )
    workspace = workspace_of(one, name)
    read = {plans[stack]: state for stack, state in files_now(workspace, of_stacks, one.definition.id, name).items()}
    expected = _expected_files(one, name)
    known = one.deployed(name)
    done_layout, deployed = observe(layout, name, tuple(one.definition.targets), read, expected, known)
    ids = deployed.ids | {address: id_ for state in read.values() for address, id_ in state.ids.items()}
    doubled = doubled_now(workspace, one, done_layout, name, ids)
    deployed = replace(deployed, doubled=known.doubled if doubled is None else doubled)
    taken_down = any(retirement.target == name for retirement in done_layout.retired)
    lives = set() if taken_down else {pipeline.id for pipeline in done_layout.pipelines}
    for vanished in sorted(({*known.pipelines} & lives) - {*deployed.pipelines}):
        tell(f"{vanished} was recorded, and no state has it any more: if it was destroyed, its tables are gone with it")
    if write_deployed(one.folder, deployed):
        tell(f"{deployed_path(one.folder, name)} written")
    _write(one, done_layout)
    result(f"{one.definition.id}: {len(deployed.pipelines)} pipelines are deployed to {name}")
    _tell_pending(one, done_layout, name)


def done(
    connector: Connector,
    target: Target = None,
    handover: Annotated[
        list[str] | None, typer.Option("--handover", help="A table that was handed over to its new pipeline.")
    ] = None,
    move: Annotated[
        list[str] | None, typer.Option("--move", help="A table whose files were applied after its handover.")
    ] = None,
    pipeline: Annotated[
        list[str] | None, typer.Option("--pipeline", help="A pipeline whose leaving, new stack or new id was applied.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All but handovers and moves that wait for one.")] = False,
    root: Root = Path(),
) -> None:
    """Record by hand what is done in a target; without options, show what is open."""
    from headgate.layout.progress import named, pending, record_done, record_handover

    one, name = _one(connector, target, root)
    layout, targets = _layout(one), tuple(one.definition.targets)
    todo = pending(layout, name)
    catalog = one.definition.targets[name].catalog
    given = named(handover or [], todo.planned, "is planned to move", catalog)
    layout = record_handover(layout, name, given)
    waiting = pending(layout, name).handed_over
    moves = waiting if everything else named(move or [], waiting, "is handed over", catalog)
    changing = (*todo.left, *todo.restacked, *todo.renamed)
    if unknown := [one_ for one_ in pipeline or [] if one_ not in changing]:
        raise InputError(
            f"nothing is open for pipeline '{unknown[0]}' in {name}", did_you_mean(unknown[0], changing) if changing else ""
        )
    names = changing if everything else tuple(pipeline or ())
    layout = record_done(layout, name, targets, tables=moves, pipelines=names, retired=everything and todo.retired)
    if handover or moves or names or everything:
        _move_in_record(one, name, moves)
        _write(one, layout)
    _tell_pending(one, layout, name)


def rename(
    connector: Connector,
    old: Annotated[str, typer.Argument(help="The pipeline's id.")],
    new: Annotated[str, typer.Argument(help="Its new id.")],
    root: Root = Path(),
) -> None:
    """Give a pipeline another id; Terraform keeps what it is by `moved`.

    To change only what people see, edit `name` in the pipeline's line of the lock.
    """
    from headgate.layout.progress import rename_pipeline

    one, _ = _one(connector, None, root)
    _write(one, rename_pipeline(_layout(one), old, new, tuple(one.definition.targets)))


def retire(
    connector: Connector,
    target: Annotated[str, typer.Option("--target", "-t", help="The target to take down.")],
    *,
    drop_tables: Annotated[
        bool, typer.Option("--drop-tables", help="Destroy the pipelines, and their streaming tables with them.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Don't take the target down after all.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    root: Root = Path(),
) -> None:
    """Plan to take a connector down in a target: shows what goes, asks, and writes it to the lock; the next deploy does it."""
    from headgate.layout.progress import retire_target, revive_target

    one, name = _one(connector, target, root)
    layout = _layout(one)
    if undo:
        _write(one, revive_target(layout, name))
        return
    result(_goes(one, name, drop=drop_tables))
    if not yes and not typer.confirm(f"Take {one.definition.id} down in {name}?", err=True):
        raise typer.Exit(1)
    _write(one, retire_target(layout, name, "drop" if drop_tables else "leave"))
    name_of = one.definition.id
    tell(
        f"Now deploy: HEADGATE_TARGET={name} npx cdktf deploy '{name_of}-{name}-*', then `headgate record {name_of} -t {name}`"
    )


def _run_on(one: Project, target: str) -> list[str]:
    """Say what continuous pipelines do that are left to themselves, and what stops each.

    Where the definition has none, the workspace may: nobody says whether the definition as it is was deployed.
    """
    from headgate.cost.estimate import continuous_month
    from headgate.cost.model import amount_text

    if not one.definition.continuous_in(target):
        return ["  one that is continuous where it is deployed runs on, until somebody stops it: databricks pipelines stop ID"]
    month = amount_text(continuous_month(one.definition), one.definition.cost.currency)
    ids = [id_ for address, id_ in one.deployed(target).ids.items() if address.startswith("databricks_pipeline.")]
    head = f"  they run on: each is continuous, {month} a month, until somebody stops it:"
    return [head, *(f"    databricks pipelines stop {id_}" for id_ in ids or ["ID"])]


def _goes(one: Project, target: str, *, drop: bool) -> str:
    definition, layout = one.definition, _layout(one)
    tables = len(layout.tables)
    fate = (
        f"destroyed, and {tables} streaming tables with them"
        if drop
        else f"forgotten by Terraform: they stay in the workspace with {tables} tables"
    )
    lines = [f"{definition.id} in {target}:", f"  {len(layout.pipelines)} pipelines are {fate}"]
    lines += [] if drop else _run_on(one, target)
    lines += ["  their jobs, ingest files and permissions are destroyed"]
    lines += [] if definition.connection.existing else [f"  the connection '{definition.connection.name}' is destroyed"]
    made = {"catalog": definition.destination.create_catalog, "schema": definition.destination.create_schema}
    lines += [
        f"  the {kind} is {'destroyed' if drop else 'forgotten by Terraform'}" for kind, is_made in made.items() if is_made
    ]
    return "\n".join(lines)


def _one(connector: str, target: str | None, root: Path) -> tuple[Project, str]:
    from headgate.project import read_connectors, target_of

    one = read_connectors(root, connector)[0]
    return one, target_of(one.definition, target)


def _layout(one: Project) -> Layout:
    if one.layout is None:
        raise StaleError(f"{one.definition.id} has no lock yet", f"run `headgate balance {one.definition.id}`")
    return one.layout


def _write(one: Project, layout: Layout) -> None:
    from headgate.layout.lock import write_lock

    if write_lock(one.lock_path, layout):
        tell(f"{one.lock_path} written")
    else:
        tell("the lock says so already")


def _plans(one: Project, target: str) -> dict[str, int]:
    """Give the names of all stacks that the connector has or may still have in the target, with their numbers; 0 is shared."""
    from headgate.deployment.scope import Scope
    from headgate.layout.model import stack_numbers

    scope = Scope(one.definition, target)
    return {scope.stack_name(number or None): number for number in sorted({0, *stack_numbers(_layout(one), target)})}


def _expected_files(one: Project, target: str) -> dict[str, str]:
    from headgate.deployment.files import upload
    from headgate.deployment.model import Ref
    from headgate.deployment.pipelines import file_of, pipelines_now
    from headgate.deployment.scope import Scope

    scope = Scope(one.definition, target)
    if one.definition.ingestion != "file":
        return {}
    pipelines = pipelines_now(scope, one.tables, _layout(one))
    return {Ref("file", each.id).address: upload(file_of(scope, each).content) for each in pipelines}


def _move_in_record(one: Project, target: str, moves: Sequence[Placement]) -> None:
    """Have the target's record say what was said by hand: these tables are read by their new pipelines."""
    from headgate.layout.deployed import write_deployed

    deployed, catalog = one.deployed(target), one.definition.targets[target].catalog
    moved = {placement.table.in_catalog(catalog): placement.agreed for placement in moves}
    tables = {table: moved.get(table, pipeline) for table, pipeline in deployed.tables.items()}
    if tables != deployed.tables:
        write_deployed(one.folder, replace(deployed, tables=tables))


def _read(files: Sequence[Path]) -> dict[str, Any]:
    found = {}
    for file in files:
        try:
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise InputError(f"{file} is not JSON", "write it with `terraform show -json > <stack>.json`") from None
    return found


def _ask(named: str, stacks: Path, plans: dict[str, int]) -> dict[str, Any]:
    from headgate.ci.local_state import lost_state
    from headgate.clients.terraform.program import find_program, not_run
    from headgate.redaction.environment import secrets_of
    from headgate.redaction.redactor import redactor

    clean, found = redactor(secrets_of(os.environ)), {}
    for stack in plans:
        if not (stacks / stack / ".terraform").is_dir():
            tell(f"{stack} was not deployed from {stacks}: left out")
            continue
        if lost := lost_state(stacks / stack):
            raise SourceError(lost)
        program = find_program(named)
        command = [*program, "show", "-json"]
        try:
            run = subprocess.run(command, cwd=stacks / stack, capture_output=True, text=True, check=False)  # noqa: S603  # the user's own terraform
        except OSError as error:
            raise not_run(program, error) from None
        said = f"`{' '.join(command)}`"
        if run.returncode:
            raise SourceError(f"{said} failed in {stacks / stack}", clean(run.stderr.strip())[-2000:])
        try:
            found[stack] = json.loads(run.stdout)
        except (ValueError, RecursionError):
            raise SourceError(f"{said} printed no JSON in {stacks / stack}", "is it a Terraform?") from None
    return found


def _tell_pending(one: Project, layout: Layout, target: str) -> None:
    from headgate.layout.handover import handover_words
    from headgate.layout.progress import pending

    todo: Pending = pending(layout, target)
    if not todo:
        result(f"nothing is open in {target}")
        return
    deployed, catalog = one.deployed(target), one.definition.targets[target].catalog
    lines = [
        f"handover to be made: {p.table.source_table}: {p.pipeline} → {p.agreed}: {handover_words(p, deployed, catalog)}"
        for p in todo.planned
    ]
    lines += [f"handed over, to be applied: {p.table.source_table}: {p.pipeline} → {p.agreed}" for p in todo.handed_over]
    lines += [f"pipeline that leaves, to be applied: {name}" for name in todo.left]
    lines += [f"pipeline that changes stack, to be applied: {name}" for name in todo.restacked]
    lines += [f"pipeline with a new id, to be applied: {name}" for name in todo.renamed]
    lines += ["the target is to be taken down by the next deploy"] if todo.retired else []
    result("\n".join(f"{target}: {line}" for line in lines))
    if todo.planned:
        tell(f"`headgate handover {one.definition.id} -t {target}` says each step, and does those that it can")
