"""Templates of elements and event frames, and of their attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.library import DATABASE_BITS, PLACES, Library
from ..assets.objects import Thing
from ..request_context import RequestContext, Wanted
from .assets_common import WebId, cut, find, listed, own
from .paging import FirstPage, Paged

router = APIRouter()
_BELOW = (1 << DATABASE_BITS) - 1
Inherited = Annotated[bool, Query(alias="showInherited")]
Descendants = Annotated[bool, Query(alias="showDescendants")]

own(router, kinds.ELEMENT_TEMPLATE)
own(router, kinds.ATTRIBUTE_TEMPLATE)


def _at(asked: RequestContext, controller: str, web_id: str) -> tuple[Library, int]:
    thing = find(asked, controller, web_id)
    return asked.assets.library_of(thing), thing.number & _BELOW


def _nested(library: Library, place: int, parent: int, *, depth_first: bool) -> Iterator[Thing]:
    """Give the attributes below one of a template (-1: the template itself), however far."""
    own_ones = library.designs[place].own
    found = [at for at, design in enumerate(own_ones) if design.parent == parent]
    things = library.attribute_templates[place]
    if not depth_first:
        yield from (things[at] for at in found)
    for at in found:
        if depth_first:
            yield things[at]
        yield from _nested(library, place, at, depth_first=depth_first)


@router.get("/elementtemplates/{web_id}/attributetemplates")
def attribute_templates(
    asked: Wanted,
    web_id: WebId,
    page: Paged,
    inherited: Inherited = False,
    descendants: Descendants = False,
    depth_first: Annotated[bool, Query(alias="depthFirstTraverse")] = False,
) -> Response:
    """List a template's attributes; `showInherited` has those of its bases too, `showDescendants` those below others."""
    library, place = _at(asked, "elementtemplates", web_id)
    places = library.chain(place) if inherited else (place,)
    found = [one for at in places for one in _nested(library, at, -1, depth_first=depth_first)]
    nested = {one.number for one in found if "Parent" in one.refs}
    return cut(asked, [one for one in found if descendants or one.number not in nested], page)


@router.get("/elementtemplates/{web_id}/analysistemplates")
def analysis_templates(asked: Wanted, web_id: WebId) -> Response:
    """List the analyses of what is made from a template."""
    library, place = _at(asked, "elementtemplates", web_id)
    name = library.designs[place].name
    return listed(asked, [one for one in library.analysis_templates if one.fields.get("TargetName") == name])


@router.get("/elementtemplates/{web_id}/baseelementtemplates")
def bases(asked: Wanted, web_id: WebId, page: FirstPage) -> Response:
    """List a template's bases, the root first."""
    library, place = _at(asked, "elementtemplates", web_id)
    return cut(asked, [library.templates[at] for at in library.chain(place)[:-1]], page)


@router.get("/elementtemplates/{web_id}/derivedelementtemplates")
def derived(asked: Wanted, web_id: WebId, page: FirstPage, descendants: Descendants = False) -> Response:
    """List the templates that are derived from one; `showDescendants` has those that are derived from them too."""
    library, place = _at(asked, "elementtemplates", web_id)
    chains = ((at, library.chain(at)[:-1]) for at in range(len(library.designs)))
    found = [at for at, chain in chains if (place in chain if descendants else chain[-1:] == (place,))]
    return cut(asked, [library.templates[at] for at in found], page)


@router.get("/elementtemplates/{web_id}/categories")
def categories(asked: Wanted, web_id: WebId, inherited: Inherited = False) -> Response:
    """List a template's categories."""
    library, place = _at(asked, "elementtemplates", web_id)
    names = {library.designs[at].category for at in (library.chain(place) if inherited else (place,))}
    return listed(asked, [one for one in library.categories[kinds.ELEMENT_CATEGORY] if one.name in names])


@router.get("/attributetemplates/{web_id}/attributetemplates")
def below(asked: Wanted, web_id: WebId) -> Response:
    """List the attributes right below one."""
    library, number = _at(asked, "attributetemplates", web_id)
    place, at = divmod(number, PLACES)
    own_ones = enumerate(library.designs[place].own)
    return listed(asked, [library.attribute_templates[place][n] for n, design in own_ones if design.parent == at])
