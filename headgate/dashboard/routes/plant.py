"""A plant's data: a tag's values as a chart, the tree of elements, event frames and alarms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard.failures import not_found
from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.errors import QuestionError
from headgate.dashboard.lake.plant import (
    ALARMS,
    ELEMENT_COLUMNS,
    EVENT_COLUMNS,
    EVENTS,
    FRAME_COLUMNS,
    HIERARCHY,
    MOST_CHILDREN,
    MOST_LEVELS,
    MOST_VALUES,
    POINTS,
    SERIES,
    SERIES_COLUMNS,
    buckets_query,
    children_query,
    known_query,
    parent_query,
    tags_query,
    templates_query,
)
from headgate.dashboard.lake.query import Filter, Operator, order_of, page_query
from headgate.dashboard.lake.tables import Tables
from headgate.dashboard.lake.times import span_of
from headgate.dashboard.names import FoundTable, tables_named
from headgate.dashboard.pages import page
from headgate.dashboard.routes.asked import Asking, Parameters, Text, one_table, question, rows_of
from headgate.dashboard.routes.methods import READING
from headgate.dashboard.views.grid import Asked, grid_of
from headgate.dashboard.views.series import BUCKETS, Bucket, series_of
from headgate.dashboard.views.tree import tree_of

router = APIRouter()
_Table = Annotated[str | None, Query(max_length=500)]


@router.api_route("/data/timeseries", methods=READING)
async def timeseries(
    request: Request, tag: Text = "", q: Text = "", begin: Text = "", end: Text = "", table: _Table = None
) -> Response:
    """Show a tag's values as a chart, closer or farther; without a tag, the tags whose names hold a text.

    Raises QuestionError for a table that holds no values of tags.
    """
    found = _table(request, SERIES, table)
    if isinstance(found, Response):
        return found
    lake: Tables = request.app.state.lake
    path = lake.place(found.table)
    columns = await _columns(request, found, SERIES_COLUMNS, "values of tags")
    by_name = {one.name: one for one in columns}
    if not tag:
        return page(request, "tags.html", tags=await _tags(request, found, q), q=q, table=found.table, named=table)
    [(first, last, count)] = await lake.rows(known_query(path, tag))
    if not count:
        return not_found(
            request, f"{found.table.destination} has no values of a tag {tag!r}.", [("/data/timeseries", "All tags")]
        )
    span = span_of(begin, end, (first, last))
    more = [("tag", tag), *([("table", table)] if table else [])]
    buckets = [Bucket(*row) for row in await lake.rows(buckets_query(path, columns, tag, span, BUCKETS))]
    filters = [
        Filter(by_name["tag_name"], "is", tag),
        Filter(by_name["timestamp"], "from", span.text(span.begin)),
        Filter(by_name["timestamp"], "to", span.text(span.end)),
    ]
    shown = [one for one in columns if one.name not in {"tag_webid", "tag_id", "tag_name"}]
    order = order_of(by_name["timestamp"], [], descending=True)
    rows = await lake.rows(page_query(path, shown, order, filters, (), MOST_VALUES))
    asked = Asked("timestamp", down=True, filters=tuple(filters), size=MOST_VALUES)
    return page(
        request,
        "timeseries.html",
        tag=tag,
        table=found.table,
        count=count,
        series=series_of(buckets, span, more),
        grid=grid_of(shown, rows, asked),
        more=more,
        rows_address=asked.address(),
    )


@router.api_route("/data/af-hierarchy", methods=READING)
async def hierarchy(request: Request, at: Annotated[str, Query(max_length=1000)] = "", table: _Table = None) -> Response:
    """Show the tree of elements, open down to one of them, level by level.

    Raises QuestionError for a table that holds no elements.
    """
    found = _table(request, (HIERARCHY,), table)
    if isinstance(found, Response):
        return found
    lake: Tables = request.app.state.lake
    path = lake.place(found.table)
    await _columns(request, found, ELEMENT_COLUMNS, "elements")
    way: list[str] = []
    chosen = None
    webid: str | None = at
    while webid and webid not in way and len(way) < MOST_LEVELS:
        above = await lake.rows(parent_query(path, webid))
        if not above:
            if webid == at:
                return not_found(request, "There is no element of that WebID.", [("/data/af-hierarchy", "The whole tree")])
            break
        chosen = chosen or above[0]
        way.insert(0, webid)
        webid = above[0][0]
    children = {one: await lake.rows(children_query(path, one)) for one in ("", *way)}
    nodes, cut = tree_of(way, children, MOST_CHILDREN)
    return page(
        request, "tree.html", nodes=nodes, cut=cut, at=at, chosen=chosen, most=MOST_CHILDREN, table=found.table, named=table
    )


@router.api_route("/data/events", methods=READING)
async def events(request: Request, its: Asking, template: Text = "", table: _Table = None) -> Response:
    """Show event frames, the latest first, of a template or of all."""
    return await _frames(request, its, template, table, "Event frames", "/data/events")


@router.api_route("/data/alarms", methods=READING)
async def alarms(request: Request, its: Asking, template: Text = ALARMS, table: _Table = None) -> Response:
    """Show event frames that are alarms, the latest first."""
    return await _frames(request, its, template, table, "Alarms", "/data/alarms")


async def _frames(
    request: Request, its: Parameters, template: str, table: str | None, title: str, address: str
) -> HTMLResponse:
    found = _table(request, (EVENTS,), table)
    if isinstance(found, HTMLResponse):
        return found
    await _columns(request, found, FRAME_COLUMNS, "event frames")
    more = [("template", template), *([("table", table)] if table else [])]
    fixed: list[tuple[str, Operator, str]] = [("template_name", "is", template)] if template else []
    asked = await question(request, found, its, newest_by="start_time", always=fixed, more=more)
    lake: Tables = request.app.state.lake
    templates = await lake.rows(templates_query(lake.place(found.table)))
    return page(
        request,
        "events.html",
        title=title,
        table=found.table,
        asked=asked.asked,
        templates=templates,
        template=template,
        action=address,
        grid=await rows_of(request, asked, its.after, EVENT_COLUMNS),
    )


async def _columns(request: Request, found: FoundTable, needed: tuple[str, ...], whats: str) -> list[Column]:
    """Give a table's columns. Raises QuestionError where some that are needed are missing, so that it holds none of those."""
    lake: Tables = request.app.state.lake
    columns = await lake.columns(lake.place(found.table))
    if missing := [name for name in needed if name not in {one.name for one in columns}]:
        raise QuestionError(f"{found.table.destination} has no column {', '.join(missing)}: it holds no {whats}")
    return columns


async def _tags(request: Request, found: FoundTable, wanted: str) -> list[str]:
    """Give names of tags: by the list of points where it was loaded, which is short, else by the values themselves."""
    points = tables_named(request.app.state.figures.snapshot.connectors, POINTS, found.shown.watched.connector)
    lake: Tables = request.app.state.lake
    loaded = next((one.table for one in points if lake.holds(one.table)), None)
    table, column = (loaded, "name") if loaded else (found.table, "tag_name")
    rows = await lake.rows(tags_query(lake.place(table), column, wanted))
    return [name for (name,) in rows if name is not None]


def _table(request: Request, likeliest: tuple[str, ...], named: str | None) -> FoundTable | HTMLResponse:
    """Give the table that is named, else the first of the likeliest that was loaded."""
    if named:
        return one_table(request, named, None, f"{request.url.path}?table=")
    connectors = request.app.state.figures.snapshot.connectors
    every = [one for name in likeliest for one in tables_named(connectors, name)]
    loaded = [one for one in every if request.app.state.lake.holds(one.table)]
    if not (loaded or every):
        return not_found(
            request, f"No connector has a table {likeliest[0]}, which this page is of.", [("/data/", "All tables")]
        )
    return (loaded or every)[0]
