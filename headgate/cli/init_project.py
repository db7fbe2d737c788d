"""`headgate init project`: a repository to start from, and bringing it up to date."""

from __future__ import annotations

import shlex
from pathlib import Path  # typer reads it when it runs
from typing import Annotated

import typer

from headgate.cli.console import emit, result, tell
from headgate.cli.init import HostName, settle
from headgate.cli.options import FormatOption, refuse_together


def project(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder; made where there is none.")],
    ci: Annotated[HostName | None, typer.Option(help="Also write the workflows of `headgate init ci`, for this host.")] = None,
    *,
    sample: Annotated[bool, typer.Option("--sample", help="Add a made-up connector with 60 tables, to try things on.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files of Headgate's that say something else.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep those as they are, and don't ask again for them.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where a file would change.")] = False,
    output: FormatOption = "text",
) -> None:
    """Write a repository for connectors: the CDK app, a place for constructs of your own, a test, schemas for editors.

    In a project, the same brings it up to date: what you never changed follows this Headgate, what you changed stays, and
    where both did, you are shown the difference. Files that are yours are only written where there are none.
    """
    import os

    from headgate.use_cases.init_project import NewProjectRequest, make_project
    from headgate.use_cases.outputs.projects import WrittenOutput

    refuse_together(("--force", force), ("--keep", keep))
    request = NewProjectRequest(folder=folder, sample=sample, ci=ci, write=not check, force=force, keep=keep)
    found = make_project(request, os.environ)
    words = [*(["--ci", ci] if ci else []), *(["--sample"] if sample else [])]
    command = shlex.join(["headgate", "init", "project", str(folder), *words])
    fix = "look at the diff, then say --force to overwrite them, or --keep"
    if not settle(found.changes, command, fix, written=found.written, check=check):
        if output == "json":
            emit(WrittenOutput(written=()))
        return
    for path in found.kept:
        tell(f"{folder / path} is there already, and stays as it is")
    if output == "json":
        files, kept = (
            tuple(folder / path for path in paths) for paths in ([change.file.path for change in found.changes], found.kept)
        )
        emit(WrittenOutput(written=files, kept=kept, next=found.next))
        return
    for change in found.changes:
        result(f"{folder / change.file.path} {'written' if change.there is None else 'brought up to date'}")
    if found.next:
        result("\n".join(["", "Next:", *(f"  {number}. {step}" for number, step in enumerate(found.next, 1))]))
    elif not found.changes:
        tell("every file is up to date already")
