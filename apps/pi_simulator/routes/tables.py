"""AF tables and their rows."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ..asking import Plain, Wanted
from ..assets import kinds
from ..assets.library import DATABASE_BITS
from ..assets.tables import data
from .assets_common import WebId, find, listed, own

router = APIRouter()

own(router, kinds.TABLE)


@router.get("/tables/{web_id}/categories")
def categories(asked: Wanted, web_id: WebId) -> Response:
    """List a table's categories."""
    table = find(asked, "tables", web_id)
    library = asked.world.assets.libraries[table.number >> DATABASE_BITS]
    return listed(asked, [one for one in library.table_categories if one.name in table.fields["CategoryNames"]])


@router.get("/tables/{web_id}/data")
def rows(asked: Plain, web_id: WebId) -> Response:
    """Give a table's columns and all its rows."""
    table = find(asked, "tables", web_id)
    assets = asked.world.assets
    design = assets.libraries[table.number >> DATABASE_BITS].table_designs[table.number & ((1 << DATABASE_BITS) - 1)]
    return asked.answer(data(assets.plant, design))
