"""`headgate pipelines`: the pipelines of a workspace, listed, looked at, stopped, and what their logs say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli.command import Commands
from headgate.cli.console import emit, result, tell, width
from headgate.cli.options import ConnectorOption, Format, FormatOption, Profile, Root, Sites, Target, refuse_together
from headgate.problems import SourceError, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

pipelines = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="Operate a workspace's pipelines: list, status, start, stop, logs, delete, schedule.",
)

Names = Annotated[
    list[str] | None,
    typer.Argument(help="Pipelines: an id of the lock, the workspace's name or id, or a pattern such as 'CRM_*'."),
]
Groups = Annotated[list[str] | None, typer.Option("--group", help="Those of a group; may be given again.")]
Stacks = Annotated[list[str] | None, typer.Option("--stack", help="Those of a stack, such as crm-prod-1; may be given again.")]
Whole = Annotated[bool, typer.Option("--all", help="Every pipeline of the workspace, whoever made it.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the end, and say how far it is.")]


@pipelines.callback()
def _pipelines() -> None:
    """Operate the pipelines of a workspace, also those that Headgate did not make."""


def asked(  # what says which pipelines are meant
    names: Sequence[str] | None,
    connector: str | None,
    group: Sequence[str] | None,
    stack: Sequence[str] | None,
    site: Sequence[str] | None,
    target: str | None,
    profile: str | None,
    root: Path,
    *,
    whole: bool = False,
) -> dict[str, Any]:
    """Give what says which pipelines are meant, as requests take it."""
    for narrower in (("--connector", connector), ("--site", site), ("--group", group), ("--stack", stack), ("names", names)):
        refuse_together(("--all", whole), narrower)
    return {
        "names": tuple(names or ()),
        "connector": connector,
        "sites": tuple(site or ()),
        "groups": tuple(group or ()),
        "stacks": tuple(stack or ()),
        "target": target,
        "profile": profile,
        "root": root,
        "whole": whole,
    }


def list_(
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    whole: Whole = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """List pipelines, with what they do and their last update; of the project's layouts also those that are not deployed."""
    from headgate.render.pipelines import list_text
    from headgate.use_cases.outputs.pipelines import PipelineOutput
    from headgate.use_cases.pipelines import PipelinesRequest, find_pipelines, open_site

    request = PipelinesRequest(**asked(names, connector, group, stack, site, target, profile, root, whole=whole))
    selected = find_pipelines(request, open_site(request))
    if output == "json":
        emit([*map(PipelineOutput.of, selected.found), *map(PipelineOutput.absent, selected.missing)])
    else:
        result(list_text(selected, width()))


def status(
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    whole: Whole = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Show how the last update of pipelines went: how long it took, with how many rows, and what failed, with what to do."""
    from headgate.render.pipelines import status_text
    from headgate.use_cases.outputs.pipelines import StatusOutput
    from headgate.use_cases.pipelines import PipelinesRequest, pipeline_statuses

    request = PipelinesRequest(**asked(names, connector, group, stack, site, target, profile, root, whole=whole))
    found, selected = pipeline_statuses(request)
    if output == "json":
        emit([StatusOutput.with_status(*one) for one in found])
    else:
        result(status_text(found, selected.missing, width()))


def stop(  # noqa: PLR0913  # each is an option of the command line
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    whole: Whole = False,
    wait: Wait = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Stop the active updates of pipelines; nothing that was written is lost."""
    from headgate.use_cases.pipelines_run import StopRequest, stop_pipelines

    request = StopRequest(**asked(names, connector, group, stack, site, target, profile, root, whole=whole), wait=wait)
    show_ran(stop_pipelines(request, tell), output)


def logs(  # noqa: PLR0913  # each is an option of the command line
    names: Names = None,
    connector: ConnectorOption = None,
    group: Groups = None,
    stack: Stacks = None,
    update: Annotated[str, typer.Option("--update", help="Of this update; default: the last one.")] = "",
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    whole_log: Annotated[bool, typer.Option("--whole", help="All that the log has.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Warnings and errors alone.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Print what the event logs of pipelines say, oldest first."""
    from headgate.render.pipelines import logs_text
    from headgate.use_cases.outputs.pipelines import LogOutput
    from headgate.use_cases.pipelines import PipelinesRequest, pipeline_logs

    refuse_together(("--update", update), ("--whole", whole_log))
    request = PipelinesRequest(**asked(names, connector, group, stack, site, target, profile, root))
    found = pipeline_logs(request, update=update, errors=errors, whole=whole_log)
    if output == "json":
        emit([LogOutput.of(*one) for one in found])
    else:
        result(logs_text(found))


def show_ran(ran: Sequence[Any], output: Format) -> None:
    """Print what became of updates. Raises SourceError with what went wrong."""
    from headgate.render.pipelines import ran_text
    from headgate.use_cases.outputs.pipelines import RanOutput

    if output == "json":
        emit([RanOutput.of(one) for one in ran])
    else:
        result(ran_text(ran, width()))
    refuse((one.problem for one in ran if one.problem), SourceError)
