"""What moves beside the fewest moves that are proved to do: where every fifth table comes and goes, and a heavy newcomer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.__main__ import Row
from bench.balance.churn import NOWHERE, carried, states
from bench.balance.staying import SOLVER, Scene, repaired
from headgate.partition.instance import Instance
from headgate.partition.repair import repair
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.balance.churn import Ints
    from headgate.partition.repair import Repaired

_CHURN = 0.2
_SCENES = (
    Scene(60, 6, 0.02, None, 1.5),
    Scene(100, 5, 0.05, None, 1.0),
    Scene(120, 8, 0.02, None, 1.0),
    Scene(200, 8, 0.02, None, 1.5),
)
_SEEDS, _STEPS = range(31, 34), 5
_SECONDS, _WORKERS = 20, 2  # of the solver for a step
_RATIO, _WORST = 1.15, 1.5


def rows() -> Iterator[Row]:
    """Measure the search alone, without OR-Tools; give the table's rows."""
    for allowed in (None, 5):
        words = "a heavy newcomer" if allowed is None else f"  with {allowed} moves at most"
        yield Row(f"{words}: tables moved", float(len(_newcomer(allowed).moved)), "", 1)
        yield Row("  left above the tolerance", float(not _newcomer(allowed).reached), "", 0)
    if not SOLVER:
        yield Row("20 % churn: moves to the fewest (OR-tools is missing)", None, "x", _RATIO)
        return
    steps = [step for scene in _SCENES for seed in _SEEDS for step in _walk(scene, seed)]
    ours, least = (sum(column) for column in list(zip(*steps, strict=True))[:2])
    yield Row(f"20 % churn, {len(steps)} steps that move some: moves to the fewest", ours / least, "x", _RATIO)
    yield Row("  the worst step", max(moved / max(1, fewest) for moved, fewest, _ in steps), "x", _WORST)
    yield Row(
        "  steps of which the fewest are proved", 100 * float(np.mean([proved for *_, proved in steps])), "%", 100, over=True
    )


def _newcomer(allowed: int | None) -> Repaired:
    """One table of 81, 27 of 1, ten of 10, each kind on a pipeline of its own, and a new one of 110 that fits on the first."""
    weights = np.array([81, *[1] * 27, *[10] * 10, 110], dtype=np.int64)
    today = np.array([0, *[1] * 27, *[2] * 10, NOWHERE], dtype=np.int64)
    return repair(Instance(weights, 3), today, np.ones_like(weights), tolerance=0.02, trigger=0.02, budget=allowed, exact=False)


def _walk(scene: Scene, seed: int) -> Iterator[tuple[int, int, bool]]:
    """Follow the scene with repairs; for each that moves some, give how many, the fewest found, and whether that is proved."""
    walk = list(states(scene.tables, scene.sigma, _STEPS, seed, _CHURN, _CHURN))
    assignment = spread(walk[0].weights, scene.pipelines).assignment
    for before, after in pairwise(walk):
        today = carried(before, assignment, after)
        found = repaired(after.weights, scene, today, np.ones_like(today), exact=False)
        assignment = found.assignment
        if found.moved:
            yield (len(found.moved), *_fewest(after.weights, scene.pipelines, today, found.limit, len(found.moved)))


def _fewest(weights: Ints, pipelines: int, today: Ints, limit: int, most: int) -> tuple[int, bool]:
    """Ask OR-Tools for the fewest moves, `most` at most, that leave no load above the limit, and whether that is proved."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra

    model = cp_model.CpModel()
    there = [[model.new_bool_var("") for _ in range(pipelines)] for _ in weights]
    for row in there:
        model.add_exactly_one(row)
    for column in zip(*there, strict=True):
        model.add(cp_model.LinearExpr.weighted_sum(column, weights.tolist()) <= limit)
    moves = sum(1 - there[table][today[table]] for table in np.flatnonzero(today != NOWHERE).tolist())
    model.add(moves <= most)
    model.minimize(moves)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = _WORKERS, _SECONDS
    status = solver.solve(model)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return round(solver.objective_value) if found else most, status == cp_model.OPTIMAL
