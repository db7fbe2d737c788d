"""Attributes of elements and of event frames, and their traits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..asking import Asked, Plain, Wanted
from ..assets import kinds
from ..assets.attributes import Attribute, data_reference
from ..assets.designs import TRAITS
from ..assets.elements import Place, name_of, place_of, template_of
from ..assets.finding import Order, like
from ..assets.library import PLACES
from ..assets.query import described_by
from ..assets.things import Thing, body_of
from ..errors import PiError
from .assets_common import (
    ObjectPath,
    Ordered,
    WebId,
    at_path,
    database_of,
    find,
    listed,
    multiple,
    same,
)
from .paging import Page, Paged
from .several import SeveralAsked

router = APIRouter()
Nested = Annotated[bool, Query(alias="searchFullHierarchy")]
_ASSOCIATIONS = {"paths", "datareference"}


def _associations(names: Annotated[str, Query(alias="associations")] = "") -> frozenset[str]:
    wanted = frozenset(name.lower() for name in names.split(";") if name)
    if wanted - _ASSOCIATIONS:
        raise PiError(400, f"The parameter 'associations' is invalid: '{names}'.")
    return wanted


Associated = Annotated[frozenset[str], Depends(_associations)]


def _body(asked: Asked, one: Attribute, with_these: frozenset[str], *below: str) -> dict[str, Any]:
    told = body_of(one.thing, asked, asked.fields.of(*below))
    if "paths" in with_these:
        told["Paths"] = [one.thing.path]
    if "datareference" in with_these:
        told["DataReference"] = data_reference(one)
    return told


def attribute_of(asked: Asked, thing: Thing) -> Attribute:
    """Give the attribute that an object is. Raises PiError 404 where it went in between."""
    found = asked.world.assets.attribute(thing.kind, thing.number, asked.now)
    if found is None:
        raise PiError(404, f"The specified attribute was not found: '{thing.path}'.")
    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """What attributes are asked for, besides whose."""

    name: str | None
    category: str | None
    template: str | None
    value_type: str | None
    excluded: bool
    hidden: bool
    traits: list[str] | None
    trait_categories: list[str] | None

    def fits(self, one: Attribute) -> bool:
        """Say whether an attribute is among them. `templateName` is its attribute template's, which is called as it is."""
        thing, fields = one.thing, one.thing.fields
        trait = fields["TraitName"]
        return (
            like(thing.name, self.name)
            and (not self.category or any(same(name, self.category) for name in fields["CategoryNames"]))
            and (not self.template or (same(thing.name, self.template) and "Template" in thing.refs))
            and (not self.value_type or same(fields["Type"], self.value_type))
            and (self.excluded or not fields["IsExcluded"])
            and (self.hidden or not fields["IsHidden"])
            and (not self.traits or any(same(name, trait) for name in self.traits))
            and (not self.trait_categories or _of_category(trait, self.trait_categories))
        )


def _of_category(trait: str, wanted: list[str]) -> bool:
    return trait in TRAITS and any(same(name, "all") or same(name, TRAITS[trait][1]) for name in wanted)


def _filter(
    name: Annotated[str | None, Query(alias="nameFilter")] = None,
    category: Annotated[str | None, Query(alias="categoryName")] = None,
    template: Annotated[str | None, Query(alias="templateName")] = None,
    value_type: Annotated[str | None, Query(alias="valueType")] = None,
    excluded: Annotated[bool, Query(alias="showExcluded")] = False,
    hidden: Annotated[bool, Query(alias="showHidden")] = False,
    traits: Annotated[list[str] | None, Query(alias="trait")] = None,
    trait_categories: Annotated[list[str] | None, Query(alias="traitCategory")] = None,
) -> Filter:
    return Filter(name, category, template, value_type, excluded, hidden, traits, trait_categories)


Filtered = Annotated[Filter, Depends(_filter)]


def answer_attributes(
    asked: Asked, some: Iterable[Attribute], page: Page, order: Order, with_these: frozenset[str]
) -> Response:
    """Answer with a page of attributes."""
    by_number = {(one.thing.kind, one.thing.number): one for one in some}
    things = order.of(one.thing for one in by_number.values())
    found = [_body(asked, by_number[thing.kind, thing.number], with_these, "Items") for thing in page.of(things)]
    return asked.answer({"Links": page.links(len(things)), "Items": found})


def _below(every: list[Attribute], parent: int, *, nested: bool) -> Iterator[Attribute]:
    for one in every:
        if one.parent == parent:
            yield one
            if nested:
                yield from _below(every, one.thing.number % PLACES, nested=nested)


def _owned(controller: str) -> None:
    @router.get(f"/{controller}/{{web_id}}/attributes")
    def of_owner(
        asked: Wanted,
        web_id: WebId,
        page: Paged,
        order: Ordered,
        wanted: Filtered,
        with_these: Associated,
        nested: Nested = False,
    ) -> Response:
        every = asked.world.assets.attributes_of(find(asked, controller, web_id), asked.now)
        found = [one for one in _below(every, -1, nested=nested) if wanted.fits(one)]
        return answer_attributes(asked, found, page, order, with_these)


