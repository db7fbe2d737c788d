"""Event frames: searches by time, what they refer to, and their annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.attributes import Attribute
from ..assets.elements import machine_place, name_of, template_of
from ..assets.objects import Thing, body_of
from ..errors import PiError
from ..events.frames import Frame, by_number, phases
from ..events.objects import annotation_body, annotation_id
from ..request_context import RequestContext, Wanted
from ..search.event_frames import MODES, Search, frames, in_database, since
from ..search.lists import Order, like, same
from ..search.objects import Described
from ..times import parse
from .assets_common import Databases, Ordered, WebId, described, describing, find, multiple, objects, own, paged
from .attribute_lists import AttributesListed, AttributesSearched
from .multiple import SeveralAsked
from .paging import Page, Paged

router = APIRouter()
Nested = Annotated[bool, Query(alias="searchFullHierarchy")]


def _instant(asked: RequestContext, name: str, text: str) -> int:
    try:
        return parse(text, asked.now)
    except ValueError:
        raise PiError(400, f"The parameter '{name}' is invalid: '{text}' is no time.") from None


def _when(
    asked: Wanted,
    order: Ordered,
    start: Annotated[str, Query(alias="startTime")] = "*-8h",
    end: Annotated[str | None, Query(alias="endTime")] = None,
    mode: Annotated[str, Query(alias="searchMode")] = "Overlapped",
) -> Search:
    if mode.lower() not in MODES:
        raise PiError(400, f"The parameter 'searchMode' is invalid: '{mode}'.")
    search = Search(mode.lower(), _instant(asked, "startTime", start), _instant(asked, "endTime", end or "*"), asked.now)
    if search.directed and (end is not None or order.given):
        raise PiError(400, f"None of 'endTime', 'sortField' and 'sortOrder' may be given with the searchMode '{mode}'.")
    if not search.directed and search.end < search.start:
        raise PiError(400, "The parameter 'endTime' must be greater than or equal to 'startTime'.")
    return search


When = Annotated[Search, Depends(_when)]


@dataclass(frozen=True, slots=True)
class Filter:
    """What event frames are asked for, besides when they were."""

    name: str | None = None
    category: str | None = None
    template: str | None = None
    severities: tuple[str, ...] = ()
    acknowledgeable: bool | None = None
    acknowledged: bool | None = None
    element: str | None = None
    element_template: str | None = None

    def fits(self, asked: RequestContext, frame: Frame) -> bool:
        """Say whether a frame is among them."""
        design = asked.assets.libraries[0].designs[frame.template]
        return (
            like(frame.name, self.name)
            and (not self.category or same(design.category, self.category))
            and (not self.template or same(design.name, self.template))
            and (not self.severities or any(same(frame.severity, one) for one in self.severities))
            and self.acknowledgeable in {None, design.acknowledged}
            and self.acknowledged in {None, frame.acknowledged <= asked.now}
            and (not (self.element or self.element_template) or any(self._refers(asked, one) for one in frame.machines))
        )

    def _refers(self, asked: RequestContext, machine: int) -> bool:
        place, library = machine_place(machine), asked.assets.libraries[0]
        names = [library.designs[one].name for one in library.chain(template_of(place))]
        named = not self.element_template or any(same(name, self.element_template) for name in names)
        return like(name_of(library.plant, place), self.element) and named


def _filter(
    name: Annotated[str | None, Query(alias="nameFilter")] = None,
    category: Annotated[str | None, Query(alias="categoryName")] = None,
    template: Annotated[str | None, Query(alias="templateName")] = None,
    severities: Annotated[list[str] | None, Query(alias="severity")] = None,
    acknowledgeable: Annotated[bool | None, Query(alias="canBeAcknowledged")] = None,
    acknowledged: Annotated[bool | None, Query(alias="isAcknowledged")] = None,
) -> Filter:
    return Filter(name, category, template, tuple(severities or ()), acknowledgeable, acknowledged)


def _full_filter(
    wanted: Annotated[Filter, Depends(_filter)],
    element: Annotated[str | None, Query(alias="referencedElementNameFilter")] = None,
    template: Annotated[str | None, Query(alias="referencedElementTemplateName")] = None,
) -> Filter:
    return replace(wanted, element=element, element_template=template)


Filtered = Annotated[Filter, Depends(_filter)]
FullyFiltered = Annotated[Filter, Depends(_full_filter)]


def _nested(search: Search) -> Search:
    return Search(search.mode, search.start, search.end, search.now, nested=True)


# What a frame itself tells of the fields that lists are sorted by, as it looks at a time (ticks).
_KEYS: dict[str, Callable[[Frame, int], str | int]] = {
    "name": lambda one, _now: one.name.casefold(),
    "starttime": lambda one, _now: one.start,
    "endtime": lambda one, now: one.seen_end(now),
}


def _answer(asked: RequestContext, found: Iterable[Frame], search: Search, page: Page, order: Order) -> Response:
    """Answer with a page of frames: a directed search keeps its order. By names and times only those of the page are made."""
    assets = asked.assets
    some = list(found)
    if not search.directed:
        key = _KEYS.get(order.field.lower())
        if key is None:
            return paged(asked, (assets.event(one, asked.now) for one in some), page, order)
        some.sort(key=lambda one: (key(one, asked.now), one.number), reverse=order.descending)
    things = [assets.event(one, asked.now) for one in page.of(some)]
    return asked.answer({"Links": page.links(len(some)), "Items": objects(asked, things)})


@router.get("/assetdatabases/{web_id}/eventframes")
def of_database(
    asked: Wanted, web_id: WebId, search: When, page: Paged, order: Ordered, wanted: FullyFiltered, nested: Nested = False
) -> Response:
    """List the event frames of a database."""
    number = find(asked, "assetdatabases", web_id).number
    found = in_database(asked.assets.plant, number, _nested(search) if nested else search)
    return _answer(asked, (one for one in found if wanted.fits(asked, one)), search, page, order)


@router.get("/elements/{web_id}/eventframes")
def of_element(asked: Wanted, web_id: WebId, search: When, page: Paged, order: Ordered, wanted: Filtered) -> Response:
    """List the event frames that refer to an element."""
    thing = find(asked, "elements", web_id)
    found = (
        one
        for one in frames(asked.assets.plant, _nested(search))
        if any(machine_place(machine).number == thing.number for machine in one.machines)
    )
    return _answer(asked, (one for one in found if wanted.fits(asked, one)), search, page, order)


@router.get("/eventframes/{web_id}/eventframes")
def of_frame(
    asked: Wanted,
    web_id: WebId,
    search: When,
    page: Paged,
    order: Ordered,
    wanted: FullyFiltered,
    nested: Nested = False,  # noqa: ARG001  # a phase has none below
) -> Response:
    """List the event frames below one: a batch's phases."""
    number = find(asked, "eventframes", web_id).number
    found = (
        one
        for one in frames(asked.assets.plant, _nested(search))
        if one.phase and one.number - one.phase == number and wanted.fits(asked, one)
    )
    return _answer(asked, found, search, page, order)


