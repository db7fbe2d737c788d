"""`headgate sql test`: unit tests of pipelines, on local Spark."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, result
from headgate.cli.options import FormatOption, Root, Target, pairs_of


def run_sql_tests(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Files of tests, folders of them, or the pipeline files beside them; default: all."
        ),
    ] = None,
    target: Target = None,
    value: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What ${NAME} stands for in a file of SQL; may be given again."),
    ] = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Run the unit tests of pipelines on local Spark: rows for sources, and the rows that tables are to hold then.

    NAME.test.yaml is beside NAME.pipeline.yaml; files of sdp-test are read too. Says which columns of which row differ. It
    takes Java 17 and pyspark 4.3, the extra `spark`, and starts Spark once. Exit code 1 where a test fails.
    """
    from headgate.numbers import counted
    from headgate.render.sql_tests import differences_text
    from headgate.use_cases.outputs.sql import SqlTestOutput
    from headgate.use_cases.sql_tests import SqlTestRequest, run_tests

    request = SqlTestRequest(
        files=tuple(files or ()),
        target=target,
        values=pairs_of(value or [], "--value"),
        spark=os.environ.get("HEADGATE_SPARK_PYTHON", sys.executable),
        root=root,
    )
    found = []
    for one in run_tests(request):
        found.append(one)
        if output == "text":
            result(f"{one.file}:{one.line}: {one.name}: {'passed' if one.passed else 'FAILED'}")
            for line in differences_text(one.differences, steps=one.steps > 1):
                result(f"    {line}")
    failed = sum(not one.passed for one in found)
    if output == "json":
        emit(SqlTestOutput.of(found))
    else:
        result(f"{counted(len(found), 'test')}: {f'{failed} failed' if failed else 'all passed'}")
    if failed:
        raise typer.Exit(1)
