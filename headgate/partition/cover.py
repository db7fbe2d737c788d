"""An exhaustive search where pipelines hold few tables: every set that fills a pipeline well enough, then disjoint sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

_PAIR = 2
_MOST_SETS = 40_000
_MOST_PARTS = 400_000


@dataclass(slots=True)
class _Search:
    """`members`: (sets, longest) tables of each set, padded with n; `masks`: (sets, words) the same as bits."""

    members: NDArray[np.int64]
    masks: NDArray[np.uint64]
    slacks: NDArray[np.int64]
    tables: int
    budget: Budget

    def disjoint(self, alive: NDArray[np.int64], free: NDArray[np.bool_], slack: int, pipelines: int) -> list[int] | None:
        """Give sets among `alive` that hold each free table once, their slacks adding up to `slack`; None: there are none.

        alive: (k,) numbers of sets; free: (tables,) whether a table is left.
        Branches on the table that is in the fewest sets. With two pipelines to go, any set leaves one that fits.
        """
        if self.budget.left <= 0:
            return None
        self.budget.spend(20 + len(alive) * self.members.shape[1] // 50)
        counts = np.bincount(self.members[alive].ravel(), minlength=self.tables + 1)[:-1]
        table = int(np.where(free, counts, len(alive) + 1).argmin())
        options = alive[(self.members[alive] == table).any(axis=1)]
        for option in options[ascending(self.slacks[options])].tolist():
            if pipelines <= _PAIR:
                return [option]
            rest = slack - int(self.slacks[option])
            clear = ~(self.masks[alive] & self.masks[option]).any(axis=1) & (self.slacks[alive] <= rest)
            still = free.copy()
            its = self.members[option]
            still[its[its < self.tables]] = False
            found = self.disjoint(alive[clear], still, rest, pipelines - 1)
            if found is not None:
                return [option, *found]
            alive = alive[alive != option]
        return None


def cover(weights: NDArray[np.int64], pipelines: int, capacity: int, budget: Budget) -> tuple[NDArray[np.int64] | None, bool]:
    """Give the pipeline of each of (n,) weights, heaviest first, none above `capacity`, and whether it finished.

    weights: as many as pipelines, at least. None and finished: there is no such split. Every pipeline of one weighs at least
    `capacity` less all the room that is left over, so only sets in that window count; each table is in exactly one of those
    chosen. Exponential at worst, so it stops when the budget is spent. Source of the windows: Schreiber, Korf and Moffitt,
    Optimal multi-way number partitioning, Journal of the ACM 65, 2018.
    """
    slack = pipelines * capacity - int(weights.sum())
    if slack < 0:
        return None, True
    members = sets_within(weights, max(0, capacity - slack), capacity) if int(weights[-1]) else None
    if members is None:
        budget.spend(20_000)
        return None, False
    count = len(weights)
    slacks = capacity - np.append(weights, 0)[members].sum(axis=1)
    masks = np.zeros((len(members), count // 64 + 1), dtype=np.uint64)
    for column in members.T:
        real = np.flatnonzero(column < count)
        masks[real, column[real] // 64] |= np.uint64(1) << (column[real] % 64).astype(np.uint64)
    budget.spend(200 + len(members) // 2)
    search = _Search(members, masks, slacks, count, budget)
    chosen = search.disjoint(np.arange(len(members)), np.ones(count, dtype=np.bool_), slack, pipelines)
    if chosen is None:
        return None, budget.left > 0
    assignment = np.full(count + 1, pipelines - 1)
    for pipeline, option in enumerate(chosen):
        assignment[members[option]] = pipeline
    return assignment[:count], True


def sets_within(weights: NDArray[np.int64], low: int, high: int) -> NDArray[np.int64] | None:
    """Give (sets, longest) every set of tables, as ascending numbers padded with n, that weighs `low` to `high`.

    `weights` are sorted heaviest first. None where there are too many.
    """
    n = len(weights)
    ascending = weights[::-1]
    lightest = int(weights[-1])
    sums, last = np.zeros(1, dtype=np.int64), np.full(1, -1)
    parts = np.zeros((1, 0), dtype=np.int64)
    levels, total = [], 0
    while len(sums):
        # one more table, lighter than the last, that ends in the window
        first = np.maximum(n - np.searchsorted(ascending, high - sums, side="right"), last + 1)
        stop = n - np.searchsorted(ascending, low - sums, side="left")
        ends, which = _ranges(first, stop)
        total += len(ends)
        if total > _MOST_SETS:
            return None
        levels.append(np.column_stack([parts[ends], which]))
        # one more that leaves room for another
        first = np.maximum(n - np.searchsorted(ascending, high - lightest - sums, side="right"), last + 1)
        if int(np.maximum(n - 1 - first, 0).sum()) > _MOST_PARTS:
            return None
        grown, which = _ranges(first, np.full(len(first), n - 1))
        parts, sums, last = np.column_stack([parts[grown], which]), sums[grown] + weights[which], which
    longest = len(levels)
    return np.concatenate([np.pad(level, ((0, 0), (0, longest - level.shape[1])), constant_values=n) for level in levels])


def _ranges(first: NDArray[np.int64], stop: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give (row, number) for each number from first[row] to before stop[row]."""
    counts = np.maximum(stop - first, 0)
    rows = np.repeat(np.arange(len(first)), counts)
    starts = np.cumsum(counts) - counts
    return rows, np.arange(len(rows)) - starts[rows] + first[rows]
