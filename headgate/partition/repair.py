"""Staying put: bring a layout back within tolerance by the moves that cost least, or leave it where that can't be done."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.bound import lower_bound
from headgate.partition.conflict import Infeasible, irreducible_conflict, require_feasible
from headgate.partition.constrained import mend
from headgate.partition.exact_repair import exact_repair, solvable
from headgate.partition.excess import least_by_place, least_cost
from headgate.partition.partial_assignment import PartialAssignment
from headgate.partition.recreate import Objective
from headgate.partition.ruin_and_recreate import search
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_SMALL = 20_000  # units x pipelines up to which the better of two bounds of the cost is asked for
_ROUNDS = 4  # after a repair above the tolerance, so many more, each from what it left: a repair of the result moves nothing


@dataclass(frozen=True, slots=True)
class Needs:
    """What it would take to get within tolerance: moves, their cost, and the makespan then.

    None for moves and cost: no such repair was found.
    """

    moves: int | None
    cost: int | None
    makespan: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """A layout after a repair.

    assignment: (n,) each unit's pipeline. bound: what no layout of these weights can beat. limit: the load that a repair
    goes down to, (1 + tolerance) x bound; more where the constraints or the weights let no layout be found so low. moved:
    units that had a pipeline and are elsewhere now, `forced` of them had to move. cost: theirs. reached: whether the
    makespan is within the trigger of the bound. proved: whether no repair down to the limit is cheaper. needs: where the
    limit is met by no repair, or by none within the budget, what it would take.
    """

    assignment: NDArray[np.int64]
    makespan: int
    bound: int
    limit: int
    moved: tuple[int, ...]
    forced: tuple[int, ...]
    cost: int
    reached: bool
    proved: bool
    needs: Needs | None


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
    """Bring every pipeline within (1 + tolerance) of the lower bound, at the least summed cost of moved units.

    assignment: (n,) where each unit is today, -1 for a new one, which is free to place. costs: (n,) what it costs to move
    each, at least 0. Units whose pipeline the constraints forbid move first. After the new ones are placed nothing else
    moves while the makespan is at most (1 + trigger) times the bound. budget: how many units may move, beside those that
    have to; where the limit can't be met with that, or at all, nothing else moves and `needs` says what it would take.

    Just enough is right: a repair goes down to the tolerance where the trigger was passed, and no deeper. Of 200 tables on 8
    pipelines that drift by 10 % a step (the bench's), with a trigger of 5 %, it moves 0.40 % a step; down to half of that
    0.57 %, down to a tenth 1.01 %: what a deeper repair saves later it has spent already.

    Where the case is small and OR-Tools is installed (and `exact`), the cost is the proved minimum, within a budget of work.
    Where the search alone reaches that cost, the layout is the search's, the same as without OR-Tools. Raises ValueError for
    a trigger below the tolerance, Infeasible where it is proved that the constraints can't hold together, and NotFound where
    neither a layout that keeps them nor that proof was found.
    """
    if not 0 <= tolerance <= trigger:
        raise ValueError(f"tolerance and trigger must be 0 <= tolerance <= trigger: found {tolerance} and {trigger}")
    found = _in_order(instance, assignment, costs, tolerance, trigger, budget, exact=exact)
    for _ in range(_ROUNDS):
        if found.needs or found.makespan <= _share(found.bound, trigger):
            break
        again = _in_order(instance, found.assignment, costs, tolerance, trigger, None, exact=exact)
        moved = np.flatnonzero((assignment >= 0) & (again.assignment != assignment))
        allowed = budget is None or len(moved) <= budget + len(found.forced)
        if not again.moved or not allowed:
            break
        forced = tuple(sorted({*found.forced} & {*moved.tolist()}))
        cost = int(costs[moved].sum())
        found = replace(again, moved=tuple(moved.tolist()), forced=forced, cost=cost, proved=False)
    return found


def _in_order(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    tolerance: float,
    trigger: float,
    budget: int | None,
    *,
    exact: bool,
) -> Repaired:
    """Repair once, with the units in an order that is the same whatever that of the rows."""
    order = np.lexsort((assignment, costs, instance.weights))[::-1]
    try:
        result = _repair(reordered(instance, order), assignment[order], costs[order], tolerance, trigger, budget, exact=exact)
    except Infeasible:
        raise Infeasible(irreducible_conflict(instance)) from None  # in the numbers of the caller
    return in_callers_order(result, order)


def in_callers_order(result: Repaired, order: NDArray[np.int64]) -> Repaired:
    """Give a repair of the reordered instance in the numbers that its units had before."""
    back = np.empty_like(result.assignment)
    back[order] = result.assignment
    moved, forced = (tuple(sorted(int(order[unit]) for unit in units)) for units in (result.moved, result.forced))
    return replace(result, assignment=back, moved=moved, forced=forced)


def reordered(instance: Instance, order: NDArray[np.int64]) -> Instance:
    """Give the instance with unit `order[k]` as unit k: a definite order, so that the order of rows makes no difference."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return replace(
        instance,
        weights=instance.weights[order],
        sizes=None if instance.sizes is None else instance.sizes[order],
        anti_affinity=sorted(sorted(int(place[unit]) for unit in units) for units in instance.anti_affinity),
        fixed={int(place[unit]): pipeline for unit, pipeline in instance.fixed.items()},
        forbidden={int(place[unit]): pipelines for unit, pipelines in instance.forbidden.items()},
        precedence=sorted((int(place[first]), int(place[then])) for first, then in instance.precedence),
        dimensions=[replace(one, loads=one.loads[order]) for one in instance.dimensions],
    )


