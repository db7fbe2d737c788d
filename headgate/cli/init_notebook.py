"""`headgate init notebook`: a Databricks notebook for operators of OSI PI's connector."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, result, tell
from headgate.cli.init import settle
from headgate.cli.options import FormatOption


def notebook(
    out: Annotated[Path, typer.Option("--out", help="The notebook's file.")] = Path("pi_notebook.py"),
    wheels: Annotated[
        str,
        typer.Option(
            help="Where the workspace has Headgate's wheels. Default: /Workspace/Shared/headgate/wheels.", metavar="FOLDER"
        ),
    ] = "",
    output: FormatOption = "text",
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that says something else.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where the file would change.")] = False,
) -> None:
    """Write a Databricks notebook that takes OSI PI's tags to pipelines: to be imported into a workspace and run there.

    Its cells test the access, discover, slice, balance, check, generate and review, and deploy once they were told to.
    """
    from headgate.use_cases.init_notebook import NotebookRequest, write_notebook
    from headgate.use_cases.outputs.projects import WrittenOutput

    found = write_notebook(NotebookRequest(out=out, wheels=wheels, write=not check, force=force))
    words = ["--wheels", wheels] if wheels else []
    command = shlex.join(["headgate", "init", "notebook", "--out", str(out), *words])
    written = settle(found.changes, command, "look at the diff, then say --force", written=found.written, check=check)
    files = tuple(found.folder / change.file.path for change in found.changes) if written else ()
    step = f"databricks workspace import PATH --file {shlex.quote(str(out))} --format SOURCE --language PYTHON"
    if output == "json":
        emit(WrittenOutput(written=files, next=(step,) if files else ()))
        return
    for file in files:
        result(f"{file} written")
    if written and not files:
        tell("the file is up to date already")
    if files:
        tell(f"next: copy the wheels to {found.wheels} and import the notebook, in the workspace's browser or by `{step}`")
