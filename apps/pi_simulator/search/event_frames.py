"""Which event frames a search asks for.

Source: AVEVA's reference, AFSearchMode: range searches (Inclusive, Overlapped, StartInclusive, EndInclusive) have two times;
Forward… and Backward… ones go on from one time, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..events.frames import ORIGIN, active, phases
from ..times import NEVER_ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..assets.plant import Plant
    from ..events.frames import Frame

RANGES: dict[str, Callable[[int, int, int, int], bool]] = {
    "inclusive": lambda start, end, first, last: first <= start and end <= last,
    "overlapped": lambda start, end, first, last: start <= last and end >= first,
    "startinclusive": lambda start, _end, first, last: first <= start <= last,
    "endinclusive": lambda _start, end, first, last: first <= end <= last,
}
# Whether it goes by the start (else by the end), whether back, and whether what has ended is left out.
_DIRECTED = {
    "forwardfromstarttime": (True, False, False),
    "backwardfromstarttime": (True, True, False),
    "forwardfromendtime": (False, False, False),
    "backwardfromendtime": (False, True, False),
    "forwardinprogress": (True, False, True),
    "backwardinprogress": (True, True, True),
}
MODES = (*RANGES, *_DIRECTED)


@dataclass(frozen=True, slots=True)
class Search:
    """A search by time (ticks): `nested` takes phases too, `now` is when it is made."""

    mode: str
    start: int
    end: int
    now: int
    nested: bool = False

    @property
    def directed(self) -> bool:
        """Whether it goes on from one time, in order of time."""
        return self.mode in _DIRECTED


def frames(plant: Plant, search: Search) -> Iterator[Frame]:
    """Give the frames that a search finds: a directed one in its order, others in order of start."""
    if search.mode in RANGES:
        fits = RANGES[search.mode]
        for one in _there(plant, search, search.start, search.end):
            if fits(one.start, one.seen_end(search.now), search.start, search.end):
                yield one
        return
    by_start, back, running = _DIRECTED[search.mode]
    first, last = (ORIGIN, search.start) if back else (search.start, search.now)
    reach = (first, NEVER_ENDS) if back and not by_start else (first, last)

    def key(one: Frame) -> int:
        return one.start if by_start else one.seen_end(search.now)

    found = [
        one
        for one in _there(plant, search, *reach)
        if first <= key(one) <= (last if by_start or back else NEVER_ENDS)
        and (not running or one.seen_end(search.now) == NEVER_ENDS)
    ]
    yield from sorted(found, key=key, reverse=back)


def in_database(plant: Plant, database: int, search: Search) -> Iterator[Frame]:
    """Give the frames of a database that a search finds: all are in the first one."""
    return iter(()) if database else frames(plant, search)


def since(start: int, now: int) -> Search:
    """Give the search for all that starts at a time or later, phases too (ticks)."""
    return Search("startinclusive", start, NEVER_ENDS, now, nested=True)


def _there(plant: Plant, search: Search, start: int, end: int) -> Iterator[Frame]:
    for one in active(plant, start, end, search.now):
        yield one
        if search.nested:
            yield from (phase for phase in phases(one) if phase.there <= search.now)
