"""How much moves while tables drift, come and go: ours, and longest-first from scratch, each on its own layout."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np

from bench.__main__ import Row
from bench.balance.churn import carried, from_scratch, moved_share, states
from bench.balance.rivals import makespan_of
from headgate.partition.bound import lower_bound
from headgate.partition.instance import Instance
from headgate.partition.repair import repair
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.balance.churn import Ints, Keeper, State
    from headgate.partition.repair import Repaired

_HANDOVER, _RUNS, _SECOND = 300, 20, 1_000  # seconds, runs that a move re-ingests, weight of a second
_EXACT_SECONDS, _AS_CHEAP = 0.5, 2.0
SOLVER = find_spec("ortools") is not None


@dataclass(frozen=True, slots=True)
class Scene:
    """A group that lives on: so many tables on so many pipelines, within `tolerance` of the bound, at most `goal` % moved.

    sigma: that of the weights' logarithms.
    """

    tables: int
    pipelines: int
    tolerance: float
    goal: float | None
    sigma: float

    def __str__(self) -> str:
        return f"{self.tables:,} to {self.pipelines} within {100 * self.tolerance:g} %"

    def states(self, steps: int, seed: int) -> Iterator[State]:
        """Give its tables of each step."""
        return states(self.tables, self.sigma, steps, seed)


SCENES = (
    Scene(200, 8, 0.02, 1.0, 1.5),
    Scene(1_000, 20, 0.02, 0.35, 1.0),
    Scene(200, 8, 0.05, 0.5, 1.5),
    Scene(1_000, 20, 0.05, 0.1, 1.0),
    Scene(39, 4, 0.05, 2.0, 1.5),
)
EXACT_SCENES = (SCENES[4], SCENES[0])
_SMALL = 200  # tables; more are too many for the solver
_CORES = 2

NOTES = """Weights (lognormal of sigma 1.5; 1,000: 1.0) drift 10 %
a step, 2 % of the tables come and 1 % go. Moved: of the tables that had a home, on the mean; each follows its own layout."""


@dataclass(slots=True)
class Tally:
    """What came of steps: tables moved (%), seconds, steps above the tolerance, those of them that the engine kept silent."""

    moved: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    over: int = 0
    silent: int = 0


@dataclass(slots=True)
class Proof:
    """Steps repaired with the solver, and the same states repaired without: costs where both reached the tolerance."""

    proved: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cost: int = 0
    alone: int = 0
    unreached: int = 0


def within(makespan: int, bound: int, tolerance: float) -> bool:
    """Whether a makespan is at most (1 + tolerance) x bound, without rounding."""
    return makespan <= (1 + Fraction(str(tolerance))) * bound


def ours(scene: Scene, seeds: Iterable[int], steps: int, *, exact: bool) -> Tally:
    """Follow the scene with repairs, each table's move costing the same."""
    tally = Tally()
    for seed in seeds:
        walk = list(scene.states(steps, seed))
        assignment = spread(walk[0].weights, scene.pipelines).assignment
        for before, after in pairwise(walk):
            today = carried(before, assignment, after)
            started = time.perf_counter()
            found = repaired(after.weights, scene, today, np.ones(len(today), dtype=np.int64), exact=exact)
            tally.seconds.append(time.perf_counter() - started)
            assignment = found.assignment
            tally.moved.append(moved_share(today, assignment))
            if not within(
                makespan_of(after.weights, assignment, scene.pipelines), bound_of(after.weights, scene), scene.tolerance
            ):
                tally.over += 1
                tally.silent += bool(found.reached)
    return tally


def scratch(scene: Scene, keep: Keeper, seeds: Iterable[int], steps: int) -> float:
    """Give the percent of tables that a keeper moves a step, on the mean, on its own layout."""
    shares = []
    for seed in seeds:
        walk = list(scene.states(steps, seed))
        assignment = keep(walk[0].weights, np.full(len(walk[0].weights), -1))
        for before, after in pairwise(walk):
            today = carried(before, assignment, after)
            assignment = keep(after.weights, today)
            shares.append(moved_share(today, assignment))
    return float(np.mean(shares))


