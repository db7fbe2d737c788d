"""Questions about one table as SQL: names come from the table's own columns, values are parameters. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Operator = Literal["is", "not", "contains", "from", "to", "empty", "filled"]
OPERATORS: dict[Operator, str] = {
    "is": "is",
    "not": "is not",
    "contains": "contains",
    "from": "is at least",
    "to": "is at most",
    "empty": "is empty",
    "filled": "is not empty",
}
_COMPARED = {"is": "=", "not": "IS DISTINCT FROM", "from": ">=", "to": "<="}
# Where a row lies: what tells rows apart that have no key. DuckDB's delta_scan gives both beside the table's columns.
_PLACE = (Column("filename", "VARCHAR"), Column("file_row_number", "BIGINT"))
LONGEST_CELL = 300  # characters of a page's cell


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose column is so. value: as text, in the column's own form; of no meaning for `empty` and `filled`."""

    column: Column
    operator: Operator
    value: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and its parameters. table: what it calls the table that it asks, None where it asks none."""

    sql: str
    parameters: tuple[object, ...]
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are ordered: by columns, each up or down, empty cells last, the last of them so that no two rows are equal."""

    by: tuple[tuple[Column, bool], ...]  # (column, descending)

    @property
    def sql(self) -> str:
        """The order as SQL says it."""
        return ", ".join(f"{one.quoted} {'DESC' if down else 'ASC'} NULLS LAST" for one, down in self.by)


def order_of(sort: Column | None, keys: Sequence[Column], *, descending: bool) -> Order:
    """Give the order by a column, and where cells are equal by the keys; without keys by where a row lies."""
    first = [(sort, descending)] if sort else []
    rest = [(one, descending) for one in (keys or _PLACE) if one != sort]
    return Order((*first, *rest))