@router.get("/eventframes/multiple")
def multiple_(asked: Wanted, several: SeveralAsked) -> Response:
    """Give event frames by WebIDs and paths, each by itself."""
    return multiple(asked, "eventframes", several, lambda thing: body_of(thing, asked))


@router.get("/eventframes/search")
def search_(
    asked: Wanted, page: Paged, databases: Databases, wanted: Annotated[Described, describing("eventframes")]
) -> Response:
    """List the event frames that a query describes, in order of start."""
    assets = asked.assets
    every = (frame for one in databases for frame in in_database(assets.plant, one.number, since(wanted.since, asked.now)))
    return described(asked, (assets.event(one, asked.now) for one in every if wanted.named(one.name)), page, wanted)


own(router, kinds.EVENT_FRAME)


def _frame(asked: RequestContext, web_id: str) -> tuple[Frame, Thing]:
    thing = find(asked, "eventframes", web_id)
    frame = asked.assets.frame(thing.number, asked.now)
    if frame is None:
        raise PiError(404, f"The specified event frame was not found: '{web_id}'.")
    return frame, thing


@router.get("/eventframes/{web_id}/referencedelements")
def referenced(asked: Wanted, web_id: WebId, associations: Annotated[str, Query()] = "") -> Response:
    """List the elements that a frame refers to, the primary one first. Raises PiError 404 where there is no such frame."""
    frame, _ = _frame(asked, web_id)
    things = [asked.assets.element(machine_place(one)) for one in frame.machines]
    paths = same(associations, "Paths")
    found = [
        body | ({"Paths": [thing.path]} if paths else {}) for body, thing in zip(objects(asked, things), things, strict=True)
    ]
    return asked.answer({"Links": {}, "Items": found})


@router.get("/eventframes/{web_id}/annotations")
def annotations_(asked: Wanted, web_id: WebId) -> Response:
    """List a frame's annotations. Raises PiError 404 where there is no such frame."""
    frame, thing = _frame(asked, web_id)
    found = [annotation_body(note, frame, thing, asked.now, asked) for note in frame.notes(asked.now)]
    return asked.answer({"Links": {}, "Items": found})


@router.get("/eventframes/{web_id}/annotations/{note_id}")
def annotation(asked: Wanted, web_id: WebId, note_id: str) -> Response:
    """Give one of a frame's annotations. Raises PiError 404 where there is none."""
    frame, thing = _frame(asked, web_id)
    for note in frame.notes(asked.now):
        if same(annotation_id(note, frame), note_id):
            return asked.answer(annotation_body(note, frame, thing, asked.now, asked))
    raise PiError(404, f"The annotation was not found: '{note_id}'.")


def _attributes(controller: str) -> None:
    @router.get(f"/{controller}/{{web_id}}/eventframeattributes")
    def event_frame_attributes(
        asked: Wanted,
        web_id: WebId,
        search: When,
        told: AttributesListed,
        wanted: AttributesSearched,
        frame_name: Annotated[str | None, Query(alias="eventFrameNameFilter")] = None,
        frame_description: Annotated[str | None, Query(alias="eventFrameDescriptionFilter")] = None,
        frame_category: Annotated[str | None, Query(alias="eventFrameCategory")] = None,
        frame_template: Annotated[str | None, Query(alias="eventFrameTemplate")] = None,
        element: Annotated[str | None, Query(alias="referencedElementNameFilter")] = None,
        nested: Nested = False,
    ) -> Response:
        root = find(asked, controller, web_id)
        frames_wanted = Filter(frame_name, frame_category, frame_template, element=element)
        if root.kind is kinds.DATABASE:
            some: Iterable[Frame] = in_database(asked.assets.plant, root.number, _nested(search) if nested else search)
        else:
            whole = by_number(asked.assets.plant, root.number)
            some = [whole, *phases(whole)] if whole and nested else [whole] if whole else []
        found: list[Attribute] = []
        for frame in some:
            thing = asked.assets.event(frame, asked.now)
            if frame.there <= asked.now and frames_wanted.fits(asked, frame) and like(thing.description, frame_description):
                found += asked.assets.attributes_of(thing, asked.now)
        return told.answer(one for one in found if wanted.fits(one))


_attributes("assetdatabases")
_attributes("eventframes")
