"""What a stream's answers are, worked out value by value in plain Python from all that a tag recorded."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from datetime import UTC, datetime
from functools import cache
from typing import Any

from apps.pi_simulator.streams.samples import View
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, ticks_of
from apps.pi_simulator.truth import Truth

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
Value = tuple[int, Any, bool]  # ticks, value, good


def seen(number: int, seed: int = 1) -> View:
    return View(Truth(seed), tag(number), NOW)


def everything(view: View, end: int = NOW + DAY) -> list[Value]:
    """All values from twenty hours ago on, in order."""
    return _everything(view, end)


@cache
def _everything(view: View, end: int) -> list[Value]:
    start = NOW - 20 * HOUR
    values = view.truth.between(view.tag, start, end, NOW)
    return list(zip(values.times.tolist(), values.values(), (~values.system).tolist(), strict=True))


def worth(values: list[Value], time: int, *, step: bool) -> tuple[Any, bool]:
    """The value at a time and whether it is good."""
    at = bisect_right(values, time, key=lambda value: value[0])
    before, after = values[at - 1], values[at] if at < len(values) else None
    if step or before[0] == time or not before[2] or after is None or not after[2]:
        return before[1], before[2]
    return before[1] + (after[1] - before[1]) * (time - before[0]) / (after[0] - before[0]), True


def by_events(values: list[Value]) -> dict[str, Any]:
    good = [value for _, value, fine in values if fine]
    told: dict[str, Any] = {"Count": len(good), "PercentGood": 100 * len(good) / len(values) if values else 0.0}
    if good:
        told |= {"Total": sum(good), "Average": statistics.fmean(good), "Minimum": min(good), "Maximum": max(good)}
        told |= {"Range": max(good) - min(good), "PopulationStdDev": statistics.pstdev(good)}
    if len(good) > 1:
        told["StdDev"] = statistics.stdev(good)
    return told


def by_time(values: list[Value], start: int, end: int, *, step: bool) -> dict[str, Any]:
    """Summaries by time, piece by piece between one value and the next."""
    inside = [value for value in values if start < value[0] < end]
    edges = [(start, *worth(values, start, step=step)), *inside]
    pieces = []
    for at, (time, value, good) in enumerate(edges):
        until = edges[at + 1][0] if at + 1 < len(edges) else end
        last = value
        if not step and good:
            last, fine = (edges[at + 1][1], edges[at + 1][2]) if at + 1 < len(edges) else coming_to(values, end)
            last = last if fine else value
        if good:
            pieces.append((until - time, value, last))
    length = sum(piece[0] for piece in pieces)
    told: dict[str, Any] = {"Count": length / SECOND, "PercentGood": 100 * length / (end - start)}
    if not length:
        return told
    mean = sum(size * (first + last) / 2 for size, first, last in pieces) / length
    square = sum(size * (first**2 + first * last + last**2) / 3 for size, first, last in pieces) / length
    numbers = [number for _, first, last in pieces for number in (first, last)]
    return {
        **told,
        "Average": mean,
        "Total": mean * (end - start) / DAY,
        "Minimum": min(numbers),
        "Maximum": max(numbers),
        "Range": max(numbers) - min(numbers),
        "StdDev": math.sqrt(max(0.0, square - mean**2)),
        "PopulationStdDev": math.sqrt(max(0.0, square - mean**2)),
    }


def coming_to(values: list[Value], time: int) -> tuple[Any, bool]:
    """The value that a line comes to at a time, before anything that was recorded right there."""
    before = [value for value in values if value[0] < time][-1]
    after = next((value for value in values if value[0] >= time), None)
    if after is None or not after[2] or not before[2]:
        return before[1], before[2]
    return before[1] + (after[1] - before[1]) * (time - before[0]) / (after[0] - before[0]), True
