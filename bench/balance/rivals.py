"""What others would do with the same weights: packages and textbook methods, each called by its own interface."""

from __future__ import annotations

import heapq
import signal
from dataclasses import dataclass
from importlib import import_module
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from headgate.partition.bound import lower_bound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Assignment = NDArray[np.int64]
    Solve = Callable[[NDArray[np.int64], int, float], "Assignment | Proved"]

_MOST_BOOLEANS = 1_000_000
_PRESOLVED = 20_000  # booleans; presolve of more takes all of its seconds
_WORKERS = 2


class NoSplitError(Exception):
    """The method gives no split of an instance of this size; says why. over: nor would it of a larger one."""

    def __init__(self, why: str, *, over: bool = False) -> None:
        super().__init__(why)
        self.over = over


class Proved(NamedTuple):
    """Assignment that are proved to be optimal."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Rival:
    """A method. `solve` takes weights, pipelines and seconds to search for; only one with `search` of its own heeds them.

    grace: seconds that it may take beyond those of the search, to make its model and to tell what it found.
    """

    name: str
    package: str
    solve: Solve
    search: float | None = None
    grace: float = 0.5

    @property
    def missing(self) -> bool:
        """Whether its package can't be imported here."""
        try:
            import_module(self.package)
        except ImportError:
            return True
        return False


def longest_first(weights: NDArray[np.int64], pipelines: int, _: float = inf) -> Assignment:
    """Give (n,) assignment: heaviest first, each to the pipeline with the least load; ties by row, then by pipeline.

    At most 4/3 - 1/(3m) of the optimum. Source: R. L. Graham, Bounds on multiprocessing timing anomalies, 1969.
    """
    assignment = np.empty(len(weights), dtype=np.int64)
    heap = [(0, pipeline) for pipeline in range(pipelines)]
    values = weights.tolist()
    for row in np.argsort(-weights, kind="stable").tolist():
        load, pipeline = heap[0]
        assignment[row] = pipeline
        heapq.heapreplace(heap, (load + values[row], pipeline))
    return assignment


@dataclass(frozen=True, slots=True)
class _Test:
    """What pytest-split takes for a test. It sorts by name before it sorts by seconds: ties follow names, not rows."""

    nodeid: str
    row: int

    def __str__(self) -> str:
        return self.nodeid


def _pytest_split(weights: NDArray[np.int64], pipelines: int, _: float) -> Assignment:
    tests = [_Test(f"table_{row:07}", row) for row in range(len(weights))]
    seconds = {test.nodeid: float(weight) for test, weight in zip(tests, weights.tolist(), strict=True)}
    groups = import_module("pytest_split.algorithms").LeastDurationAlgorithm()(pipelines, tests, seconds)
    return _assignment(len(weights), ([test.row for test in group.selected] for group in groups))


def _binpacking(weights: NDArray[np.int64], pipelines: int, _: float) -> Assignment:
    bins = import_module("binpacking").to_constant_bin_number(dict(enumerate(weights.tolist())), pipelines)
    return _assignment(len(weights), bins)


def _prtpy(method: str) -> Solve:
    def solve(weights: NDArray[np.int64], pipelines: int, _: float) -> Assignment:
        prtpy = import_module("prtpy")
        values = dict(enumerate(weights.tolist()))
        return _assignment(len(weights), prtpy.partition(getattr(prtpy.partitioning, method), pipelines, values))

    return solve


def _prtpy_complete(weights: NDArray[np.int64], pipelines: int, seconds: float) -> Assignment:
    prtpy = import_module("prtpy")
    try:
        bins = prtpy.partition(
            import_module("prtpy.partitioning.complete_greedy").anytime,
            pipelines,
            dict(enumerate(weights.tolist())),
            objective=import_module("prtpy.objectives").MinimizeLargestSum,
            time_limit=seconds,
        )
    except TypeError as failed:  # it stumbles over what it has not found
        raise NoSplitError("nothing found") from failed
    return _assignment(len(weights), bins)


def _differencing(weights: NDArray[np.int64], pipelines: int, _: float) -> Assignment:
    found = import_module("numberpartitioning").karmarkar_karp(weights.tolist(), pipelines, return_indices=True)
    return _assignment(len(weights), found.partition)


