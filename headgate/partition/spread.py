"""Weights spread over pipelines so that the heaviest pipeline is as light as can be found, with what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.alone import alone_of
from headgate.partition.bound import bound_of_sorted, check
from headgate.partition.carve import carve
from headgate.partition.cover import cover
from headgate.partition.improve import improve
from headgate.partition.level import level
from headgate.partition.longest import longest_first
from headgate.partition.multifit import multifit
from headgate.partition.work import Work

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
    """`homes`: (n,) the pipeline of each weight. `optimal` only where it is proved that no makespan is lower."""

    homes: NDArray[np.int64]
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
    homes: NDArray[np.int64]
    makespan: int = 0
    proved: bool = False

    def __post_init__(self) -> None:
        self.makespan = int(self.loads(self.homes).max())

    def loads(self, homes: NDArray[np.int64]) -> NDArray[np.int64]:
        loads = np.zeros(self.pipelines, dtype=np.int64)
        np.add.at(loads, homes, self.weights)
        return loads

    def offer(self, homes: NDArray[np.int64] | None) -> None:
        """Take the homes where they are better."""
        if homes is not None and (makespan := int(self.loads(homes).max())) < self.makespan:
            self.homes, self.makespan = homes, makespan

    def parts(self) -> list[Tables]:
        order = np.argsort(self.homes, kind="stable")
        ends = np.cumsum(np.bincount(self.homes, minlength=self.pipelines))[:-1]
        return [part.tolist() for part in np.split(order, ends)]

    def offer_parts(self, parts: list[Tables] | None) -> None:
        """Take the parts where they are better."""
        if parts is not None:
            homes = np.empty(len(self.weights), dtype=np.int64)
            for number, part in enumerate(parts):
                homes[part] = number
            self.offer(homes)

    def fill(self) -> None:
        """Give every empty pipeline the lightest table that does not stand alone."""
        counts = np.bincount(self.homes, minlength=self.pipelines)
        empty = np.flatnonzero(counts == 0).tolist()
        homes = self.homes.copy()
        for table in range(len(homes) - 1, -1, -1):
            if not empty:
                break
            if counts[homes[table]] > 1:
                counts[homes[table]] -= 1
                homes[table] = empty.pop()
        self.homes = homes

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
    `effort` steps of about a microsecond are done. Where heavy tables stand alone, the rest is spread as well over the
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
    alone = alone_of(ranked, pipelines)
    if alone < len(weights):
        rest, others = ranked[alone:], pipelines - alone
        best = _Best(rest, others, bound_of_sorted(rest, others) if alone else bound, longest_first(rest, others))
        if best.open:
            _search(best, effort // 4 if alone else effort)
        best.fill()
        placed[alone:] = best.homes + alone
        makespan, proved = max(makespan, best.makespan) if alone else best.makespan, best.proved
    homes = np.empty(len(weights), dtype=np.int64)
    homes[order] = placed
    return Split(homes, makespan, bound, optimal=makespan == bound or proved)


def _search(best: _Best, effort: int) -> None:
    """Better what longest-first gave, the cheap ways first."""
    count = len(best.weights)
    dense = count >= _DENSE * best.pipelines
    work = Work(min(effort, _EACH * count * count) if dense else effort)
    effort = work.left
    if count <= _MIDDLE and not (dense and count >= _MANY and 11 * best.makespan <= 13 * best.bound):
        best.offer(multifit(best.weights, best.pipelines, best.bound, best.makespan))
    if count <= min(_FEW * best.pipelines, _COVERED):
        _exhaust(best, work)
    if best.open and count >= _MANY:
        best.offer(level(best.weights, best.homes, best.pipelines, best.enough, work))
    if best.open and dense and best.pipelines <= _CHAIN:
        _level_out(best, work)
    if best.open:
        _polish(best, work, work.left // 2)


def _level_out(best: _Best, work: Work) -> None:
    """Ask for all pipelines within the bound; where that is not found, halve the way to it, again and again."""
    _polish(best, work, work.left // 24)
    rest = work.left // 4
    while best.open and work.left > rest:
        _carve(best, work, best.enough, min(work.left - rest, _CHAINED))
    if best.open:
        _polish(best, work, work.left // 6)
    low = best.enough
    while best.open and low + 1 < best.makespan and work.left > 0:
        capacity = (low + best.makespan) // 2
        _carve(best, work, capacity, work.left // 2)
        low = capacity if best.makespan > capacity else low


def _carve(best: _Best, work: Work, capacity: int, steps: int) -> None:
    """Ask for all pipelines within the capacity, for so many steps."""
    best.offer_parts(carve(best.weights, best.parts(), capacity, own := Work(steps, work.state)))
    work.state = own.state
    work.spend(100 + steps - own.left)


def _polish(best: _Best, work: Work, steps: int) -> None:
    """Split the heaviest anew with others, for so many steps."""
    best.offer_parts(improve(best.weights, best.parts(), best.enough, own := Work(steps)))
    work.spend(steps - own.left)


def _exhaust(best: _Best, work: Work) -> None:
    """Ask for a perfect split, then for one better than the last, until there is none, which proves it."""
    capacity = best.bound
    share = work.left * 3 // 4
    while best.open and share > 0:
        homes, finished, used = cover(best.weights, best.pipelines, capacity, share)
        share -= used
        work.spend(used)
        best.offer(homes)
        if homes is None and capacity == best.makespan - 1:
            best.proved = finished
            return
        capacity = best.makespan - 1
