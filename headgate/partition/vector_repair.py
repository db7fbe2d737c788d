"""Staying put with several loads: limits kept, and every ratio within tolerance, by moves that cost little."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition import repair as scalar
from headgate.partition import shrink as scalar_shrink
from headgate.partition.bound import lower_bound
from headgate.partition.budget import Budget
from headgate.partition.conflict import require_feasible
from headgate.partition.insertion import evict
from headgate.partition.instance import ascending, summed
from headgate.partition.repair import Needs, Repaired
from headgate.partition.several import improve, keep_limits, over_limit, place, put_in, steps_for
from headgate.partition.vector_assignment import VectorAssignment
from headgate.partition.vector_search import cheapen, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_ROUNDS = 40  # of making a repair cheaper
_UNITS = 6_000  # rounds times units: fewer where there are many
_RUNS = 2  # repairs that are tried, of which the cheapest is taken


def repair(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    *,
    tolerance: float,
    trigger: float,
    budget: int | None = None,
    exact: bool = True,
) -> Repaired:
    """Keep the limits, and bring every ratio of a load to its bound within 1 + tolerance, at a small cost of moved units.

    Arguments, and what is given back, as of the repair of one load, to which it leaves instances with one. What breaks a rule
    or passes a limit moves first, whatever the budget. After the new ones are placed nothing else moves while the largest
    ratio is at most 1 + trigger. Where no ratio is reached within the tolerance, it goes down to the tolerance above what a
    layout from scratch reaches. `makespan`, `bound` and `limit` are those of one load that had the largest ratio: ratios times
    the bound of the weight, rounded up. `proved` only where nothing moved.
    """
    if not instance.dimensions:
        return scalar.repair(instance, assignment, costs, tolerance=tolerance, trigger=trigger, budget=budget, exact=exact)
    order = np.lexsort((assignment, costs, *(one.loads for one in instance.dimensions), instance.weights))[::-1]
    found = _repair(scalar.reordered(instance, order), assignment[order], costs[order], tolerance, trigger, budget)
    return scalar.in_callers_order(found, order)


def shrink(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    count: int,
    *,
    tolerance: float,
    exact: bool = True,
) -> NDArray[np.int64]:
    """Give (n,) an assignment to `count` of the pipelines, those left empty that cost least to empty.

    As `shrink` of one load does, to which it leaves instances with one; with several loads, more than `count` stay where no
    layout on fewer is found that keeps the limits. Raises Infeasible and NotFound as that does.
    """
    if not instance.dimensions:
        return scalar_shrink.shrink(instance, assignment, costs, count, tolerance=tolerance, exact=exact).assignment
    price = summed(assignment, costs, instance.pipelines)
    keep = set(instance.fixed.values())
    able = [int(pipeline) for pipeline in ascending(price) if int(pipeline) not in keep]
    for stays in range(count, instance.pipelines):
        if any(one.limit is not None and lower_bound(one.loads, stays) > one.limit for one in instance.dimensions):
            continue
        found = _without(instance, assignment, costs, able[: instance.pipelines - stays], tolerance)
        if not over_limit(instance, found):
            return found
    return _without(instance, assignment, costs, [], tolerance)


def _without(
    instance: Instance, assignment: NDArray[np.int64], costs: NDArray[np.int64], emptied: list[int], tolerance: float
) -> NDArray[np.int64]:
    stays = np.setdiff1d(np.arange(instance.pipelines), emptied)
    fewer, number = scalar_shrink.on_fewer(instance, stays)
    return stays[repair(fewer, number[assignment], costs, tolerance=tolerance, trigger=tolerance).assignment]


def fill_empty(
    instance: Instance, today: NDArray[np.int64], assignment: NDArray[np.int64], costs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give an assignment in which no pipeline is empty, as far as units allow: each takes the cheapest that one can spare."""
    state = VectorAssignment(instance, today, costs)
    state.restore(assignment)
    for pipeline in np.flatnonzero(np.bincount(assignment, minlength=instance.pipelines) == 0).tolist():
        held = np.bincount(state.assignment, minlength=instance.pipelines)
        able = np.flatnonzero((held[state.assignment] > 1) & ~state.pinned)
        for unit in able[np.lexsort((-state.weights[able], state.leaving(able)))].tolist():
            if state.attempt([(unit, pipeline)]):
                break
    return state.assignment


def _repair(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    tolerance: float,
    trigger: float,
    budget: int | None,
) -> Repaired:
    require_feasible(instance)
    state = VectorAssignment(instance, assignment, costs)
    if (assignment < 0).all():
        state.restore(place(instance).assignment)
    else:
        evict(state)
        order = np.argsort(-(state.vectors / state.units).max(axis=1), kind="stable")
        put_in(state, order[state.assignment[order] < 0].tolist())
        if not _cheapest(state, state.limits):
            keep_limits(state, Budget())
    forced, stay = state.moved, state.assignment.copy()
    needs, goal = None, Fraction(1) + Fraction(tolerance)
    if state.ratio > 1 + Fraction(trigger) and not _cheapest(state, state.caps(goal)):
        state.restore(stay)
        reachable = max(Fraction(1), _reachable(state))
        goal = reachable * (1 + Fraction(tolerance))
        if state.ratio > reachable * (1 + Fraction(trigger)):
            _cheapest(state, state.caps(goal))
        needs = Needs(None, None, _as_weight(state, reachable)) if state.ratio > 1 + Fraction(trigger) else None
    if budget is not None and state.moved.sum() > budget + forced.sum():
        needs = Needs(int(state.moved.sum()), state.cost, _as_weight(state, state.ratio))
        state.restore(stay)
    moved = np.flatnonzero(state.moved)
    return Repaired(
        state.assignment,
        _as_weight(state, state.ratio),
        int(state.bounds[0]),
        _as_weight(state, goal),
        tuple(moved.tolist()),
        tuple(np.flatnonzero(forced & state.moved).tolist()),
        state.cost,
        reached=state.ratio <= 1 + Fraction(trigger),
        proved=not len(moved),
        needs=needs,
    )


def _cheapest(state: VectorAssignment, caps: NDArray[np.int64]) -> bool:
    """Bring every load to its cap at the least cost of a few tries; give whether that was found, else take the best found."""
    if bool((state.totals <= caps).all()):
        return True
    start, best = state.assignment.copy(), None
    rounds = min(_ROUNDS, max(1, _UNITS // max(1, len(state.weights))))
    for run in range(_RUNS):
        draw = Budget(state=1 + run)
        state.restore(start)
        if fit(state, caps, steps_for(state), draw):
            cheapen(state, caps, rounds, draw)
            if best is None or state.cost < best[0]:
                best = state.cost, state.assignment.copy()
    if best is not None:
        state.restore(best[1])
    return best is not None


def _reachable(state: VectorAssignment) -> Fraction:
    """Give the largest ratio of a layout from scratch, and of the one at hand made better, whichever is less."""
    fresh, near = VectorAssignment.empty(state.instance), VectorAssignment.empty(state.instance)
    fresh.restore(place(state.instance).assignment)
    near.restore(state.assignment)
    near.limits = fresh.limits = state.limits
    improve(near)
    return min(fresh.ratio, near.ratio)


def _as_weight(state: VectorAssignment, ratio: Fraction) -> int:
    share = ratio * int(state.bounds[0])
    return -(-share.numerator // share.denominator)
