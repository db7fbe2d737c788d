"""Where reading left off: a state for each tag, which the offset carries as JSON, and which values were already given.

`until` is how far a tag was read. Values come late, so the next read starts `overlap` seconds earlier; what was given from
that stretch is remembered by instant and number, so nothing is given twice. A tag that could not be read keeps its place.
A time of a tag that could not be read while later ones could stays open (`gaps`), and is tried again by each run. What came
later still is noticed by a count (`Guard`); what was corrected or deleted by a `Memory`, where that is asked for.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .problems import OffsetError
from .times import FIRST_YEAR, LAST_YEAR, shifted, stamp_of, to_datetime

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION = 1
LONGEST = 1e9  # seconds of overlap
SPOILT = 2**64  # more than any sum of digests
_SHOWN = 40
_TOGETHER = 1000  # tags that are written at once
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, binascii.Error, zlib.error)
# An instant for each line, and how many values have it, where that is not one.
_LINE = r"(?:19[7-9]\d|[2-8]\d{3})-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{0,6}[1-9])?(?: \d{1,9})?"
_LINES = re.compile(rf"{_LINE}(?:\n{_LINE})*+")
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode  # once: `json.dumps` makes an encoder each time
_CURE = "it was not written by this connector: start again from a full refresh, or give the offset that belongs to it"


@dataclass(frozen=True, slots=True)
class Guard:
    """How many values the server counted of a tag between two stamps, in a time that is not read any more."""

    start: str
    end: str
    count: int


@dataclass(slots=True)
class Place:
    """How far a tag was read (a stamp), and how many values were given of each instant of the `overlap` seconds before that.

    What lies further back is not remembered, so it must not be read again, even where the user asks for more overlap now.
    The instants stay `packed`, as the offset has them, until they are asked for: of 100,000 tags few are at work at a time.
    """

    until: str
    packed: str = ""
    overlap: float = 0.0
    guard: Guard | None = None

    @property
    def seen(self) -> Counter[str]:
        """How many values were given of each instant, as a copy; raises OffsetError where that can't be read."""
        return _seen_of(self.packed)

    @seen.setter
    def seen(self, seen: Counter[str]) -> None:
        self.packed = _packed(seen)

    def start(self, overlap: float) -> str:
        """Give from when to read on with an overlap of so many seconds."""
        return shifted(self.until, -min(overlap, self.overlap))


@dataclass(slots=True)
class Memory:
    """What was given of a tag from `anchor` on, so that a value that is corrected or deleted later is noticed.

    `sums`: of each hour, named by its start (the first by `anchor`), how many values were given and the sum of their digests,
    SPOILT where only a part was given again. `done`: the last comparison; `at`: up to where it came, empty where it came to its
    end; `so_far`: the sums of what it gave of the hour in which that is. `packed`: the instants as the offset had them, until
    `given` is asked for, as few tags are at work at a time.
    """

    anchor: str
    keyed: str
    done: str = ""
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    packed: str = ""
    at: str = ""
    so_far: tuple[int, int] = (0, 0)
    _given: Counter[str] | None = field(default=None, compare=False)

    @property
    def given(self) -> Counter[str]:
        """How many values were given of each instant from `keyed` on, which tells the deleted ones; raises OffsetError."""
        if self._given is None:
            self._given = _seen_of(self.packed)
        return self._given

    @given.setter
    def given(self, given: Counter[str]) -> None:
        self._given = given

    def pack(self) -> str:
        """Give the instants as the offset has them."""
        return self.packed if self._given is None else _packed(self._given)


