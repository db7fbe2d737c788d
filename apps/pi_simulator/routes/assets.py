"""Asset servers and databases, and the lists right below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.analyses import analysis_name
from ..assets.joined import sets_of
from ..assets.library import Library
from ..assets.objects import Thing
from ..errors import PiError
from ..request_context import Wanted
from ..search.lists import like, same
from .assets_common import Ordered, WebId, at_path, find, listed, lists, objects, one, own, paged
from .paging import FirstPage, Paged

router = APIRouter()
_SEARCHED: dict[str, Callable[[Thing], Sequence[str]]] = {
    "name": lambda thing: (thing.name,),
    "description": lambda thing: (thing.description,),
    "categories": lambda thing: thing.fields.get("CategoryNames", ()),
    "template": lambda thing: (thing.fields.get("TemplateName", ""),),
    "target": lambda thing: (thing.fields.get("TargetName", ""),),
}


@router.get("/assetservers")
def servers(
    asked: Wanted, name: Annotated[str | None, Query()] = None, path: Annotated[str | None, Query()] = None
) -> Response:
    """List the asset servers, or give one by its name or its path. Raises PiError 404 for another one."""
    if path is not None:
        return one(asked, at_path(asked, "assetservers", path))
    server = asked.assets.server(asked.now)
    if name is None:
        return listed(asked, [server])
    if not same(name, server.name):
        raise PiError(404, f"The specified asset server was not found: '{name}'.")
    return one(asked, server)


own(router, kinds.SERVER, by_path=False)
lists(router, "assetservers", "assetdatabases", lambda assets, _: assets.databases)
lists(router, "assetservers", "unitclasses", lambda assets, _: assets.unit_classes)
lists(router, "assetservers", "analysisruleplugins", lambda assets, _: assets.rule_plugins)
lists(router, "assetservers", "timeruleplugins", lambda assets, _: assets.time_plugins)


own(router, kinds.DATABASE)
lists(router, "assetdatabases", "tables", lambda assets, database: assets.library_of(database).tables)


def _library(asked: Wanted, web_id: str) -> Library:
    return asked.assets.library_of(find(asked, "assetdatabases", web_id))


@router.get("/assetdatabases/{web_id}/enumerationsets")
def enumeration_sets(asked: Wanted, web_id: WebId) -> Response:
    """List enumeration sets."""
    found = sets_of(asked.assets, find(asked, "assetdatabases", web_id).number)
    return asked.answer({"Links": {}, "Items": [one.body(asked) for one in found]})


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and in which fields."""

    fields: frozenset[str]
    query: str | None

    def of(self, things: Iterable[Thing]) -> list[Thing]:
        """Give the things of which one of the fields is as the query says."""
        looks = [_SEARCHED[name] for name in self.fields]
        return [one for one in things if not self.query or any(like(text, self.query) for look in looks for text in look(one))]


def _search(
    fields: Annotated[list[str] | None, Query(alias="field")] = None, query: Annotated[str | None, Query()] = None
) -> Search:
    wanted = fields or ["Name"]
    unknown = [name for name in wanted if name.lower() not in _SEARCHED]
    if unknown:
        raise PiError(400, *(f"The parameter 'field' is invalid: '{name}'." for name in unknown))
    return Search(frozenset(name.lower() for name in wanted), query)


Searched = Annotated[Search, Depends(_search)]


@router.get("/assetdatabases/{web_id}/elementtemplates")
def element_templates(asked: Wanted, web_id: WebId, page: FirstPage, order: Ordered, wanted: Searched) -> Response:
    """List templates of elements and of event frames."""
    return paged(asked, wanted.of(_library(asked, web_id).templates), page, order)


@router.get("/assetdatabases/{web_id}/analysistemplates")
def analysis_templates(asked: Wanted, web_id: WebId, page: FirstPage, order: Ordered, wanted: Searched) -> Response:
    """List templates of analyses."""
    own_ones = [one for one in _library(asked, web_id).analysis_templates if one.kind is kinds.ANALYSIS_TEMPLATE]
    return paged(asked, wanted.of(own_ones), page, order)


@router.get("/assetdatabases/{web_id}/analyses")
def analyses(asked: Wanted, web_id: WebId, page: Paged, order: Ordered, wanted: Searched) -> Response:
    """List analyses."""
    assets, database = asked.assets, find(asked, "assetdatabases", web_id).number
    if not order.by_name or wanted.fields != {"name"}:
        return paged(asked, wanted.of(assets.analyses(database)), page, order)
    # By names alone those of the page are made only.
    found = [key for key in assets.analysis_keys(database) if like(analysis_name(*key), wanted.query)]
    things = [assets.analysis(*key) for key in page.of(found[::-1] if order.descending else found)]
    return asked.answer({"Links": page.links(len(found)), "Items": objects(asked, things)})
