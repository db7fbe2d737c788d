"""Starts spread over the minutes, so that as few pipelines as can be run at once.

A circular-arc version of interval scheduling: runs are arcs on a calendar that comes again and again, and each may be put
off by some minutes. Where any minute of the period will do, arcs placed end to end around the circle reach the bound; a
window shorter than that, crons that coincide and offsets that stay make it bin packing, and so a search: two ways of placing
longest first, then moves and exchanges. The bound is energetic reasoning: what runs have to cover of a span, wherever they are
put (Baptiste, Le Pape and Nuijten, Constraint-Based Scheduling, 2001).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_BUDGET = 250_000
_STEPS = 30  # what looking at an offset's minutes costs beyond each of them, in steps of about a microsecond
_CELLS = 200  # minutes looked at in such a step
_FINEST = 1024  # rates are distinguished by this share of the highest: sums of squares stay below 2^63
_SPANS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 720, 1440)
_ALL_SPANS = 60  # in periods up to this every span of minutes is looked at


@dataclass(frozen=True, slots=True)
class Arc:
    """A pipeline in time: it starts at each of `starts` (minutes of a `period` that divides the calendar), or up to
    `window` - 1 minutes later, and runs for `minutes`, at most until it is to start again. `rate`: what it counts.
    """  # noqa: D205 - one sentence

    starts: tuple[int, ...]
    period: int
    minutes: int
    window: int
    rate: int = 1

    @property
    def runs(self) -> list[tuple[int, int]]:
        """Give (start, minutes) of each run at offset 0: a run that would overlap the next is as long as the gap."""
        nexts = [*self.starts[1:], *(start + self.period for start in self.starts[:1])]
        return [(start, min(self.minutes, after - start)) for start, after in zip(self.starts, nexts, strict=True)]

    @property
    def busy(self) -> list[int]:
        """Give the minutes of the period, sorted, at which it runs at offset 0."""
        return sorted({minute % self.period for start, minutes in self.runs for minute in range(start, start + minutes)})


def whole_rates(loads: Sequence[float]) -> list[int]:
    """Give rates as whole numbers up to 1,024, so that sums are exact in any order; a rate above 0 gives at least 1."""
    highest = max(loads, default=0.0)
    if highest <= 0:
        return [0] * len(loads)
    return [max(round(load / highest * _FINEST), 1) if load > 0 else 0 for load in loads]


def spread(arcs: Sequence[Arc], length: int, kept: Mapping[int, int] | None = None, beside: Ints | None = None) -> list[int]:
    """Give an offset for each arc so that the peak over the calendar of `length` minutes is least, then the sum of squares.

    kept: index → offset that stays. beside: (length,) what runs at each minute anyway. Equal arcs are distinguished by their
    place in `arcs` alone.
    """
    kept = kept or {}
    bound = lower_bound(arcs, length, kept, beside)
    budget = Budget(_BUDGET)
    best: _LoadProfile | None = None
    for profile in _placements(arcs, _Calendar(length, beside), kept, bound):
        if best is None or profile.cost < best.cost:
            best = profile
        if best.cost[0] <= bound:
            return best.offsets
    if best is None:
        return []
    _improve(best, [index for index in range(len(arcs)) if index not in kept and arcs[index].window > 1], bound, budget)
    return best.offsets


def peak(arcs: Sequence[Arc], offsets: Sequence[int], length: int) -> int:
    """Give the most that run at once over the calendar, by their rates; 0 for none."""
    return int(_profile(arcs, offsets, length, [arc.rate for arc in arcs]).max()) if arcs else 0


def running(arcs: Sequence[Arc], length: int) -> Ints:
    """Give (length,) what runs at each minute of the calendar at offset 0, by the arcs' rates."""
    return _profile(arcs, [0] * len(arcs), length, [arc.rate for arc in arcs]).astype(np.int64)


