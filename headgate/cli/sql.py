"""`headgate sql`: pipelines of transforms, from declarative YAML to SQL."""

from __future__ import annotations

from pathlib import Path
from shlex import join
from typing import Annotated

import typer

from headgate.cli.command import Commands
from headgate.cli.console import emit, result, tell, warn
from headgate.cli.init import settle
from headgate.cli.options import Format, FormatOption, Root, Target
from headgate.problems import StaleError

sql = typer.Typer(cls=Commands, no_args_is_help=True, help="Write pipelines of transforms as YAML, and have their SQL.")
Pipelines = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE | CONNECTOR]...", help="Pipeline files, or a connector for those in its folder; default: all."
    ),
]


@sql.callback()
def _sql() -> None:
    """Write pipelines of transforms as YAML, and have their SQL."""


def generate(
    names: Pipelines = None,
    out: Annotated[Path, typer.Option("--out", help="The folder of the SQL.")] = Path("sql"),
    target: Target = None,
    output: FormatOption = Format.text,
    root: Root = Path(),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that somebody changed.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where a file would change.")] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Write SQL that `headgate sql check` finds errors in.")
    ] = False,
) -> None:
    """Write the SQL of pipeline files: NAME.sql for each NAME.pipeline.yaml, and NAME_sinks.py for its sinks.

    All that is wrong with the files is said at once, with its line, and nothing is written then: also what streams can't do,
    as `headgate sql check` finds it in the SQL.
    """
    from headgate.use_cases.outputs.sql import SqlGenerateOutput
    from headgate.use_cases.sql_generate import GenerateRequest, generate_sql

    request = GenerateRequest(
        names=tuple(names or ()), target=target, root=root, out=out, write=not check, force=force, check=not unchecked
    )
    found = generate_sql(request)
    for one in found.warnings:
        warn(f"warning: {one}")
    words = ["headgate", "sql", "generate", *request.names, "--out", str(out), *(["-t", target] if target else [])]
    words += ["--unchecked"] if unchecked else []
    written = settle(found.changes, join(words), "look at the diff, then say --force", written=found.written, check=check)
    if check and found.gone:
        raise StaleError(f"would be deleted: {', '.join(found.gone)}", f"run `{join(words)}`")
    files = tuple(found.folder / change.file.path for change in found.changes) if written else ()
    gone = tuple(found.folder / path for path in found.gone) if written else ()
    if output is Format.json:
        emit(SqlGenerateOutput(pipelines=found.pipelines, written=files, deleted=gone))
        return
    for file in files:
        result(f"{file} written")
    for file in gone:
        result(f"{file} deleted")
    if written and not files and not gone:
        tell("every file is up to date already")