@dataclass(slots=True)
class Progress:
    """The places of all tags that were ever read under this offset, by WebID, and the memories of those that are read again.

    `gaps`: of each tag that has some, the times before its place that are open, as (first stamp, last stamp), in order. What
    was given of such a time before it could not be read any more is remembered until it can.
    `paths`: of each tag that is not called what its WebID here says, or whose WebID says nothing, its path. `gone`: tags that
    are in no list any more, which was told.
    """

    places: dict[str, Place] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    gaps: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def advance(self, webid: str, first: str, until: str, overlap: float, given: Mapping[str, int]) -> None:
        """Move a tag on to `until`, after so many values of each instant of `given` were given for the first time.

        What lies before `first`, where its first read began, is nothing that came late: the overlap does not reach there.
        """
        before = self.places.get(webid, Place(first))
        seen = before.seen
        seen.update(given)
        start = max(shifted(until, -overlap), before.start(overlap))
        kept = Counter({stamp: count for stamp, count in seen.items() if stamp >= start or self._is_open(webid, stamp)})
        self.places[webid] = Place(until, _packed(kept), min(float(overlap), _reach(start, until)), before.guard)

    def fill(self, webid: str, gap: tuple[str, str], left: list[tuple[str, str]], given: Iterable[str]) -> None:
        """Close one of a tag's gaps but for what is `left` of it, after the instants of `given` were given."""
        gaps = sorted({*self.gaps[webid], *left} - {gap}) if left != [gap] else self.gaps[webid]
        self.gaps[webid] = gaps
        if not gaps:
            del self.gaps[webid]
        place = self.places[webid]
        seen, start = place.seen, place.start(place.overlap)
        seen.update(stamp for stamp in given if stamp >= start or self._is_open(webid, stamp))
        place.seen = seen

    def _is_open(self, webid: str, stamp: str) -> bool:
        return any(first <= stamp <= last for first, last in self.gaps.get(webid, ()))

    def to_offset(self) -> dict[str, Any]:
        """Give the offset. Instants that many tags share stand once."""
        shared = Counter(place.until for place in self.places.values())
        until = min(shared, key=lambda stamp: (-shared[stamp], stamp), default="")
        spans = sorted({(place.guard.start, place.guard.end) for place in self.places.values() if place.guard})
        number = {span: place for place, span in enumerate(spans)}
        # Some tags at a time onto one text, which grows in its place: all entries at once, or a copy of the text, would be more
        # than all else of a read of 100,000 tags.
        tags, webids = "", sorted(self.places)
        for at in range(0, len(webids), _TOGETHER):
            some = (f"{_json(one)}:{_json(_of_place(self.places[one], until, number))}" for one in webids[at : at + _TOGETHER])
            tags += ("," if tags else "{") + ",".join(some)
        tags += "}" if tags else "{}"
        offset: dict[str, Any] = {"version": VERSION, "until": until, "tags": tags}
        if spans:
            offset["guards"] = _json(spans)
        if self.memories:
            offset["memories"] = _json({webid: _of_memory(memory) for webid, memory in self.memories.items()})
        if self.gaps:
            offset["gaps"] = _json(self.gaps)
        if self.paths:
            offset["paths"] = _json(self.paths)
        if self.gone:
            offset["gone"] = _json(sorted(self.gone))
        return offset


def progress_of(offset: Mapping[str, Any] | None) -> Progress:
    """Read an offset; None and an empty one begin anew. Raises OffsetError for any that `to_offset` does not give."""
    if not offset:
        return Progress()
    if not hasattr(offset, "get") or offset.get("version") != VERSION:
        found = offset.get("version") if hasattr(offset, "get") else offset
        raise OffsetError(f"the offset's version is {str(found)[:_SHOWN]!r}, not {VERSION}: {_CURE}")
    try:
        until = checked_stamp(offset["until"]) if offset["until"] else ""
        spans = [(checked_stamp(start), checked_stamp(end)) for start, end in json.loads(offset.get("guards", "[]"))]
        places = json.loads(offset["tags"])
        for webid, entry in places.items():  # one by one, so that the entries go as the places come
            places[webid] = _place(entry, until, spans)
        memories = {webid: _memory(entry) for webid, entry in json.loads(offset.get("memories", "{}")).items()}
        gaps = {webid: _gaps(entry) for webid, entry in json.loads(offset.get("gaps", "{}")).items()}
        paths = {webid: _text(path) for webid, path in json.loads(offset.get("paths", "{}")).items()}
        gone = set(map(_text, json.loads(offset.get("gone", "[]"))))
        if not gaps.keys() | paths.keys() | gone <= places.keys():
            raise ValueError("something of a tag without a place")
    except _UNREADABLE:
        raise OffsetError(f"the offset can't be read: {_CURE}") from None
    return Progress(places, memories, gaps, paths, gone)


