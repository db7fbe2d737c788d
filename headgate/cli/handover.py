"""`headgate handover`: the runbook of what hands tables over, and executing it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import emit, emit_each, result, tell
from headgate.cli.options import Connectors, Profile, Root, Sites, Target, refuse_together
from headgate.numbers import counted
from headgate.problems import InputError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.handover.model import Runbook
    from headgate.use_cases.handover import HandedOver, ResumeResult


HandoverFormat = Literal["text", "json", "markdown"]


def handover(  # noqa: PLR0913  # each parameter is a flag
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
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
    profile: Profile = None,
    output: Annotated[HandoverFormat, typer.Option("--format", "-o", help="How the steps are printed.")] = "text",
    root: Root = Path(),
) -> None:
    """Hand tables over to their new pipelines: show the steps with the workspace's ids, or execute them and carry on."""
    from headgate.use_cases.handover import HandoverRequest, ResumeRequest, hand_over, handover_runbook
    from headgate.use_cases.handover import resume_jobs as resume
    from headgate.use_cases.request import connector_names

    refuse_together(("--format markdown", output == "markdown"), ("--execute", execute))
    refuse_together(("--format markdown", output == "markdown"), ("--resume-jobs", resume_jobs))
    if connector is None and (execute or resume_jobs or table or back):
        raise InputError("no connector is named", "name one: only the steps of all of them are shown")
    request = partial(
        HandoverRequest,
        target=target,
        root=root,
        profile=profile,
        tables=tuple(table or ()),
        back=tuple(back or ()),
        warehouse=warehouse,
    )
    requests = [request(connector=name) for name in connector_names(root, connector, site or (), target)]
    if len(requests) > 1 and (execute or resume_jobs or table or back):
        raise InputError(
            f"'{connector}' has {counted(len(requests), 'site')}", "name one: only the steps of all of them are shown"
        )
    if resume_jobs and (execute or table or back):
        raise InputError("--resume-jobs goes alone", "hand over first; then deploy, record, and resume the jobs")
    if force and not resume_jobs:
        raise InputError("--force goes with --resume-jobs only", "a handover is never forced")
    if resume_jobs:
        _tell_resumed(
            resume(
                ResumeRequest(connector=requests[0].connector, target=target, root=root, profile=profile, force=force), tell
            ),
            output,
        )
    elif execute:
        done = hand_over(requests[0], tell)
        _tell_done(done, output)
        if done.runbook.waiting and not done.tables:
            waiting = counted(len(done.runbook.waiting), "table waits", "tables wait")
            raise StaleError(f"{waiting}, and none was handed over", "the lines above say what each waits for")
    else:
        _show([handover_runbook(request) for request in requests], output, one=connector is not None)


def _show(runbooks: Sequence[Runbook], output: HandoverFormat, *, one: bool) -> None:
    from headgate.render.handover import render_markdown, render_text
    from headgate.use_cases.outputs.progress import RunbookOutput

    if output == "json":
        emit_each(map(RunbookOutput.of, runbooks), one=one)
    elif output == "markdown":
        result("\n".join(map(render_markdown, runbooks)).rstrip("\n"))
    else:
        result("\n".join(map(render_text, runbooks)))
        if any(runbook.stopped for runbook in runbooks):
            tell("nothing was done: `--execute` does what is marked with *")


def _tell_done(done: HandedOver, output: HandoverFormat) -> None:
    from headgate.use_cases.outputs.progress import HandedOverOutput

    connector, target = done.runbook.connector, done.runbook.target
    if output == "json":
        waiting = tuple(source for source, _ in done.runbook.waiting)
        emit(HandedOverOutput(connector=connector, target=target, done=done.tables, waiting=waiting))
    elif done.tables:
        said = "given back" if done.back else "handed over"
        result(f"{connector} in {target}: {counted(len(done.tables), 'table')} {said}: {', '.join(done.tables)}")
    else:
        result(f"{connector} in {target}: no table was given to another pipeline")
    if not done.runbook.stopped and not done.runbook.restacked:
        return
    whose = f"{connector} -t {target}"
    deploy = f"HEADGATE_TARGET={target} npx cdktf deploy '{connector}-{target}-*'"
    between = "" if done.back else f" deploy: {deploy}, then `headgate record {whose}`,"
    tell(f"Now commit the lock,{between} then `headgate handover {whose} --resume-jobs`")


def _tell_resumed(done: ResumeResult, output: HandoverFormat) -> None:
    from headgate.use_cases.outputs.progress import ResumedOutput

    if output == "json":
        emit(ResumedOutput.like(done))
    elif not done.stopped:
        result(f"{done.connector}: no handover stopped anything in {done.target}")
    else:
        names = f": {', '.join(done.resumed)}" if done.resumed else ""
        result(f"{done.connector} in {done.target}: {counted(len(done.resumed), 'pipeline')} resumed{names}")
