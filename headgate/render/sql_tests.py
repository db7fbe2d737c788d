"""What tests of pipelines came to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.sql.testing.compare import Cell, Difference

_MOST = 20  # differences of one test that are told
_WIDEST = 200  # characters of a value
_ROWS = {"missing": "is missing", "unexpected": "is not expected"}


def differences_text(found: Iterable[Difference], *, steps: bool) -> list[str]:
    """Give a line for each difference, and how many more there are. steps: whether the test has several."""
    told = [line for one in found for line in _lines(one, steps=steps)]
    more = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
    return [*told[:_MOST], *more]


def _lines(one: Difference, *, steps: bool) -> Iterator[str]:
    row = "" if one.row is None else f"row {one.row}"
    table = f"{one.table}, dropped" if one.dropped else one.table
    place = ": ".join(part for part in (f"step {one.step}" if steps else "", table, row) if part)
    where = f"line {one.line}: {place}: " if place else f"line {one.line}: "
    if one.kind == "differs":
        for cell in one.cells:
            yield f"{where}{cell.column}: expected {_value(cell.expected)}, found {_value(cell.found)}"
    elif one.kind in _ROWS:
        noun = "" if one.row is not None else "a row "
        yield f"{where}{noun}{_ROWS[one.kind]}: {_row(one.cells, expected=one.kind == 'missing')}"
    else:
        yield f"{where}{one.message}"


def _row(cells: Iterable[Cell], *, expected: bool) -> str:
    return ", ".join(f"{cell.column} {_value(cell.expected if expected else cell.found)}" for cell in cells)


def _value(value: str | None) -> str:
    if value is None:
        return "NULL"
    shown = repr(value) if value != value.strip() or not value.isprintable() or not value else value
    return shown if len(shown) <= _WIDEST else f"{shown[:_WIDEST]}…"
