"""What the archive holds: values are a pure function of (seed, tag, time), so any client's rows can be checked without storage.

A tag has a value for each whole number k: its time is k periods after 1970 and a part of a period that hashing gives.
Hashing also says which are system states, late, or share the time of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from . import compressing
from .tags import SETS, SYSTEM_STATES, Tag
from .times import SECOND, written
from .webids import pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]


def _inverse(divisor: int) -> tuple[np.uint64, np.uint64]:
    """Give by what to multiply hashes, and what those that an odd number divides are then not above.

    A multiplication is much cheaper than a division. Source: Granlund and Montgomery, "Division by Invariant Integers using
    Multiplication" (1994), section 9.
    """
    return np.uint64(pow(divisor, -1, 1 << 64)), np.uint64(((1 << 64) - 1) // divisor)


_SAME_TIME, _NEXT_TICK, _SYSTEM, _LATE, _VERY_LATE, _QUESTIONABLE, _SUBSTITUTED = map(
    _inverse, (211, 223, 307, 101, 1009, 401, 499)
)


def _divided(hashes: Hashes, by: tuple[np.uint64, np.uint64]) -> NDArray[np.bool_]:
    """Say which hashes a number divides."""
    divided: NDArray[np.bool_] = hashes * by[0] <= by[1]
    return divided


FUTURE = 86400 * SECOND
FLAGS = ("Good", "Questionable", "Substituted", "Annotated")
GOOD = 1  # the code of the flags of good values without marks
_CODES = tuple(SYSTEM_STATES.items())
# Numbers of numpy's kind are made once: with small columns, making them would cost as much as what is done with them.
_GAMMA, _FIRST_MIX, _SECOND_MIX = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_SHIFTS = {bits: np.uint64(bits) for bits in (1, 8, 20, 27, 30, 31)}
_ROUGH, _TEN, _LAST_BITS = map(np.uint64, (90_000, 10, 3))
_NOTHING = np.empty(0, np.int64), np.empty(0, np.uint64)
_NO_TIMES = np.empty(0, np.int64), np.empty(0, np.int64)
# Numbers that are looked at in one go where many may have to be.
_CHUNK = 100_000
# What a value may arrive after its time: nothing, five minutes, two hours, or both.
DELAYS = (0, 300 * SECOND, 7200 * SECOND, 7500 * SECOND)


@dataclass(frozen=True, slots=True)
class Slice:
    """Values of a tag in order of time, column by column: times (ticks), hashes, and what follows from them."""

    tag: Tag
    times: Ints
    hashes: Hashes

    def __len__(self) -> int:
        return len(self.times)

    def pick(self, which: Any) -> Slice:
        """Give some of the values: by a mask, a slice or positions."""
        return Slice(self.tag, self.times[which], self.hashes[which])

    @property
    def arrivals(self) -> Ints:
        """When they come into the archive (ticks)."""
        if self.tag.future:
            return self.times - FUTURE
        late = _divided(self.hashes, _LATE) * DELAYS[1]
        arrivals: Ints = self.times + late + _divided(self.hashes, _VERY_LATE) * DELAYS[2]
        return arrivals

    @property
    def system(self) -> NDArray[np.bool_]:
        """Which are system states: bad values."""
        return _divided(self.hashes, _SYSTEM)

    @property
    def flags(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Which are good, which questionable, which substituted. None is annotated."""
        return ~self.system, _divided(self.hashes, _QUESTIONABLE), _divided(self.hashes, _SUBSTITUTED)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """The flags in one number: 1 for good, 2 for questionable and 4 for substituted, added up."""
        good, questionable, substituted = (flag.view(np.uint8) for flag in self.flags)
        codes: NDArray[np.uint8] = good + questionable * np.uint8(2) + substituted * np.uint8(4)
        return codes

    @property
    def mixed(self) -> Hashes:
        """The part of the hashes of which values are made."""
        return self.hashes >> _SHIFTS[20]

    @property
    def thousandths(self) -> Ints:
        """Numbers as thousandths of a unit, six digits of which the first and last are not 0, so that all are equally long."""
        rough = (self.mixed % _ROUGH).view(np.int64) + 10_000
        return rough * 10 + 1 + rough % 9

    @property
    def integers(self) -> Ints:
        """Whole numbers, of tags that have such."""
        return (self.mixed % np.uint64(2_000_001)).astype(np.int64) - 1_000_000

    @property
    def numbers(self) -> NDArray[np.float64]:
        """What is calculated with: numbers, or the codes of states; NaN where there is none, as with system states."""
        match self.tag.point_type:
            case "Digital":
                told = (self.mixed % np.uint64(len(SETS[self.tag.digital_set]))).astype(np.float64)
            case "Int32":
                told = self.integers.astype(np.float64)
            case "String" | "Blob" | "Timestamp":
                told = np.full(len(self), np.nan)
            case _:
                told = self.thousandths / 1000
        return np.where(self.system, np.nan, told)

    @staticmethod
    def text(at: int) -> str:
        """Give one of the thousand texts that string tags have."""
        return f'batch {at} "ok" Ω'

    def good_values(self) -> list[Any]:
        """Give all values as JSON has them, as though none were a system state."""
        match self.tag.point_type:
            case "Digital":
                states = SETS[self.tag.digital_set]
                codes = (self.mixed % np.uint64(len(states))).tolist()
                return [{"Name": states[code], "Value": code, "IsSystem": False} for code in codes]
            case "String":
                return [self.text(at) for at in (self.mixed % np.uint64(1000)).tolist()]
            case "Int32":
                return list(self.integers.tolist())
            case "Blob":
                return [pack(one.to_bytes(6, "little")) for one in self.mixed.tolist()]
            case "Timestamp":
                return [written(time // SECOND * SECOND) for time in self.times.tolist()]
        return list((self.thousandths / 1000).tolist())

    def values(self) -> list[Any]:
        """Give all values as JSON has them."""
        told = self.good_values()
        for at in np.flatnonzero(self.system).tolist():
            name, code = _CODES[int(self.mixed[at]) % len(_CODES)]
            told[at] = {"Name": name, "Value": code, "IsSystem": True}
        return told

    def rows(self) -> list[dict[str, Any]]:
        """Give all values as TimedValues."""
        columns = zip(self.times.tolist(), self.values(), *(flag.tolist() for flag in self.flags), strict=True)
        return [
            {
                "Timestamp": written(time),
                "Value": value,
                "UnitsAbbreviation": self.tag.units,
                "Good": good,
                "Questionable": questionable,
                "Substituted": substituted,
                "Annotated": False,
            }
            for time, value, good, questionable, substituted in columns
        ]

    def row(self, at: int) -> dict[str, Any]:
        """Give one value as a TimedValue."""
        return self.pick(slice(at, at + 1)).rows()[0]

    def then(self, other: Slice) -> Slice:
        """Give these values and others of the same tag after them."""
        if not len(self) or not len(other):
            return self if len(self) else other
        return Slice(
            self.tag,
            np.concatenate((self.times, other.times)),
            np.concatenate((self.hashes, other.hashes)),
        )


def _hashed(seed: int, tag: Tag, numbers: Ints) -> Hashes:
    """Mix seed, tag and k (splitmix64's finalizer, a public-domain mixer)."""
    start = (seed * 0x9E3779B97F4A7C15 + (tag.number + 1) * 0xD1342543DE82EF95) & 0xFFFFFFFFFFFFFFFF
    mixed = numbers.view(np.uint64) * _GAMMA + np.uint64(start)
    mixed = (mixed ^ (mixed >> _SHIFTS[30])) * _FIRST_MIX
    mixed = (mixed ^ (mixed >> _SHIFTS[27])) * _SECOND_MIX
    return mixed ^ (mixed >> _SHIFTS[31])


def _own_times(tag: Tag, numbers: Ints, hashes: Hashes) -> Ints:
    """Give each value's own time, never ending in 0, and odd in its last digit but in a crowd."""
    if tag.burst:
        hours, place = np.divmod(numbers, tag.burst)
        in_bursts: Ints = hours * tag.burst * tag.period + _into_burst(tag, place) + 1
        return in_bursts
    spread = (hashes >> _SHIFTS[8]) % np.uint64(tag.period // 10) * _TEN + ((hashes & _LAST_BITS) << _SHIFTS[1])
    return numbers * tag.period + 1 + spread.view(np.int64)


def _into_burst(tag: Tag, place: Ints) -> Ints:
    """Give the ticks from a burst's start to each place in it."""
    if not tag.crowded:
        return place * (SECOND // tag.burst // 10 * 10)
    nth = place // tag.crowded
    return nth // 9 * 10 + nth % 9  # no time ends in 0, for all are to be equally long as text


@dataclass(frozen=True, slots=True)
class Truth:
    """The archive's values by its seed."""

    seed: int = 1

    def between(self, tag: Tag, start: int, end: int, now: int) -> Slice:
        """Give what a reader sees at `now` of the times from `start` to `end`, both with them (ticks), in order of time.

        What is late is not there before it arrived; what lies in the future is there for a future tag only, a day ahead.
        """
        start, end = max(start, tag.since), min(end, latest(tag, now))
        if tag.compressing:
            found, comes, goes = self._tested(tag, start, end)
            there = (comes <= now) & (now < goes)
            found, arrivals = found.pick(there), comes[there]
        else:
            found = self.events(tag, start, end)
            if end + DELAYS[-1] > now:
                found = found.pick(found.arrivals <= now)
            arrivals = None
        same = (found.times[1:] == found.times[:-1]).nonzero()[0]
        if not len(same):
            return found
        arrivals = found.arrivals if arrivals is None else arrivals
        if not (arrivals[same + 1] < arrivals[same]).any():
            return found
        # An archive puts what arrives behind what it has of the same time, so a value never changes its place among them.
        return found.pick(np.lexsort((arrivals, found.times)))

    def _tested(self, tag: Tag, start: int, end: int) -> tuple[Slice, Ints, Ints]:
        """Give a compressing tag's values from `start` to `end`, with when each comes and goes (ticks)."""
        blocks = range(start // compressing.COMP_MAX, end // compressing.COMP_MAX + 1)
        parts = [_block(self.seed, tag, block) for block in blocks]
        if not parts:
            return _none(tag), *_NO_TIMES
        times, hashes, comes, goes = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        inside = slice(times.searchsorted(start), times.searchsorted(end, side="right"))
        return Slice(tag, times[inside], hashes[inside]), comes[inside], goes[inside]

    def events(self, tag: Tag, start: int, end: int) -> Slice:
        """Give all that ever comes of the times from `start` to `end`, both with them, before any compression."""
        width, start = tag.burst or 1, max(start, tag.since)
        return self._numbered(tag, start // tag.period - width, end // tag.period + width + 1, (start, end))

    def _numbered(self, tag: Tag, first: int, last: int, ends: tuple[int, int]) -> Slice:
        """Give the values number `first` to `last` (without it) that lie in a time, its ends included."""
        numbers = np.arange(first - 1, max(first, last), dtype=np.int64)
        hashes = _hashed(self.seed, tag, numbers)
        own = _own_times(tag, numbers, hashes)
        earlier, times, hashes = own[:-1], own[1:], hashes[1:]
        next_tick = times if tag.crowded else earlier + 1  # which in a crowd may be taken
        times = np.where(_divided(hashes, _NEXT_TICK), next_tick, times)
        times = np.where(_divided(hashes, _SAME_TIME), earlier, times)  # which still never go back
        inside = slice(times.searchsorted(ends[0]), times.searchsorted(ends[1], side="right"))
        return Slice(tag, times[inside], hashes[inside])

    def first(self, tag: Tag, start: int, end: int, now: int, count: int) -> Slice:
        """Give the first `count` values of a time in order of time, or the last where `start` lies after `end`."""
        backwards = start > end
        found, start, end = _none(tag), *_sooner(start, end, latest(tag, now))
        for ends in _chunks(tag, start, end, count):
            some = self.between(tag, *ends, now)
            found = some.then(found) if backwards else found.then(some)
            if len(found) >= count:
                break
        return found.pick(slice(max(0, len(found) - count), None) if backwards else slice(count))

    def arrived(self, tag: Tag, since: int, until: int) -> Slice:
        """Give what came into the archive after `since`, up to and with `until` (ticks), in order of time."""
        if tag.compressing:  # each snapshot comes, though it may go again
            all_, comes, _ = self._tested(tag, max(tag.since, since - DELAYS[-1] - compressing.COMP_MAX), until)
            return all_.pick((since < comes) & (comes <= until))
        shifts = (-FUTURE,) if tag.future else DELAYS
        found = [self.between(tag, since - shift + 1, until - shift, until) for shift in shifts]
        own = [part.pick(part.arrivals - part.times == shift) for part, shift in zip(found, shifts, strict=True)]
        joined = [np.concatenate([getattr(part, name) for part in own]) for name in ("times", "hashes")]
        return Slice(tag, *joined).pick(np.argsort(joined[0], kind="stable"))

    def last(self, tag: Tag, until: int, now: int, count: int = 1) -> Slice:
        """Give the last `count` values at or before a time, as seen at `now`."""
        until = min(until, latest(tag, now))
        return self.first(tag, until, until - 100_000 * _reach(tag), now, count)

    def next(self, tag: Tag, since: int, now: int, count: int = 1) -> Slice:
        """Give the first `count` values at or after a time, as seen at `now`."""
        end = latest(tag, now)
        return self.first(tag, since, end, now, count) if since <= end else _none(tag)


def _none(tag: Tag) -> Slice:
    return Slice(tag, *_NOTHING)


@lru_cache(maxsize=10_000)
def _block(seed: int, tag: Tag, block: int) -> tuple[Ints, Hashes, Ints, Ints]:
    """Give a compressing tag's events of one CompMax: times, hashes, when they come and when they go."""
    start, after = block * compressing.COMP_MAX, (block + 1) * compressing.COMP_MAX
    found = Truth(seed).events(tag, start, after + compressing.COMP_MAX - 1)
    comes = found.arrivals.copy()
    goes = np.full(len(found), compressing.NEVER, np.int64)
    count = int(found.times.searchsorted(after))
    in_order = (comes == found.times).nonzero()[0]
    here = in_order[in_order < count]
    columns = zip(found.times.tolist(), found.numbers.tolist(), strict=True)
    events = [compressing.Event(*column) for column in columns]
    following = in_order[len(here)] if len(in_order) > len(here) else None
    tested = [events[at] for at in here.tolist()]
    compressing.sift(tested, None if following is None else events[following])
    comes[here], goes[here] = [event.comes for event in tested], [event.goes for event in tested]
    return found.times[:count], found.hashes[:count], comes[:count], goes[:count]


def latest(tag: Tag, now: int) -> int:
    """Give the last time at which a tag may have a value that is seen at `now`."""
    return now + FUTURE if tag.future else now


def _sooner(start: int, end: int, most: int) -> tuple[int, int]:
    """Give a time without what lies after `most`; one that lies there altogether is left with its earlier end alone."""
    if min(start, end) > most:
        return min(start, end), min(start, end)
    return min(start, most), min(end, most)


def _reach(tag: Tag) -> int:
    """Give the ticks within which a tag has a value at least, were none late."""
    return tag.period * (tag.burst or 2)


def _chunks(tag: Tag, start: int, end: int, count: int) -> Iterator[tuple[int, int]]:
    """Cut a time into pieces, from `start` on, each larger than the one before up to a limit."""
    size, most = (min(count, _CHUNK) + 8) * tag.period + _reach(tag), _CHUNK * tag.period + _reach(tag)
    if start <= end:
        while start <= end:
            yield start, min(end, start + size - 1)
            start, size = start + size, min(size * 2, most)
        return
    while start >= end:
        yield max(end, start - size + 1), start
        start, size = start - size, min(size * 2, most)
