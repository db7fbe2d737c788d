"""Staying put with several loads: every limit kept, every ratio within tolerance, and no dearer than it has to be."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headgate.partition.conflict import Infeasible
from headgate.partition.instance import Dimension, Instance
from headgate.partition.repair import Needs
from headgate.partition.several import over_limit
from headgate.partition.vector_assignment import VectorAssignment
from headgate.partition.vector_repair import fill_empty, repair, shrink
from tests.partition.brute_force import costs_of, every_layout, ints, is_one_of, within
from tests.support.examples import examples

if TYPE_CHECKING:
    from random import Random

    from tests.partition.brute_force import Ints

TOLERANCE = 0.1


@st.composite
def layouts(draw: st.DrawFn, first: int = -1) -> tuple[Instance, Ints, Ints]:
    """Up to six units with two loads on two or three pipelines, where they are today, and what it costs to move each."""
    count, pipelines = draw(st.integers(2, 6)), draw(st.integers(2, 3))
    numbers = st.lists(st.integers(0, 20), min_size=count, max_size=count)
    further = ints(*draw(numbers))
    limit = draw(st.none() | st.integers(int(further.max()), int(further.sum()) + 1))
    fixed = {count - 1: pipelines - 1} if draw(st.booleans()) else {}
    instance = Instance(ints(*draw(numbers)), pipelines, dimensions=[Dimension(further, limit)], fixed=fixed)
    today = ints(*draw(st.lists(st.integers(first, pipelines - 1), min_size=count, max_size=count)))
    return instance, today, ints(*draw(st.lists(st.integers(1, 9), min_size=count, max_size=count)))


def state_of(instance: Instance, assignment: Ints) -> VectorAssignment:
    return VectorAssignment(instance, assignment, np.ones_like(assignment))


@examples(20)
@given(layouts(), st.sampled_from([TOLERANCE, 10.0]))
def test_limits_and_rules_hold_after_a_repair_and_what_is_said_of_it_is_so(
    case: tuple[Instance, Ints, Ints], trigger: float
) -> None:
    instance, today, costs = case
    options = every_layout(instance)
    assume(len(options))

    found = repair(instance, today, costs, tolerance=TOLERANCE, trigger=trigger)

    assert is_one_of(found.assignment, options)
    moved = (today >= 0) & (found.assignment != today)
    assert found.moved == tuple(np.flatnonzero(moved).tolist())
    assert set(found.forced) <= set(found.moved)
    assert found.cost == int(costs[moved].sum())
    after = state_of(instance, found.assignment)
    assert found.reached == (after.ratio <= 1 + Fraction(trigger))
    assert found.bound == int(after.bounds[0])
    assert found.makespan == -(-after.ratio * found.bound // 1)
    assert found.proved == (not found.moved)


def test_a_repair_costs_as_little_as_the_cheapest_of_all_that_would_do() -> None:
    spent = least = 0
    for seed in range(25):
        draw = np.random.default_rng(seed)
        weights, requests, costs = draw.integers(1, 20, (3, 6))
        instance, today = Instance(weights, 3, dimensions=[Dimension(requests)]), draw.integers(0, 3, 6)
        caps = state_of(instance, today).caps(1 + Fraction(TOLERANCE))
        enough = within(instance, every_layout(instance), caps.tolist())
        if len(enough):
            found = repair(instance, today, costs, tolerance=TOLERANCE, trigger=TOLERANCE)
            assert found.reached
            assert found.needs is None
            spent, least = spent + found.cost, least + int(costs_of(enough, today, costs).min())

    assert spent == least > 0


@given(layouts(first=0))
def test_inside_the_dead_band_only_what_must_moves_at_the_least_cost(case: tuple[Instance, Ints, Ints]) -> None:
    instance, today, costs = case
    options = every_layout(instance)
    assume(len(options))

    found = repair(instance, today, costs, tolerance=TOLERANCE, trigger=20.0)

    assert found.cost == costs_of(options, today, costs).min()
    assert found.forced == found.moved


@examples(8)
@given(layouts(), st.randoms(use_true_random=False))
def test_the_order_of_units_makes_no_difference(case: tuple[Instance, Ints, Ints], random: Random) -> None:
    instance, today, costs = case
    assume(not instance.fixed and len(every_layout(instance)))
    order = random.sample(range(len(today)), len(today))

    shuffled = Instance(
        instance.weights[order],
        instance.pipelines,
        dimensions=[Dimension(one.loads[order], one.limit) for one in instance.dimensions],
    )
    one = repair(instance, today, costs, tolerance=TOLERANCE, trigger=TOLERANCE)
    other = repair(shuffled, today[order], costs[order], tolerance=TOLERANCE, trigger=TOLERANCE)

    assert (one.makespan, one.cost, len(one.moved)) == (other.makespan, other.cost, len(other.moved))


def test_new_units_that_are_all_there_are_are_placed_from_scratch() -> None:
    instance = Instance(ints(9, 9, 1, 1), 2, dimensions=[Dimension(ints(1, 1, 9, 9))])

    found = repair(instance, ints(-1, -1, -1, -1), ints(1, 1, 1, 1), tolerance=0.0, trigger=0.0)

    assert (found.makespan, found.moved, found.proved) == (10, (), True)


def test_where_no_layout_is_within_the_tolerance_it_goes_down_to_that_above_what_one_from_scratch_reaches() -> None:
    # Any two of the first three share a load, so one of the loads is half as much again as its bound.
    instance = Instance(ints(30, 30, 0, 10), 2, dimensions=[Dimension(ints(0, 30, 30, 10)), Dimension(ints(30, 0, 30, 10))])

    heavy = repair(instance, ints(0, 0, 0, 0), ints(3, 2, 2, 1), tolerance=0.05, trigger=0.05)
    level = repair(instance, ints(0, 0, 1, 1), ints(1, 1, 1, 1), tolerance=0.05, trigger=0.05)

    assert (heavy.moved, heavy.makespan, heavy.bound, heavy.limit, heavy.reached) == ((3,), 60, 40, 64, False)
    assert heavy.needs == Needs(None, None, 60)
    assert repair(instance, ints(0, 0, 0, 0), ints(3, 2, 2, 1), tolerance=0.05, trigger=0.2).moved == ()  # not past the trigger
    exactly = repair(instance, ints(0, 0, 1, 1), ints(1, 1, 1, 1), tolerance=0.05, trigger=0.5)
    assert (exactly.moved, exactly.reached, exactly.needs) == ((), True, None)
    assert (level.moved, level.makespan, level.reached, level.needs) == ((), 60, False, Needs(None, None, 60))


def test_a_limit_that_no_layout_keeps_is_passed_by_the_least() -> None:
    instance = Instance(ints(1, 1, 1, 1, 1), 2, dimensions=[Dimension(ints(6, 6, 6, 6, 6), 14)])

    found = repair(instance, ints(0, 0, 0, 0, 0), ints(5, 1, 5, 1, 5), tolerance=9.0, trigger=9.0)

    assert over_limit(instance, found.assignment) == [(0, 18)]
    assert (found.moved, found.cost) == ((1, 3), 2)


def test_a_repair_moves_no_more_than_the_budget_for_the_loads_sake() -> None:
    instance = Instance(ints(*[10] * 12), 3, dimensions=[Dimension(ints(*[5] * 12))])
    today = ints(*[0] * 12)

    kept = repair(instance, today, 2 * np.ones_like(today), tolerance=0.05, trigger=0.1, budget=7)
    free = repair(instance, today, 2 * np.ones_like(today), tolerance=0.05, trigger=0.1, budget=8)

    assert (kept.moved, kept.reached) == ((), False)
    assert kept.needs is not None
    assert (kept.needs.moves, kept.needs.cost, kept.needs.makespan) == (8, 16, 40)
    assert (len(free.moved), free.reached, free.needs) == (8, True, None)


def test_what_has_to_move_is_not_counted_in_the_budget() -> None:
    instance = Instance(ints(5, 5), 3, dimensions=[Dimension(ints(1, 1))], forbidden={0: frozenset({0, 1})})

    found = repair(instance, ints(0, 0), ints(1, 1), tolerance=9.0, trigger=9.0, budget=0)

    assert (found.assignment.tolist(), found.moved, found.forced, found.needs) == ([2, 0], (0,), (0,), None)


def test_rules_that_can_not_hold_together_are_named() -> None:
    with pytest.raises(Infeasible):
        repair(
            Instance(ints(1, 1), 1, anti_affinity=[(0, 1)], dimensions=[Dimension(ints(1, 1))]),
            ints(0, 0),
            ints(1, 1),
            tolerance=0.1,
            trigger=0.1,
        )


@examples(15)
@given(layouts(first=0), st.data())
def test_fewer_pipelines_are_used_where_rules_and_limits_allow_it(
    case: tuple[Instance, Ints, Ints], data: st.DataObject
) -> None:
    instance, today, costs = case
    count = data.draw(st.integers(1, instance.pipelines))
    options = every_layout(instance)
    assume(len(options))

    found = shrink(instance, today, costs, count, tolerance=TOLERANCE)

    assert is_one_of(found, options)
    fewest = min(len({*one.tolist()}) for one in options)
    assert len({*found.tolist()}) <= max(count, fewest)


def test_the_pipeline_that_costs_least_to_empty_is_emptied_and_one_that_a_unit_is_fixed_to_is_not() -> None:
    dimensions = [Dimension(ints(1, 1, 1, 1))]
    today, costs = ints(0, 1, 2, 2), ints(5, 3, 2, 2)

    assert set(shrink(Instance(ints(4, 4, 2, 2), 3, dimensions=dimensions), today, costs, 2, tolerance=9.0)) == {0, 2}
    fixed = Instance(ints(4, 4, 2, 2), 3, dimensions=dimensions, fixed={1: 1})
    assert set(shrink(fixed, today, costs, 2, tolerance=9.0)) == {0, 1}


def test_fewer_pipelines_than_the_limits_take_are_not_made() -> None:
    instance = Instance(ints(*[10] * 8), 4, dimensions=[Dimension(ints(*[5] * 8), 15)])
    today = ints(0, 0, 1, 1, 2, 2, 3, 3)

    found = shrink(instance, today, np.ones_like(today), 2, tolerance=0.05)

    assert len(set(found.tolist())) == 3
    assert not over_limit(instance, found)


def test_a_new_pipeline_gets_the_cheapest_unit_that_can_be_spared_and_of_those_the_heaviest() -> None:
    def filled(costs: Ints) -> list[int]:
        instance = Instance(ints(5, 6, 4, 9), 3, dimensions=[Dimension(ints(1, 1, 1, 1))])
        today = ints(0, 0, 0, 1)
        return [int(place) for place in fill_empty(instance, today, today, costs)]

    assert filled(ints(1, 1, 1, 0)) == [0, 2, 0, 1]
    assert filled(ints(2, 3, 1, 0)) == [0, 0, 2, 1]


def test_of_new_pipelines_as_many_get_a_unit_as_there_are_to_spare() -> None:
    instance = Instance(ints(5, 5, 5), 4, dimensions=[Dimension(ints(1, 1, 1))], fixed={0: 0})
    today = ints(0, 0, 0)

    assert sorted(fill_empty(instance, today, today, ints(1, 1, 1)).tolist()) == [0, 1, 2]
