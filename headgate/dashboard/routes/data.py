"""Any table: its rows, and all of them as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard.kept import Kept
from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.query import OPERATORS, all_query
from headgate.dashboard.pages import page
from headgate.dashboard.routes.asked import Asking, ConnectorId, TableQuestion, one_table, question, rows_of
from headgate.dashboard.routes.methods import READING
from headgate.dashboard.routes.streamed import CSV, Streamed
from headgate.dashboard.views.grid import SIZES

router = APIRouter()
# What a spreadsheet takes for a formula (OWASP, "CSV Injection"); numbers are none.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@router.api_route("/data/", methods=READING)
def tables(request: Request) -> Response:
    """List the tables, and which of them were loaded."""
    kept: Kept = request.app.state.kept
    return kept.page(request, lambda: _tables(request))


def _tables(request: Request) -> HTMLResponse:
    snapshot = request.app.state.figures.snapshot
    found = [
        (
            one,
            [(table, request.app.state.lake.holds(table)) for table in one.watched.tables],
            {its.destination: its for its in one.fresh},
        )
        for one in snapshot.connectors
    ]
    return page(request, "data.html", snapshot=snapshot, connectors=found)


@router.api_route("/data/{name}", methods=READING)
async def table(request: Request, name: str, its: Asking, connector: ConnectorId = None) -> Response:
    """Show a page of a table's rows."""
    found = one_table(request, name, connector, "/data/")
    if isinstance(found, Response):
        return found
    asked = await question(request, found, its, newest_by=found.table.cursor, more=_more(connector))
    return page(
        request,
        "rows.html",
        table=found.table,
        columns=asked.columns,
        asked=asked.asked,
        grid=await rows_of(request, asked, its.after),
        operators=OPERATORS,
        sizes=SIZES,
        rows_limit=request.app.state.settings.download_rows,
    )


@router.api_route("/data/{name}/csv", methods=READING)
async def download(request: Request, name: str, its: Asking, connector: ConnectorId = None) -> Response:
    """Give all rows that the filters leave, in the order that is asked for, as CSV."""
    found = one_table(request, name, connector, "/data/")
    if isinstance(found, Response):
        return found
    asked = await question(request, found, its, newest_by=found.table.cursor)
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(found.table.destination)}.csv"'}
    if request.method == "HEAD":
        return Response(headers=headers, media_type=CSV)
    most = request.app.state.settings.download_rows
    query = all_query(request.app.state.lake.place(found.table), asked.columns, asked.order, asked.filters, most)
    return Streamed(request, _csv(asked, request.app.state.lake.download(query)), headers)


def _more(connector: str | None) -> list[tuple[str, str]]:
    return [("connector", connector)] if connector else []


def _file_name(text: str) -> str:
    return "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in text)


async def _csv(asked: TableQuestion, pieces: AsyncGenerator[list[tuple[Any, ...]]]) -> AsyncGenerator[str]:
    async with aclosing(pieces):
        head = _lines([[_no_formula(one.name) for one in asked.columns]])
        async for rows in pieces:
            yield head + _lines([[_harmless(cell, its) for cell, its in zip(row, asked.columns, strict=True)] for row in rows])
            head = ""
        if head:
            yield head


def _lines(rows: list[list[str | None]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _harmless(cell: str | None, column: Column) -> str | None:
    return _no_formula(cell) if cell and not (column.is_number or column.is_time) else cell


def _no_formula(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