_owned("elements")
_owned("eventframes")


@router.get("/attributes/multiple")
def multiple_(asked: Wanted, several: SeveralAsked, with_these: Associated) -> Response:
    """Give attributes by WebIDs and paths, each by itself."""
    return multiple(
        asked,
        "attributes",
        several,
        lambda thing: _body(asked, attribute_of(asked, thing), with_these, "Items", "Object"),
    )


@router.get("/attributes/search")
def search(
    asked: Wanted,
    page: Paged,
    with_these: Associated,
    database: Annotated[str | None, Query(alias="databaseWebId")] = None,
    query: Annotated[str | None, Query()] = None,
) -> Response:
    """List the attributes of elements that a query describes."""
    wanted = described_by(query, asked.now)
    assets = asked.world.assets
    places = (place for one in database_of(asked, database) for place in assets.elements(one.number))
    every = (one for place in places for one in assets.attributes_of(assets.element(place), asked.now))
    return answer_attributes(asked, [one for one in every if wanted.fits(one.thing)], page, Order(), with_these)


@router.get("/attributes")
def by_path(asked: Wanted, path: ObjectPath, with_these: Associated) -> Response:
    """Give an attribute by its path."""
    return asked.answer(_body(asked, attribute_of(asked, at_path(asked, "attributes", path)), with_these))


@router.get("/attributes/{web_id}")
def by_web_id(asked: Wanted, web_id: WebId, with_these: Associated) -> Response:
    """Give an attribute."""
    return asked.answer(_body(asked, attribute_of(asked, find(asked, "attributes", web_id)), with_these))


@router.get("/attributes/{web_id}/attributes")
def below(
    asked: Wanted,
    web_id: WebId,
    page: Paged,
    order: Ordered,
    wanted: Filtered,
    with_these: Associated,
    nested: Nested = False,
) -> Response:
    """List the attributes below one."""
    assets = asked.world.assets
    thing = find(asked, "attributes", web_id)
    every = assets.siblings(thing, asked.now)
    found = [one for one in _below(every, thing.number % PLACES, nested=nested) if wanted.fits(one)]
    return answer_attributes(asked, found, page, order, with_these)


@router.get("/attributes/{web_id}/categories")
def categories(asked: Wanted, web_id: WebId) -> Response:
    """List an attribute's categories."""
    thing = find(asked, "attributes", web_id)
    library = asked.world.assets.library_of(thing)
    return listed(asked, [one for one in library.attribute_categories if one.name in thing.fields["CategoryNames"]])


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
        page: Paged,
        order: Ordered,
        with_these: Associated,
        name: Annotated[str | None, Query(alias="attributeNameFilter")] = None,
        description: Annotated[str | None, Query(alias="attributeDescriptionFilter")] = None,
        category: Annotated[str | None, Query(alias="attributeCategory")] = None,
        value_type: Annotated[str | None, Query(alias="attributeType")] = None,
        element_name: Annotated[str | None, Query(alias="elementNameFilter")] = None,
        element_description: Annotated[str | None, Query(alias="elementDescriptionFilter")] = None,
        element_category: Annotated[str | None, Query(alias="elementCategory")] = None,
        element_template: Annotated[str | None, Query(alias="elementTemplate")] = None,
        element_type: Annotated[str, Query(alias="elementType")] = "Any",
        nested: Nested = False,
    ) -> Response:
        assets = asked.world.assets
        root = find(asked, controller, web_id)
        wanted = Filter(name, category, None, value_type, excluded=True, hidden=True, traits=None, trait_categories=None)

        def fits(place: Place) -> bool:
            library = assets.libraries[place.database]
            chain = [library.designs[one].name for one in library.chain(template_of(place))]
            return (
                like(name_of(place), element_name)
                and element_type.lower() in {"any", "none"}
                and (not element_template or any(same(one, element_template) for one in chain))
                and (not element_category or same(library.designs[template_of(place)].category, element_category))
            )

        places = list(assets.elements_below(root, nested=nested))
        if own := place_of(assets.plant, root.number) if root.kind is kinds.ELEMENT else None:
            places.append(own)
        owners = (assets.element(place) for place in places if fits(place))
        every = (
            one
            for owner in owners
            if like(owner.description, element_description)
            for one in assets.attributes_of(owner, asked.now)
        )
        found = [one for one in every if wanted.fits(one) and like(one.thing.description, description)]
        return answer_attributes(asked, found, page, order, with_these)


_searched("assetdatabases")
_searched("elements")


def _trait(asked: Asked, name: str) -> dict[str, Any]:
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
    found = [_trait(asked, name) for name in TRAITS if _of_category(name, categories_)]
    return asked.answer({"Links": {}, "Items": found})


@router.get("/attributetraits/{name}")
def trait(asked: Plain, name: str) -> Response:
    """Give a trait by its name or its abbreviation."""
    found = next((one for one, (short, _) in TRAITS.items() if same(name, one) or same(name, short)), None)
    if found is None:
        raise PiError(404, f"The attribute trait was not found: '{name}'.")
    return asked.answer(_trait(asked, found))
