"""`headgate init pipeline`: a pipeline file to start from."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated, Literal

import typer

from headgate.cli.console import emit, result, tell
from headgate.cli.options import FormatOption, Root
from headgate.numbers import counted

Template = Literal["medallion", "minimal"]  # what the file begins as


def pipeline(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called: NAME.pipeline.yaml.")],
    template: Annotated[
        Template, typer.Option(help="medallion: bronze from a connector, silver, gold. minimal: one source and one table.")
    ] = "medallion",
    connector: Annotated[str | None, typer.Option(help="The connector, by id or folder; default: the only one.")] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="Only this table of it, as its source names it; may be given again.")
    ] = None,
    catalog: Annotated[str, typer.Option(help="minimal: the catalog of its tables.")] = "main",
    schema: Annotated[str, typer.Option(help="minimal: the schema of its tables.")] = "silver",
    root: Root = Path(),
    output: FormatOption = "text",
) -> None:
    """Write a pipeline file to start from, of which `headgate sql generate` makes SQL.

    A medallion goes below the connector's folder: each of its tables as it lands (bronze), with types and one row a key
    (silver), and summed up (gold). Tables that are only appended to stay streams; of others all rows are read each time.
    """
    from headgate.use_cases.init_pipeline import PipelineRequest, make_pipeline
    from headgate.use_cases.outputs.projects import WrittenOutput

    request = PipelineRequest(
        name=name,
        template=template,
        connector=connector,
        tables=tuple(table or ()),
        catalog=catalog,
        schema=schema,
        root=root,
    )
    made = make_pipeline(request)
    step = f"headgate sql generate {quote(str(made.path))}"
    if output == "json":
        emit(WrittenOutput(written=(made.path,), next=(step,)))
        return
    result(f"{made.path} written, with {counted(made.tables, 'table')}")
    tell(f"next: change it as you need it, then `{step}`")
