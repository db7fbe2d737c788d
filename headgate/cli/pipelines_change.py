"""`headgate pipelines start`, `delete` and `schedule`: what changes pipelines, their tables or their jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import confirm, emit, result, tell
from headgate.cli.options import ConnectorOption, FormatOption, Profile, Root, Sites, Target
from headgate.cli.pipelines import Groups, Names, Stacks, Wait, Whole, asked, show_ran
from headgate.numbers import counted
from headgate.problems import SourceError, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_AT_ONCE = 200  # updates that a workspace runs at the same time, where its limit was not raised
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask: for a run without a terminal.")]


def start(  # noqa: PLR0913  # each is an option of the command line
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    refresh: Annotated[
        list[str] | None, typer.Option("--refresh", help="Only this table; may be given again.", metavar="TABLE")
    ] = None,
    reset: Annotated[
        list[str] | None,
        typer.Option(
            "--reset-checkpoint",
            help="Have this flow, or this table's, read from the beginning and keep what is there; may be given again.",
            metavar="FLOW",
        ),
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, help="So many updates at a time at most.")] = _AT_ONCE,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    whole: Whole = False,
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check the code, and load nothing.")] = False,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Empty the tables, those of --refresh or all, and load them from nothing.")
    ] = False,
    wait: Wait = False,
    yes: Yes = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Start updates of pipelines, many with as few requests as possible, and wait for their ends with --wait.

    What can't be started or fails keeps none of the others from running; each is said with what to do, and the exit code is 4.
    --full-refresh and --reset-checkpoint ask first.
    """
    from headgate.render.pipelines import anew_text
    from headgate.use_cases.pipelines_run import StartRequest, start_pipelines

    def agree(wanted: Sequence[Any]) -> None:
        tell(anew_text(wanted))
        if not yes:
            confirm(f"Start {counted(len(wanted), 'pipeline')}?", "--yes")

    request = StartRequest(
        **asked(names, connector, group, stack, site, target, profile, root, whole=whole),
        validate_only=validate_only,
        full_refresh=full_refresh,
        refresh=tuple(refresh or ()),
        reset=tuple(reset or ()),
        at_once=at_once,
        wait=wait,
    )
    show_ran(start_pipelines(request, agree, tell), output)


def delete(  # noqa: PLR0913  # each is an option of the command line
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Delete too what a layout has: the next deploy makes it again.")
    ] = False,
    yes: Yes = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Delete pipelines and keep their tables, which are listed before it is asked.

    One that a layout has, or that runs, is refused (exit code 5), and then nothing is deleted.
    """
    from headgate.render.pipelines import removals_text
    from headgate.use_cases.outputs.pipelines import DeletedOutput
    from headgate.use_cases.pipelines_change import DeleteRequest, delete_pipelines

    def agree(removals: Sequence[Any]) -> None:
        (tell if output == "json" else result)(removals_text(removals))
        if not yes:
            confirm(f"Delete {counted(len(removals), 'pipeline')}, and keep the tables?", "--yes")

    request = DeleteRequest(**asked(names, connector, group, stack, site, target, profile, root), force=force)
    done = delete_pipelines(request, agree, tell)
    if output == "json":
        emit([DeletedOutput.of(one) for one in done.gone])
    refuse(done.problems, SourceError)


def schedule(  # noqa: PLR0913  # each is an option of the command line
    name: Annotated[str, typer.Argument(help="A pipeline: an id of the lock, or the workspace's name or id.")],
    cron: Annotated[str, typer.Option("--cron", help="When it is to start: cron of 5 fields, or Quartz of 6 or 7.")],
    timezone: Annotated[str, typer.Option("--timezone", help="The time zone of that, such as Europe/Berlin.")] = "UTC",
    job: Annotated[str, typer.Option("--job", help="The id of the job to change, where several start it.")] = "",
    connector: ConnectorOption = None,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    paused: Annotated[bool, typer.Option("--paused", help="Keep it from starting by itself for now.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where a layout has it: the next deploy undoes it.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Give the job that starts a pipeline another schedule, or make it one; the pipeline may be anybody's."""
    from headgate.render.pipelines import scheduled_text
    from headgate.use_cases.outputs.pipelines import ScheduledOutput
    from headgate.use_cases.pipelines_change import ScheduleRequest, schedule_pipeline

    said = asked([name], connector, None, None, site, target, profile, root)
    request = ScheduleRequest(**said, cron=cron, timezone=timezone, paused=paused, job=job, force=force)
    done = schedule_pipeline(request, tell)
    if output == "json":
        emit(ScheduledOutput.of(done))
    else:
        result(scheduled_text(done))
