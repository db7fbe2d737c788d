"""Recorded values: those of a time, those beside it, and the one at or near an instant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..bodies import dumps
from ..rendering import ROW, items
from .samples import Sample, View, samples, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..truth import Slice


class Boundary(Enum):
    """What stands at the ends of a time. Source: AVEVA, "Boundary Type (Core Services)"."""

    INSIDE = "Inside"
    OUTSIDE = "Outside"
    INTERPOLATED = "Interpolated"


class Mode(Enum):
    """Which recorded value belongs to an instant. Source: AVEVA, "Retrieval Mode (Core Services)"."""

    AUTO = "Auto"
    AT_OR_BEFORE = "AtOrBefore"
    BEFORE = "Before"
    AT_OR_AFTER = "AtOrAfter"
    AFTER = "After"
    EXACT = "Exact"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded in a time, in the order in which it was asked for, and values that were made for its ends."""

    values: Slice
    head: Sample | None = None
    tail: Sample | None = None

    def __len__(self) -> int:
        return len(self.values) + (self.head is not None) + (self.tail is not None)

    @property
    def samples(self) -> list[Sample]:
        """All values."""
        return [*([self.head] if self.head else []), *samples(self.values), *([self.tail] if self.tail else [])]

    def written(self, names: tuple[str, ...] = ROW) -> bytes:
        """Give all values as the inside of a JSON list, with some of their properties."""
        ends = [dumps({name: end.row[name] for name in names}) if end else b"" for end in (self.head, self.tail)]
        return b",".join(part for part in (ends[0], items(self.values, names), ends[1]) if part)


def recorded(view: View, start: int, end: int, boundary: Boundary = Boundary.INSIDE, most: int = 1000) -> Recorded:
    """Give the first `most` values of a time (ticks, both ends included), backwards where it starts after its end.

    Outside adds the nearest value beyond an end that has no value itself, Interpolated what the tag is worth there.
    """
    backwards = start > end
    values = view.truth.first(view.tag, start, end, view.now, most)
    if backwards:
        values = values.pick(slice(None, None, -1))
    at_start = len(values) > 0 and values.times[0] == start
    at_end = len(values) > 0 and values.times[-1] == end
    if boundary is Boundary.OUTSIDE:
        if not at_start:
            values = _beyond(view, start, before=not backwards).then(values)
        if not at_end and len(values) < most:
            values = values.then(_beyond(view, end, before=backwards))
        return Recorded(values.pick(slice(most)))
    if boundary is Boundary.INTERPOLATED:
        head = None if at_start else view.at([start])[0]
        kept = values.pick(slice(most - (head is not None)))
        tail = None if at_end or start == end or len(kept) + (head is not None) >= most else view.at([end])[0]
        return Recorded(kept, head, tail)
    return Recorded(values)


def _beyond(view: View, time: int, *, before: bool) -> Slice:
    return view.truth.last(view.tag, time - 1, view.now) if before else view.truth.next(view.tag, time + 1, view.now)


def near(view: View, time: int, mode: Mode = Mode.AUTO) -> Sample | None:
    """Give the recorded value that belongs to an instant; None where there is none. Auto is AtOrBefore."""
    if mode is Mode.EXACT:
        found = view.between(time, time).pick(slice(-1, None))
    elif mode in {Mode.AT_OR_AFTER, Mode.AFTER}:
        found = view.truth.next(view.tag, time + (mode is Mode.AFTER), view.now)
    else:
        found = view.truth.last(view.tag, time - (mode is Mode.BEFORE), view.now)
    return samples(found)[0] if len(found) else None


def filtered(values: list[Sample], passes: Callable[[Any], bool], *, told: bool = False) -> list[Sample]:
    """Give the samples whose value passes; with `told` the first of those in a row that don't, as the state Filtered."""
    kept: list[Sample] = []
    dropping = False
    for sample in values:
        if passes(sample.value):
            kept.append(sample)
            dropping = False
        elif told and not dropping:
            kept.append(Sample(sample.time, state("Filtered"), good=False))
            dropping = True
    return kept
