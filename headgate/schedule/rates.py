"""Starts spread over the minutes so that what runs ask of a source at once stays within its limits, and few run at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.budget import Budget
from headgate.schedule import offsets as counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from headgate.schedule.offsets import Arc

_ROUNDS = 150  # of taking some arcs up and placing them anew
_WORK = 3_000_000  # arcs x minutes of all rounds together
_TAKEN = 4  # arcs that a round takes up, at most


@dataclass(frozen=True, slots=True)
class Rate:
    """What arcs ask for a minute while they run. rates: one whole number for each arc; limit: what all may at any minute.

    beside: (length,) what is asked for at each minute of the calendar anyway.
    """

    rates: Sequence[int]
    limit: int
    beside: NDArray[np.int64] | None = None

    def peak(self, arcs: Sequence[Arc], offsets: Sequence[int], length: int) -> int:
        """Give the most that arcs ask for in a minute of the calendar."""
        return counts.peak(self.arcs(arcs), offsets, length)

    def bound(self, arcs: Sequence[Arc], length: int) -> int:
        """Give what no offsets can bring the peak below."""
        return counts.lower_bound(self.arcs(arcs), length, beside=self.beside)

    def arcs(self, arcs: Sequence[Arc], *, rounded: bool = False) -> list[Arc]:
        """Give the arcs as what they ask for; rounded: in numbers of which squares can be added up."""
        rates = counts.whole_rates(self.rates) if rounded else self.rates
        return [replace(arc, rate=rate) for arc, rate in zip(arcs, rates, strict=True)]


def spread_rates(
    arcs: Sequence[Arc],
    length: int,
    rates: Sequence[Rate],
    kept: Mapping[int, int] | None = None,
    beside: NDArray[np.int64] | None = None,
) -> tuple[list[int], int]:
    """Give an offset for each arc, and by how much the peaks pass their limits in all, which is made least first.

    Then the largest ratio is made small of a peak, of arcs at once or of a rate, to what no offsets can bring it below;
    then the sum of all ratios squared over the minutes. kept: index → offset that stays. beside: (length,) how many run at each
    minute anyway. It starts from the offsets that are
    best for arcs, and for each rate, alone; a few arcs at a time are then taken up and placed anew, one after the other where
    they are best, as long as that is better.
    """
    kept = kept or {}
    starts = [
        counts.spread(arcs, length, kept, beside),
        *(counts.spread(one.arcs(arcs, rounded=True), length, kept) for one in rates),
    ]
    profiles = [_Profile(arcs, length, rates, offsets, beside) for offsets in dict.fromkeys(map(tuple, starts))]
    best = min(profiles, key=lambda profile: profile.value)
    free = [index for index, arc in enumerate(arcs) if index not in kept and arc.window > 1]
    rounds = min(_ROUNDS, _WORK // max(1, length * _TAKEN)) if free and arcs else 0
    draw = Budget()
    for index in free:
        best.replace([index])
    for _ in range(rounds):
        if best.is_best:
            break
        count = min(len(free), 1 + draw.draw(_TAKEN))
        best.replace([free[number] for number in draw.sample(count, len(free))])
    return list(best.offsets), best.passed


class _Profile:
    """Arcs on the calendar. `heights`: (1 + rates, length) how many run at each minute, and what they ask for."""

    def __init__(
        self,
        arcs: Sequence[Arc],
        length: int,
        rates: Sequence[Rate],
        offsets: Sequence[int],
        beside: NDArray[np.int64] | None = None,
    ) -> None:
        self._arcs, self._length, self.offsets = arcs, length, list(offsets)
        self._asks = np.array([[1] * len(arcs), *(one.rates for one in rates)], dtype=np.int64)
        every = int(self._asks.sum()) + 1 + (0 if beside is None else int(beside.max(initial=0)))
        self._limits = np.array([every, *(one.limit for one in rates)], dtype=np.int64)
        bounds = [counts.lower_bound(arcs, length, beside=beside), *(one.bound(arcs, length) for one in rates)]
        self._bounds = np.maximum(1, np.array(bounds, dtype=np.int64))
        self._busy = [np.array(arc.busy, dtype=np.int64) for arc in arcs]
        self._heights = np.zeros((1 + len(rates), max(1, length)), dtype=np.int64)
        for row, anyway in enumerate([beside, *(one.beside for one in rates)]):
            self._heights[row] += 0 if anyway is None else anyway
        for index in range(len(arcs)):
            self._add(index, 1)
        self.value = self._value()

    @property
    def passed(self) -> int:
        """By how much the peaks pass their limits."""
        return int(np.maximum(self._heights.max(axis=1) - self._limits, 0).sum())

    @property
    def is_best(self) -> bool:
        """Whether no offsets can be better."""
        return not self.passed and bool((self._heights.max(axis=1) <= self._bounds).all())

    def _value(self) -> tuple[int, float, float]:
        peaks = self._heights.max(axis=1)
        squares = ((self._heights / self._bounds[:, None]) ** 2).sum()
        return self.passed, float((peaks / self._bounds).max()), float(squares)

    def replace(self, indices: Iterable[int]) -> None:
        """Take these arcs up and place them anew, one after the other; take it back where that is not better."""
        before, heights = list(self.offsets), self._heights.copy()
        listed = list(indices)
        for index in listed:
            self._add(index, -1)
        for index in sorted(listed, key=lambda index: (-int(self._asks[1:, index].max(initial=0)), index)):
            self.offsets[index] = self._best_offset(index)
            self._add(index, 1)
        value = self._value()
        if value < self.value:
            self.value = value
        else:
            self.offsets, self._heights = before, heights

    def _best_offset(self, index: int) -> int:
        """Give the offset at which least is passed, then the largest ratio is least, then the sum of ratios meanwhile."""
        arc, asks = self._arcs[index], self._asks[:, index]
        folded = self._heights.reshape(len(asks), -1, arc.period)
        most, total = folded.max(axis=1), folded.sum(axis=1) / self._bounds[:, None]
        minutes = (self._busy[index][None, :] + np.arange(arc.window)[:, None]) % arc.period
        peaks = np.maximum(most[:, minutes].max(axis=2) + asks[:, None], self._heights.max(axis=1)[:, None])
        passed = np.maximum(peaks - self._limits[:, None], 0).sum(axis=0)
        ratio = (peaks / self._bounds[:, None]).max(axis=0)
        beside = (total * asks[:, None])[:, minutes].sum(axis=(0, 2))
        return int(np.lexsort((beside, ratio, passed))[0])

    def _add(self, index: int, sign: int) -> None:
        arc = self._arcs[index]
        minutes = (self._busy[index] + self.offsets[index]) % arc.period
        folded = self._heights.reshape(len(self._asks), -1, arc.period)
        folded[:, :, minutes] += sign * self._asks[:, index][:, None, None]
