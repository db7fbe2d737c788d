"""Answers about streams: the values of one, or of many with whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import ALL, Fields, dumps
from ..errors import PiError
from .grids import too_many
from .sources import Source, point, source
from .updates import events, marked, marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.responses import Response

    from ..request_context import RequestContext
    from .readings import OneReading, Reading

_HOLE = "\0items"
_WRITTEN_HOLE = dumps(_HOLE)


def _filled(body: dict[str, Any], fields: Fields, items: Iterable[bytes]) -> list[bytes]:
    """Give the pieces of a body whose items are written already; they are joined only once, for they may be long."""
    before, hole, after = dumps(fields.cut(body)).partition(_WRITTEN_HOLE)
    return [before, b"[", *items, b"]", after] if hole else [before]


def _listed(items: Sequence[list[bytes]]) -> list[bytes]:
    """Give the pieces of a list by the pieces of its items."""
    return [piece for item in items for piece in (b",", *item)][1:]


def _items_of(fields: Fields, *names: str) -> Fields:
    return fields.of(*names) or ALL


def one_stream(asked: RequestContext, web_id: str, reading: Reading, *, units: bool = True) -> Response:
    """Answer with the values of a stream. Raises PiError 400 for more than one answer may hold."""
    found = source(asked.world, web_id, asked.now)
    items, count = reading.items(found, asked.world, asked.now, _items_of(asked.fields, "Items"))
    if count > asked.world.settings.max_items:
        raise too_many("maxCount", asked.world.settings.max_items)
    more: dict[str, Any] = {"UnitsAbbreviation": found.units} if units else {"Links": {}}
    body = {"Items": _HOLE, **more}
    return asked.raw(_filled(body, asked.fields, [items]))


def header(asked: RequestContext, found: Source) -> dict[str, Any]:
    """Give whose values the item of a stream set has."""
    web_id = asked.web_id(found.identity)
    links = {"Source": asked.link(found.controller, web_id)} if asked.fields.of("Items", "Links") else {}
    return {"WebId": web_id, "Name": found.name, "Path": found.path, "Links": links}


def _failed(asked: RequestContext, found: Source, error: PiError, **more: Any) -> list[bytes]:
    """Give the item of a stream that can't be read while others can; its error is told whatever fields are wanted."""
    body = _items_of(asked.fields, "Items").cut({**header(asked, found), **more})
    return [dumps(body | {"WebException": error.exception})]


def many_streams(asked: RequestContext, sources: Sequence[Source], reading: Reading, *, units: bool = True) -> Response:
    """Answer with the values of several streams. Raises PiError 400 for more values than a call may give."""
    fields, below = _items_of(asked.fields, "Items"), _items_of(asked.fields, "Items", "Items")
    most, total = asked.world.settings.max_items, 0
    items: list[list[bytes]] = []
    for found in sources:
        try:
            written, count = reading.items(found, asked.world, asked.now, below)
        except PiError as error:
            items.append(_failed(asked, found, error, Items=[]))
            continue
        total += count
        if total > most:
            raise too_many("maxCount", most)
        body = header(asked, found) | {"Items": _HOLE} | ({"UnitsAbbreviation": found.units} if units else {})
        items.append(_filled(body, fields, [written]))
    return asked.raw(_filled({"Links": {}, "Items": _HOLE}, asked.fields, _listed(items)))


def many_values(asked: RequestContext, sources: Sequence[Source], reading: OneReading) -> Response:
    """Answer with one value of each of several streams."""
    fields = _items_of(asked.fields, "Items")
    items: list[list[bytes]] = []
    for found in sources:
        try:
            sample = reading.one(found, asked.world, asked.now)
        except PiError as error:
            items.append(_failed(asked, found, error))
            continue
        items.append([dumps(fields.cut(header(asked, found) | {"Value": sample.row}))])
    return asked.raw(_filled({"Links": {}, "Items": _HOLE}, asked.fields, _listed(items)))


def _update(asked: RequestContext, found: Source, number: int, at: int) -> dict[str, Any]:
    return {
        "Source": asked.web_id(found.identity),
        "SourceName": found.name,
        "SourcePath": found.path,
        "LatestMarker": marker(number, at, asked.world.settings.seed),
    }


def registered(asked: RequestContext, web_id: str) -> dict[str, Any]:
    """Give the marker from which on a stream's news can be asked for. Raises PiError 409 for a value that never changes."""
    found = source(asked.world, web_id, asked.now)
    view = found.view(asked.world, asked.now)
    return _update(asked, found, view.tag.number, asked.now) | {"Status": "Succeeded"}


def retrieved(asked: RequestContext, text: str) -> dict[str, Any]:
    """Give what is new since a marker. Raises PiError 409 for a marker that is none, 404 for a point that is gone."""
    number, since = marked(text, asked.now, asked.world.settings.seed)
    if not asked.world.archive.has(number, asked.now):
        raise PiError(404, "The cache of the marker was not found.")
    found = point(asked.world.archive.look(number, asked.now))
    news = events(found.view(asked.world, asked.now), since)
    return _update(asked, found, number, asked.now) | {"RequestedMarker": text, "Status": "Succeeded", "Events": news}
