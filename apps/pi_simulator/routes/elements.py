"""Elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.elements import name_of, place_of, total
from ..assets.objects import Thing, body_of
from ..assets.order import at
from ..errors import PiError
from ..request_context import Plain, RequestContext, Wanted
from ..search.filters import ElementFilter
from ..search.lists import Order
from ..search.objects import Described
from .assets_common import (
    Databases,
    ObjectPath,
    Ordered,
    WebId,
    associations,
    at_path,
    describing,
    find,
    multiple,
    paged,
    secured,
)
from .multiple import SeveralAsked
from .paging import Page, Paged

router = APIRouter()
_TYPES = {"any", "none", "other", "node", "measurement", "flow", "transfer", "boundary"}
_OURS = {"any", "none"}  # an element that was given no type has the type None


def _associations(names: Annotated[str, Query(alias="associations")] = "") -> bool:
    return bool(associations(names, {"paths"}))


# Whether all paths to an element are wanted.
Paths = Annotated[bool, Depends(_associations)]


def body(asked: RequestContext, thing: Thing, paths: bool, *below: str) -> dict[str, Any]:
    """Give an element's body; `below` are the names below which it stands in the answer."""
    told = body_of(thing, asked, asked.fields.of(*below))
    return told | ({"Paths": [thing.path]} if paths else {})


def _filter(
    name: Annotated[str | None, Query(alias="nameFilter")] = None,
    description: Annotated[str | None, Query(alias="descriptionFilter")] = None,
    category: Annotated[str | None, Query(alias="categoryName")] = None,
    template: Annotated[str | None, Query(alias="templateName")] = None,
    kind: Annotated[str, Query(alias="elementType")] = "Any",
) -> ElementFilter:
    if kind.lower() not in _TYPES:
        raise PiError(400, f"The parameter 'elementType' is invalid: '{kind}'.")
    return ElementFilter(name, description, category, template, kind.lower() not in _OURS)


Filtered = Annotated[ElementFilter, Depends(_filter)]
Nested = Annotated[bool, Query(alias="searchFullHierarchy")]


def _found(
    asked: RequestContext, root: Thing, wanted: ElementFilter, page: Page, order: Order, *, nested: bool
) -> tuple[Sequence[Thing], int]:
    """Give a page of the elements below something; by names it makes those of the page only."""
    assets = asked.assets
    if root.kind is kinds.DATABASE and nested and order.by_name and wanted.open:
        many = total(assets.plant, root.number)
        positions = range(many - 1, -1, -1) if order.descending else range(many)
        return [assets.element(at(assets.plant, root.number, nth)) for nth in page.of(positions)], many
    library = assets.library_of(root)
    found = wanted.of(library, assets.elements_below(root, nested=nested, among=wanted.templates(library)))
    if order.by_name:
        found.sort(key=lambda place: name_of(assets.plant, place).casefold(), reverse=order.descending)
        return [assets.element(place) for place in page.of(found)], len(found)
    return page.of(order.of(assets.element(place) for place in found)), len(found)


def _answer(asked: RequestContext, page: Page, paths: bool, found: Sequence[Thing], many: int) -> Response:
    return asked.answer({"Links": page.links(many), "Items": [body(asked, one, paths, "Items") for one in found]})


def _below(controller: str) -> None:
    @router.get(f"/{controller}/{{web_id}}/elements")
    def elements(
        asked: Wanted, web_id: WebId, page: Paged, order: Ordered, wanted: Filtered, paths: Paths, nested: Nested = False
    ) -> Response:
        root = find(asked, controller, web_id)
        return _answer(asked, page, paths, *_found(asked, root, wanted, page, order, nested=nested))

    @router.get(f"/{controller}/{{web_id}}/referencedelements")
    def referenced(
        asked: Wanted,
        web_id: WebId,
        page: Paged,
        order: Ordered,
        wanted: Filtered,  # noqa: ARG001  # of nothing: all elements are below others here, none is referenced only
        paths: Paths,  # noqa: ARG001
    ) -> Response:
        find(asked, controller, web_id)
        return paged(asked, [], page, order)


_below("assetdatabases")
_below("elements")


@router.get("/elements/multiple")
def multiple_(asked: Wanted, several: SeveralAsked, paths: Paths) -> Response:
    """Give elements by WebIDs and paths, each by itself."""
    return multiple(asked, "elements", several, lambda thing: body(asked, thing, paths, "Items", "Object"))


@router.get("/elements/search")
def search(
    asked: Wanted,
    page: Paged,
    paths: Paths,
    databases: Databases,
    wanted: Annotated[Described, describing("elements")],
    date: Annotated[str | None, Query(alias="queryDate")] = None,  # noqa: ARG001  # elements have one version
) -> Response:
    """List the elements that a query describes, in order of their names."""
    assets = asked.assets
    every = (place for one in databases for place in assets.elements(one.number))
    things = (assets.element(place) for place in every if wanted.named(name_of(assets.plant, place)))
    found = [one for one in things if wanted.fits(one)]
    if wanted.order.given:
        found = wanted.order.of(found)
    return _answer(asked, page, paths, page.of(found), len(found))


@router.get("/elements")
def by_path(asked: Wanted, path: ObjectPath, paths: Paths) -> Response:
    """Give an element by its path."""
    return asked.answer(body(asked, at_path(asked, "elements", path), paths))


@router.get("/elements/{web_id}")
def by_web_id(asked: Wanted, web_id: WebId, paths: Paths) -> Response:
    """Give an element."""
    return asked.answer(body(asked, find(asked, "elements", web_id), paths))


secured(router, "elements")


@router.get("/elements/{web_id}/analyses")
def analyses(asked: Wanted, web_id: WebId, page: Paged, order: Ordered) -> Response:
    """List an element's analyses."""
    assets = asked.assets
    place = place_of(assets.plant, find(asked, "elements", web_id).number)
    return paged(asked, assets.analyses_of(place) if place else [], page, order)


@router.get("/elements/{web_id}/paths")
def all_paths(asked: Plain, web_id: WebId, relative: Annotated[str, Query(alias="relativePath")] = "") -> Response:
    """List the paths to an element, which has one, without those before `relativePath`.

    Raises PiError 400 where that is not above the element.
    """
    path = find(asked, "elements", web_id).path
    if relative and not path.casefold().startswith(relative.casefold()):
        raise PiError(400, f"The parameter 'relativePath' is invalid: '{relative}' is not above the element.")
    return asked.answer({"Items": [path[len(relative) :].lstrip("\\") if relative else path]})
