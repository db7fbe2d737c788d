"""`headgate init`: files to start from; `init ci`, the workflows of a user's repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.command import Commands
from headgate.cli.console import emit, result, tell, warn
from headgate.cli.options import FormatOption, Root, refuse_together
from headgate.problems import RefusedError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.generated import Change

init = typer.Typer(
    cls=Commands, no_args_is_help=True, help="Write files to start from: a project, a connector, or its workflows."
)


HostName = Literal["github", "gitlab"]  # whose CI is to run it


@init.callback()
def _init() -> None:
    """Write files to start from."""


def ci(
    host: Annotated[HostName | None, typer.Option(help="Whose CI is to run it; default: github.")] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", "-t", help="A target to deploy to, in this order; default: all that every connector has."),
    ] = None,
    nightly: Annotated[str, typer.Option(help="When to look for drift: cron, in UTC.")] = "17 3 * * *",
    branch: Annotated[str, typer.Option(help="The branch whose merges are deployed.")] = "main",
    out: Annotated[Path | None, typer.Option("--out", help="The repository's folder; default: the project's.")] = None,
    root: Root = Path(),
    output: FormatOption = "text",
    *,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="The same as --host gitlab.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that say something else.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where a file would change.")] = False,
) -> None:
    """Write the workflows that review each pull request, deploy what was approved, and look for drift at night.

    A file that says something else is shown as a diff and kept, unless --force is given. Files that are yours (the set-up and
    the login) are only written where there are none.
    """
    from headgate.use_cases.init_ci import WorkflowsRequest, write_workflows
    from headgate.use_cases.outputs.projects import WrittenOutput

    refuse_together(("--gitlab", gitlab), ("--host github", host == "github"))
    request = WorkflowsRequest(
        host="gitlab" if gitlab else host or "github",
        targets=tuple(target or ()),
        nightly=nightly,
        branch=branch,
        out=out,
        root=root,
        write=not check,
        force=force,
    )
    found = write_workflows(request)
    for warning in found.warnings:
        warn(f"warning: {warning}")
    written = settle(found.changes, found.command, "look at the diff, then say --force", written=found.written, check=check)
    files = tuple(found.folder / change.file.path for change in found.changes) if written else ()
    if output == "json":
        emit(WrittenOutput(written=files, warnings=found.warnings))
    else:
        for file in files:
            result(f"{file} written")
    if written and not files:
        tell("every file is up to date already")


def settle(changes: Sequence[Change], command: str, fix: str, *, written: bool, check: bool) -> bool:
    """Say whether changes were written; where not, show those of files that are there.

    Raises StaleError with the command for what would be written, RefusedError with the fix for what somebody changed.
    """
    if not written and (diffs := [change.diff for change in changes if change.there is not None]):
        result("\n".join(diffs))
    if check and changes:
        raise StaleError(f"would be written: {', '.join(change.file.path for change in changes)}", f"run `{command}`")
    if not check and not written:
        clashes = [change.file.path for change in changes if change.clash]
        raise RefusedError(f"these files say something else: {', '.join(clashes)}", fix)
    return written
