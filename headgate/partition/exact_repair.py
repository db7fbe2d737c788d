"""The cheapest repair, proved by OR-tools, an optional extra, where the case is small."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.partition.excess import least_by_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.excess import CostBounds
    from headgate.partition.instance import Instance
    from headgate.partition.repair_state import RepairState

_PAIRS = 4_000  # units x pipelines
_BUDGET = 4.0  # deterministic seconds, as OR-tools counts its work
_FIRST = 50  # parts of the least cost: so much above it is asked for first; less than a unit's worth would be asked in vain
_WIDER = 4  # times as wide is the next window, where the last one took less work than
_EASY = 0.1


def solvable(instance: Instance) -> bool:
    """Whether the case is small enough for the solver, and the solver installed."""
    return len(instance.weights) * instance.pipelines <= _PAIRS and find_spec("ortools") is not None


def exact_repair(state: RepairState, limit: int, least: int, cost: int | None) -> bool:
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


def _solve(state: RepairState, limit: int, least: int, most: int, budget: float) -> tuple[str, NDArray[np.int64] | None, float]:
    """Ask for the cheapest repair that costs `least` to `most`; give the solver's status, the assignment, and the work done."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra

    bounds = least_by_place(state, limit, most + 1)
    options = bounds.total <= most
    if not options.any(axis=1).all():
        return "INFEASIBLE", None, 0.0
    model = cp_model.CpModel()
    places = _model(state, limit, options, model, cp_model.LinearExpr.weighted_sum)
    _price(state, bounds, (least, most), places, model, cp_model.LinearExpr.weighted_sum)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = budget
    status = solver.status_name(solver.solve(model))
    assignment = None
    if status in {"OPTIMAL", "FEASIBLE"}:
        found = [next(pipeline for pipeline, there in row.items() if solver.value(there)) for row in places]
        assignment = np.array(found, dtype=np.int64)
    return status, assignment, solver.response_proto.deterministic_time


def _model(state: RepairState, limit: int, options: NDArray[np.bool_], model: Any, total: Any) -> list[dict[int, Any]]:
    """Give for each unit the pipelines where it may be, each with the variable whether it is there.

    The constraints go into the model. `total`: the solver's sum of variables, each times a number.
    """
    instance = state.instance
    places: list[dict[int, Any]] = []
    for row in options:
        columns = np.flatnonzero(row).tolist()
        one = len(columns) == 1
        places.append({pipeline: model.new_constant(1) if one else model.new_bool_var("") for pipeline in columns})
        if not one:
            model.add_exactly_one(places[-1].values())
    for unit, pipelines in instance.forbidden.items():
        for pipeline in pipelines & places[unit].keys():
            model.add(places[unit][pipeline] == 0)
    for unit, pipeline in instance.fixed.items():
        model.add(places[unit][pipeline] == 1)
    for pipeline in range(instance.pipelines):
        inside = np.flatnonzero(options[:, pipeline]).tolist()
        column = [places[unit][pipeline] for unit in inside]
        model.add(total(column, state.weights[inside].tolist()) <= limit)
        if instance.capacity is not None:
            model.add(total(column, state.sizes[inside].tolist()) <= int(instance.capacity[pipeline]))
        for members in instance.anti_affinity:
            model.add_at_most_one(places[unit][pipeline] for unit in members if pipeline in places[unit])
    return places


def _price(
    state: RepairState, bounds: CostBounds, window: tuple[int, int], places: list[dict[int, Any]], model: Any, total: Any
) -> None:
    """Put the cost into the model, and what each pipeline sheds at least: that alone, and with a unit that comes in.

    The last is implied by the rest, and said only where it is a good part of the window: a linear relaxation does not see it.
    """
    least, most = window
    parts = []
    for pipeline, relief in enumerate(bounds.relief.tolist()):
        old = np.flatnonzero(state.origin == pipeline).tolist()
        parts.append(total([1 - places[unit].get(pipeline, 0) for unit in old], state.costs[old].tolist()))
        model.add(parts[-1] >= relief)
        for unit in np.flatnonzero(2 * bounds.rise[:, pipeline] > most - least).tolist():
            if pipeline in places[unit]:
                model.add(parts[-1] >= relief + int(bounds.rise[unit, pipeline]) * places[unit][pipeline])
    price = sum(parts)
    model.add(price >= least)
    model.add(price <= most)
    model.minimize(price)
