"""Points: by WebID or path, one or many, by a search, and their attributes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..errors import PiError
from ..request_context import Wanted
from ..search.points import searched
from ..search.wildcards import pattern
from ..streams.parameters import limited
from ..streams.points import Listing, attribute_body, attributes, body
from .dataservers import answer_points, check_server
from .multiple import SeveralAsked, answer_multiple
from .paging import Paged

router = APIRouter()
_SEARCHED = 1000


@router.get("/points")
def by_path(asked: Wanted, path: str) -> Response:
    """Give the point of a path."""
    return asked.answer(body(asked, asked.world.archive.by_path(path, asked.now)))


@router.get("/points/multiple")
def multiple(asked: Wanted, several: SeveralAsked) -> Response:
    """Give points by WebIDs and paths, each by itself."""
    archive = asked.world.archive
    return answer_multiple(
        asked,
        several,
        lambda web_id: body(asked, archive.by_web_id(web_id, asked.now)),
        lambda path: body(asked, archive.by_path(path, asked.now)),
    )


@router.get("/points/search")
def search(
    asked: Wanted,
    page: Paged,
    text: Annotated[str, Query(alias="query")] = "",
    server: Annotated[str | None, Query(alias="dataServerWebId")] = None,
) -> Response:
    """Give the points that pass a query, a page at a time."""
    limited("maxCount", page.most, _SEARCHED)
    if server is not None:
        check_server(asked, server)
    return answer_points(asked, page, Listing(asked.world.archive, asked.now, searched(asked.world, asked.now, text)))


@router.get("/points/{web_id}")
def point(asked: Wanted, web_id: str) -> Response:
    """Give a point."""
    return asked.answer(body(asked, asked.world.archive.by_web_id(web_id, asked.now)))


@router.get("/points/{web_id}/attributes")
def point_attributes(
    asked: Wanted,
    web_id: str,
    names: Annotated[list[str] | None, Query(alias="name")] = None,
    name_filter: Annotated[str, Query(alias="nameFilter")] = "*",
) -> Response:
    """Give a point's attributes: all, those of some names, or those that pass a filter.

    Raises PiError 400 for names that are none.
    """
    found = asked.world.archive.by_web_id(web_id, asked.now)
    told = attributes(found)
    unknown = [name for name in names or [] if name.lower() not in told]
    if unknown:
        raise PiError(400, *(f"The point attribute '{name}' does not exist." for name in unknown))
    wanted = {name.lower() for name in names} if names else set(told)
    matches = pattern(name_filter).fullmatch
    items = [attribute_body(asked, found, name, told[name]) for name in told if name in wanted and matches(name)]
    return asked.answer({"Links": {}, "Items": items})


@router.get("/points/{web_id}/attributes/{name}")
def point_attribute(asked: Wanted, web_id: str, name: str) -> Response:
    """Give an attribute of a point. Raises PiError 404 where there is none."""
    found = asked.world.archive.by_web_id(web_id, asked.now)
    told = attributes(found)
    if name.lower() not in told:
        raise PiError(404, f"The point attribute '{name}' was not found.")
    return asked.answer(attribute_body(asked, found, name.lower(), told[name.lower()]))
