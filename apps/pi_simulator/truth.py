"""What the archive holds: values are a pure function of (seed, tag, time), so any client's rows can be checked without storage.

A tag has a value for each whole number k: its time is k periods after 1970 and a part of a period that hashing gives.
Hashing also says which are system states, late, or share the time of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .tags import SETS, SYSTEM_STATES, Tag
from .times import SECOND, written
from .webids import pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

_SAME_TIME, _NEXT_TICK, _SYSTEM, _LATE, _VERY_LATE, _QUESTIONABLE, _SUBSTITUTED = 211, 223, 307, 101, 1009, 401, 499
FUTURE = 86400 * SECOND


@dataclass(frozen=True, slots=True)
class Slice:
    """Values of a tag in order of time, column by column: times (ticks), hashes, and what they are."""

    tag: Tag
    times: Ints
    hashes: Hashes
    arrivals: Ints

    def __len__(self) -> int:
        return len(self.times)

    def pick(self, which: Any) -> Slice:
        """Give some of the values: by a mask, a slice or positions."""
        return Slice(self.tag, self.times[which], self.hashes[which], self.arrivals[which])

    @property
    def system(self) -> NDArray[np.bool_]:
        """Which are system states: bad values."""
        return np.equal(self.hashes % _SYSTEM, 0)

    @property
    def thousandths(self) -> Ints:
        """Numbers as thousandths of a unit, six digits of which the first and last are not 0, so that all are equally long."""
        rough: Ints = (self.hashes >> np.uint64(20)).astype(np.int64) % 90_000 + 10_000
        return rough * 10 + 1 + rough % 9

    def value(self, at: int) -> Any:
        """Give a value as JSON has it."""
        mixed = int(self.hashes[at]) >> 20
        if self.system[at]:
            name = tuple(SYSTEM_STATES)[mixed % len(SYSTEM_STATES)]
            return {"Name": name, "Value": SYSTEM_STATES[name], "IsSystem": True}
        match self.tag.point_type:
            case "Digital":
                state = mixed % len(SETS[self.tag.digital_set])
                return {"Name": SETS[self.tag.digital_set][state], "Value": state, "IsSystem": False}
            case "String":
                return f'batch {mixed % 1000} "ok" Ω'
            case "Int32":
                return mixed % 2_000_001 - 1_000_000
            case "Blob":
                return pack(mixed.to_bytes(6, "little"))
            case "Timestamp":
                return written(int(self.times[at]) // SECOND * SECOND)
        return int(self.thousandths[at]) / 1000

    def row(self, at: int) -> dict[str, Any]:
        """Give a value as a TimedValue."""
        hashed = int(self.hashes[at])
        return {
            "Timestamp": written(int(self.times[at])),
            "Value": self.value(at),
            "UnitsAbbreviation": self.tag.units,
            "Good": hashed % _SYSTEM != 0,
            "Questionable": hashed % _QUESTIONABLE == 0,
            "Substituted": hashed % _SUBSTITUTED == 0,
            "Annotated": False,
        }

    @property
    def plain(self) -> NDArray[np.bool_]:
        """Which are good numbers without a mark."""
        marked = self.system | (self.hashes % _QUESTIONABLE == 0) | (self.hashes % _SUBSTITUTED == 0)
        plain: NDArray[np.bool_] = np.logical_not(marked)
        return plain


def _hashed(seed: int, tag: Tag, numbers: Ints) -> Hashes:
    """Mix seed, tag and k (splitmix64's finalizer, a public-domain mixer)."""
    start = (seed * 0x9E3779B97F4A7C15 + (tag.number + 1) * 0xD1342543DE82EF95) & 0xFFFFFFFFFFFFFFFF
    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _own_times(tag: Tag, numbers: Ints, hashes: Hashes) -> Ints:
    """Give each value's own time, odd in its last digit and never ending in 0."""
    if tag.burst:
        hours, place = np.divmod(numbers, tag.burst)
        in_bursts: Ints = hours * tag.burst * tag.period + place * (SECOND // tag.burst // 10 * 10) + 1
        return in_bursts
    places = tag.period // 10
    spread: Ints = (hashes >> np.uint64(8)).astype(np.int64) % places * 10
    return numbers * tag.period + spread + 1 + 2 * (hashes & np.uint64(3)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Truth:
    """The archive's values by its seed."""

    seed: int = 1

    def between(self, tag: Tag, start: int, end: int, now: int) -> Slice:
        """Give what a reader sees at `now` of the times from `start` to `end`, both with them (ticks), in order of time.

        What is late is not there before it arrived; what lies in the future is there for a future tag only, a day ahead.
        """
        width = tag.burst or 1
        first, last = start // tag.period - width - 1, end // tag.period + width + 1
        numbers = np.arange(first, max(first, last) + 1, dtype=np.int64)
        with np.errstate(over="ignore"):
            hashes = _hashed(self.seed, tag, numbers)
            before = _hashed(self.seed, tag, numbers - 1)
        times = _own_times(tag, numbers, hashes)
        earlier = _own_times(tag, numbers - 1, before)
        same, close = hashes % _SAME_TIME == 0, hashes % _NEXT_TICK == 0
        times = np.where(same, earlier, np.where(close, earlier + 1, times))
        delay = np.where(hashes % _LATE == 0, 300, 0) + np.where(hashes % _VERY_LATE == 0, 7200, 0)
        arrivals = times - FUTURE if tag.future else times + delay * SECOND
        seen = (times >= start) & (times <= end) & (arrivals <= now)
        return Slice(tag, times[seen], hashes[seen], arrivals[seen])

    def last(self, tag: Tag, until: int, now: int, count: int = 1) -> Slice:
        """Give the last `count` values at or before a time, as seen at `now`."""
        reach = max(tag.period, tag.period * tag.burst)
        found = self.between(tag, until - (8 + count) * reach, until, now)
        if len(found) < count:
            found = self.between(tag, until - (4096 + count) * reach, until, now)
        return found.pick(slice(max(0, len(found) - count), None))
