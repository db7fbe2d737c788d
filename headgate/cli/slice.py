"""`headgate slice`: a table too heavy for one pipeline, cut by one of its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli.common import Connector, Format, FormatOption, Root, result, result_json, tell
from headgate.problems import InputError, StaleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.inventory.row import TableRow
    from headgate.inventory.slices import Sliced
    from headgate.project import Connector as Project

_FEW = 5


def slice_(
    connector: Connector,
    table: Annotated[str, typer.Argument(help="A source table; where it has several destinations, the name of one.")],
    option: Annotated[str, typer.Option(help="The table's option to cut by, such as tags.")],
    values: Annotated[Path, typer.Option(help="A file with one value of the option a line, or value,weight.")],
    at_most: Annotated[int, typer.Option(min=1, help="Values that a slice holds at most.")],
    separator: Annotated[str, typer.Option(help="What the source splits the option's values by.")] = ",",
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where tables.csv would change.")] = False,
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """Cut a table into slices, a row of tables.csv each, that are balanced like tables.

    The first slice keeps the table's destination. Done again with other values, each value stays in its slice: new ones go
    where there is room, and an emptied slice is marked gone. Then run `headgate balance`.
    """
    from headgate.inventory.slices import slice_table
    from headgate.inventory.values import read_values
    from headgate.project import read_connectors

    one = read_connectors(root, connector)[0]
    known = read_values(values, separator)
    sliced = slice_table(one.rows, table, option, known, at_most, separator=separator, weight_of=_weight_of(one))
    path = one.folder / "tables.csv"
    changed = _write(path, sliced, write=not check)
    if output is Format.json:
        result_json(_as_json(one, table, option, sliced, changed=changed))
    else:
        result(_as_text(table, option, sliced))
    if changed and not check:
        tell(f"{path} written")
    if option not in one.definition.connection.external_options:
        tell(f"warning: '{option}' is not among connection.external_options, so it does not reach the source: add it there")
    if changed and check:
        raise StaleError(f"{path} would change", "run the same without --check, and commit the inventory")


def _weight_of(one: Project) -> Callable[[TableRow], float]:
    """Weigh a table without a weight of its own by its runs, else by its type."""
    from headgate.inventory.defaults import table_id

    weights = {table.id: table.weight.seconds for table in one.weighed()}
    return lambda row: weights[table_id(row, one.definition)]


def _write(path: Path, sliced: Sliced, *, write: bool) -> bool:
    """Write the inventory as it is read again, and with the columns that it had; say whether it changes."""
    from headgate.files import write_whole
    from headgate.inventory.read import parse_inventory
    from headgate.inventory.write import render_inventory

    text = render_inventory(sliced.tables, _columns(path))
    if parse_inventory(text.encode(), str(path)) != sliced.tables:
        raise InputError(f"{path} would not be read as it is written", "look for odd characters in the values")
    if parse_inventory(path.read_bytes(), str(path)) == sliced.tables:
        return False  # written otherwise, perhaps, but saying the same
    if write:
        write_whole(path, text)
    return True


def _columns(path: Path) -> list[str]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        return [name.strip() for name in next(csv.reader(file))]


def _as_json(one: Project, table: str, option: str, sliced: Sliced, *, changed: bool) -> dict[str, Any]:
    from dataclasses import asdict

    slices = [asdict(part) for part in sliced.slices]
    return {
        "format": 1, "connector": one.definition.id, "table": table, "option": option, "changed": changed, "slices": slices
    }  # fmt: skip


def _as_text(table: str, option: str, sliced: Sliced) -> str:
    from headgate.render.tables import table_text

    columns = ("destination", "row", option, "in", "out", "weight", "")
    rows = [
        (
            part.destination,
            str(part.row),
            str(len(part.values)),
            str(len(part.added) or "-"),
            str(len(part.removed) or "-"),
            "-" if part.weight is None else f"{part.weight:,.6g}",
            "" if part.state == "same" else part.state,
        )
        for part in sliced.slices
    ]
    total = sum(len(part.values) for part in sliced.slices)
    live = sum(1 for part in sliced.slices if part.state != "gone")
    lines = [
        f"{table}: {total} {option} in {live} {'slice' if live == 1 else 'slices'}",
        table_text(columns, rows, right=(1, 2, 3, 4, 5)),
    ]
    for part in sliced.slices:
        if part.removed:
            more = f" and {len(part.removed) - _FEW} more" if len(part.removed) > _FEW else ""
            lines.append(f"{part.destination} no longer has {', '.join(part.removed[:_FEW])}{more}")
        if part.state == "gone":
            lines.append(f"{part.destination} holds no value and is marked gone: it is read as before until you delete its row")
    return "\n".join(lines)
