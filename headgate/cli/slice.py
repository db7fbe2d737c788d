"""`headgate slice`: a table too heavy for one pipeline, cut by one of its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, result, tell, warn, width
from headgate.cli.options import Connector, FormatOption, Root
from headgate.problems import StaleError


def slice_(
    connector: Connector,
    table: Annotated[str, typer.Argument(help="A source table; where it has several destinations, the name of one.")],
    option: Annotated[str, typer.Option(help="The table's option to cut by, such as tags.")],
    values: Annotated[Path, typer.Option(help="A file with one value of the option a line, or value,weight.")],
    at_most: Annotated[int, typer.Option(min=1, help="Values that a slice holds at most.")],
    separator: Annotated[str, typer.Option(help="What the source splits the option's values by.")] = ",",
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where tables.csv would change.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Cut a table into slices, a row of tables.csv each, that are balanced like tables.

    The first slice keeps the table's destination. Done again with other values, each value stays in its slice: new ones go
    where there is room, and an emptied slice is marked gone. Then run `headgate balance`.
    """
    from headgate.use_cases.outputs.tables import SliceOutput
    from headgate.use_cases.slice_table import SliceRequest, cut_table

    request = SliceRequest(
        connector=connector,
        table=table,
        option=option,
        values=values,
        at_most=at_most,
        separator=separator,
        write=not check,
        root=root,
    )
    found = cut_table(request)
    if output == "json":
        emit(SliceOutput(connector=found.connector, table=table, option=option, changed=found.changed, slices=found.slices))
    else:
        from headgate.render.slices import slices_text

        result(slices_text(table, option, found.slices, width()))
    if found.changed and not check:
        tell(f"{found.file} written")
    if not found.allowed:
        warn(f"warning: '{option}' is not among connection.external_options, so it does not reach the source: add it there")
    if found.changed and check:
        raise StaleError(f"{found.file} would change", "run the same without --check, and commit the inventory")