def proof(scene: Scene, seeds: Iterable[int], steps: int) -> Proof:
    """Follow the scene with exact repairs, a move costing its handover and 20 runs; ask the heuristic at each step too."""
    found = Proof()
    for seed in seeds:
        walk = list(scene.states(steps, seed))
        assignment = spread(walk[0].weights, scene.pipelines).assignment
        for before, after in pairwise(walk):
            today = carried(before, assignment, after)
            costs = _HANDOVER + _RUNS * after.weights // _SECOND
            started = time.perf_counter()
            exact = repaired(after.weights, scene, today, costs, exact=True)
            found.seconds.append(time.perf_counter() - started)
            alone = repaired(after.weights, scene, today, costs, exact=False)
            found.proved.append(bool(exact.proved))
            if exact.reached and alone.reached:
                found.cost += int(exact.cost)
                found.alone += int(alone.cost)
            else:
                found.unreached += 1
            assignment = exact.assignment
    return found


def repaired(weights: Ints, scene: Scene, assignment: Ints, costs: Ints, *, exact: bool) -> Repaired:
    """Repair as soon as the tolerance is passed, with no limit on moves."""
    instance = Instance(weights, scene.pipelines)
    return repair(instance, assignment, costs, tolerance=scene.tolerance, trigger=scene.tolerance, exact=exact)


def bound_of(weights: Ints, scene: Scene) -> int:
    """Give the lower bound."""
    return int(lower_bound(weights, scene.pipelines))


def rows(seeds: int, proof_seeds: int, steps: int, *, judged: bool = True) -> list[Row]:
    """Measure every scene, two at a time, then the proofs by themselves; give the table's rows.

    judged: whether what moves has to meet its goal, which is one for the mean of ten seeds.
    """
    with ProcessPoolExecutor(_CORES, mp_context=get_context("spawn")) as pool:
        each = [
            pool.submit(_scene_rows, scene if judged else replace(scene, goal=None), range(1, seeds + 1), steps)
            for scene in SCENES
        ]
        found = [row for scene in each for row in scene.result()]
    for scene in EXACT_SCENES:
        found += _proof_rows(scene, range(1, proof_seeds + 1), steps)
    return found


def _scene_rows(scene: Scene, seeds: range, steps: int) -> list[Row]:
    found = []
    ways = [("heuristic alone", False), *([("with OR-tools", True)] if SOLVER and scene.tables <= _SMALL else [])]
    for way, exact in ways:
        tally = ours(scene, seeds, steps, exact=exact)
        found += [
            Row(f"{scene}, {way}: moved a step", float(np.mean(tally.moved)), "%", scene.goal),
            Row("  steps above the tolerance, reported", float(tally.over - tally.silent), f"/ {len(tally.moved)}"),
            Row("  steps above the tolerance, not reported", float(tally.silent), f"/ {len(tally.moved)}", 0),
            Row("  a repair, on the mean", float(np.mean(tally.seconds)), "s"),
        ]
    for name, renamed in (("best names", True), ("as they come", False)):
        moved = scratch(scene, from_scratch(scene.pipelines, renamed=renamed), seeds, steps)
        found.append(Row(f"  longest-first from scratch, {name}", moved, "%"))
    return found


def _proof_rows(scene: Scene, seeds: range, steps: int) -> Iterator[Row]:
    name = f"{scene}, by cost: proved least"
    if not SOLVER:
        yield Row(f"{name} (OR-tools is missing)", None, "%", 100, over=True)
        return
    found = proof(scene, seeds, steps)
    yield Row(name, 100 * float(np.mean(found.proved)), "%", 100, over=True)
    yield Row("  a proved repair, on the mean", float(np.mean(found.seconds)), "s", _EXACT_SECONDS)
    yield Row("  the slowest", max(found.seconds), "s")
    yield Row("  steps that one of the two did not reach", float(found.unreached), f"/ {len(found.proved)}")
    steps_reached = max(1, len(found.proved) - found.unreached)
    yield Row("  cost a step, proved", found.cost / steps_reached, "s")
    yield Row("  cost a step, heuristic alone", found.alone / steps_reached, "s")
    yield Row("  heuristic alone to proved", found.alone / max(1, found.cost), "x", _AS_CHEAP)
