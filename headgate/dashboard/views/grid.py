"""A page of a table's rows, with the addresses of its other pages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from headgate.dashboard.lake.query import LONGEST_CELL, cursor_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.dashboard.lake.columns import Column
    from headgate.dashboard.lake.query import Filter

SIZES = (25, 50, 100, 250)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a table: order, filters, rows a page, and further parameters of its page, which stay."""

    sort: str
    down: bool
    filters: tuple[Filter, ...]
    size: int
    more: tuple[tuple[str, str], ...] = ()

    def address(self, **changed: str) -> str:
        """Give the query of an address that asks the same but for what is changed; an empty value is left out."""
        pairs = dict(self.more) | {
            "sort": self.sort,
            "down": "1" if self.down else "",
            "size": str(self.size) if self.size != SIZES[1] else "",
        }
        pairs |= changed
        found = [(name, value) for name, value in pairs.items() if value]
        for one in self.filters:
            found += [("column", one.column.name), ("op", one.operator), ("value", one.value)]
        return "?" + urlencode(found)


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: its name and type, the address that sorts by it, and how it is sorted now, for screen readers."""

    name: str
    type: str
    numeric: bool
    sort: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows as text (None: empty), heads, and the addresses of the next page (empty: there is none) and the first."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[str | None, ...], ...]
    following: str
    first: str


def grid_of(columns: Sequence[Column], found: Sequence[tuple[str | None, ...]], asked: Asked) -> Grid:
    """Give a page from the rows that were found, one more than it shows where there are more."""
    rows = found[: asked.size]
    following = asked.address(after=cursor_text(rows[-1][len(columns) :])) if len(found) > asked.size else ""
    cells = tuple(tuple(_cut(cell) for cell in row[: len(columns)]) for row in rows)
    return Grid(tuple(_head(one, asked) for one in columns), cells, following, asked.address())


def _cut(cell: str | None) -> str | None:
    return cell + "…" if cell is not None and len(cell) >= LONGEST_CELL else cell


def _head(column: Column, asked: Asked) -> Head:
    here = asked.sort == column.name
    turned = asked.address(sort=column.name, down="" if (here and asked.down) or not here else "1") if column.is_scalar else ""
    return Head(
        column.name, column.type, column.is_number, turned, ("descending" if asked.down else "ascending") if here else "none"
    )
