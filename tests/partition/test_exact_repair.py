from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from headgate.partition import exact_repair as module
from headgate.partition.exact_repair import exact_repair
from headgate.partition.excess import least_cost
from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment
from headgate.partition.repair import Repaired, repair
from tests.partition.brute_force import costs_of, every_layout, within
from tests.support.examples import examples


def numbers(values: Sequence[int] | NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def drifted(seed: int, count: int, pipelines: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A layout that was even once: lognormal weights, placed in turn by size, then changed by about a tenth."""
    rng = np.random.default_rng(seed)
    weights = np.sort(1000 * rng.lognormal(0, 1.2, count))[::-1]
    turn = np.arange(count) % (2 * pipelines)
    assignment = np.minimum(turn, 2 * pipelines - 1 - turn)
    return numbers(weights * rng.lognormal(0, 0.1, count)), numbers(assignment)


@examples(8)
@given(st.integers(0, 1000), st.sampled_from(["equal", "any", "weight"]))
def test_the_solver_costs_at_most_as_much_as_the_search_and_that_at_most_twice(seed: int, kind: str) -> None:
    pytest.importorskip("ortools")
    weights, assignment = drifted(seed, 39, 4)
    any_cost = np.random.default_rng(seed).integers(1, 10, 39)
    costs = {"equal": np.ones(39, dtype=np.int64), "any": any_cost, "weight": weights}[kind]
    found, exact = (
        repair(Instance(weights, 4), assignment, costs, tolerance=0.02, trigger=0.02, exact=solver) for solver in (False, True)
    )
    if exact.proved and found.needs is None:
        assert exact.cost <= found.cost <= 2 * exact.cost
    assert exact.makespan <= exact.limit or exact.needs


def test_the_solver_gives_the_same_each_time() -> None:
    pytest.importorskip("ortools")
    weights, assignment = drifted(3, 60, 5)
    costs = np.ones(60, dtype=np.int64)
    runs = [repair(Instance(weights, 5), assignment, costs, tolerance=0.01, trigger=0.01).assignment.tolist() for _ in range(2)]
    assert runs[0] == runs[1]


@examples(8)
@given(st.integers(0, 1000), st.sampled_from([0.02, 0.05]))
def test_where_the_search_costs_as_little_as_the_solver_the_layout_is_the_same(seed: int, tolerance: float) -> None:
    pytest.importorskip("ortools")
    weights, assignment = drifted(seed, 39, 4)
    costs = np.random.default_rng(seed).integers(1, 4, 39)
    found, exact = (
        repair(Instance(weights, 4), assignment, costs, tolerance=tolerance, trigger=tolerance, exact=solver)
        for solver in (False, True)
    )
    if found.cost == exact.cost and found.needs is None:
        assert found.assignment.tolist() == exact.assignment.tolist()


def test_the_solver_heeds_the_constraints() -> None:
    pytest.importorskip("ortools")
    weights, assignment = drifted(5, 24, 3)
    instance = Instance(
        weights, 3, capacity=numbers([9, 9, 9]), anti_affinity=[[0, 4]], fixed={5: 0}, forbidden={6: frozenset({1, 2})}
    )
    result = repair(instance, assignment, np.ones(24, dtype=np.int64), tolerance=0.02, trigger=0.02)
    assert max(np.bincount(result.assignment)) <= 9
    assert result.assignment[0] != result.assignment[4]
    assert (result.assignment[5], result.assignment[6]) == (0, 0)


@pytest.mark.parametrize(
    ("weights", "costs", "limit", "least"),
    [
        ([10, 10, 10, 10], [1, 1, 1, 1], 20, 2),
        ([10, 10, 10, 10], [1, 2, 3, 4], 20, 3),
        ([10, 10, 10, 10], [1, 2, 3, 4], 40, 0),
        ([30, 5, 5], [60, 10, 10], 25, 60),
    ],
    ids=["count", "cheapest", "no excess", "whole units"],
)
def test_each_overfull_pipeline_sheds_its_excess_at_the_least(
    weights: Sequence[int], costs: list[int], limit: int, least: int
) -> None:
    state = PartialAssignment(Instance(numbers(weights), 2), numbers([0] * len(weights)), numbers(costs))
    assert least_cost(state, limit) == least


@examples(15)
@given(st.data())
def test_what_the_solver_proves_is_the_least_of_all_repairs(data: st.DataObject) -> None:
    pytest.importorskip("ortools")
    unit = st.tuples(st.integers(0, 40), st.integers(-1, 2), st.integers(0, 9))
    weights, assignment, costs = (
        list(column) for column in zip(*data.draw(st.lists(unit, min_size=2, max_size=7)), strict=True)
    )
    forbidden = {0: frozenset({data.draw(st.integers(0, 2))})}
    instance = Instance(numbers(weights), 3, capacity=numbers([4, 4, 4]), anti_affinity=[[0, 1]], forbidden=forbidden)
    result = repair(instance, numbers(assignment), numbers(costs), tolerance=0.1, trigger=0.1)
    allowed = (
        places
        for places in product(range(3), repeat=len(assignment))
        if max(np.bincount(places, weights)) <= result.limit
        and max(np.bincount(places)) <= 4
        and places[0] != places[1]
        and places[0] not in forbidden[0]
    )
    moves = (zip(costs, assignment, places, strict=True) for places in allowed)
    least = min((sum(cost for cost, home, place in move if -1 < home != place) for move in moves), default=None)
    assert result.needs or result.cost >= (least or 0)
    if result.proved and not result.needs:
        assert result.cost == least


def test_a_repair_that_is_taken_is_the_cheapest_of_all() -> None:
    pytest.importorskip("ortools")
    for seed in range(12):
        draw = np.random.default_rng(seed)
        weights, costs = draw.integers(1, 20, (2, 7))
        state = PartialAssignment(Instance(weights, 3), draw.integers(0, 3, 7), costs)
        limit = int(weights.sum()) // 3 + 2
        prices = costs_of(within(state.instance, every_layout(state.instance), [limit]), state.origin, costs)
        if not len(prices):
            assert not exact_repair(state, limit, 0, None)
            continue
        cheapest = int(prices.min())
        assert exact_repair(state, limit, 0, cheapest)
        assert state.cost == 0  # none is cheaper
        assert exact_repair(state, limit, 0, cheapest + 1)
        assert (state.cost, state.makespan <= limit) == (cheapest, True)
        assert exact_repair(state, limit, least_cost(state, limit), None)
        assert state.makespan <= limit


def test_a_repair_that_moves_every_unit_is_found_unless_there_is_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ortools")
    instance = Instance(numbers([5, 4]), 2, forbidden={0: frozenset({0}), 1: frozenset({1})})
    state = PartialAssignment(instance, numbers([0, 1]), numbers([3, 2]))

    with monkeypatch.context() as patch:
        patch.setattr(module, "_BUDGET", 0.0)
        assert not exact_repair(state, 5, 0, 5)
    assert exact_repair(state, 5, 5, None)
    assert state.assignment.tolist() == [1, 0]


def test_the_solver_makes_a_repair_cheaper_and_finds_one_where_the_search_does_not() -> None:
    pytest.importorskip("ortools")
    dear = [53, 24, 26, 38, 42, 50, 34, 21, 28], [1, 1, 2, 1, 1, 1, 0, 2, 0], [1, 5, 3, 3, 5, 2, 1, 6, 8]
    rare = [52, 20, 52, 38, 40, 45, 31, 59, 22], [0, 1, 1, 1, 0, 0, 0, 0, 0], [8, 2, 6, 7, 2, 3, 4, 3, 8]

    def repaired(case: tuple[list[int], list[int], list[int]], *, exact: bool) -> Repaired:
        weights, today, costs = map(numbers, case)
        return repair(Instance(weights, 3), today, costs, tolerance=0.01, trigger=0.01, exact=exact)

    searched, solved = repaired(dear, exact=False), repaired(dear, exact=True)
    assert (searched.cost, searched.proved) == (17, False)
    assert (solved.cost, solved.proved) == (7, True)
    assert repaired(rare, exact=False).needs is not None
    assert (repaired(rare, exact=True).needs, repaired(rare, exact=True).cost) == (None, 11)