def keys_of(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """Give the columns that tell rows apart by the names of the keys; none where they can't, which `order_of` knows to help.

    A table with columns of its own that are called as what would tell where a row lies is told by all that it has.
    """
    by_name = {one.name: one for one in columns}
    keys = [by_name[name] for name in names if name in by_name and by_name[name].is_scalar]
    if keys and len(keys) == len(names):
        return keys
    return [one for one in columns if one.is_scalar] if any(place.name in by_name for place in _PLACE) else []


def filters_of(
    columns: Sequence[Column], names: Sequence[str], operators: Sequence[str], values: Sequence[str]
) -> list[Filter]:
    """Give the filters that three lists say, in step. Raises QuestionError for columns and operators that are none."""
    if not len(names) == len(operators) == len(values):
        raise QuestionError("each filter takes a column, an operator and a value")
    by_name = {one.name: one for one in columns}
    found = []
    for name, operator, value in zip(names, operators, values, strict=True):
        if not name or (not value and operator not in {"empty", "filled", "is", "not"}):
            continue
        if name not in by_name:
            raise QuestionError(f"there is no column {name!r}")
        if operator not in OPERATORS:
            raise QuestionError(f"expected one of {', '.join(OPERATORS)}, found {operator!r}")
        column = by_name[name]
        if not column.is_scalar and operator not in {"empty", "filled", "contains"}:
            raise QuestionError(
                f"column {name!r} holds {column.type}, which can only be searched by `contains`, `empty` or `filled`"
            )
        found.append(Filter(column, operator, value))
    return found


def page_query(
    path: str, columns: Sequence[Column], order: Order, filters: Sequence[Filter], after: Sequence[str | None], most: int
) -> Query:
    """Ask for at most that many rows after the one that `after` tells of (empty: from the first).

    They come as text: their cells, cut at 300 characters, then the cells of the order whole, which tell where the next page
    begins. Pages begin at a row's own cells and not at its number, so that one far down takes no longer than the first.
    """
    parameters: list[object] = [path]
    conditions = list(_conditions(filters, parameters))
    if after:
        conditions.append(_after(order, after, parameters))
    cells = [f"left(CAST({one.quoted} AS VARCHAR), {LONGEST_CELL})" for one in columns]
    places = [f"CAST({one.quoted} AS VARCHAR)" for one, _ in order.by]
    parameters.append(most)
    # Cells become text once the rows of the page are found: ten million of them would take seconds.
    needed = ", ".join(dict.fromkeys(one.quoted for one in (*columns, *(column for column, _ in order.by))))
    found = f"SELECT {needed} FROM delta_scan(?){_where(conditions)} ORDER BY {_search_order(order, filters)} LIMIT ?"  # noqa: S608
    sql = f"SELECT {', '.join([*cells, *places])} FROM ({found}) ORDER BY {order.sql}"  # noqa: S608
    return Query(sql, tuple(parameters), path)


def _search_order(order: Order, filters: Sequence[Filter]) -> str:
    """Give the order by which the rows of a page are looked for: where filters say the key whole, its columns come first.

    They are the same in all rows that are found, so nothing changes, but that DuckDB reads the first column of an order of all
    rows, to leave out what can't be on the page: twice as much as the key alone.
    """
    said = {one.column for one in filters if one.operator == "is"}
    columns = [column for column, _ in order.by]
    if len(columns) > 1 and said.issuperset(columns[1:]) and not said.issuperset(columns[:1]):
        return f"{', '.join(one.quoted for one in columns[1:])}, {order.sql}"
    return order.sql


def all_query(path: str, columns: Sequence[Column], order: Order, filters: Sequence[Filter], most: int) -> Query:
    """Ask for all rows in their order, at most that many, each cell whole as text."""
    parameters: list[object] = [path]
    conditions = list(_conditions(filters, parameters))
    cells = ", ".join(f"CAST({one.quoted} AS VARCHAR)" for one in columns)
    parameters.append(most)
    return Query(
        f"SELECT {cells} FROM delta_scan(?){_where(conditions)} ORDER BY {order.sql} LIMIT ?",  # noqa: S608
        tuple(parameters),
        path,
    )


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _conditions(filters: Sequence[Filter], parameters: list[object]) -> Iterator[str]:
    for one in filters:
        name = one.column.quoted
        if one.operator == "empty":
            yield f"{name} IS NULL"
        elif one.operator == "filled":
            yield f"{name} IS NOT NULL"
        elif one.operator == "contains":
            parameters.append(one.value)
            yield f"contains(lower(CAST({name} AS VARCHAR)), lower(?))"
        else:
            parameters.append(one.value)
            yield f"{name} {_COMPARED[one.operator]} CAST(? AS {one.column.type})"


def _after(order: Order, after: Sequence[str | None], parameters: list[object]) -> str:
    """Give the condition that a row comes after another one: by the first column in which they differ."""
    ways, equal = [], list[str]()
    equals: list[object] = []
    for (column, down), value in zip(order.by, after, strict=True):
        name, cast = column.quoted, f"CAST(? AS {column.type})"
        if value is not None:
            beyond = f"({name} {'<' if down else '>'} {cast} OR {name} IS NULL)"
            ways.append(" AND ".join([*equal, beyond]))
            parameters += [*equals, value]
            equals.append(value)
        equal.append(f"{name} IS NULL" if value is None else f"{name} = {cast}")
    return "(" + " OR ".join(f"({way})" for way in ways) + ")" if ways else "FALSE"


def cursor_text(cells: Sequence[str | None]) -> str:
    """Give where a page ends as one word of an address."""
    return base64.urlsafe_b64encode(json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()).decode().rstrip("=")


def cursor_cells(text: str, order: Order) -> tuple[str | None, ...]:
    """Give the cells that such a word tells; none for an empty one. Raises QuestionError for one that is of no such order."""
    if not text:
        return ()
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        json.dumps(found, ensure_ascii=False).encode()  # half of a character is text for JSON alone
    except (ValueError, binascii.Error, RecursionError):
        raise QuestionError("`after` is no place in the table: begin at its first page") from None
    if not isinstance(found, list) or len(found) != len(order.by):
        raise QuestionError("`after` is a place in another order: begin at its first page")
    if not all(one is None or isinstance(one, str) for one in found):
        raise QuestionError("`after` is no place in the table: begin at its first page")
    return tuple(found)