def checked_stamp(text: str) -> str:
    """Give a stamp of an offset; raises ValueError for what is no time, or none that could be read."""
    stamp = stamp_of(text + "Z")
    to_datetime(stamp)
    if not FIRST_YEAR <= stamp < LAST_YEAR:
        raise ValueError("no place to read from")
    return stamp


def _place(entry: list[Any], until: str, spans: list[tuple[str, str]]) -> Place:
    own, seen, overlap, *guard = entry
    if not own and not until:
        raise ValueError("a tag without a place")
    seconds = float(overlap)
    if not 0 <= seconds <= LONGEST:
        raise ValueError("no overlap is that long")
    made = Guard(*spans[_count(guard[0])], _count(guard[1])) if guard else None
    if not isinstance(seen, str):
        raise TypeError("no packed instants")
    return Place(checked_stamp(own) if own else until, seen, seconds, made)


def _count(number: Any) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError("no count")
    return number


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("no text")
    return text


def _gaps(entry: list[Any]) -> list[tuple[str, str]]:
    gaps = [(checked_stamp(start), checked_stamp(end)) for start, end in entry]
    if not gaps or any(start > end for start, end in gaps):
        raise ValueError("no gaps")
    return gaps


def _of_place(place: Place, until: str, number: Mapping[tuple[str, str], int]) -> list[Any]:
    guard = place.guard
    own = "" if place.until == until else place.until
    return [own, place.packed, place.overlap, *([number[guard.start, guard.end], guard.count] if guard else [])]


def _of_memory(memory: Memory) -> list[Any]:
    sums = [[start, count, f"{total:x}"] for start, (count, total) in sorted(memory.sums.items())]
    under_way = [memory.at, memory.so_far[0], f"{memory.so_far[1]:x}"] if memory.at else []
    return [memory.anchor, memory.keyed, memory.done, sums, memory.pack(), *under_way]


def _memory(entry: list[Any]) -> Memory:
    anchor, keyed, done, sums, given, *under_way = entry
    made = {checked_stamp(start): (_count(count), int(total, 16)) for start, count, total in sums}
    memory = Memory(checked_stamp(anchor), checked_stamp(keyed), checked_stamp(done) if done else "", made, _text(given))
    if under_way:
        at, count, total = under_way
        memory.at, memory.so_far = checked_stamp(at), (_count(count), int(total, 16))
    return memory


def _reach(start: str, until: str) -> float:
    """Give the seconds from `start` to `until` in whole microseconds, no more: what lies before `start` is not remembered."""
    reach = to_datetime(until) - to_datetime(start)
    if reach and shifted(until, -reach.total_seconds()) < start:
        reach -= timedelta(microseconds=1)
    return reach.total_seconds()


def _packed(seen: Counter[str]) -> str:
    """Write instants, each as often as it was given, small enough for an offset."""
    if not seen:
        return ""
    lines = "\n".join(f"{stamp} {count}" if count > 1 else stamp for stamp, count in sorted(seen.items()))
    # A window of 4 kB: the 256 kB that zlib takes unasked cost more time than packing does, and instants repeat within a line.
    packer = zlib.compressobj(level=4, wbits=12, memLevel=5)
    return base64.b64encode(packer.compress(lines.encode()) + packer.flush()).decode()


def _seen_of(text: str) -> Counter[str]:
    """Read instants that `_packed` wrote; raises OffsetError."""
    if not text:
        return Counter()
    try:
        lines = zlib.decompress(base64.b64decode(text, validate=True)).decode()
        if not _LINES.fullmatch(lines):
            raise ValueError("no instants")
        pairs = (line.partition(" ") for line in lines.split("\n"))
        return Counter({stamp: int(count or 1) for stamp, _, count in pairs})
    except _UNREADABLE:
        raise OffsetError(f"the offset can't be read: {_CURE}") from None
