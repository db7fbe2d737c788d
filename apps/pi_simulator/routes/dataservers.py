"""Data servers: the one there is, its points and its enumeration sets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..errors import PiError
from ..request_context import RequestContext, Wanted
from ..streams.enumerations import archive_sets
from ..streams.points import Listing, body, named, server_body
from .paging import Paged

router = APIRouter()


def check_server(asked: RequestContext, web_id: str) -> None:
    """Raise PiError: 400 for what is no data server's WebID, 404 for another server's."""
    if web_id[1:4] != "1DS":
        raise PiError(400, f"The WebID is invalid: '{web_id}'.")
    if not asked.world.archive.server(asked.now).has(web_id):
        raise PiError(404, f"The specified Data Server was not found: '{web_id}'.")


@router.get("/dataservers")
def servers(asked: Wanted, name: str | None = None, path: str | None = None) -> Response:
    """Give all data servers, or the one of a name or a path. Raises PiError 404 for another one."""
    if name is None and path is None:
        return asked.answer({"Links": {}, "Items": [server_body(asked)]})
    wanted = name if path is None else path
    called = asked.world.archive.server(asked.now).path
    own = called if path is None else f"\\\\PIServers[{called}]"
    others = set() if path is None else {f"\\\\{called}".lower(), f"\\\\PIServer[{called}]".lower()}
    if str(wanted).lower() not in {own.lower(), *others}:
        raise PiError(404, f"The specified Data Server was not found: '{wanted}'.")
    return asked.answer(server_body(asked))


@router.get("/dataservers/{web_id}")
def server(asked: Wanted, web_id: str) -> Response:
    """Give a data server."""
    check_server(asked, web_id)
    return asked.answer(server_body(asked))


@router.get("/dataservers/{web_id}/points")
def points(asked: Wanted, web_id: str, page: Paged, name_filter: Annotated[str, Query(alias="nameFilter")] = "*") -> Response:
    """Give the points whose name passes a filter, a page at a time: without maxCount a thousand, and not a word of the rest."""
    check_server(asked, web_id)
    return answer_points(asked, page, named(asked.world.archive, asked.now, name_filter))


def answer_points(asked: RequestContext, page: Paged, found: Listing) -> Response:
    """Answer with a page of points."""
    links = asked.fields.of("Items", "Links") is not None
    items = [body(asked, one, links=links) for one in found.page(page.start, page.most)]
    return asked.answer({"Links": page.links(len(found)), "Items": items})


@router.get("/dataservers/{web_id}/enumerationsets")
def enumeration_sets(asked: Wanted, web_id: str) -> Response:
    """Give the enumeration sets."""
    check_server(asked, web_id)
    return asked.answer({"Links": {}, "Items": [one.body(asked) for one in archive_sets(asked.world, asked.now)]})
