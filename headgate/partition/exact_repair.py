"""The cheapest repair, proved: by counting, else by OR-tools, an optional extra, where the case is small."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.board import Board

_PAIRS = 2_000  # units x pipelines
_WORK = 0.2  # deterministic seconds, as OR-tools counts its work


def least_cost(board: Board, limit: int) -> int:
    """Give a cost that any repair has at least: each pipeline that its own units overfill has to shed the excess.

    For one pipeline: as many of the cheapest as the heaviest needed to cover the excess, and the cost of covering it by
    weight at the best rate, the last unit cut (the relaxed knapsack of Dantzig, Operations Research 5, 1957).
    """
    origin = board.origin
    fixed, barred = board.instance.fixed, board.instance.barred
    leaves = np.zeros(len(origin), dtype=bool)
    leaves[[unit for unit, pipeline in fixed.items() if 0 <= origin[unit] != pipeline]] = True
    leaves[[unit for unit, pipelines in barred.items() if int(origin[unit]) in pipelines]] = True
    kept = board.instance.loads(np.where(leaves, -1, origin))
    total = int(board.costs[leaves].sum())
    for pipeline in np.flatnonzero(kept > limit):
        units = (origin == pipeline) & ~leaves & ~board.pinned & (board.weights > 0)
        total += _cover(board.weights[units], board.costs[units], int(kept[pipeline]) - limit)
    return total


def _cover(weights: NDArray[np.int64], costs: NDArray[np.int64], excess: int) -> int:
    """Give what it costs at least to take the excess off by units of these weights."""
    heaviest = np.cumsum(np.sort(weights)[::-1])
    count = int(np.searchsorted(heaviest, excess)) + 1
    by_count = int(np.sort(costs)[:count].sum())
    left, by_weight = excess, 0.0
    for unit in np.argsort(costs / weights, kind="stable"):
        taken = min(left, int(weights[unit]))
        by_weight += float(costs[unit]) * taken / float(weights[unit])
        left -= taken
        if not left:
            break
    return max(by_count, int(np.ceil(by_weight - 1e-6)))


def solvable(board: Board) -> bool:
    """Whether the case is small enough for the solver, and the solver installed."""
    return len(board.weights) * board.instance.pipelines <= _PAIRS and find_spec("ortools") is not None


def exact_repair(board: Board, limit: int, least: int, cost: int | None) -> bool:
    """Put a repair cheaper than `cost` on the board where there is one (None: any), and give whether it is the cheapest.

    With `cost` None: whether a repair was found. `least`: a lower bound of the cost. Gives False where the work came to its
    limit. Needs OR-tools: see `solvable`.
    """
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra

    model = cp_model.CpModel()
    places, price = _model(board, limit, model)
    model.add(price >= least)
    if cost is not None:
        model.add(price <= cost - 1)
    model.minimize(price)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _WORK
    status = solver.status_name(solver.solve(model))
    if status in {"OPTIMAL", "FEASIBLE"}:
        homes = [max(range(len(row)), key=lambda pipeline: solver.value(row[pipeline])) for row in places]
        board.restore(np.array(homes, dtype=np.int64))
    return status in {"OPTIMAL", "FEASIBLE" if cost is None else "INFEASIBLE"}


def _model(board: Board, limit: int, model: Any) -> tuple[list[list[Any]], Any]:
    """Give a variable for each unit and pipeline (whether it is there), and the cost; the constraints go into the model."""
    instance = board.instance
    pipelines = range(instance.pipelines)
    places = [[model.new_bool_var("") for _ in pipelines] for _ in board.weights]
    for unit, row in enumerate(places):
        model.add_exactly_one(row)
        for pipeline in instance.barred.get(unit, ()):
            model.add(row[pipeline] == 0)
        if unit in instance.fixed:
            model.add(row[instance.fixed[unit]] == 1)
    for pipeline in pipelines:
        column = [row[pipeline] for row in places]
        model.add(sum(int(weight) * place for weight, place in zip(board.weights, column, strict=True)) <= limit)
        if instance.room is not None:
            sizes = sum(int(size) * place for size, place in zip(board.sizes, column, strict=True))
            model.add(sizes <= int(instance.room[pipeline]))
        for members in instance.apart:
            model.add_at_most_one(column[unit] for unit in members)
    price = sum(
        int(cost) * (1 - row[home]) for cost, row, home in zip(board.costs, places, board.origin, strict=True) if home >= 0
    )
    return places, price
