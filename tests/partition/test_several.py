"""Units with several loads: the largest ratio of a load to its bound, limits, and moves."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from headgate.partition import constrained
from headgate.partition import repair as one_load
from headgate.partition.bound import lower_bound
from headgate.partition.budget import Budget
from headgate.partition.conflict import Infeasible
from headgate.partition.instance import Dimension, Instance
from headgate.partition.several import improve, keep_limits, over_limit, place, put_in
from headgate.partition.vector_assignment import VectorAssignment, bounds_of
from headgate.partition.vector_repair import repair
from tests.partition.brute_force import every_layout, ints
from tests.support.examples import examples

Ints = NDArray[np.int64]
LOADS = st.integers(0, 30)


def ratio_of(instance: Instance, assignment: Ints) -> Fraction:
    state = VectorAssignment(instance, assignment, np.zeros_like(assignment))
    return state.ratio


@st.composite
def instances(draw: st.DrawFn, most: int = 7) -> Instance:
    """Small ones, with a limit, rules, or neither."""
    count, pipelines = draw(st.integers(1, most)), draw(st.integers(1, 3))
    rows = st.lists(LOADS, min_size=count, max_size=count)
    further = ints(*draw(rows))
    limit = draw(st.none() | st.integers(int(further.max(initial=0)), int(further.sum()) + 1))
    apart = [(0, 1)] if count > 1 and pipelines > 1 and draw(st.booleans()) else []
    fixed = {count - 1: pipelines - 1} if draw(st.booleans()) else {}
    return Instance(ints(*draw(rows)), pipelines, dimensions=[Dimension(further, limit)], anti_affinity=apart, fixed=fixed)


@examples(60)
@given(instances())
def test_small_instances_are_placed_as_well_as_brute_force_does(instance: Instance) -> None:
    options = every_layout(instance)
    split = place(instance)

    if len(options):
        assert not over_limit(instance, split.assignment)
        assert ratio_of(instance, split.assignment) == min(ratio_of(instance, one) for one in options)


@given(instances())
def test_no_ratio_is_below_one_and_one_is_called_optimal(instance: Instance) -> None:
    split = place(instance)

    ratio = ratio_of(instance, split.assignment)
    assert ratio >= 1 or not bounds_of(instance).any()
    assert split.optimal == (ratio <= 1 and not over_limit(instance, split.assignment))


@given(st.lists(LOADS, min_size=1, max_size=20), st.integers(1, 4), st.data())
def test_one_load_is_left_to_the_methods_for_one(weights: list[int], pipelines: int, data: st.DataObject) -> None:
    instance = Instance(ints(*weights), pipelines)
    today = ints(*data.draw(st.lists(st.integers(-1, pipelines - 1), min_size=len(weights), max_size=len(weights))))
    costs = np.ones_like(today)

    assert np.array_equal(place(instance).assignment, constrained.place(instance).assignment)
    ours, theirs = (of(instance, today, costs, tolerance=0.05, trigger=0.1, budget=None) for of in (repair, one_load.repair))
    assert np.array_equal(ours.assignment, theirs.assignment)
    assert (ours.moved, ours.cost, ours.proved, ours.needs) == (theirs.moved, theirs.cost, theirs.proved, theirs.needs)


def test_loads_that_pull_apart_are_both_spread() -> None:
    instance = Instance(ints(9, 9, 1, 1), 2, dimensions=[Dimension(ints(1, 1, 9, 9))])

    split = place(instance)

    assert [sorted(np.flatnonzero(split.assignment == pipeline) // 2) for pipeline in (0, 1)] == [[0, 1], [0, 1]]
    assert split.optimal


@pytest.mark.parametrize(("count", "pipelines", "percent"), [(24, 2, 0.5), (60, 5, 0.5), (120, 24, 1.0)])
def test_loads_that_have_nothing_to_do_with_each_other_are_spread_within_a_percent(
    count: int, pipelines: int, percent: float
) -> None:
    draw = np.random.default_rng(0)
    weights, requests = (draw.lognormal(5, 1, count).astype(np.int64) + 1 for _ in range(2))
    instance = Instance(weights, pipelines, dimensions=[Dimension(requests)])

    split = place(instance)

    assert ratio_of(instance, split.assignment) < 1 + percent / 100
    assert split.makespan == int(instance.loads(split.assignment).max())
    assert split.bound == lower_bound(weights, instance.pipelines)


def test_a_limit_that_no_layout_keeps_is_passed_by_the_least() -> None:
    instance = Instance(ints(1, 1, 1, 1, 9), 2, dimensions=[Dimension(ints(6, 6, 6, 6, 6), 14)])

    split = place(instance)

    assert over_limit(instance, split.assignment) == [(0, 18)]
    assert not split.optimal


def test_limits_come_before_ratios() -> None:
    instance = Instance(ints(9, 9, 9, 9), 2, dimensions=[Dimension(ints(8, 1, 1, 1), 8)])

    split = place(instance)

    assert sorted(instance.loads(split.assignment).tolist()) == [9, 27]


def test_of_several_limits_those_that_are_passed_are_told_by_number() -> None:
    heavy, light, free = Dimension(ints(4, 4, 1), 7), Dimension(ints(1, 1, 1), 2), Dimension(ints(50, 50, 50))
    instance = Instance(ints(1, 1, 1), 2, dimensions=[light, heavy, free])

    assert over_limit(instance, ints(0, 0, 1)) == [(1, 8)]
    assert over_limit(instance, ints(0, 0, 0)) == [(0, 3), (1, 9)]
    assert over_limit(instance, ints(0, 1, 1)) == []


def test_rules_that_can_not_hold_together_are_named() -> None:
    with pytest.raises(Infeasible):
        place(Instance(ints(1, 1), 1, anti_affinity=[(0, 1)], dimensions=[Dimension(ints(1, 1))]))


def test_units_are_put_where_least_is_passed_then_where_squares_grow_least() -> None:
    instance = Instance(ints(6, 2, 2), 2, dimensions=[Dimension(ints(0, 4, 4), 6)])
    state = VectorAssignment(instance, ints(0, 1, -1), ints(1, 1, 1))
    put_in(state, [2])
    assert state.assignment.tolist() == [0, 1, 0]  # the other is lighter, and would pass the limit

    state = VectorAssignment(Instance(ints(6, 4, 2), 2, dimensions=[Dimension(ints(3, 4, 2))]), ints(0, 1, -1), ints(1, 1, 1))
    put_in(state, [2])
    assert state.assignment.tolist() == [0, 1, 1]


def test_what_was_reached_of_a_limit_holds_from_then_on() -> None:
    state = VectorAssignment(
        Instance(ints(1, 1, 1), 2, dimensions=[Dimension(ints(5, 5, 5), 8), Dimension(ints(2, 2, 2), 50)]),
        ints(0, 0, 0),
        ints(1, 1, 1),
    )

    keep_limits(state, Budget())

    assert state.limits.tolist() == [4, 10, 7]


def test_a_better_layout_is_found_from_a_bad_one_until_all_is_level() -> None:
    instance = Instance(ints(*[7, 5, 3, 1] * 4), 4, dimensions=[Dimension(ints(*[1, 3, 5, 7] * 4))])
    state = VectorAssignment(instance, ints(*[0, 1, 2, 3] * 4), ints(*[0] * 16))

    improve(state)

    assert state.ratio == 1
