"""`headgate sql check`: what is wrong with a pipeline's SQL, before it costs a cluster."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import emit, result, tell
from headgate.cli.options import FormatOption, Root, Target

if TYPE_CHECKING:
    from headgate.use_cases.check_sql import CheckedSql

EditionName = Literal["core", "pro", "advanced"]


def check_sql(  # noqa: PLR0913  # each is an option of the command line
    files: Annotated[list[Path], typer.Argument(help="The SQL files of one pipeline, or folders of them; or pipeline files.")],
    schemas: Annotated[
        Path | None, typer.Option("--schemas", help="YAML or JSON: tables that the pipeline reads, with columns and types.")
    ] = None,
    deployed: Annotated[
        list[Path] | None, typer.Option("--deployed", help="The SQL as it was deployed last, to compare with.")
    ] = None,
    edition: Annotated[
        EditionName | None, typer.Option("--edition", help="Of a pipeline on classic compute: what it may use.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="FINDING", help="A kind of finding that is a warning here; repeat it."),
    ] = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Write what is proposed into the files.")] = False,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="With --fix, also what makes results inexact: approx_count_distinct.")
    ] = False,
    spark: Annotated[bool, typer.Option("--spark", help="Ask Spark 4.3 too, which takes Java 17 and some seconds.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings and notes are errors, and so are unknown tables.")] = False,
    target: Target = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Find what is wrong with a pipeline's SQL before it runs: why, where, and how to fix it.

    SQL files together are one pipeline; a pipeline file (YAML) is one by itself, checked by the SQL that it becomes. Tables are
    known from the files themselves, from --schemas and from the project's inventories; of others it is assumed that rows are
    only appended. Exit code 1 where there are errors.
    """
    from headgate.problems import InputError
    from headgate.use_cases.check_pipelines import check_files
    from headgate.use_cases.check_sql import CheckSqlRequest

    if approximate and not fix:
        raise InputError("--approximate is of what --fix writes", "say --fix too")
    found = check_files(
        CheckSqlRequest(
            files=tuple(files),
            schemas=schemas,
            deployed=tuple(deployed or ()),
            fix=fix,
            approximate=approximate,
            strict=strict,
            edition=edition,
            allowed=tuple(allow or ()),
            target=target,
            root=root,
            spark=os.environ.get("HEADGATE_SPARK_PYTHON", sys.executable) if spark else None,
        )
    )
    errors = sum(one.severity.value == "error" for one in found.findings)
    if output == "json":
        from headgate.use_cases.outputs.sql import SqlCheckOutput

        emit(SqlCheckOutput.of(found))
    else:
        _print(found, errors)
    if errors:
        raise typer.Exit(1)


def _print(found: CheckedSql, errors: int) -> None:
    from headgate.numbers import counted

    for one in found.findings:
        result(f"{one.file}:{one.line}:{one.column}: {one.severity.value} {one.code.value}: {one.message}")
        if one.fix:
            result(f"    {one.fix}")
    if found.changed:
        tell(f"{counted(found.settled, 'finding')} fixed in {', '.join(map(str, found.changed))}")
    others = len(found.findings) - errors
    more = f", {counted(others, 'warning or note', 'warnings and notes')}" if others else ""
    result(f"{counted(len(found.files), 'file')}: {counted(errors, 'error') if errors else 'no errors'}{more}")
