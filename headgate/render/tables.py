"""Tables of text for a terminal, a pipe or a log."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from headgate.numbers import rounded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_GAP, _LEAST = 2, 12  # between columns; the least that a column is wrapped to
_NOTHING = {"", "-"}


def table_text(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    *,
    width: int | None = None,
    spare: Collection[int] = (),
) -> str:
    """Give a plain table, as wide as its content; columns whose number is in `right` are aligned to the right.

    Where that is more than `width`, columns of which no cell says anything are left out, then the `spare` ones; then the last
    column is wrapped, and where that isn't enough, all of them: nothing is cut.
    """
    sizes = [max(map(cell_len, (column, *cells))) for column, cells in zip(columns, _turned(columns, rows), strict=True)]
    kept = list(range(len(columns)))
    silent = [n for n in kept if rows and all(row[n] in _NOTHING for row in rows)]
    for number in (*silent, *spare):
        if width is not None and number in kept and _total(sizes, kept) > width:
            kept.remove(number)
    most = _total(sizes, kept) if width is None else width
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    last_wraps = most - _total(sizes, kept[:-1]) - _GAP >= _LEAST
    for number in kept:
        fixed = last_wraps and number != kept[-1]
        table.add_column(columns[number], justify="right" if number in right else "left", overflow="fold", no_wrap=fixed)
    for row in rows:
        table.add_row(*(Text(row[number]) for number in kept))
    out = io.StringIO()
    console = Console(file=out, width=most, color_system=None, highlight=False, emoji=False, markup=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def csv_text(lines: Iterable[Sequence[object]]) -> str:
    """Give lines as CSV, numbers as people see them, without a line end after the last."""
    out = io.StringIO()
    plain = ([rounded(cell) if isinstance(cell, float) else cell for cell in cells] for cells in lines)
    csv.writer(out, lineterminator="\n").writerows(plain)
    return out.getvalue().removesuffix("\n")


def _turned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[row[number] for row in rows] for number in range(len(columns))]


def _total(sizes: Sequence[int], kept: Sequence[int]) -> int:
    return sum(sizes[number] for number in kept) + _GAP * max(0, len(kept) - 1)
