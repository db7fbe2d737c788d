"""Searches of event frames page by page, so that none is lost and few are held while frames come, end and go in between.

A page is asked for by the time at which the last one ended, not by its number in a list that may have changed since. The search
is sorted by what its mode goes by: the end of a frame for EndInclusive, else its start. Frames that began before the time that
is searched have no such place (an Overlapped search finds them first): those, and more frames of one instant than a page has,
come by startIndex, each page with the last frame of the page before, so that a list that shifted is noticed.

AVEVA, AssetDatabase GetEventFrames (Swagger of 2018 SP1): searchMode, sortField, sortOrder, startIndex, maxCount.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .client import selected
from .options import MOST_DAYS_BACK
from .paging import PAGE, is_followed, items_of, page_at
from .reading import below
from .times import stamp_of
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .reading import Reading

_RETURNS = 10  # how often a walk goes back in a list that shifted


@dataclass(slots=True)
class FramePage:
    """Frames that were not on a page before. `ordered`: they came sorted, so a search can go on behind any of them."""

    items: list[dict[str, Any]]
    ordered: bool


@dataclass(slots=True)
class FramePlace:
    """How far a database was searched: all frames before the stamp `at`, and of those at it the ones of `seen` (ids).

    `is_searched`: to the end.
    """

    at: str = ""
    seen: set[str] = field(default_factory=set)
    is_searched: bool = False

    def move_behind(self, item: dict[str, Any], key: str) -> None:
        """Move on; key: the field that the search is sorted by."""
        stamp = stamp_by(item, key)
        if stamp != self.at:
            self.at, self.seen = stamp, set()
        self.seen.add(stable_id(item["WebId"]))


def stamp_by(item: dict[str, Any], key: str) -> str:
    """Give the stamp of a time of a frame; empty where it has none."""
    return stamp_of(item[key]) if item.get(key) else ""


def sorted_by(reading: Reading) -> str:
    """Give the field that a search is sorted by."""
    return "EndTime" if _mode(reading).lower() == "endinclusive" else "StartTime"


def _mode(reading: Reading) -> str:
    return reading.texts.text("searchMode", default="Overlapped")


class FrameSearch:
    """A search of a database for frames from `start` to `end` (stamps), nested ones too, as the table's options want them."""

    def __init__(self, reading: Reading, database: str, start: str, end: str, fields: Sequence[str]) -> None:
        self._reading, self._start, self._end = reading, start, end
        self._path = below("assetdatabases", database, "eventframes")
        self._fields, self._mode, self._key = fields, _mode(reading), sorted_by(reading)

    def _params(self, since: str) -> list[tuple[str, str]]:
        within = self._mode.lower() == "overlapped" and since > self._start
        mode = "StartInclusive" if within else self._mode
        params = [("startTime", since + "Z"), ("endTime", self._end + "Z"), ("searchMode", mode)]
        params += [("searchFullHierarchy", "true"), ("sortField", self._key), ("sortOrder", "Ascending")]
        texts = self._reading.texts
        params += [(name, text) for name in ("nameFilter", "templateName") if (text := texts.text(name))]
        return [*params, selected(*self._fields)]

    def pages(self, place: FramePlace) -> Iterator[FramePage]:
        """Give the frames behind a place; a page is asked for when the one before it was taken. Raises PiError."""
        since, index, size, returns = max(self._start, place.at), 0, PAGE, 0
        first, seen, ordered = place.at, set(place.seen), True
        while True:
            body, size = page_at(self._reading.client, self._path, self._params(since), index, size)
            items = items_of(body, self._path)
            if index and size > 1 and returns < _RETURNS and not (items and stable_id(items[0]["WebId"]) in seen):
                index, returns = max(0, index - size), returns + 1  # frames before it went: some that are new moved up
                continue
            keys, ids = [stamp_by(item, self._key) for item in items], [stable_id(item["WebId"]) for item in items]
            ordered = ordered and all(keys) and keys == sorted(keys)
            new = [item for item, key, own in zip(items, keys, ids, strict=True) if key >= first and own not in seen]
            yield FramePage(new, ordered)
            if not items or not is_followed(body, len(items), size):
                return
            if ordered and keys[-1] > since:
                since, index = keys[-1], 0
                seen = {own for own, key in zip(ids, keys, strict=True) if key == since}
            else:
                index += max(1, len(items) - 1)
                seen.update(ids)


def first_span(reading: Reading) -> tuple[str, str]:
    """Give the time in which frames are looked for first: the last `lookback_days` (30), or from `startTime` to `endTime`."""
    lookback = reading.texts.number("lookback_days", 30, most=MOST_DAYS_BACK) * 86400
    reading.texts.check()
    end = reading.last()
    return reading.first(end, lookback), end
