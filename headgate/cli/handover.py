"""`headgate handover`: the runbook of what hands tables over, and executing it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Connector, Root, Target, result, result_json, tell
from headgate.problems import HeadgateError, InputError

if TYPE_CHECKING:
    from headgate.deployment.scope import Scope
    from headgate.handover.databricks import DatabricksWorkspace
    from headgate.handover.execute import HandoverResult
    from headgate.handover.model import Runbook
    from headgate.handover.store import HandoverStore


class HandoverFormat(StrEnum):
    """How a runbook is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def handover(
    connector: Connector,
    target: Target = None,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only this table; may be repeated.")] = None,
    warehouse: Annotated[
        str, typer.Option("--warehouse", help="The id of a SQL warehouse for the statements.", envvar="DATABRICKS_WAREHOUSE_ID")
    ] = "",
    back: Annotated[
        list[str] | None, typer.Option("--back", help="A table to give back, as long as its files are not applied.")
    ] = None,
    *,
    execute: Annotated[
        bool, typer.Option("--execute", help="Do it: pause, stop, ALTER, record. Else: show the steps.")
    ] = False,
    resume_jobs: Annotated[
        bool, typer.Option("--resume-jobs", help="Let the jobs run again that ran before, once all is applied and recorded.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="With --resume-jobs: even if something isn't recorded.")] = False,
    output: Annotated[HandoverFormat, typer.Option("--format", help="How the steps are printed.")] = HandoverFormat.text,
    root: Root = Path(),
) -> None:
    """Hand tables over to their new pipelines: show the steps with the workspace's ids, or execute them and carry on."""
    from headgate.deployment.scope import Scope
    from headgate.handover.runbook import make_runbook, make_runbook_back
    from headgate.handover.store import HandoverStore
    from headgate.project import read_connectors, target_of

    _fitting(table, back, execute=execute, resume_jobs=resume_jobs, force=force)
    one = read_connectors(root, connector)[0]
    name = target_of(one.definition, target)
    store, scope = HandoverStore(one, name), Scope(one.definition, name)
    if resume_jobs:
        _resume(store, scope, output, force=force)
        return
    deployed = one.deployed(name)
    runbook = (
        make_runbook_back(store.layout, one.definition, name, deployed, back)
        if back
        else make_runbook(store.layout, one.definition, name, deployed, table)
    )
    if execute:
        _execute(runbook, store, scope, warehouse, output)
    else:
        _show(runbook, output)


def _fitting(table: list[str] | None, back: list[str] | None, *, execute: bool, resume_jobs: bool, force: bool) -> None:
    if table and back:
        raise InputError("--table and --back don't go together", "give --back all tables that go back")
    if resume_jobs and (execute or table or back):
        raise InputError("--resume-jobs goes alone", "hand over first; then deploy, record, and resume the jobs")
    if force and not resume_jobs:
        raise InputError("--force goes with --resume-jobs only", "a handover is never forced")


def _show(runbook: Runbook, output: HandoverFormat) -> None:
    from headgate.render.handover import document_of, render_markdown, render_text

    if output is HandoverFormat.json:
        result_json(document_of(runbook))
    elif output is HandoverFormat.markdown:
        result(render_markdown(runbook).rstrip("\n"))
    else:
        result(render_text(runbook))
        if runbook.stopped:
            tell("nothing was done: `--execute` does what is marked with *")


def _execute(runbook: Runbook, store: HandoverStore, scope: Scope, warehouse: str, output: HandoverFormat) -> None:
    from headgate.handover.execute import HandoverResult, execute

    for source, reason in runbook.waiting:
        tell(f"{source} waits: {reason}")
    if not runbook.stopped and not runbook.restacked:
        _tell_done(runbook, HandoverResult(), output)
        return
    if runbook.handovers and not warehouse:
        raise InputError("no SQL warehouse is named", "name one: --warehouse ID, or DATABRICKS_WAREHOUSE_ID")
    whose = f"{runbook.connector} -t {runbook.target}"
    try:
        done = execute(runbook, _workspace(scope, warehouse), store, scope, tell)
    except HeadgateError:
        _tell_state(runbook, store)
        raise
    _tell_done(runbook, done, output)
    if any(handover.back for handover in runbook.handovers):
        tell(f"Now commit the lock, then `headgate handover {whose} --resume-jobs`")
        return
    deploy = f"HEADGATE_TARGET={runbook.target} npx cdktf deploy '{runbook.connector}-{runbook.target}-*'"
    tell(
        f"Now commit the lock, deploy: {deploy}, then `headgate record {whose}`, then `headgate handover {whose} --resume-jobs`"
    )


def _tell_done(runbook: Runbook, done: HandoverResult, output: HandoverFormat) -> None:
    tables = [*done.altered, *done.found]
    if output is HandoverFormat.json:
        waiting = [source for source, _ in runbook.waiting]
        result_json({"connector": runbook.connector, "target": runbook.target, "done": tables, "waiting": waiting})
        return
    if not tables:
        result(f"{runbook.connector} in {runbook.target}: no table was to be given to another pipeline")
        return
    said = "given back" if runbook.handovers[0].back else "handed over"
    result(f"{runbook.connector} in {runbook.target}: {len(tables)} tables {said}: {', '.join(tables)}")


def _tell_state(runbook: Runbook, store: HandoverStore) -> None:
    """Say, after an error, what is done and what isn't."""
    from headgate.handover.journal import journal_path
    from headgate.layout.progress import pending

    if store.journal is None:
        tell("nothing was done")
        return
    todo = pending(store.layout, runbook.target)
    reached = todo.planned if any(handover.back for handover in runbook.handovers) else todo.handed_over
    keys = {placement.table for placement in reached}
    for handover in runbook.handovers:
        state = "done and recorded" if handover.placement.table in keys else "not done, or not recorded"
        tell(f"{handover.placement.table.source_table}: {state}")
    tell(
        f"stopped pipelines and paused jobs stay so; {journal_path(store.connector.folder, runbook.target)} knows how they were"
    )


def _resume(store: HandoverStore, scope: Scope, output: HandoverFormat, *, force: bool) -> None:
    from headgate.handover.resume import resume, unfinished

    journal, name = store.journal, scope.definition.id
    if journal and force:
        for problem in unfinished(store.layout, store.target, journal):
            tell(f"forced, though {problem.message}")
    resumed = resume(_workspace(scope, ""), store, tell, force=force) if journal else []
    if output is HandoverFormat.json:
        result_json({"connector": name, "target": store.target, "resumed": resumed})
        return
    if journal is None:
        result(f"{name}: no handover stopped anything in {store.target}")
        return
    result(f"{name} in {store.target}: {len(resumed)} pipelines resumed{': ' if resumed else ''}{', '.join(resumed)}")


def _workspace(scope: Scope, warehouse: str) -> DatabricksWorkspace:
    from headgate.handover.databricks import DatabricksWorkspace

    return DatabricksWorkspace(scope.target.host, scope.target.profile, warehouse)
