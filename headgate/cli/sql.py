"""`headgate sql`: pipelines of transforms, from declarative YAML to SQL."""

from __future__ import annotations

from pathlib import Path
from shlex import join, quote
from typing import Annotated

import typer

from headgate.cli.command import Commands
from headgate.cli.console import emit, result, tell, warn
from headgate.cli.init import settle
from headgate.cli.options import FormatOption, Root, Target, pairs_of
from headgate.numbers import counted
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
    output: FormatOption = "text",
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
    if output == "json":
        emit(SqlGenerateOutput(pipelines=found.pipelines, written=files, deleted=gone))
        return
    for file in files:
        result(f"{file} written")
    for file in gone:
        result(f"{file} deleted")
    if written and not files and not gone:
        tell("every file is up to date already")


def explain(
    files: Annotated[list[Path], typer.Argument(help="Pipeline files, or the SQL files of one pipeline, or folders of them.")],
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw the graph into this file as well.")] = None,
    target: Target = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Show a pipeline as a graph: its tables, what each reads and whether as a stream, and what columns are made of.

    Columns are known where the file names them: the `columns` of its sources, or those that its SQL selects by name.
    """
    from headgate.files import write_whole
    from headgate.render.sql_graph import graph_svg, graph_text
    from headgate.use_cases.outputs.sql import SqlExplainOutput
    from headgate.use_cases.sql_explain import ExplainRequest, explain_files

    found = explain_files(ExplainRequest(files=tuple(files), target=target, root=root))
    for one in found.unread:
        warn(f"warning: left out: {one}")
    if svg is not None:
        write_whole(svg, graph_svg(found))
    if output == "json":
        emit(SqlExplainOutput.of(found))
    else:
        result(graph_text(found))
    if svg is not None:
        tell(f"{svg} written")


def import_(
    file: Annotated[Path, typer.Argument(help="A file of SQL, or a notebook that was exported as SQL.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The pipeline file. Default: pipelines/NAME.pipeline.yaml.", show_default=False)
    ] = None,
    catalog: Annotated[str, typer.Option(help="The catalog of names that don't say theirs.")] = "main",
    schema: Annotated[str, typer.Option(help="The schema of names that don't say theirs.")] = "silver",
    value: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What ${NAME} stands for in the SQL; may be given again."),
    ] = None,
    root: Root = Path(),
    output: FormatOption = "text",
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing where something of the SQL is left out.")] = False,
) -> None:
    """Make a pipeline file of SQL that is there, and say what of the SQL such a file can't say.

    `SELECT * FROM table` becomes a source, any other query a transform with its SQL as it is written.
    """
    from headgate.use_cases.outputs.projects import WrittenOutput
    from headgate.use_cases.sql_import import ImportRequest, import_file

    values = pairs_of(value or [], "--value")
    made = import_file(
        ImportRequest(file=file, out=out, catalog=catalog, schema=schema, values=values, strict=strict, root=root)
    )
    for one in made.not_taken:
        warn(f"warning: left out: {one}")
    step = f"headgate sql generate {quote(str(made.path))}"
    if output == "json":
        emit(WrittenOutput(written=(made.path,), warnings=tuple(map(str, made.not_taken)), next=(step,)))
        return
    result(f"{made.path} written, with {counted(made.tables, 'table')}")
    tell(f"next: look at it, then `{step}`")
