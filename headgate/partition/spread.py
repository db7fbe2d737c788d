"""Weights spread over pipelines so that the heaviest pipeline is as light as can be found, with what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.bound import bound_of_sorted, check
from headgate.partition.carve import carve
from headgate.partition.cover import cover
from headgate.partition.improve import improve
from headgate.partition.longest import longest_first
from headgate.partition.multifit import multifit
from headgate.partition.work import Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.resplit import Tables

EFFORT = 800_000
_MIDDLE = 20_000  # tables up to which MULTIFIT is tried
_FEW = 4  # tables a pipeline up to which the exhaustive search is tried
_COVERED = 400  # tables up to which it is
_SPARSE = 5  # tables a pipeline below which filling exactly has no chance
_CHAIN = 200  # pipelines up to which filling exactly is tried


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

    @property
    def open(self) -> bool:
        return self.makespan > self.bound and not self.proved


def spread(weights: NDArray[np.int64], pipelines: int, *, effort: int = EFFORT) -> Split:
    """Give the pipeline, 0 to `pipelines` - 1, of each of (n,) weights, with the least makespan that was found.

    The makespan is at most 4/3 - 1/(3 * pipelines) of the optimum (longest-first), and within 13/11 up to 20,000 weights
    (MULTIFIT); what follows only betters it, until it meets the lower bound or `effort` steps of about a microsecond are
    done. The loads, as a multiset, don't hang on the order of the weights; of equal weights, position decides. Raises
    InputError as `lower_bound` does.
    """
    weights = np.asarray(weights, dtype=np.int64)
    check(weights, pipelines)
    if not len(weights):
        return Split(np.zeros(0, dtype=np.int64), 0, 0, optimal=True)
    order = np.argsort(-weights, kind="stable")
    ranked = weights[order]
    bound = bound_of_sorted(ranked, pipelines)
    best = _Best(ranked, pipelines, bound, longest_first(ranked, pipelines))
    if best.open:
        _search(best, Work(effort))
    homes = np.empty(len(weights), dtype=np.int64)
    homes[order] = best.homes
    return Split(homes, best.makespan, bound, optimal=not best.open)


def _search(best: _Best, work: Work) -> None:
    """Better what longest-first gave, the cheap ways first."""
    count, effort = len(best.weights), work.left
    if count <= _MIDDLE:
        best.offer(multifit(best.weights, best.pipelines, best.bound, best.makespan))
    if count <= min(_FEW * best.pipelines, _COVERED):
        _exhaust(best, work)
    fills = count >= _SPARSE * best.pipelines and best.pipelines <= _CHAIN
    if best.open and fills:
        _polish(best, work, work.left // 3)
        while work.left > effort // 4:
            found = carve(best.weights, best.parts(), best.bound, work)
            if found:
                best.offer_parts(found)
                return
            work.spend(1000)
    if best.open:
        _polish(best, work, work.left // 2)


def _polish(best: _Best, work: Work, steps: int) -> None:
    """Split the heaviest anew with others, for so many steps."""
    best.offer_parts(improve(best.weights, best.parts(), best.bound, own := Work(steps)))
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
