"""Where reading left off: a state for each tag, which the offset carries as JSON, and which values were already given.

`until` is how far a tag was read. Values come late, so the next read starts `overlap` seconds earlier; what was given from
that stretch is remembered by instant and number, so nothing is given twice. A tag that could not be read keeps its place.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .problems import OffsetError
from .times import shifted, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION = 1
_CURE = "it was not written by this connector: start again from a full refresh, or give the offset that belongs to it"


@dataclass(slots=True)
class Place:
    """How far a tag was read (a stamp), and how many values were given of each instant of the `overlap` seconds before that.

    What lies further back is not remembered, so it must not be read again, even where the user asks for more overlap now.
    """

    until: str
    seen: Counter[str] = field(default_factory=Counter)
    overlap: float = 0.0

    def start(self, overlap: float) -> str:
        """Give from when to read on with an overlap of so many seconds."""
        return shifted(self.until, -min(overlap, self.overlap))


@dataclass(slots=True)
class Progress:
    """The places of all tags that were ever read under this offset, by WebID."""

    places: dict[str, Place] = field(default_factory=dict)

    def advance(self, webid: str, until: str, overlap: float, given: Iterable[str]) -> None:
        """Move a tag on to `until`, after the instants of `given` were given for the first time."""
        seen = self.places[webid].seen if webid in self.places else Counter[str]()
        seen.update(given)
        start = shifted(until, -overlap)
        self.places[webid] = Place(until, Counter({stamp: count for stamp, count in seen.items() if stamp >= start}), overlap)

    def to_offset(self) -> dict[str, Any]:
        """Give the offset. The instant that most tags share stands once."""
        shared = Counter(place.until for place in self.places.values())
        until = min(shared, key=lambda stamp: (-shared[stamp], stamp), default="")
        tags = {
            webid: ["" if place.until == until else place.until, _packed(place.seen), place.overlap]
            for webid, place in self.places.items()
        }
        return {"version": VERSION, "until": until, "tags": json.dumps(tags, sort_keys=True, separators=(",", ":"))}


def progress_of(offset: Mapping[str, Any] | None) -> Progress:
    """Read an offset; None and an empty one begin anew. Raises OffsetError for any that `to_offset` does not give."""
    if not offset:
        return Progress()
    if offset.get("version") != VERSION:
        raise OffsetError(f"the offset's version is {offset.get('version')!r}, not {VERSION}: {_CURE}")
    try:
        until = stamp_of(offset["until"] + "Z") if offset["until"] else ""
        tags = json.loads(offset["tags"])
        places = {
            webid: Place(stamp_of(own + "Z") if own else until, _unpacked(seen), float(overlap))
            for webid, (own, seen, overlap) in tags.items()
        }
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, zlib.error):
        raise OffsetError(f"the offset can't be read: {_CURE}") from None
    return Progress(places)


def _packed(seen: Counter[str]) -> str:
    """Write instants, each as often as it was given, small enough for an offset."""
    if not seen:
        return ""
    lines = "\n".join(f"{stamp} {count}" if count > 1 else stamp for stamp, count in sorted(seen.items()))
    return base64.b85encode(zlib.compress(lines.encode(), 9)).decode()


def _unpacked(text: str) -> Counter[str]:
    if not text:
        return Counter()
    lines = (line.partition(" ") for line in zlib.decompress(base64.b85decode(text)).decode().split("\n"))
    return Counter({stamp_of(stamp + "Z"): int(count or 1) for stamp, _, count in lines})
