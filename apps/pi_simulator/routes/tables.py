"""AF tables and their rows."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ..assets import kinds
from ..assets.library import DATABASE_BITS
from ..assets.tables import data
from ..request_context import Plain
from .assets_common import WebId, find, own

router = APIRouter()

own(router, kinds.TABLE)


@router.get("/tables/{web_id}/data")
def rows(asked: Plain, web_id: WebId) -> Response:
    """Give a table's columns and all its rows."""
    table = find(asked, "tables", web_id)
    library = asked.assets.library_of(table)
    return asked.answer(data(library.plant, library.table_designs[table.number & ((1 << DATABASE_BITS) - 1)]))
