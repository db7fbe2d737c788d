"""What is asked of many tags at once, and what comes of it: windows of time, sets of tags that fit a URL, pages of values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .paging import list_of
from .webids import has_id, stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .options import Settings

_OF_VALUES = ("Timestamp", "Value", "Good", "Questionable", "Substituted", "Annotated", "Errors")
VALUE_FIELDS = (*_OF_VALUES, "UnitsAbbreviation")
# Recorded values come in one unit of measure, that of their stream (AVEVA, AF SDK Reference, AFData.RecordedValue, desiredUOM).
# Asked for with each value, it would be a tenth of what is sent and decoded.
RECORDED_FIELDS = ("WebId", "Name", "UnitsAbbreviation", *(f"Items.{name}" for name in _OF_VALUES))
RECORDED = "/streamsets/recorded"
_BASE = 600  # characters of a URL that are not its WebIDs


@dataclass(frozen=True, slots=True)
class Window:
    """A tag and the time to read, both ends included, as stamps."""

    webid: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a call gives of a tag, as PI sends it: items (values in time order, an instant's in one page), or one value.

    Of recorded values it has all from the stamp `start` on to just before `stop`. `now`: the WebID by which PI sends it.
    """

    webid: str
    name: str
    units: str
    items: list[dict[str, Any]]
    value: dict[str, Any] | None = None
    start: str = ""
    stop: str = ""
    now: str = ""

    @property
    def tag(self) -> tuple[str, str, str]:
        """The tag's WebID, name and units."""
        return self.webid, self.name, self.units


@dataclass(frozen=True, slots=True)
class TagSet:
    """Tags that are read over the same time by one GET. `grown`: the page to ask for after one that was too small.

    `failed`: how often the server failed at it; `alone`: it goes in no batch, and is not tried as often.
    """

    webids: tuple[str, ...]
    start: str
    end: str
    grown: int = 0
    failed: int = 0
    alone: bool = False


def sets_of(windows: Iterable[Window], settings: Settings) -> Iterator[TagSet]:
    """Put windows over the same time, which follow each other, into sets whose URL the server takes.

    As many sets as make `tags_per_request` together fill a batch, none of which is left half empty.
    """
    for (start, end), alike in groupby(windows, lambda window: (window.start, window.end)):
        webids = [window.webid for window in alike]
        for place in range(0, len(webids), settings.tags_per_request):
            for fitting in in_urls(webids[place : place + settings.tags_per_request], settings, _BASE):
                yield TagSet(fitting, start, end)


def in_urls(webids: Iterable[str], settings: Settings, others: int, most: int | None = None) -> Iterator[tuple[str, ...]]:
    """Spread WebIDs over URLs that name their stable ids: `others` characters of a URL are something else, `most` in each."""
    room = settings.longest_url - len(settings.base_url) - others
    some: list[str] = []
    length = 0
    for webid in webids:
        size = len(quote(stable_id(webid), safe="")) + len("&webId=")
        if some and (length + size > room or len(some) == most):
            yield tuple(some)
            some, length = [], 0
        some.append(webid)
        length += size
    if some:
        yield tuple(some)


def matched(webids: Sequence[str], body: Any, path: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Pair tags with the streams of an answer: by what stays of their WebIDs when they are renamed.

    By place where the server writes its WebIDs in a form that tells no id. Raises PiError for an answer that has no streams.
    """
    streams = list_of(body, path)
    by_id = {stable_id(str(stream.get("WebId"))): stream for stream in streams}
    ids = [stable_id(webid) for webid in webids]
    if len(streams) == len(webids) and not by_id.keys() & set(ids) and not all(map(has_id, (*ids, *by_id))):
        yield from zip(webids, streams, strict=True)
        return
    for webid, own in zip(webids, ids, strict=True):
        yield webid, by_id.get(own)


def page_of(webid: str, stream: dict[str, Any], items: list[dict[str, Any]], start: str = "", stop: str = "") -> Page:
    """Give the page of a stream as PI sends it, with some of its items."""
    name, units = str(stream.get("Name") or ""), str(stream.get("UnitsAbbreviation") or "")
    return Page(webid, name, units, items, stream.get("Value"), start, stop, str(stream.get("WebId") or ""))
