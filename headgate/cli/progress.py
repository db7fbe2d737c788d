"""`headgate record`, `done`, `rename` and `retire`: what is on its way, and how it comes to its end."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import confirm, emit, emit_each, result, tell
from headgate.cli.options import (
    Connector,
    Connectors,
    FormatOption,
    NamedTarget,
    Profile,
    Program,
    Root,
    Sites,
    Target,
    refuse_together,
)
from headgate.numbers import counted
from headgate.problems import InputError

if TYPE_CHECKING:
    from headgate.use_cases.record import Progress
    from headgate.use_cases.retire import Retirement

_RETIRED = ("pipelines", "tables", "drop_tables", "recorded", "ids", "transforms")


def record(
    connector: Connectors = None,
    states: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files named <stack>.json that hold `terraform show -json`; default: ask terraform for each stack. Of a "
            "bundle: a file with `databricks bundle summary -o json`."
        ),
    ] = None,
    target: Target = None,
    site: Sites = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that `cdktf synth` wrote.")] = Path("cdktf.out"),
    terraform: Program = "",
    bundle: Annotated[Path, typer.Option("--bundle", help="The folder of the bundle that deploys the target.")] = Path(
        "bundle"
    ),
    profile: Profile = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Record what is applied: the workspace's ids, and what of the lock's open entries is now done in the target."""
    from headgate.use_cases.outputs.progress import ProgressOutput
    from headgate.use_cases.record import RecordRequest, record_applied
    from headgate.use_cases.request import connector_names

    request = partial(
        RecordRequest,
        target=target,
        root=root,
        profile=profile,
        states=tuple(states or ()),
        out=out,
        terraform=terraform,
        bundle=bundle,
    )
    found = []
    for name in connector_names(root, connector, site or (), target):
        found.append(record_applied(request(connector=name), tell))
        if output == "text":
            deployed = counted(found[-1].deployed, "pipeline is", "pipelines are")
            result(f"{found[-1].connector}: {deployed} deployed to {found[-1].target}")
            _tell_pending(found[-1])
    if output == "json":
        emit_each(map(ProgressOutput.of, found), one=connector is not None)


def done(
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
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
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Record by hand what is done in a target; without options, show what is open."""
    from headgate.use_cases.outputs.progress import ProgressOutput
    from headgate.use_cases.record import DoneRequest, record_by_hand
    from headgate.use_cases.request import connector_names

    if connector is None and (handover or move or pipeline or everything):
        raise InputError("no connector is named", "name the one of which something is done")
    request = partial(
        DoneRequest,
        target=target,
        root=root,
        handovers=tuple(handover or ()),
        moves=tuple(move or ()),
        pipelines=tuple(pipeline or ()),
        everything=everything,
    )
    names = connector_names(root, connector, site or (), target)
    if len(names) > 1 and (handover or move or pipeline):
        raise InputError(f"'{connector}' has {counted(len(names), 'site')}", "name the one of which something is done")
    found = [record_by_hand(request(connector=name), tell) for name in names]
    if output == "json":
        emit_each(map(ProgressOutput.of, found), one=connector is not None)
    else:
        for one in found:
            if len(found) > 1 or connector is None:
                result(f"{one.connector}:")
            _tell_pending(one)


def rename(
    connector: Connector,
    old: Annotated[str, typer.Argument(help="The pipeline's id.")],
    new: Annotated[str, typer.Argument(help="Its new id.")],
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Give a pipeline another id; Terraform keeps what it is by `moved`.

    To change only what people see, edit `name` in the pipeline's line of the lock.
    """
    from headgate.use_cases.outputs.progress import RenameOutput
    from headgate.use_cases.rename import RenameRequest, change_id

    name, before = change_id(RenameRequest(connector=connector, old=old, new=new, root=root), tell)
    if output == "json":
        emit(RenameOutput(connector=name, before=before, after=new))


def retire(
    connector: Connector,
    target: NamedTarget,
    *,
    drop_tables: Annotated[
        bool, typer.Option("--drop-tables", help="Destroy the pipelines, and their streaming tables with them.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Don't take the target down after all.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Plan to take a connector down in a target: shows what goes, asks, and writes it to the lock; the next deploy does it."""
    from headgate.use_cases.outputs.progress import RetireOutput
    from headgate.use_cases.retire import RetireRequest, take_down

    refuse_together(("--undo", undo), ("--drop-tables", drop_tables))

    def agree(goes: Retirement) -> bool:
        (tell if output == "json" else result)(_goes(goes))
        if not yes:
            confirm(f"Take {goes.definition.id} down in {goes.target}?", "--yes")
        return True

    request = RetireRequest(connector=connector, target=target, root=root, drop_tables=drop_tables, undo=undo)
    goes = take_down(request, agree, tell)
    if output == "json":
        said = {name: getattr(goes, name) for name in _RETIRED} if goes else {}
        emit(RetireOutput(connector=connector, target=target, undone=undo, **said))
    if goes:
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
    unknown = "" if goes.recorded else " no deploy is recorded, so there may be nothing to take down. What is there:"
    fates = (
        ("pipeline is destroyed, and with it", "pipelines are destroyed, and with them")
        if goes.drop_tables
        else (
            "pipeline is forgotten by Terraform and stays in the workspace, with",
            "pipelines are forgotten by Terraform and stay in the workspace, with",
        )
    )
    tables = counted(goes.tables, "streaming table" if goes.drop_tables else "table")
    lines = [f"{definition.id} in {goes.target}:{unknown}", f"  {counted(goes.pipelines, *fates)} {tables}"]
    lines += [] if goes.drop_tables else _run_on(goes)
    lines += _transforms(goes) if goes.transforms else []
    code = "notebooks" if definition.by_notebook else "ingest files"
    lines += [f"  their jobs, {code} and permissions are destroyed"]
    lines += [] if definition.connection.existing else [f"  the connection '{definition.connection.name}' is destroyed"]
    if definition.secrets and definition.secrets.manage:
        lines += [f"  the secret scope '{definition.secrets_scope_in(goes.target)}' is destroyed"]
    made = {"catalog": definition.destination.create_catalog, "schema": definition.destination.create_schema}
    ends = "destroyed" if goes.drop_tables else "forgotten by Terraform"
    lines += [f"  the {kind} is {ends}" for kind, is_made in made.items() if is_made]
    return "\n".join(lines)


def _transforms(goes: Retirement) -> list[str]:
    one, many = (
        ("is destroyed, and with it all tables that it makes", "are destroyed, and with them all tables that they make")
        if goes.drop_tables
        else ("stays in the workspace, with its tables", "stay in the workspace, with their tables")
    )
    return [f"  {counted(goes.transforms, f'pipeline of transforms {one}', f'pipelines of transforms {many}')}"]


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
    lines += [f"pipeline of transforms that leaves, to be applied: {name}" for name in todo.transforms]
    lines += [f"pipeline that changes stack, to be applied: {name}" for name in todo.restacked]
    lines += [f"pipeline with a new id, to be applied: {name}" for name in todo.renamed]
    lines += ["the target is to be taken down by the next deploy"] if todo.retired else []
    result("\n".join(f"{target}: {line}" for line in lines))
    if todo.planned:
        tell(f"`headgate handover {found.connector} -t {target}` says each step, and does those that it can")
