"""The cheapest repair, proved by OR-tools, an optional extra, where the case is small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.partition import cp_sat
from headgate.partition.excess import least_by_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance
    from headgate.partition.partial_assignment import PartialAssignment

_PAIRS = 4_000  # units x pipelines
_BUDGET = 4.0  # deterministic seconds, as OR-tools counts its work
_FIRST = 50  # parts of the least cost: so much above it is asked for first; less than a unit's worth would be asked in vain
_WIDER = 2  # times as wide is the next window, where the last one took less work than
_EASY = 1.0


def solvable(instance: Instance) -> bool:
    """Whether the case is small enough for the solver, and the solver installed."""
    return len(instance.weights) * instance.pipelines <= _PAIRS and cp_sat.installed()


def exact_repair(state: PartialAssignment, limit: int, least: int, cost: int | None) -> bool:
    """Take a repair cheaper than `cost` (None: any) where there is one, and give whether it is the cheapest.

    With `cost` None: whether a repair was found. `least`: a lower bound of the cost. Gives False where the work came to its
    limit. A repair is looked for just above the lower bound, then in windows that grow: the lower the cost, the fewer units
    can be elsewhere. Needs OR-tools: see `solvable`.
    """
    budget, below = _BUDGET, int(state.costs.sum()) + 1 if cost is None else cost
    step = below if cost is None else max(1, least // _FIRST, int(np.median(state.costs)) // _FIRST)
    while least < below:
        most = min(below - 1, least + step)
        status, assignment, used = _solve(state, limit, least, most, budget)
        if assignment is not None:
            state.restore(assignment)
            return status == "OPTIMAL" or cost is None
        budget -= used
        if status != "INFEASIBLE" or budget <= 0:
            return False
        least, step = most + 1, step * _WIDER if used < _EASY else step
    return cost is not None


def _solve(
    state: PartialAssignment, limit: int, least: int, most: int, budget: float
) -> tuple[str, NDArray[np.int64] | None, float]:
    """Ask for the cheapest repair that costs `least` to `most`; give the solver's status, the assignment, and the work done.

    What each pipeline sheds at least is put into the model: that alone, and with a unit that comes in. The last is implied by
    the rest, and said only where it is a good part of the window: a linear relaxation does not see it.
    """
    bounds = least_by_place(state, limit, most + 1)
    options = bounds.total <= most
    for unit in {*state.instance.fixed, *state.instance.forbidden}:
        options[unit] &= state.may(unit)

    def price(model: Any, places: list[dict[int, Any]], total: Any) -> None:
        parts = []
        for pipeline, relief in enumerate(bounds.relief.tolist()):
            old = np.flatnonzero(state.origin == pipeline).tolist()
            parts.append(total([1 - places[unit].get(pipeline, 0) for unit in old], state.costs[old].tolist()))
            model.add(parts[-1] >= relief)
            for unit in np.flatnonzero(2 * bounds.rise[:, pipeline] > most - least).tolist():
                if pipeline in places[unit]:
                    model.add(parts[-1] >= relief + int(bounds.rise[unit, pipeline]) * places[unit][pipeline])
        cost = sum(parts)
        model.add(cost >= least)
        model.add(cost <= most)
        model.minimize(cost)

    return cp_sat.solve(state.instance, options, budget, limit=limit, price=price)