def _complete_differencing(weights: NDArray[np.int64], pipelines: int, seconds: float) -> Assignment:
    """Give the best of what it finds until an alarm ends it: between two finds it may take any time."""
    found = import_module("numberpartitioning").complete_karmarkar_karp(weights.tolist(), pipelines, return_indices=True)
    splits = []
    signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        splits.extend(found)
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if not splits:
        raise NoSplitError("nothing found", over=True)
    return _assignment(len(weights), min(splits, key=lambda split: max(split.sizes)).partition)


def _alarm(*_: object) -> None:
    raise TimeoutError


def _solver(weights: NDArray[np.int64], pipelines: int, seconds: float) -> Assignment | Proved:
    """Give the assignment that CP-SAT finds in so many seconds, from longest-first on, between the lower bound and that."""
    if len(weights) * pipelines > _MOST_BOOLEANS:
        raise NoSplitError("too large a model")
    cp_model = import_module("ortools.sat.python.cp_model")
    start, bound = longest_first(weights, pipelines), lower_bound(weights, pipelines)
    most = makespan_of(weights, start, pipelines)
    model = cp_model.CpModel()
    there = [[model.new_bool_var("") for _ in range(pipelines)] for _ in weights]
    makespan = model.new_int_var(bound, most, "makespan")
    for choice in there:
        model.add_exactly_one(choice)
    values = weights.tolist()
    for pipeline in range(pipelines):
        model.add(cp_model.LinearExpr.weighted_sum([choice[pipeline] for choice in there], values) <= makespan)
    model.minimize(makespan)
    hints = (start[:, None] == np.arange(pipelines)).ravel()
    model.proto.solution_hint.vars.extend(range(len(hints) + 1))
    model.proto.solution_hint.values.extend([*hints.astype(int).tolist(), most])
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = _WORKERS
    solver.parameters.random_seed = 1
    solver.parameters.cp_model_presolve = len(hints) <= _PRESOLVED
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise NoSplitError("nothing found")
    assignment = np.array([[solver.value(chosen) for chosen in choice].index(1) for choice in there], dtype=np.int64)
    return Proved(assignment) if status == cp_model.OPTIMAL else assignment


SOLVER = "CP-SAT"
RIVALS = (
    Rival("longest-first", "heapq", longest_first),
    Rival("pytest-split", "pytest_split", _pytest_split),
    Rival("binpacking", "binpacking", _binpacking),
    Rival("prtpy LPT", "prtpy", _prtpy("greedy")),
    Rival("prtpy KK", "prtpy", _prtpy("kk")),
    Rival("prtpy multifit", "prtpy", _prtpy("multifit")),
    Rival("prtpy complete", "prtpy", _prtpy_complete, search=1),
    Rival("numpart KK", "numberpartitioning", _differencing),
    Rival("numpart cKK", "numberpartitioning", _complete_differencing, search=1),
    Rival(SOLVER, "ortools", _solver, search=5, grace=15),
)


def makespan_of(weights: NDArray[np.int64], assignment: Assignment, pipelines: int) -> int:
    """Give the heaviest pipeline's load. Raises ValueError where a table has no home among the pipelines."""
    if len(assignment) != len(weights) or (len(assignment) and not 0 <= assignment.min() <= assignment.max() < pipelines):
        raise ValueError("not every table is in a pipeline")
    loads = np.zeros(pipelines, dtype=np.int64)
    np.add.at(loads, assignment, weights)
    return int(loads.max())


def _assignment(tables: int, bins: Iterable[Iterable[Any]]) -> Assignment:
    """Give (n,) assignment for bins of rows. Raises ValueError where a row is in two bins; one that is in none is at -1."""
    assignment = np.full(tables, -1, dtype=np.int64)
    for pipeline, rows in enumerate(bins):
        inside = np.fromiter(rows, dtype=np.int64)
        if np.any(assignment[inside] >= 0):
            raise ValueError("a table is in two pipelines")
        assignment[inside] = pipeline
    return assignment
