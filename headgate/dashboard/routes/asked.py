"""What the addresses of pages with rows have in common: the parameters, the table that is meant, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request

from headgate.dashboard.failures import choose, not_found
from headgate.dashboard.lake.errors import QuestionError
from headgate.dashboard.lake.query import Filter, cursor_cells, filters_of, keys_of, order_of, page_query
from headgate.dashboard.names import tables_named
from headgate.dashboard.pages import path
from headgate.dashboard.views.grid import SIZES, Asked, grid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import HTMLResponse

    from headgate.dashboard.lake.columns import Column
    from headgate.dashboard.lake.query import Operator, Order
    from headgate.dashboard.lake.tables import Tables
    from headgate.dashboard.names import FoundTable
    from headgate.dashboard.views.grid import Grid

_MOST_FILTERS = 8
Text = Annotated[str, Query(max_length=500)]
ConnectorId = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Order, filters and place, as an address says them."""

    sort: str
    down: bool
    after: str
    size: int
    column: tuple[str, ...]
    op: tuple[str, ...]
    value: tuple[str, ...]


def parameters(
    sort: Text = "",
    down: Annotated[bool, Query()] = False,
    after: Annotated[str, Query(max_length=8000)] = "",
    size: Annotated[int, Query(ge=1, le=SIZES[-1])] = SIZES[1],
    column: Annotated[list[Text] | None, Query(max_length=_MOST_FILTERS)] = None,
    op: Annotated[list[Text] | None, Query(max_length=_MOST_FILTERS)] = None,
    value: Annotated[list[Text] | None, Query(max_length=_MOST_FILTERS)] = None,
) -> Parameters:
    """Read the parameters of an address."""
    return Parameters(sort, down, after, size, tuple(column or ()), tuple(op or ()), tuple(value or ()))


Asking = Annotated[Parameters, Depends(parameters)]


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A table with its columns, what is asked of it, the order that follows from that, and all filters.

    filters: those of the address, and those that the page has by itself.
    """

    found: FoundTable
    columns: tuple[Column, ...]
    asked: Asked
    order: Order
    filters: tuple[Filter, ...]


def one_table(request: Request, name: str, connector: str | None, prefix: str) -> FoundTable | HTMLResponse:
    """Give the table of a name; a page where there is none, or several."""
    found = tables_named(request.app.state.figures.snapshot.connectors, name, connector)
    if not found:
        return not_found(request, f"No connector has a table {name!r}.", [("/data/", "All tables")])
    if len(found) > 1:
        links = [_link(one, prefix) for one in found]
        return choose(request, f"{len(found)} tables are called {name!r}.", links)
    return found[0]


def _link(one: FoundTable, prefix: str) -> tuple[str, str]:
    connector = f"{'&' if '?' in prefix else '?'}connector={path(one.shown.watched.connector)}"
    return f"{prefix}{path(one.table.destination)}{connector}", f"{one.table.source_table} → {one.table.destination}"


async def question(
    request: Request,
    found: FoundTable,
    its: Parameters,
    *,
    newest_by: str = "",
    always: Sequence[tuple[str, Operator, str]] = (),
    more: Sequence[tuple[str, str]] = (),
) -> TableQuestion:
    """Give what is asked of a table. newest_by: what it is ordered by, the last first, where nothing else is asked.

    always: filters as (column, operator, value) besides; more: parameters of the page's own. Raises QuestionError,
    NoTableError, BusyError.
    """
    lake: Tables = request.app.state.lake
    columns = await lake.columns(lake.place(found.table))
    by_name = {one.name: one for one in columns}
    if its.sort and (its.sort not in by_name or not by_name[its.sort].is_scalar):
        raise QuestionError(f"the table can't be sorted by {its.sort!r}")
    by_default = newest_by if newest_by in by_name and not its.sort else ""
    asked = Asked(
        its.sort or by_default,
        its.down or bool(by_default),
        tuple(filters_of(columns, its.column, its.op, its.value)),
        its.size,
        tuple(more),
    )
    order = order_of(by_name.get(asked.sort), keys_of(columns, found.table.keys), descending=asked.down)
    fixed = [Filter(by_name[name], operator, value) for name, operator, value in always if name in by_name]
    return TableQuestion(found, tuple(columns), asked, order, (*asked.filters, *fixed))


async def rows_of(request: Request, its: TableQuestion, after: str, only: Sequence[str] = ()) -> Grid:
    """Give a page of rows. only: the columns to show, those of them that there are.

    Raises QuestionError, NoTableError, BusyError.
    """
    columns = [one for name in only for one in its.columns if one.name == name] or list(its.columns)
    place = cursor_cells(after, its.order)
    lake: Tables = request.app.state.lake
    query = page_query(lake.place(its.found.table), columns, its.order, its.filters, place, its.asked.size + 1)
    return grid_of(columns, await lake.rows(query), its.asked)
