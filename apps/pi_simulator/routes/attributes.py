"""Attributes of elements and of event frames, and their traits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.attributes import Attribute
from ..assets.designs import TRAITS
from ..assets.elements import place_of
from ..assets.library import PLACES
from ..assets.objects import Thing
from ..errors import PiError
from ..request_context import Plain, RequestContext, Wanted
from ..search.event_frames import in_database, since
from ..search.filters import ElementFilter, of_category
from ..search.lists import same
from ..search.objects import Described
from .assets_common import Databases, ObjectPath, WebId, at_path, describing, find, multiple
from .attribute_lists import Associated, AttributeList, AttributesFiltered, AttributesListed, AttributesSearched, attribute_body
from .multiple import SeveralAsked
from .paging import Paged

router = APIRouter()
Nested = Annotated[bool, Query(alias="searchFullHierarchy")]


def attribute_of(asked: RequestContext, thing: Thing) -> Attribute:
    """Give the attribute that an object is. Raises PiError 404 where it went in between."""
    found = asked.assets.attribute(thing.kind, thing.number, asked.now)
    if found is None:
        raise PiError(404, f"The specified attribute was not found: '{thing.path}'.")
    return found


def _owned(controller: str) -> None:
    @router.get(f"/{controller}/{{web_id}}/attributes")
    def of_owner(
        asked: Wanted, web_id: WebId, told: AttributesListed, wanted: AttributesFiltered, nested: Nested = False
    ) -> Response:
        every = asked.assets.attributes_of(find(asked, controller, web_id), asked.now)
        return told.answer(wanted.below(every, -1, nested=nested))


_owned("elements")
_owned("eventframes")


@router.get("/attributes/multiple")
def multiple_(asked: Wanted, several: SeveralAsked, with_these: Associated) -> Response:
    """Give attributes by WebIDs and paths, each by itself."""
    return multiple(
        asked,
        "attributes",
        several,
        lambda thing: attribute_body(asked, attribute_of(asked, thing), with_these, "Items", "Object"),
    )


@router.get("/attributes/search")
def search(
    asked: Wanted,
    page: Paged,
    databases: Databases,
    wanted: Annotated[Described, describing("attributes")],
    with_these: Associated,
) -> Response:
    """List the attributes of elements, or of event frames, that a query describes."""
    found: list[Attribute] = []
    for owner in _owners(asked, databases, wanted):
        if choices := wanted.of_owner(owner):
            every = asked.assets.attributes_of(owner, asked.now)
            found += [one for one in every if any(choice.fits(one.thing) for choice in choices)]
    return AttributeList(asked, page, wanted.order, with_these).answer(found)


def _owners(asked: RequestContext, databases: Iterable[Thing], wanted: Described) -> Iterator[Thing]:
    """Give the elements and the event frames whose attributes a query may be about."""
    assets, kinds_of = asked.assets, {choice.owner for choice in wanted.choices}
    for one in databases:
        if "elements" in kinds_of:
            yield from (assets.element(place) for place in assets.elements(one.number))
        if "eventframes" in kinds_of:
            yield from (
                assets.event(frame, asked.now)
                for frame in in_database(assets.plant, one.number, since(wanted.since, asked.now))
            )


@router.get("/attributes")
def by_path(asked: Wanted, path: ObjectPath, with_these: Associated) -> Response:
    """Give an attribute by its path."""
    return asked.answer(attribute_body(asked, attribute_of(asked, at_path(asked, "attributes", path)), with_these))


@router.get("/attributes/{web_id}")
def by_web_id(asked: Wanted, web_id: WebId, with_these: Associated) -> Response:
    """Give an attribute."""
    return asked.answer(attribute_body(asked, attribute_of(asked, find(asked, "attributes", web_id)), with_these))


@router.get("/attributes/{web_id}/attributes")
def below(asked: Wanted, web_id: WebId, told: AttributesListed, wanted: AttributesFiltered, nested: Nested = False) -> Response:
    """List the attributes below one."""
    thing = find(asked, "attributes", web_id)
    every = asked.assets.siblings(thing, asked.now)
    return told.answer(wanted.below(every, thing.number % PLACES, nested=nested))


@router.get("/attributes/{web_id}/value")
def value(asked: Plain, web_id: WebId) -> Response:
    """Give an attribute's value: that which it holds, or the last one of the point that it refers to."""
    one = attribute_of(asked, find(asked, "attributes", web_id))
    if one.tag is None:
        return asked.answer(one.timed())
    last = asked.world.truth.last(one.tag, asked.now, asked.now)
    return asked.answer(last.row(len(last) - 1) if len(last) else {**one.timed(), "Good": False})


def _searched(controller: str) -> None:
    @router.get(f"/{controller}/{{web_id}}/elementattributes")
    def element_attributes(
        asked: Wanted,
        web_id: WebId,
        told: AttributesListed,
        wanted: AttributesSearched,
        element_name: Annotated[str | None, Query(alias="elementNameFilter")] = None,
        element_description: Annotated[str | None, Query(alias="elementDescriptionFilter")] = None,
        element_category: Annotated[str | None, Query(alias="elementCategory")] = None,
        element_template: Annotated[str | None, Query(alias="elementTemplate")] = None,
        element_type: Annotated[str, Query(alias="elementType")] = "Any",
        nested: Nested = False,
    ) -> Response:
        assets = asked.assets
        root = find(asked, controller, web_id)
        of_type = element_type.lower() in {"any", "none"}
        owners = ElementFilter(element_name, element_description, element_category, element_template, not of_type)
        places = list(assets.elements_below(root, nested=nested))
        if own := place_of(assets.plant, root.number) if root.kind is kinds.ELEMENT else None:
            places.append(own)
        every = (assets.element(place) for place in owners.of(assets.library_of(root), places))
        return told.answer(one for owner in every for one in assets.attributes_of(owner, asked.now) if wanted.fits(one))


_searched("assetdatabases")
_searched("elements")


def _trait(asked: RequestContext, name: str) -> dict[str, Any]:
    short, category = TRAITS[name]
    of_limits = category == "Limit"
    return {
        "Name": name,
        "Abbreviation": short,
        "AllowChildAttributes": not of_limits,
        "AllowDuplicates": False,
        "IsAllowedOnRootAttribute": not of_limits,
        "IsTypeInherited": of_limits,
        "IsUOMInherited": of_limits,
        "RequireNumeric": True,
        "RequireString": False,
        "Links": {"Self": asked.link("attributetraits", name)},
    }


@router.get("/attributetraits")
def traits(asked: Plain, categories_: Annotated[list[str], Query(alias="category")]) -> Response:
    """List the traits of categories, `all` for those of every one."""
    found = [_trait(asked, name) for name in TRAITS if of_category(name, categories_)]
    return asked.answer({"Links": {}, "Items": found})


@router.get("/attributetraits/{name}")
def trait(asked: Plain, name: str) -> Response:
    """Give a trait by its name or its abbreviation. Raises PiError 404 where there is none."""
    found = next((one for one, (short, _) in TRAITS.items() if same(name, one) or same(name, short)), None)
    if found is None:
        raise PiError(404, f"The attribute trait was not found: '{name}'.")
    return asked.answer(_trait(asked, found))
