"""A tag as a reader sees it at an instant: what it recorded, and what it is worth at any time.

Between two good numbers a line is drawn, unless the point's `step` says that a value holds until the next; what is no number,
or lies beside a system state, holds. Of several values at one time the last counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import PiError
from ..tags import SYSTEM_STATES
from ..times import written
from ..truth import latest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..tags import Tag
    from ..truth import Slice, Truth

# System states that no recorded value has: of the archive's system set.
_STATES = {**SYSTEM_STATES, "Calc Failed": 249, "Filtered": 307}
# Values that one answer may look at.
_MOST = 5_000_000


def state(name: str) -> dict[str, Any]:
    """Give a system state as a value."""
    return {"Name": name, "Value": _STATES[name], "IsSystem": True}


@dataclass(frozen=True, slots=True)
class Sample:
    """A value at a time (ticks)."""

    time: int
    value: Any
    units: str = ""
    good: bool = True
    questionable: bool = False
    substituted: bool = False

    @property
    def row(self) -> dict[str, Any]:
        """The sample as a TimedValue."""
        return {
            "Timestamp": written(self.time),
            "Value": self.value,
            "UnitsAbbreviation": self.units,
            "Good": self.good,
            "Questionable": self.questionable,
            "Substituted": self.substituted,
            "Annotated": False,
        }


def bad(time: int, name: str) -> Sample:
    """Give a system state at a time."""
    return Sample(time, state(name), good=False)


@dataclass(frozen=True, slots=True)
class View:
    """A tag as it is seen at `now` (ticks)."""

    truth: Truth
    tag: Tag
    now: int

    def between(self, start: int, end: int) -> Slice:
        """Give what was recorded, both ends included. Raises PiError 400 for more than one answer may look at."""
        if (min(end, latest(self.tag, self.now)) - start) // self.tag.period > _MOST:
            raise PiError(400, f"The time range holds more values than one request may look at ({_MOST}).")
        return self.truth.between(self.tag, start, end, self.now)

    def around(self, start: int, end: int) -> Slice:
        """Give what was recorded from the last value at or before a time to the first after another."""
        before, after = self.truth.last(self.tag, start, self.now), self.truth.next(self.tag, end + 1, self.now)
        return before.then(self.between(start + 1, end)).then(after)

    @property
    def step(self) -> bool:
        """Whether values hold until the next."""
        return self.tag.step

    def recorded_times(self, start: int, end: int) -> list[int]:
        """Give the times of what was recorded, both ends included. Raises PiError as `between`."""
        return list(self.between(start, end).times.tolist())

    def snapshot(self) -> Sample:
        """Give the value that the tag has now: the last one that was recorded."""
        return self._one(self.truth.last(self.tag, self.now, self.now))

    def end(self) -> Sample:
        """Give the last value there is, which for future data lies ahead."""
        return self._one(self.truth.last(self.tag, latest(self.tag, self.now), self.now))

    def _one(self, values: Slice) -> Sample:
        return samples(values)[-1] if len(values) else bad(self.now, "No Data")

    def at(self, times: Sequence[int]) -> list[Sample]:
        """Give what the tag is worth at each of some times."""
        if not times:
            return []
        low, high = min(times), max(times)
        if (high - low) // self.tag.period > 16 * len(times) + 4096:  # far apart: read one by one
            return [self._at([time], self.around(time, time))[0] for time in times]
        return self._at(times, self.around(low, high))

    def _at(self, times: Sequence[int], known: Slice) -> list[Sample]:
        places = (np.searchsorted(known.times, times, side="right") - 1).tolist()
        needed = sorted({place for place in places if place >= 0} | {place + 1 for place in places if place + 1 < len(known)})
        told = dict(zip(needed, samples(known.pick(needed)), strict=True))
        lines = not self.tag.step
        return [
            _worth(time, told.get(place), told.get(place + 1), lines=lines) for time, place in zip(times, places, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that never changes, seen as a tag is."""

    sample: Sample
    step: bool = True

    def at(self, times: Sequence[int]) -> list[Sample]:
        """Give the value at each of some times."""
        return [replace(self.sample, time=time) for time in times]

    def recorded_times(self, _start: int, _end: int) -> list[int]:
        """Give nothing: the value was recorded before all times."""
        return []


def _worth(time: int, before: Sample | None, after: Sample | None, *, lines: bool) -> Sample:
    if before is None:
        return bad(time, "No Data")
    value, questionable = before.value, before.questionable
    if lines and before.time < time and before.good and after is not None and after.good:
        value += (after.value - before.value) * (time - before.time) / (after.time - before.time)
        questionable = questionable or after.questionable
    return Sample(time, value, before.units, before.good, questionable, before.substituted and before.time == time)


def samples(values: Slice) -> list[Sample]:
    """Give recorded values as samples."""
    columns = zip(values.times.tolist(), values.values(), *(flag.tolist() for flag in values.flags), strict=True)
    return [Sample(time, value, values.tag.units, *flags) for time, value, *flags in columns]
