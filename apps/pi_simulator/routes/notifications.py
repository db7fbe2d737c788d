"""Notifications: nobody is notified here, so searches find nothing, whatever they ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..asking import Wanted
from ..errors import PiError
from ..querying import QueryError, parsed
from .assets_common import Databases, find
from .paging import Paged

router = APIRouter()


def _nothing(asked: Wanted, page: Paged, query: Annotated[str | None, Query()] = None) -> Response:
    try:
        parsed(query or "")
    except QueryError as error:
        raise PiError(400, f"The search query is invalid: {error}: '{query}'.") from None
    return asked.answer({"Links": page.links(0), "Items": []})


@router.get("/notificationrules/search")
@router.get("/notificationruletemplates/search")
def rules(
    asked: Wanted,
    page: Paged,
    databases: Databases,  # noqa: ARG001  # which are looked up
    query: Annotated[str | None, Query()] = None,
) -> Response:
    """List nothing."""
    return _nothing(asked, page, query)


@router.get("/notificationcontacttemplates/search")
def contacts(
    asked: Wanted,
    page: Paged,
    server: Annotated[str | None, Query(alias="assetServerWebId")] = None,
    query: Annotated[str | None, Query()] = None,
) -> Response:
    """List nothing."""
    if server:
        find(asked, "assetservers", server)
    return _nothing(asked, page, query)
