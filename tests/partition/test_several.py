"""Units with several loads: the largest ratio of a load to its bound, limits, and moves."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from headgate.partition import constrained
from headgate.partition import repair as one_load
from headgate.partition.instance import Dimension, Instance
from headgate.partition.several import over_limit, place
from headgate.partition.vector_assignment import VectorAssignment, bounds_of
from headgate.partition.vector_repair import fill_empty, repair, shrink
from tests.support.examples import examples

Ints = NDArray[np.int64]
LOADS = st.integers(0, 30)


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


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


def allowed(instance: Instance) -> list[Ints]:
    """Give all assignments that keep the rules and the limits."""
    every = (ints(*one) for one in product(range(instance.pipelines), repeat=len(instance.weights)))
    return [
        one
        for one in every
        if not over_limit(instance, one)
        and all(one[unit] == pipeline for unit, pipeline in instance.fixed.items())
        and all(len({*one[list(members)].tolist()}) == len(members) for members in instance.anti_affinity)
    ]


@examples(25)
@given(instances())
def test_small_instances_are_placed_as_well_as_brute_force_does(instance: Instance) -> None:
    options = allowed(instance)
    split = place(instance)

    if options:
        assert not over_limit(instance, split.assignment)
        assert ratio_of(instance, split.assignment) == min(ratio_of(instance, one) for one in options)


@given(instances())
def test_no_ratio_is_below_one_and_one_is_called_optimal(instance: Instance) -> None:
    split = place(instance)

    ratio = ratio_of(instance, split.assignment)
    assert ratio >= 1 or not bounds_of(instance).any()
    assert split.optimal == (ratio <= 1 and not over_limit(instance, split.assignment))


@given(instances(), st.data())
def test_limits_and_rules_hold_after_a_repair_and_what_is_fine_stays(instance: Instance, data: st.DataObject) -> None:
    today = ints(*data.draw(st.lists(st.integers(-1, instance.pipelines - 1), min_size=len(instance.weights),
                                     max_size=len(instance.weights))))  # fmt: skip
    options = allowed(instance)
    if not options:
        return
    found = repair(instance, today, np.ones_like(today), tolerance=0.05, trigger=10.0)
    after = found.assignment

    assert any(np.array_equal(after, one) for one in options)
    fewest = min(int(((today >= 0) & (one != today)).sum()) for one in options)
    assert found.moved == tuple(np.flatnonzero((today >= 0) & (after != today)).tolist())
    if ratio_of(instance, after) <= 11 and (today >= 0).all():
        assert len(found.moved) == fewest


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


def test_a_repair_moves_no_more_than_the_budget_for_the_loads_sake() -> None:
    instance = Instance(ints(*[10] * 12), 3, dimensions=[Dimension(ints(*[5] * 12))])
    today = ints(*[0] * 12)

    kept = repair(instance, today, np.ones_like(today), tolerance=0.05, trigger=0.1, budget=3)
    free = repair(instance, today, np.ones_like(today), tolerance=0.05, trigger=0.1)

    assert (kept.moved, kept.reached, kept.needs and kept.needs.moves) == ((), False, 8)
    assert (len(free.moved), free.reached) == (8, True)


def test_fewer_pipelines_than_the_limits_take_are_not_made() -> None:
    instance = Instance(ints(*[10] * 8), 4, dimensions=[Dimension(ints(*[5] * 8), 15)])
    today = ints(0, 0, 1, 1, 2, 2, 3, 3)

    found = shrink(instance, today, np.ones_like(today), 2, tolerance=0.05)

    assert len(set(found.tolist())) == 3
    assert not over_limit(instance, found)


def test_a_new_pipeline_gets_a_unit() -> None:
    instance = Instance(ints(5, 5, 5), 3, dimensions=[Dimension(ints(1, 1, 1))])
    today = ints(0, 0, 1)

    assert sorted(fill_empty(instance, today, today, np.ones_like(today)).tolist()) == [0, 1, 2]
