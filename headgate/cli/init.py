"""`headgate init ci`: the workflows of a user's repository."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Root, result, tell
from headgate.problems import RefusedError, StaleError

if TYPE_CHECKING:
    from headgate.ci.files import File

init = typer.Typer(no_args_is_help=True, help="Write files to start from: `ci`, the workflows of a repository.")


class HostName(StrEnum):
    """Whose CI is to run it."""

    github = "github"
    gitlab = "gitlab"


@init.callback()
def _init() -> None:
    """Write files to start from."""


@init.command("ci")
def ci(
    host: Annotated[HostName, typer.Option(help="Whose CI is to run it.")] = HostName.github,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", "-t", help="A target to deploy to, in this order; default: all that every connector has."),
    ] = None,
    nightly: Annotated[str, typer.Option(help="When to look for drift: cron, in UTC.")] = "17 3 * * *",
    branch: Annotated[str, typer.Option(help="The branch whose merges are deployed.")] = "main",
    out: Annotated[Path | None, typer.Option("--out", help="The repository's folder; default: the project's.")] = None,
    root: Root = Path(),
    *,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="The same as --host gitlab.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that say something else.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where a file would change.")] = False,
) -> None:
    """Write the workflows that review each pull request, deploy what was approved, and look for drift at night.

    A file that says something else is shown as a diff and kept, unless --force is given. Files that are yours (the set-up and
    the login) are only written where there are none.
    """
    from headgate.ci.files import files_of, warnings_of, workflow_settings
    from headgate.definition.load import load_definitions
    from headgate.files import write_whole
    from headgate.problems import InputError

    definitions = [one.definition for one in load_definitions(root)]
    if not definitions:
        raise InputError(f"no connectors/*/connector.yaml below {root}", "run headgate in the project's folder")
    settings = workflow_settings(definitions, "gitlab" if gitlab else host.value, target or [], nightly, branch)
    folder = out or root
    differing = {file: diff for file in files_of(settings) if (diff := _diff(folder, file, force=force)) is not None}
    changed = [file.path for file in differing if (folder / file.path).exists()]
    if differing and (check or (changed and not force)):
        result("\n".join(diff for diff in differing.values() if diff))
    if check and differing:
        raise StaleError(f"would be written: {', '.join(file.path for file in differing)}", f"run `{settings.command}`")
    if changed and not force and not check:
        raise RefusedError(f"these files say something else: {', '.join(changed)}", "look at the diff, then say --force")
    if check:
        return
    for file in differing:
        write_whole(folder / file.path, file.text)
        result(f"{folder / file.path} written")
    if not differing:
        tell("every file is up to date already")
    for warning in warnings_of(definitions, settings):
        tell(f"warning: {warning}")


def _diff(folder: Path, file: File, *, force: bool) -> str | None:
    """Give how a file differs from what is there, as a unified diff; None where it needn't be written."""
    from difflib import unified_diff

    path = folder / file.path
    if not path.exists():
        there = ""
    elif file.yours and not force:
        return None
    else:
        there = path.read_bytes().decode(errors="replace")
        if there == file.text:
            return None
    lines = unified_diff(there.splitlines(), file.text.splitlines(), f"a/{file.path}", f"b/{file.path}", lineterm="")
    return "\n".join(lines)
