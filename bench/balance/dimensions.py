"""Tables with two loads beside CP-SAT: the largest ratio of a load to its bound, and the moves of a repair."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from bench.__main__ import Row
from bench.balance.staying import SOLVER
from headgate.partition.instance import Dimension, Instance
from headgate.partition.several import over_limit, place
from headgate.partition.vector_assignment import VectorAssignment, bounds_of, vectors_of
from headgate.partition.vector_repair import repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.balance.churn import Ints

_SIZES = ((20, 4), (40, 5), (60, 8), (120, 10))
_KINDS = ("independent", "alike", "contrary")
_SEEDS = range(41, 43)
_DRIFT, _TOLERANCE, _TRIGGER, _ROOM = 0.3, 0.05, 0.1, 1.25
_SECONDS, _WORKERS = 10, 2  # of the solver for an instance
_GRID = 10**6  # parts of a ratio that the solver tells apart
_MEAN, _WORST, _MOVES = 0.2, 3, 1.25  # percent, percent, times


def rows() -> Iterator[Row]:
    """Measure placements and repairs of tables with two loads; give the table's rows."""
    if not SOLVER:
        yield Row("two loads: largest ratio above CP-SAT's (OR-tools is missing)", None, "%", _MEAN)
        return
    gaps = []
    for (tables, pipelines), kind, seed in product(_SIZES, _KINDS, _SEEDS):
        instance = _made(tables, pipelines, kind, seed)
        best, _ = _solved(instance, None)
        gaps.append(100 * (_ratio(instance, place(instance).assignment) / best - 1))
    yield Row(f"two loads, {len(gaps)} instances: largest ratio above CP-SAT's", float(np.mean(gaps)), "%", _MEAN)
    yield Row("  the worst", max(gaps), "%", _WORST)
    ours, least, passed = 0, 0, 0
    for (tables, pipelines), seed in product(_SIZES[:3], _SEEDS):
        today, instance = _drifted(tables, pipelines, seed)
        found = repair(instance, today, np.ones_like(today), tolerance=_TOLERANCE, trigger=_TRIGGER)
        ours += len(found.moved)
        passed += len(over_limit(instance, found.assignment))
        # The solver goes down to what ours reached at most, so that both do the same.
        least += _solved(instance, (today, max(1 + _TOLERANCE, _ratio(instance, found.assignment))))[1] if found.moved else 0
    yield Row("  repairs within limits: moves to CP-SAT's", ours / max(1, least), "x", _MOVES)
    yield Row("  limits passed after them", float(passed), "", 0)


def _made(tables: int, pipelines: int, kind: str, seed: int) -> Instance:
    random = np.random.default_rng(seed)
    weights = np.ceil(random.lognormal(3, 1.2, tables)).astype(np.int64)
    second = np.ceil(random.lognormal(5, 1.2, tables)).astype(np.int64)
    if kind == "alike":
        second = np.ceil(weights * random.uniform(5, 15, tables)).astype(np.int64)
    elif kind == "contrary":
        second = np.ceil(3_000 / weights).astype(np.int64)
    return Instance(weights, pipelines, dimensions=[Dimension(second)])


def _drifted(tables: int, pipelines: int, seed: int) -> tuple[Ints, Instance]:
    """Give a good layout's assignment, and the instance that its tables came to be, with a limit of the second load."""
    before = _made(tables, pipelines, "independent", seed)
    today = place(before).assignment
    random = np.random.default_rng(seed)
    weights, second = (
        np.ceil(column * random.lognormal(0, _DRIFT, tables)).astype(np.int64) for column in vectors_of(before).T
    )
    limit = int(_ROOM * int(bounds_of(Instance(weights, pipelines, dimensions=[Dimension(second)]))[1]))
    return today, Instance(weights, pipelines, dimensions=[Dimension(second, limit)])


def _ratio(instance: Instance, assignment: Ints) -> float:
    return float(VectorAssignment(instance, assignment, np.zeros_like(assignment)).ratio)


def _solved(instance: Instance, stay: tuple[Ints, float] | None) -> tuple[float, int]:
    """Ask OR-Tools for the least ratio; with `stay`, an assignment and a ratio, for the fewest moves that pass it nowhere."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra

    model, total = cp_model.CpModel(), cp_model.LinearExpr.weighted_sum
    there = [[model.new_bool_var("") for _ in range(instance.pipelines)] for _ in instance.weights]
    for row in there:
        model.add_exactly_one(row)
    ratio = model.new_int_var(_GRID, instance.pipelines * _GRID, "")
    limits = [None, *(one.limit for one in instance.dimensions)]
    for column in zip(*there, strict=True):
        for loads, bound, limit in zip(vectors_of(instance).T.tolist(), bounds_of(instance).tolist(), limits, strict=True):
            model.add(total(column, [_GRID * load for load in loads]) <= bound * ratio)
            if limit is not None:
                model.add(total(column, loads) <= limit)
    if stay is None:
        model.minimize(ratio)
    else:
        model.add(ratio <= int(_GRID * stay[1]) + 1)
        model.minimize(sum(1 - row[home] for row, home in zip(there, stay[0].tolist(), strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = _WORKERS, _SECONDS
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise SystemExit("CP-SAT found no layout to compare with")
    return solver.value(ratio) / _GRID, round(solver.objective_value)
