"""`headgate handover`: the runbook of what hands tables over, and carrying it out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Connector, Root, Target, result, result_json, tell
from headgate.problems import HeadgateError, InputError

if TYPE_CHECKING:
    from headgate.handover.book import Book
    from headgate.handover.carry_out import Done
    from headgate.handover.databricks import DatabricksWorkspace
    from headgate.handover.model import Runbook
    from headgate.terraform.scope import Scope


class HandoverFormat(StrEnum):
    """How a runbook is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def handover(
    connector: Connector,
    target: Target = None,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only this table; may be said again.")] = None,
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
    """Hand tables over to their new pipelines: show the steps with the workspace's ids, or carry them out and carry on."""
    from headgate.handover.book import Book
    from headgate.handover.runbook import runbook, runbook_back
    from headgate.project import read_connectors, target_of
    from headgate.terraform.scope import Scope

    _fitting(table, back, execute=execute, resume_jobs=resume_jobs, force=force)
    one = read_connectors(root, connector)[0]
    name = target_of(one.definition, target)
    book, scope = Book(one, name), Scope(one.definition, name)
    if resume_jobs:
        _resume(book, scope, output, force=force)
        return
    deployed = one.deployed(name)
    plan = (
        runbook_back(book.layout, one.definition, name, deployed, back)
        if back
        else runbook(book.layout, one.definition, name, deployed, table)
    )
    if execute:
        _execute(plan, book, scope, warehouse, output)
    else:
        _show(plan, output)


def _fitting(table: list[str] | None, back: list[str] | None, *, execute: bool, resume_jobs: bool, force: bool) -> None:
    if table and back:
        raise InputError("--table and --back don't go together", "give --back all tables that go back")
    if resume_jobs and (execute or table or back):
        raise InputError("--resume-jobs is said alone", "hand over first; then deploy, record, and resume the jobs")
    if force and not resume_jobs:
        raise InputError("--force goes with --resume-jobs only", "a handover is never forced")


def _show(plan: Runbook, output: HandoverFormat) -> None:
    from headgate.handover.render import document_of, render_markdown, render_text

    if output is HandoverFormat.json:
        result_json(document_of(plan))
    elif output is HandoverFormat.markdown:
        result(render_markdown(plan).rstrip("\n"))
    else:
        result(render_text(plan))
        if plan.halted:
            tell("nothing was done: `--execute` does what is marked with *")


def _execute(plan: Runbook, book: Book, scope: Scope, warehouse: str, output: HandoverFormat) -> None:
    from headgate.handover.carry_out import Done, carry_out

    for source, reason in plan.waiting:
        tell(f"{source} waits: {reason}")
    if not plan.halted and not plan.restacked:
        _tell_done(plan, Done(), output)
        return
    if plan.handovers and not warehouse:
        raise InputError("no SQL warehouse is named", "name one: --warehouse ID, or DATABRICKS_WAREHOUSE_ID")
    whose = f"{plan.connector} -t {plan.target}"
    try:
        done = carry_out(plan, _workspace(scope, warehouse), book, scope, tell)
    except HeadgateError:
        _tell_state(plan, book)
        raise
    _tell_done(plan, done, output)
    if any(handover.back for handover in plan.handovers):
        tell(f"Now commit the lock, then `headgate handover {whose} --resume-jobs`")
        return
    deploy = f"HEADGATE_TARGET={plan.target} npx cdktf deploy '{plan.connector}-{plan.target}-*'"
    tell(
        f"Now commit the lock, deploy: {deploy}, then `headgate record {whose}`, then `headgate handover {whose} --resume-jobs`"
    )


def _tell_done(plan: Runbook, done: Done, output: HandoverFormat) -> None:
    tables = [*done.altered, *done.found]
    if output is HandoverFormat.json:
        waiting = [source for source, _ in plan.waiting]
        result_json({"connector": plan.connector, "target": plan.target, "done": tables, "waiting": waiting})
        return
    if not tables:
        result(f"{plan.connector} in {plan.target}: no table was to be given to another pipeline")
        return
    said = "given back" if plan.handovers[0].back else "handed over"
    result(f"{plan.connector} in {plan.target}: {len(tables)} tables {said}: {', '.join(tables)}")


def _tell_state(plan: Runbook, book: Book) -> None:
    """Say, after an error, what is done and what isn't."""
    from headgate.handover.journal import journal_path
    from headgate.layout.progress import pending

    if book.journal is None:
        tell("nothing was done")
        return
    todo = pending(book.layout, plan.target)
    reached = todo.planned if any(handover.back for handover in plan.handovers) else todo.handed_over
    keys = {placement.table for placement in reached}
    for handover in plan.handovers:
        state = "done and recorded" if handover.placement.table in keys else "not done, or not recorded"
        tell(f"{handover.placement.table.source_table}: {state}")
    tell(f"stopped pipelines and paused jobs stay so; {journal_path(book.connector.folder, plan.target)} knows how they were")


def _resume(book: Book, scope: Scope, output: HandoverFormat, *, force: bool) -> None:
    from headgate.handover.resume import resume, unfinished

    journal, name = book.journal, scope.definition.id
    if journal and force:
        for problem in unfinished(book.layout, book.target, journal):
            tell(f"forced, though {problem.message}")
    resumed = resume(_workspace(scope, ""), book, tell, force=force) if journal else []
    if output is HandoverFormat.json:
        result_json({"connector": name, "target": book.target, "resumed": resumed})
        return
    if journal is None:
        result(f"{name}: no handover stopped anything in {book.target}")
        return
    result(f"{name} in {book.target}: {len(resumed)} pipelines resumed{': ' if resumed else ''}{', '.join(resumed)}")


def _workspace(scope: Scope, warehouse: str) -> DatabricksWorkspace:
    from headgate.handover.databricks import DatabricksWorkspace

    return DatabricksWorkspace(scope.target.host, scope.target.profile, warehouse)
