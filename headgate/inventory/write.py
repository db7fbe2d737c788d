"""Writing `tables.csv`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from headgate.files import write_whole
from headgate.inventory.cells import CELLS, COLUMNS
from headgate.inventory.load_cells import ESTIMATED, GIVEN, load_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from headgate.inventory.row import TableRow

_SPECIAL = re.compile(r'[",\r\n]')


def write_inventory(path: Path, tables: Sequence[TableRow], columns: Collection[str] = ()) -> bool:
    """Write an inventory whole; say whether the file changed."""
    return write_whole(path, render_inventory(tables, columns))


def render_inventory(tables: Sequence[TableRow], columns: Collection[str] = ()) -> str:
    """Give the CSV of tables, a row each in their order, line ends LF; reading it gives the same tables.

    Columns are those that a table uses, and those named in `columns`, in the order of COLUMNS; loads come last, by name. That
    of keys is there where a table is known to have none.
    """
    rows = [{column: _cell(getattr(table, CELLS[column])) for column in COLUMNS} | _load_cells(table) for table in tables]
    used = {column for row in rows for column, text in row.items() if text}
    used |= {"primary_keys" for table in tables if table.primary_keys is not None}
    shown = [column for column in COLUMNS if column in used or column in columns or column == COLUMNS[0]]
    shown += sorted((used | {*load_columns(columns)}) - {*COLUMNS})
    lines = [shown, *([row.get(column, "") for column in shown] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _load_cells(table: TableRow) -> dict[str, str]:
    """Give the cells of a table's loads, by column."""
    given = {f"{GIVEN}{name}": _cell(float(amount)) for name, amount in table.loads.items()}
    return given | {f"{ESTIMATED}{name}": _cell(float(amount)) for name, amount in table.estimated_loads.items()}


def _quoted(cell: str) -> str:
    # csv.writer leaves a lone carriage return without quotes before Python 3.13, and no reader gets it back.
    return '"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004  # exact so far
    if isinstance(value, int):
        return str(value)
    if not value:
        return ""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False, separators=(",", ":"))
