"""Lists of attributes: which are asked for, what is told of each, and the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.responses import Response

from ..assets.attributes import Attribute, data_reference
from ..assets.objects import body_of
from ..request_context import RequestContext, Wanted
from ..search.filters import AttributeFilter
from ..search.lists import Order
from .assets_common import Ordered, associations
from .paging import Page, Paged


def _associations(names: Annotated[str, Query(alias="associations")] = "") -> frozenset[str]:
    return associations(names, {"paths", "datareference"})


Associated = Annotated[frozenset[str], Depends(_associations)]


def attribute_body(asked: RequestContext, one: Attribute, with_these: frozenset[str], *below: str) -> dict[str, Any]:
    """Give an attribute's body with its associations; `below` are the names below which it stands in the answer."""
    told = body_of(one.thing, asked, asked.fields.of(*below))
    if "paths" in with_these:
        told["Paths"] = [one.thing.path]
    if "datareference" in with_these:
        told["DataReference"] = data_reference(one)
    return told


@dataclass(frozen=True, slots=True)
class AttributeList:
    """How a list of attributes is told: which part of it, in which order, with which associations."""

    asked: RequestContext
    page: Page
    order: Order
    with_these: frozenset[str]

    def answer(self, some: Iterable[Attribute]) -> Response:
        """Answer with the part of some attributes."""
        by_number = {(one.thing.kind, one.thing.number): one for one in some}
        things = self.order.of(one.thing for one in by_number.values())
        found = (by_number[thing.kind, thing.number] for thing in self.page.of(things))
        items = [attribute_body(self.asked, one, self.with_these, "Items") for one in found]
        return self.asked.answer({"Links": self.page.links(len(things)), "Items": items})


def _list(asked: Wanted, page: Paged, order: Ordered, with_these: Associated) -> AttributeList:
    return AttributeList(asked, page, order, with_these)


AttributesListed = Annotated[AttributeList, Depends(_list)]


def _filter(
    name: Annotated[str | None, Query(alias="nameFilter")] = None,
    category: Annotated[str | None, Query(alias="categoryName")] = None,
    template: Annotated[str | None, Query(alias="templateName")] = None,
    value_type: Annotated[str | None, Query(alias="valueType")] = None,
    excluded: Annotated[bool, Query(alias="showExcluded")] = False,
    hidden: Annotated[bool, Query(alias="showHidden")] = False,
    traits: Annotated[list[str] | None, Query(alias="trait")] = None,
    trait_categories: Annotated[list[str] | None, Query(alias="traitCategory")] = None,
) -> AttributeFilter:
    of_traits = (tuple(traits or ()), tuple(trait_categories or ()))
    return AttributeFilter(name, None, category, template, value_type, excluded, hidden, *of_traits)


def _searched(
    name: Annotated[str | None, Query(alias="attributeNameFilter")] = None,
    description: Annotated[str | None, Query(alias="attributeDescriptionFilter")] = None,
    category: Annotated[str | None, Query(alias="attributeCategory")] = None,
    value_type: Annotated[str | None, Query(alias="attributeType")] = None,
) -> AttributeFilter:
    return AttributeFilter(name, description, category, value_type=value_type, excluded=True, hidden=True)


# What is asked of an owner's attributes, and of those of many owners at once.
AttributesFiltered = Annotated[AttributeFilter, Depends(_filter)]
AttributesSearched = Annotated[AttributeFilter, Depends(_searched)]
