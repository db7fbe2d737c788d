"""How far a run of event frames has come, as the offset carries it from batch to batch.

An offset without a `run` is between two runs: all was read until `until`, and `frames` are the digests of the rows of frames
that may change still, by database. Databases and frames are known by their keys, the WebIDs with which they first landed, also
where they are renamed and have others; `known` are the keys of databases, of elements that frames refer to, and what they are
called by now. Within a run it has what the run reads (`start` to `cap`), the place in each database, and
the digests of frames that the run looked at besides; `frames` are then those that it has yet to look at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .framesearch import FramePlace
from .incremental import LONGEST, VERSION, checked_stamp
from .known import Known, known_of
from .problems import OffsetError
from .times import shifted
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BAD_OFFSET = "the offset is none of event frames: start again from a full refresh, or give the one that belongs to the table"
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
Digests = dict[str, dict[str, str]]


@dataclass(slots=True)
class FrameRun:
    """All before `until` was read; `remembered` (seconds) is how far back from there the digests of `before` go.

    A run that is under way has a `cap`, the stamp up to which it reads.
    """

    until: str = ""
    remembered: float = 0.0
    before: Digests = field(default_factory=dict)
    cap: str = ""
    start: str = ""
    overlap: float = 0.0
    kept: Digests = field(default_factory=dict)
    places: dict[str, FramePlace] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    _ids: dict[str, dict[str, str]] = field(default_factory=dict, init=False, compare=False)

    @property
    def is_over(self) -> bool:
        """Whether no run is under way."""
        return not self.cap

    def begin(self, cap: str, overlap: float, first: str) -> None:
        """Begin a run up to `cap`, from `first`, else so many seconds before where the last one ended."""
        self.cap, self.overlap = cap, overlap
        self.start = first or shifted(self.until, -min(overlap, self.remembered))
        self.until = self.until or first

    def end(self) -> None:
        """End the run: its cap is where the next one begins."""
        self.until, self.remembered, self.before = self.cap, self.overlap, self.kept
        self.cap, self.start, self.overlap, self.kept, self.places = "", "", 0.0, {}, {}
        self.known.end()

    def database(self, webid: str) -> str:
        """Give a database's key."""
        return self.known.database(webid, (*self.before, *self.kept, *self.places))

    def frame(self, database: str, webid: str) -> str:
        """Give a frame's key: of one that is not remembered, its WebID."""
        if database not in self._ids:
            keys = (*self.before.get(database, ()), *self.kept.get(database, ()))
            self._ids[database] = {stable_id(key): key for key in keys}
        return self._ids[database].setdefault(stable_id(webid), webid)

    def digest(self, database: str, webid: str) -> str:
        """Give the digest of a frame's rows as they were given last; empty where they were not, or it is not known."""
        return self.kept.get(database, {}).get(webid) or self.before.get(database, {}).get(webid, "")

    def keep(self, database: str, webid: str, digest: str, elements: Iterable[str] | None) -> None:
        """Remember a frame, which was looked at, for later runs, and which elements it refers to (keys)."""
        self.forget(database, [webid])
        self.known.use(elements or ())
        self.kept.setdefault(database, {})[webid] = digest

    def forget(self, database: str, webids: Iterable[str]) -> None:
        """Take frames out of those that are still to be looked at."""
        before = self.before.get(database, {})
        for webid in webids:
            before.pop(webid, None)

    def to_offset(self) -> dict[str, Any]:
        """Give the offset."""
        frames = {database: digests for database, digests in self.before.items() if digests}
        offset = {"version": VERSION, "until": self.until, "overlap": self.remembered, "frames": _json(frames)}
        if known := self.known.to_offset():
            offset["known"] = _json(known)
        if self.is_over:
            return offset
        places = {database: [one.at, sorted(one.seen), one.is_searched] for database, one in self.places.items()}
        return offset | {"run": _json([self.cap, self.start, self.overlap, self.kept, places])}


def run_of(offset: Mapping[str, Any] | None) -> FrameRun:
    """Read an offset; None and an empty one begin anew. Raises OffsetError for any that `to_offset` does not give."""
    if not offset:
        return FrameRun()
    try:
        version = offset["version"]
        run = FrameRun(checked_stamp(offset["until"]), _seconds(offset["overlap"]), _digests(json.loads(offset["frames"])))
        if "known" in offset:
            run.known = known_of(*json.loads(offset["known"]))
        if "run" in offset:
            run.cap, run.start, overlap, kept, places = json.loads(offset["run"])
            checked_stamp(run.cap), checked_stamp(run.start)
            run.overlap, run.kept = _seconds(overlap), _digests(kept)
            run.places = {database: _place(*place) for database, place in places.items()}
    except _UNREADABLE:
        raise OffsetError(_BAD_OFFSET) from None
    if version != VERSION:
        raise OffsetError(_BAD_OFFSET)
    return run


def _seconds(number: Any) -> float:
    seconds = float(number)
    if not 0 <= seconds <= LONGEST:
        raise ValueError("no overlap is that long")
    return seconds


def _digests(found: Any) -> Digests:
    return {database: dict(digests.items()) for database, digests in found.items()}


def _place(at: str, seen: list[str], is_searched: Any) -> FramePlace:
    return FramePlace(checked_stamp(at) if at else "", set(map(stable_id, seen)), bool(is_searched))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