def lower_bound(arcs: Sequence[Arc], length: int, kept: Mapping[int, int] | None = None, beside: Ints | None = None) -> int:
    """Give what no offsets can bring the peak below: what arcs have to cover of some span, over the span's length.

    beside: (length,) what runs at each minute anyway.
    """
    kept = kept or {}
    rates: Counter[tuple[Arc, int]] = Counter()
    for index, arc in enumerate(arcs):
        # An offset that is kept is one start with nothing to choose; arcs that differ in their rates alone go together.
        rates[replace(arc, rate=1, window=1 if index in kept else arc.window), kept.get(index, 0)] += arc.rate
    spans = range(1, length) if length <= _ALL_SPANS else [span for span in _SPANS if span < length]
    needed = {span: np.zeros(length, dtype=np.int64) for span in (*spans, length)}
    if beside is not None:
        sums = np.concatenate(([0], np.cumsum(np.tile(beside, 2))))
        needed = {span: sums[span : span + length] - sums[:length] for span in needed}
    for (arc, offset), rate in rates.items():
        running = np.zeros(arc.period, dtype=np.int64)
        running[arc.busy] = rate
        sums = np.concatenate(([0], np.cumsum(np.tile(running, 2))))
        for span, total in needed.items():
            least = np.roll(_least_cover(sums, arc, span), offset)
            total.reshape(-1, arc.period)[:] += least
    return max((-(-int(total.max()) // span) for span, total in needed.items()), default=0)


def _least_cover(sums: Ints, arc: Arc, span: int) -> Ints:
    """Give (period,) what the arc runs in the span from each minute on, at the offset that makes it least.

    sums: (2 period + 1,) what it runs from 0 to before each minute, at offset 0.
    """
    cycles, rest = divmod(span, arc.period)
    covered: Ints = sums[rest : rest + arc.period] - sums[: arc.period] + cycles * sums[arc.period]
    reach = 1
    while reach < arc.window:  # the least of `reach` offsets, then of twice as many
        step = min(reach, arc.window - reach)
        np.minimum(covered, np.roll(covered, step), out=covered)
        reach += step
    return covered


def _profile(arcs: Sequence[Arc], offsets: Iterable[int], length: int, weights: Sequence[float]) -> NDArray[np.float64]:
    height = np.zeros(max(length, 1))
    for arc, offset, weight in zip(arcs, offsets, weights, strict=True):
        minutes = (np.array(arc.busy) + offset) % arc.period
        height.reshape(-1, arc.period)[:, minutes] += weight
    return height


@cache
def _minutes(starts: tuple[int, ...], period: int, minutes: int) -> Ints:
    return np.array(Arc(starts, period, minutes, 1).busy, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Minutes, and what runs at each of them anyway."""

    length: int
    beside: Ints | None = None

    def empty(self) -> Ints:
        """Give (length,) what runs before any arc is placed."""
        return np.zeros(max(self.length, 1), dtype=np.int64) if self.beside is None else self.beside.copy()


@dataclass(slots=True)
class _LoadProfile:
    """Arcs on the calendar. `height`: (length,) what runs at each minute; an arc not placed yet has the offset -1."""

    arcs: Sequence[Arc]
    length: int
    height: Ints
    offsets: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, arcs: Sequence[Arc], calendar: _Calendar, kept: Mapping[int, int]) -> _LoadProfile:
        profile = cls(arcs, calendar.length, calendar.empty(), [-1] * len(arcs))
        for index, offset in sorted(kept.items()):
            profile.put(index, offset)
        return profile

    @property
    def cost(self) -> tuple[int, int]:
        """The peak, then the sum of squares."""
        return int(self.height.max()), int(self.height @ self.height)

    def minutes(self, index: int) -> Ints:
        """Give the minutes of its period at which an arc runs at offset 0."""
        arc = self.arcs[index]
        return _minutes(arc.starts, arc.period, arc.minutes)

    def put(self, index: int, offset: int) -> None:
        self.offsets[index] = offset
        self._add(index, self.arcs[index].rate)

    def take(self, index: int) -> int:
        """Take an arc off the calendar; give where it was."""
        self._add(index, -self.arcs[index].rate)
        offset, self.offsets[index] = self.offsets[index], -1
        return offset

    def _add(self, index: int, rate: int) -> None:
        period = self.arcs[index].period
        minutes = (self.minutes(index) + self.offsets[index]) % period
        self.height.reshape(-1, period)[:, minutes] += rate

    def placements(self, index: int) -> tuple[Ints, Ints, Ints]:
        """Give, for each offset that the arc may have: the most and the sum of what runs meanwhile, and how well it fits in.

        It fits in well where what runs changes just where the arc begins and ends: so gaps stay whole.
        """
        arc = self.arcs[index]
        folded = self.height.reshape(-1, arc.period)
        most, total = folded.max(axis=0), folded.sum(axis=0)
        offsets = np.arange(arc.window)[:, None]
        minutes = (self.minutes(index)[None, :] + offsets) % arc.period
        edges = np.array([edge for start, minutes in arc.runs[:1] for edge in (start, start + minutes)])
        edges = (edges[None, :] + offsets) % arc.period
        steps = np.abs(most[edges] - most[edges - 1]).sum(axis=1)
        return most[minutes].max(axis=1), total[minutes].sum(axis=1), steps


def _placements(arcs: Sequence[Arc], calendar: _Calendar, kept: Mapping[int, int], bound: int) -> Iterable[_LoadProfile]:
    free = [index for index in range(len(arcs)) if index not in kept]
    fixed = [index for index in free if arcs[index].window == 1]
    still = {**kept, **dict.fromkeys(fixed, 0)}
    free = [index for index in free if index not in still]
    orders = (
        sorted(
            free, key=lambda index: (arcs[index].period, -arcs[index].minutes, -arcs[index].rate, arcs[index].starts, index)
        ),
        sorted(
            free, key=lambda index: (-arcs[index].minutes, -arcs[index].rate, arcs[index].period, arcs[index].starts, index)
        ),
    )
    best = None
    for order in dict.fromkeys(map(tuple, orders)):
        profile = _emptiest(_LoadProfile.of(arcs, calendar, still), order)
        best = min(best or profile.cost, profile.cost)
        yield profile
    for target in range(bound, best[0] if best else 0):
        if _latest(late := _LoadProfile.of(arcs, calendar, still), orders[1], target):
            yield late
            return


def _emptiest(profile: _LoadProfile, order: Iterable[int]) -> _LoadProfile:
    """Place each where the least runs: the lowest peak, the lowest sum, the best fit, then the earliest."""
    for index in order:
        most, total, steps = profile.placements(index)
        profile.put(index, int(np.lexsort((-steps, total, most))[0]))
    return profile


def _latest(profile: _LoadProfile, order: Iterable[int], target: int) -> bool:
    """Place each as late as the target lets it; give whether all found room.

    In a window much shorter than the period the longest run past it side by side, and the minutes before are free for others.
    """
    for index in order:
        most, _, _ = profile.placements(index)
        fits = np.flatnonzero(most + profile.arcs[index].rate <= target)
        if not len(fits):
            return False
        profile.put(index, int(fits[-1]))
    return True


def _improve(profile: _LoadProfile, free: Sequence[int], bound: int, budget: Budget) -> None:
    """Move arcs one by one, then two at a time, while the cost falls, until the peak is at the bound or the budget is spent."""
    while profile.cost[0] > bound and budget.left > 0:
        if not (_move(profile, free, budget) or _exchange(profile, free, budget)):
            return


def _move(profile: _LoadProfile, free: Sequence[int], budget: Budget) -> bool:
    moved = False
    for index in free:
        before = profile.cost
        offset = profile.take(index)
        profile.put(index, _best_offset(profile, index, budget))
        if profile.cost < before:
            moved = True
        else:
            profile.take(index)
            profile.put(index, offset)
        if budget.left <= 0:
            break
    return moved


def _exchange(profile: _LoadProfile, free: Sequence[int], budget: Budget) -> bool:
    """Take two arcs up and place them again, the one that runs at the peak last; give whether that made the cost fall."""
    before = profile.cost
    at_peak = [index for index in free if _touches_peak(profile, index, before[0])]
    seen = set()
    for first in at_peak:
        for second in free:
            pair = (profile.arcs[first], profile.offsets[first], profile.arcs[second], profile.offsets[second])
            if pair[0] == pair[2] or pair in seen:
                continue
            if budget.left <= 0:
                return False
            seen.add(pair)
            was = profile.take(first), profile.take(second)
            profile.put(second, _best_offset(profile, second, budget))
            profile.put(first, _best_offset(profile, first, budget))
            if profile.cost < before:
                return True
            profile.take(first)
            profile.take(second)
            profile.put(first, was[0])
            profile.put(second, was[1])
    return False


def _best_offset(profile: _LoadProfile, index: int, budget: Budget) -> int:
    most, total, steps = profile.placements(index)
    budget.spend(_STEPS + (profile.length + profile.arcs[index].window * len(profile.minutes(index))) // _CELLS)
    floor = np.maximum(most + profile.arcs[index].rate, int(profile.height.max()))
    return int(np.lexsort((-steps, total, floor))[0])


def _touches_peak(profile: _LoadProfile, index: int, peak: int) -> bool:
    arc = profile.arcs[index]
    minutes = (profile.minutes(index) + profile.offsets[index]) % arc.period
    return bool((profile.height.reshape(-1, arc.period)[:, minutes] == peak).any())
