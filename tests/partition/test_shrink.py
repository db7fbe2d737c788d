from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from headgate.partition.instance import Instance
from headgate.partition.shrink import Shrunk, shrink
from tests.partition.brute_force import costs_of, every_layout, within


def numbers(values: Sequence[int] | NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def fewer(
    weights: Sequence[int],
    assignment: Sequence[int],
    pipelines: int,
    count: int,
    costs: Sequence[int] | None = None,
    tolerance: float = 0.1,
    **constraints: Any,
) -> Shrunk:
    instance = Instance(numbers(weights), pipelines, **constraints)
    return shrink(instance, numbers(assignment), numbers(costs or [1] * len(weights)), count, tolerance=tolerance, exact=False)


def test_the_pipeline_that_costs_least_to_empty_is_emptied() -> None:
    result = fewer([6, 6, 6, 6, 3, 3, 3, 3], [0, 0, 1, 1, 2, 2, 2, 2], 3, 2, costs=[9, 9, 9, 9, 1, 1, 1, 1])
    assert (result.emptied, result.cost, result.makespan) == ((2,), 4, 18)


def test_the_repair_that_emptying_makes_necessary_is_counted() -> None:
    result = fewer([12, 5, 5, 2, 6, 6], [0, 1, 1, 1, 2, 2], 3, 2, costs=[2, 1, 1, 1, 1, 1], tolerance=0.0)
    assert result.makespan == 18
    assert result.cost == 2


def test_several_pipelines_are_emptied_one_after_the_other() -> None:
    result = fewer([4] * 8, [0, 0, 1, 1, 2, 2, 3, 3], 4, 2)
    assert (len(result.emptied), result.makespan, result.cost) == (2, 16, 4)


def test_a_pipeline_that_a_unit_is_fixed_to_stays() -> None:
    assert fewer([1, 9, 9], [0, 1, 2], 3, 2, costs=[1, 5, 5], tolerance=9.0, fixed={0: 0}).emptied != (0,)


def test_what_can_not_be_emptied_stays() -> None:
    result = fewer([1] * 5, [0, 0, 1, 1, 2], 3, 1, capacity=numbers([3, 3, 3]))
    assert (len(result.emptied), len(result.moved)) == (1, 1)
    assert fewer([1, 1], [0, 1], 2, 1, capacity=numbers([1, 1])).emptied == ()


def test_a_number_that_is_no_part_of_the_pipelines_is_refused() -> None:
    with pytest.raises(ValueError, match="can't shrink to 3"):
        fewer([1, 1], [0, 1], 2, 3)


def test_shrinking_to_what_there_is_changes_nothing() -> None:
    assert fewer([1, 1], [0, 1], 2, 2).assignment.tolist() == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(-1, 3)), min_size=1, max_size=12), st.integers(1, 4))
def test_every_unit_is_on_a_pipeline_that_stays_and_the_cost_is_that_of_what_moved(
    units: list[tuple[int, int]], count: int
) -> None:
    weights, assignment = (list(column) for column in zip(*units, strict=True))
    costs = [weight + 1 for weight in weights]
    result = fewer(weights, assignment, 4, count, costs=costs)
    assert len(result.emptied) == 4 - count
    assert not set(result.emptied) & set(result.assignment.tolist())
    moved = [unit for unit, home in enumerate(assignment) if -1 < home != result.assignment[unit]]
    assert result.moved == tuple(moved)
    assert result.cost == sum(costs[unit] for unit in moved)
    assert result.makespan == max(np.bincount(result.assignment, weights))


def test_of_few_pipelines_any_may_be_the_one_that_costs_least_with_the_repair_that_it_makes_necessary() -> None:
    # Pipelines 0 and 1 cost least by themselves, but what they hold fits nowhere unless one of pipeline 2 moves too.
    weights, today = [8, 8, 1, 1, 9, 9], [0, 1, 2, 2, 3, 4]
    result = fewer(weights, today, 5, 4, costs=[5, 5, 3, 3, 9, 9], tolerance=0.0)

    assert (result.emptied, result.cost) == ((2,), 6)


def test_layouts_on_fewer_pipelines_cost_as_little_as_the_cheapest_of_all() -> None:
    spent = least = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        weights, costs = draw.integers(1, 20, (2, 7))
        instance, today = Instance(weights, 3), draw.integers(0, 3, 7)
        result = shrink(instance, today, costs, 2, tolerance=0.1, exact=False)
        every = every_layout(instance)
        enough = within(instance, every[(every[:, :, None] == np.arange(3)).any(axis=1).sum(axis=1) <= 2], [result.makespan])
        assert result.reached
        spent, least = spent + result.cost, least + int(costs_of(enough, today, costs).min())

    assert spent == least > 0


def test_the_solver_makes_fewer_pipelines_cheaper_unless_it_is_not_to_be_asked() -> None:
    pytest.importorskip("ortools")
    weights, today = numbers([47, 28, 32, 59, 24, 43]), numbers([0, 1, 2, 0, 2, 2])
    costs = numbers([1, 8, 2, 3, 3, 8])

    assert shrink(Instance(weights, 3), today, costs, 2, tolerance=0.01).cost == 12
    assert shrink(Instance(weights, 3), today, costs, 2, tolerance=0.01, exact=False).cost == 17