def _repair(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    tolerance: float,
    trigger: float,
    budget: int | None,
    *,
    exact: bool,
) -> Repaired:
    if not len(assignment):
        return Repaired(assignment, 0, 0, 0, (), (), 0, reached=True, proved=True, needs=None)
    require_feasible(instance)
    state = PartialAssignment(instance, assignment, costs)
    bound = lower_bound(instance.weights, instance.pipelines)
    floor = max(bound, int(instance.loads(instance.fixed_places).max()))
    limit = _share(floor, tolerance)
    _place_new(state, limit)
    forced, stay = state.moved, state.assignment.copy()
    proved, needs = False, None
    if state.makespan <= _share(floor, trigger):
        proved = state.cost <= least_cost(state, limit)
    else:
        found = _search(state, limit, exact=exact)
        if not found:
            reachable = _reachable(instance, floor)
            if reachable > floor and state.makespan > _share(reachable, trigger):
                limit = _share(reachable, tolerance)
                found = _search(state, limit, exact=exact)
            needs = None if found else Needs(None, None, reachable)
        if found:
            proved, cost = _cheapest(state, limit, exact=exact), state.cost
            needs = _keep_to(state, stay, limit, None if budget is None else budget + int(forced.sum()))
            proved = proved and state.cost == cost
    moved, had_to = (tuple(np.flatnonzero(units).tolist()) for units in (state.moved, forced))
    reached = state.makespan <= _share(bound, trigger)
    return Repaired(state.assignment, state.makespan, bound, limit, moved, had_to, state.cost, reached, proved, needs)


def _place_new(state: PartialAssignment, limit: int) -> None:
    """Put in the state what has no pipeline, or can't stay in its own, as well as that can be done while all else stays."""
    if state.instance.free and (state.origin < 0).all():
        state.restore(spread(state.weights, state.instance.pipelines).assignment)
        return
    mend(state)
    if (state.origin < 0).any() or state.moved.any():
        search(state, Objective(limit, spend=False), state.cost)


def _search(state: PartialAssignment, limit: int, *, exact: bool) -> bool:
    """Bring every load to the limit: by search; where that fails and the case is small, by the solver."""
    least = least_cost(state, limit)
    return search(state, Objective(limit), least) or (
        exact and solvable(state.instance) and exact_repair(state, limit, least, None)
    )


def _cheapest(state: PartialAssignment, limit: int, *, exact: bool) -> bool:
    """Make the layout cheaper by the solver where that is possible, and give whether its cost is proved to be the least."""
    least = least_cost(state, limit)
    if state.cost > least and len(state.weights) * state.instance.pipelines <= _SMALL:
        least = max(least, least_by_place(state, limit, state.cost).cost)
    return state.cost <= least or (exact and solvable(state.instance) and exact_repair(state, limit, least, state.cost))


def _keep_to(state: PartialAssignment, stay: NDArray[np.int64], limit: int, allowed: int | None) -> Needs | None:
    """Where more than `allowed` units moved: find a repair of fewer moves, at whatever cost, or go back to `stay`.

    Gives what the repair that was found takes, where it is not allowed.
    """
    if allowed is None or state.moved.sum() <= allowed:
        return None
    needs = Needs(int(state.moved.sum()), state.cost, state.makespan)
    fewest = PartialAssignment(state.instance, state.origin, np.ones_like(state.costs))
    fewest.restore(stay)
    if search(fewest, Objective(limit), least_cost(fewest, limit)) and fewest.moved.sum() <= allowed:
        state.restore(fewest.assignment)
        return None
    state.restore(stay)
    return needs


def _reachable(instance: Instance, floor: int) -> int:
    """Give the makespan of a plan from scratch, which is looked at and not used."""
    if instance.free:
        return _from_scratch(np.sort(instance.weights).tobytes(), instance.pipelines)
    state = PartialAssignment.empty(instance)
    mend(state)
    search(state, Objective(floor, spend=False), 0)
    return state.makespan


@lru_cache(maxsize=1)  # shrinking asks for each pipeline that may be emptied, of the same weights
def _from_scratch(weights: bytes, pipelines: int) -> int:
    """Give the makespan of int64 weights, as bytes in ascending order, on so many pipelines."""
    return spread(np.frombuffer(weights, dtype=np.int64), pipelines).makespan


def _share(bound: int, above: float) -> int:
    """Give (1 + above) x bound, rounded down."""
    return bound + math.floor(bound * above)
