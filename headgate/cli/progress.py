"""`headgate record`, `done`, `rename` and `retire`: what is on its way, and how it comes to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import TARGET, Connector, Program, Root, Target, result, tell

if TYPE_CHECKING:
    from headgate.use_cases.record import Progress
    from headgate.use_cases.retire import Retirement


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
    from headgate.use_cases.record import RecordRequest, record_applied

    request = RecordRequest(
        connector=connector, target=target, root=root, states=tuple(states or ()), out=out, terraform=terraform
    )
    found = record_applied(request, tell)
    result(f"{found.connector}: {found.deployed} pipelines are deployed to {found.target}")
    _tell_pending(found)


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
    from headgate.use_cases.record import DoneRequest, record_by_hand

    request = DoneRequest(
        connector=connector,
        target=target,
        root=root,
        handovers=tuple(handover or ()),
        moves=tuple(move or ()),
        pipelines=tuple(pipeline or ()),
        everything=everything,
    )
    _tell_pending(record_by_hand(request, tell))


def rename(
    connector: Connector,
    old: Annotated[str, typer.Argument(help="The pipeline's id.")],
    new: Annotated[str, typer.Argument(help="Its new id.")],
    root: Root = Path(),
) -> None:
    """Give a pipeline another id; Terraform keeps what it is by `moved`.

    To change only what people see, edit `name` in the pipeline's line of the lock.
    """
    from headgate.use_cases.rename import RenameRequest, change_id

    change_id(RenameRequest(connector=connector, old=old, new=new, root=root), tell)


def retire(
    connector: Connector,
    target: Annotated[str, typer.Option("--target", "-t", help="The target to take down.", envvar=TARGET)],
    *,
    drop_tables: Annotated[
        bool, typer.Option("--drop-tables", help="Destroy the pipelines, and their streaming tables with them.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Don't take the target down after all.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    root: Root = Path(),
) -> None:
    """Plan to take a connector down in a target: shows what goes, asks, and writes it to the lock; the next deploy does it."""
    from headgate.use_cases.retire import RetireRequest, take_down

    def agree(goes: Retirement) -> bool:
        result(_goes(goes))
        if not yes and not typer.confirm(f"Take {goes.definition.id} down in {goes.target}?", err=True):
            raise typer.Exit(1)
        return True

    request = RetireRequest(connector=connector, target=target, root=root, drop_tables=drop_tables, undo=undo)
    if goes := take_down(request, agree, tell):
        name, target = goes.definition.id, goes.target
        deploy = f"HEADGATE_TARGET={target} npx cdktf deploy '{name}-{target}-*'"
        tell(f"Now deploy: {deploy}, then `headgate record {name} -t {target}`")


def _run_on(goes: Retirement) -> list[str]:
    """Say what continuous pipelines do that are left to themselves, and what stops each.

    Where the definition has none, the workspace may: nobody says whether the definition as it is was deployed.
    """
    from headgate.cost.model import amount_text

    if goes.month is None:
        return ["  one that is continuous where it is deployed runs on, until somebody stops it: databricks pipelines stop ID"]
    month = amount_text(goes.month, goes.definition.cost.currency)
    head = f"  they run on: each is continuous, {month} a month, until somebody stops it:"
    return [head, *(f"    databricks pipelines stop {id_}" for id_ in goes.ids or ["ID"])]


def _goes(goes: Retirement) -> str:
    definition = goes.definition
    fate = (
        f"destroyed, and {goes.tables} streaming tables with them"
        if goes.drop_tables
        else f"forgotten by Terraform: they stay in the workspace with {goes.tables} tables"
    )
    unknown = (
        "" if goes.recorded else " no deploy is recorded, so there may be nothing to take down. What was deployed unrecorded:"
    )
    lines = [f"{definition.id} in {goes.target}:{unknown}", f"  {goes.pipelines} pipelines are {fate}"]
    lines += [] if goes.drop_tables else _run_on(goes)
    lines += ["  their jobs, ingest files and permissions are destroyed"]
    lines += [] if definition.connection.existing else [f"  the connection '{definition.connection.name}' is destroyed"]
    made = {"catalog": definition.destination.create_catalog, "schema": definition.destination.create_schema}
    ends = "destroyed" if goes.drop_tables else "forgotten by Terraform"
    lines += [f"  the {kind} is {ends}" for kind, is_made in made.items() if is_made]
    return "\n".join(lines)


def _tell_pending(found: Progress) -> None:
    target, todo = found.target, found.pending
    if not todo:
        result(f"nothing is open in {target}")
        return
    lines = [
        f"handover to be made: {p.table.source_table}: {p.pipeline} → {p.agreed}: {words}"
        for p, words in zip(todo.planned, found.handovers, strict=True)
    ]
    lines += [f"handed over, to be applied: {p.table.source_table}: {p.pipeline} → {p.agreed}" for p in todo.handed_over]
    lines += [f"pipeline that leaves, to be applied: {name}" for name in todo.left]
    lines += [f"pipeline that changes stack, to be applied: {name}" for name in todo.restacked]
    lines += [f"pipeline with a new id, to be applied: {name}" for name in todo.renamed]
    lines += ["the target is to be taken down by the next deploy"] if todo.retired else []
    result("\n".join(f"{target}: {line}" for line in lines))
    if todo.planned:
        tell(f"`headgate handover {found.connector} -t {target}` says each step, and does those that it can")
