"""Units of measure and their classes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ..assets import kinds
from ..request_context import Wanted
from .assets_common import WebId, find, lists, one, own

router = APIRouter()

own(router, kinds.UNIT_CLASS)
own(router, kinds.UNIT)
# The Swagger's words say a list, though its schema has one unit.
lists(router, "unitclasses", "units", lambda assets, unit_class: assets.units[unit_class.number])


@router.get("/unitclasses/{web_id}/canonicalunit")
def canonical(asked: Wanted, web_id: WebId) -> Response:
    """Give the unit that the others of a class are measured by."""
    return one(asked, asked.assets.units[find(asked, "unitclasses", web_id).number][0])
