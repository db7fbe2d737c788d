"""Weights spread over pipelines so that the heaviest pipeline is as light as can be found, with what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.bound import bound_of_sorted, check
from headgate.partition.budget import Budget
from headgate.partition.cover import cover
from headgate.partition.dominant_items import count_dominant
from headgate.partition.improve import improve
from headgate.partition.level import level
from headgate.partition.longest import longest_first
from headgate.partition.multifit import multifit
from headgate.partition.sequential_fill import sequential_fill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.resplit import Tables

EFFORT = 700_000
_MIDDLE = 20_000  # tables up to which MULTIFIT is tried
_FEW = 4  # tables a pipeline up to which the exhaustive search is tried
_COVERED = 400  # tables up to which it is
_DENSE = 5  # tables a pipeline below which filling exactly has no chance
_CHAINED = 80_000  # steps to fill all pipelines exactly, one after the other, before another try
_CHAIN = 200  # pipelines up to which filling exactly is tried
_EACH = 18  # steps for each two tables where pipelines hold many: small cases end soon
_MANY = 2_000  # tables from which pipelines are levelled many at once, and
_NEAR = 1_000_000  # the bound and this share of it is near enough: the last units would take seconds


@dataclass(frozen=True, slots=True)
class Split:
    """`assignment`: (n,) the pipeline of each weight. `optimal` only where it is proved that no makespan is lower."""

    assignment: NDArray[np.int64]
    makespan: int
    bound: int
    optimal: bool

    @property
    def gap(self) -> float:
        """How far the makespan is above the bound, as a share of the bound; 0 where both are 0."""
        return (self.makespan - self.bound) / self.bound if self.bound else 0.0


@dataclass(slots=True)
class _Best:
    """The best so far, for weights sorted heaviest first."""

    weights: NDArray[np.int64]
    pipelines: int
    bound: int
    assignment: NDArray[np.int64]
    makespan: int = 0
    proved: bool = False

    def __post_init__(self) -> None:
        self.makespan = int(self.loads(self.assignment).max())

    def loads(self, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
        loads = np.zeros(self.pipelines, dtype=np.int64)
        np.add.at(loads, assignment, self.weights)
        return loads

    def offer(self, assignment: NDArray[np.int64] | None) -> None:
        """Take the assignment where it is better."""
        if assignment is not None and (makespan := int(self.loads(assignment).max())) < self.makespan:
            self.assignment, self.makespan = assignment, makespan

    def parts(self) -> list[Tables]:
        order = np.argsort(self.assignment, kind="stable")
        ends = np.cumsum(np.bincount(self.assignment, minlength=self.pipelines))[:-1]
        return [part.tolist() for part in np.split(order, ends)]

    def offer_parts(self, parts: list[Tables] | None) -> None:
        """Take the parts where they are better."""
        if parts is not None:
            assignment = np.empty(len(self.weights), dtype=np.int64)
            for number, part in enumerate(parts):
                assignment[part] = number
            self.offer(assignment)

    def fill(self) -> None:
        """Give every empty pipeline the lightest table that shares its pipeline."""
        counts = np.bincount(self.assignment, minlength=self.pipelines)
        empty = np.flatnonzero(counts == 0).tolist()
        assignment = self.assignment.copy()
        for table in range(len(assignment) - 1, -1, -1):
            if not empty:
                break
            if counts[assignment[table]] > 1:
                counts[assignment[table]] -= 1
                assignment[table] = empty.pop()
        self.assignment = assignment

    @property
    def enough(self) -> int:  # to stop at
        return self.bound + (self.bound // _NEAR if len(self.weights) >= _MANY else 0)

    @property
    def open(self) -> bool:
        return self.makespan > self.enough and not self.proved


def spread(weights: NDArray[np.int64], pipelines: int, *, effort: int = EFFORT) -> Split:
    """Give the pipeline, 0 to `pipelines` - 1, of each of (n,) weights, with the least makespan that was found.

    The makespan is at most 4/3 - 1/(3 * pipelines) of the optimum (longest-first), and 13/11 + 2^-11 up to 20,000 weights
    (MULTIFIT); what follows only betters it, until it meets the lower bound, from 2,000 weights on within a millionth, or
    `effort` steps of about a microsecond are done. Where heavy tables are dominant, the rest is spread as well over the
    other pipelines. With as many tables as pipelines or more, no pipeline is empty. The loads, as a multiset, don't hang
    on the order of the weights; of equal weights, position decides. Raises InputError as `lower_bound` does.
    """
    weights = np.asarray(weights, dtype=np.int64)
    check(weights, pipelines)
    if not len(weights):
        return Split(np.zeros(0, dtype=np.int64), 0, 0, optimal=True)
    order = np.argsort(-weights, kind="stable")
    ranked = weights[order]
    bound = bound_of_sorted(ranked, pipelines)
    placed, makespan, proved = np.arange(len(weights)), int(ranked[0]), False
    dominant = count_dominant(ranked, pipelines)
    if dominant < len(weights):
        rest, others = ranked[dominant:], pipelines - dominant
        best = _Best(rest, others, bound_of_sorted(rest, others) if dominant else bound, longest_first(rest, others))
        if best.open:
            _search(best, effort // 4 if dominant else effort)
        best.fill()
        placed[dominant:] = best.assignment + dominant
        makespan, proved = max(makespan, best.makespan) if dominant else best.makespan, best.proved
    assignment = np.empty(len(weights), dtype=np.int64)
    assignment[order] = placed
    return Split(assignment, makespan, bound, optimal=makespan == bound or proved)


def _search(best: _Best, effort: int) -> None:
    """Better what longest-first gave, the cheap ways first."""
    count = len(best.weights)
    dense = count >= _DENSE * best.pipelines
    budget = Budget(min(effort, _EACH * count * count) if dense else effort)
    effort = budget.left
    if count <= _MIDDLE and not (dense and count >= _MANY and 11 * best.makespan <= 13 * best.bound):
        best.offer(multifit(best.weights, best.pipelines, best.bound, best.makespan))
    if count <= min(_FEW * best.pipelines, _COVERED):
        _exhaust(best, budget)
    if best.open and count >= _MANY:
        best.offer(level(best.weights, best.assignment, best.pipelines, best.enough, budget))
    if best.open and dense and best.pipelines <= _CHAIN:
        _level_out(best, budget)
    if best.open:
        _polish(best, budget, budget.left // 2)


def _level_out(best: _Best, budget: Budget) -> None:
    """Ask for all pipelines within the bound; where that is not found, halve the way to it, again and again."""
    _polish(best, budget, budget.left // 24)
    rest = budget.left // 4
    while best.open and budget.left > rest:
        _sequential_fill(best, budget, best.enough, min(budget.left - rest, _CHAINED))
    if best.open:
        _polish(best, budget, budget.left // 6)
    low = best.enough
    while best.open and low + 1 < best.makespan and budget.left > 0:
        capacity = (low + best.makespan) // 2
        _sequential_fill(best, budget, capacity, budget.left // 2)
        low = capacity if best.makespan > capacity else low


def _sequential_fill(best: _Best, budget: Budget, capacity: int, steps: int) -> None:
    """Ask for all pipelines within the capacity, for so many steps."""
    best.offer_parts(sequential_fill(best.weights, best.parts(), capacity, own := Budget(steps, budget.state)))
    budget.state = own.state
    budget.spend(100 + steps - own.left)


def _polish(best: _Best, budget: Budget, steps: int) -> None:
    """Split the heaviest again with others, for so many steps."""
    best.offer_parts(improve(best.weights, best.parts(), best.enough, own := Budget(steps)))
    budget.spend(steps - own.left)


def _exhaust(best: _Best, budget: Budget) -> None:
    """Ask for a perfect split, then for one better than the last, until there is none, which proves it."""
    capacity = best.bound
    share = budget.left * 3 // 4
    while best.open and share > 0:
        assignment, finished, used = cover(best.weights, best.pipelines, capacity, share)
        share -= used
        budget.spend(used)
        best.offer(assignment)
        if assignment is None and capacity == best.makespan - 1:
            best.proved = finished
            return
        capacity = best.makespan - 1
