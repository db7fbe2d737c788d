"""Weights spread over pipelines so that the heaviest pipeline is as light as can be found, with what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.bound import bound_of_sorted, check
from headgate.partition.budget import Budget
from headgate.partition.cover import cover
from headgate.partition.improve import improve
from headgate.partition.instance import ascending, summed
from headgate.partition.level import level
from headgate.partition.longest import longest_first
from headgate.partition.resplit import Tables, resplit

if TYPE_CHECKING:
    from numpy.typing import NDArray

EFFORT = 700_000
_FEW = 4  # tables a pipeline up to which the exhaustive search is tried, and
_COVERED = 400  # tables up to which it is
_GLANCE = 2_000  # steps of improvement before it: the nearer, the sooner it ends
_EACH = 15  # steps for each two tables: small cases end soon
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


def spread(weights: NDArray[np.int64], pipelines: int, *, effort: int = EFFORT) -> Split:
    """Give the pipeline, 0 to `pipelines` - 1, of each of (n,) weights, with the least makespan that was found.

    The makespan is at most 4/3 - 1/(3 * pipelines) of the optimum (longest-first); what follows only betters it, until it
    meets the lower bound, from 2,000 weights on within a millionth, or `effort` steps of about a microsecond are done. Where
    heavy tables are dominant, the rest is spread as well over the other pipelines. With as many tables as pipelines or more,
    no pipeline is empty. The loads, as a multiset, don't hang on the order of the weights; of equal weights, position
    decides. Raises InputError as `lower_bound` does.
    """
    weights = np.asarray(weights, dtype=np.int64)
    check(weights, pipelines)
    if not len(weights):
        return Split(weights, 0, 0, optimal=True)
    order = ascending(-weights)
    ranked = weights[order]
    bound = bound_of_sorted(ranked, pipelines)
    placed, proved = np.arange(len(weights)), False
    dominant = _count_dominant(ranked, pipelines)
    if dominant < len(weights):
        rest, proved = _search(ranked[dominant:], pipelines - dominant, effort // 4 if dominant else effort)
        placed[dominant:] = _filled(rest, pipelines - dominant) + dominant
    assignment = np.empty_like(order)
    assignment[order] = placed
    makespan = int(summed(placed, ranked, pipelines).max())
    return Split(assignment, makespan, bound, optimal=makespan == bound or proved)


def _count_dominant(ranked: NDArray[np.int64], pipelines: int) -> int:
    """Give how many of the (n,) weights, sorted heaviest first, have a pipeline of their own.

    None of them is lighter than the rest, spread longest-first over the other pipelines. So no makespan is lower than the
    heaviest, and a table beside one of them would only raise its load.
    """
    if len(ranked) <= pipelines:
        return len(ranked)
    heaviest = ranked[: pipelines - 1]
    left = int(ranked.sum()) - np.cumsum(heaviest)
    fails = heaviest < -(-left // np.arange(pipelines - 1, 0, -1))  # below the mean of the rest
    dominant = int(fails.argmax()) if fails.any() else len(fails)
    while dominant:
        others = pipelines - dominant
        makespan = summed(longest_first(ranked[dominant:], others), ranked[dominant:], others).max()
        lighter = int((ranked[:dominant] < makespan).sum())
        if not lighter:
            break
        dominant -= lighter
    return dominant


def _search(weights: NDArray[np.int64], pipelines: int, effort: int) -> tuple[NDArray[np.int64], bool]:
    """Give (n,) the pipelines of (n,) weights, heaviest first, and whether it is proved that no makespan is lower.

    Few tables a pipeline are tried exhaustively: the bench's 30 tables on 12 pipelines and its triplets need `cover`. Many are
    levelled first: its million tables on 10,000 pipelines need `level` to be there in time. The rest is left to `improve`.
    """
    bound, count = bound_of_sorted(weights, pipelines), len(weights)
    target = bound + (bound // _NEAR if count >= _MANY else 0)
    assignment, proved = longest_first(weights, pipelines), False
    budget = Budget(min(effort, _EACH * count * count))
    if count <= min(_FEW * pipelines, _COVERED):
        assignment = _improved(weights, assignment, pipelines, target, Budget(_GLANCE))
        assignment, proved = _exhaust(weights, assignment, pipelines, target, Budget(effort * 3 // 4))
    if count >= _MANY:
        assignment = level(weights, assignment, pipelines, target, budget)
    if not proved:
        assignment = _improved(weights, assignment, pipelines, target, budget)
    return assignment, proved


def _improved(
    weights: NDArray[np.int64], assignment: NDArray[np.int64], pipelines: int, target: int, budget: Budget
) -> NDArray[np.int64]:
    """Give (n,) an assignment with a makespan no higher than that of `assignment`, down to the target."""
    ends = np.cumsum(np.bincount(assignment, minlength=pipelines))[:-1]
    parts: list[Tables] = [part.tolist() for part in np.split(ascending(assignment), ends)]
    loads = summed(assignment, weights, pipelines)

    def resplit_some(numbers: list[int], capacity: int) -> bool:
        found = resplit(weights, [parts[number] for number in numbers], capacity, budget)
        for number, part in zip(numbers, found or (), strict=False):
            parts[number], loads[number] = part, int(weights[part].sum())
        return found is not None

    improve(loads, resplit_some, target, budget)
    improved = np.empty_like(assignment)
    for number, part in enumerate(parts):
        improved[part] = number
    return improved


def _exhaust(
    weights: NDArray[np.int64], assignment: NDArray[np.int64], pipelines: int, target: int, budget: Budget
) -> tuple[NDArray[np.int64], bool]:
    """Ask for a perfect split, then for one better than the last, until there is none, which proves it."""
    makespan, capacity = int(summed(assignment, weights, pipelines).max()), target
    while makespan > target and budget.left > 0:
        found, finished = cover(weights, pipelines, capacity, budget)
        if found is not None:
            assignment, makespan = found, int(summed(found, weights, pipelines).max())
        elif capacity == makespan - 1:
            return assignment, finished
        capacity = makespan - 1
    return assignment, False


def _filled(assignment: NDArray[np.int64], pipelines: int) -> NDArray[np.int64]:
    """Give (n,) an assignment in which every empty pipeline has the lightest table that shared its pipeline."""
    counts = np.bincount(assignment, minlength=pipelines)
    empty = np.flatnonzero(counts == 0).tolist()
    filled = assignment.copy()
    for table in range(len(filled) - 1, -1, -1):
        if not empty:
            break
        if counts[filled[table]] > 1:
            counts[filled[table]] -= 1
            filled[table] = empty.pop()
    return filled
