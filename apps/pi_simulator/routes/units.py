"""Units of measure and their classes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ..asking import Wanted
from ..assets import kinds
from .assets_common import WebId, find, listed, one, own

router = APIRouter()

own(router, kinds.UNIT_CLASS)
own(router, kinds.UNIT)


@router.get("/unitclasses/{web_id}/units")
def units(asked: Wanted, web_id: WebId) -> Response:
    """List the units of a class. The Swagger's words say a list, though its schema has one unit."""
    return listed(asked, asked.world.assets.units[find(asked, "unitclasses", web_id).number])


@router.get("/unitclasses/{web_id}/canonicalunit")
def canonical(asked: Wanted, web_id: WebId) -> Response:
    """Give the unit that the others of a class are measured by."""
    return one(asked, asked.world.assets.units[find(asked, "unitclasses", web_id).number][0])
