"""Times at even distances, and the values that a picture of a stream needs."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

import numpy as np

from ..errors import PiError
from ..times import NEVER_ENDS
from .samples import Sample, View, samples

if TYPE_CHECKING:
    from ..times import Span


def too_many(name: str, most: int) -> PiError:
    """Give the error for more items than a call may give. Source: AVEVA, "Restrictions on number of items per call"."""
    return PiError(400, f"Parameter ({name}) is greater than the maximum allowed ({most}).")


def grid(
    start: int,
    end: int,
    step: Span,
    most: int,
    sync: int | None = None,
    *,
    outside: bool = False,
    zone: tzinfo = UTC,
    name: str = "interval",
) -> list[int]:
    """Give the times (ticks) of a grid from `start` to `end`, both included, downwards where it starts after its end.

    It counts from `start`, or from `sync`; `outside` adds the one before and the one after where none is at the ends
    themselves. Raises PiError 400, about the parameter `name`, for more than `most`, or a step that is no step forward.
    """
    if step.about <= 0:
        raise PiError(400, f"The parameter '{name}' must be greater than zero.")
    low, high = min(start, end), max(start, end)
    if (high - low) // step.about >= most:
        raise too_many(name, most)
    count = (high - low) // step.about + 6
    if sync is None:
        times = _steps(start, step, 0, -1 if start > end else 1, count, zone)
        return [time for time in times if low <= time <= high]
    times = _steps(sync, step, (low - sync) // step.about - 2, 1, count, zone)
    inside = [time for time in times if low <= time <= high]
    if outside:
        if low not in inside:
            inside = [*[time for time in times if time < low][-1:], *inside]
        if high not in inside:
            inside += [time for time in times if time > high][:1]
    return inside[::-1] if start > end else inside


def _steps(origin: int, step: Span, first: int, sign: int, count: int, zone: tzinfo) -> list[int]:
    """Give some steps from an origin, as far as the calendar goes."""
    times = []
    for at in range(count):
        try:
            times.append(step.after(origin, sign * (first + at), zone))
        except (ValueError, OverflowError):
            continue
    return [time for time in times if time <= NEVER_ENDS]


def plotted(view: View, start: int, end: int, intervals: int = 24) -> list[Sample]:
    """Give of each part of a time its first, last, least, greatest and first bad value, each once, in order of time."""
    low, high = min(start, end), max(start, end)
    values = view.between(low, high)
    numbers, system = values.numbers, values.system
    edges = np.searchsorted(values.times, [low + (high - low) * at // intervals for at in range(intervals + 1)])
    edges[-1] = len(values)
    chosen: list[int] = []
    for first, last in zip(edges.tolist(), edges[1:].tolist(), strict=False):
        if first == last:
            continue
        told = {first, last - 1}
        part = numbers[first:last]
        if not np.isnan(part).all():
            told |= {first + int(np.nanargmin(part)), first + int(np.nanargmax(part))}
        if system[first:last].any():
            told.add(first + int(np.argmax(system[first:last])))
        chosen += sorted(told)
    if start > end:
        chosen.reverse()
    return samples(values.pick(chosen)) if chosen else []
