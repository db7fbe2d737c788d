"""Several loads brought under caps by moves and exchanges: what each is said to change, what is found, and at what cost."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.budget import Budget
from headgate.partition.instance import Dimension, Instance
from headgate.partition.vector_assignment import VectorAssignment
from headgate.partition.vector_search import _moves, _swaps, cheapen, fit
from tests.partition.brute_force import costs_of, every_layout, ints, within
from tests.support.examples import examples

if TYPE_CHECKING:
    from tests.partition.brute_force import Ints

STEPS = 60


@st.composite
def layouts(draw: st.DrawFn) -> tuple[VectorAssignment, Ints]:
    """Up to six units on two or three pipelines, some new and some away from home, some apart, and caps that some may pass."""
    count, pipelines = draw(st.integers(2, 6)), draw(st.integers(2, 3))
    numbers, place = st.lists(st.integers(0, 20), min_size=count, max_size=count), st.integers(0, pipelines - 1)
    instance = Instance(
        ints(*draw(numbers)),
        pipelines,
        anti_affinity=[(0, 1)] if draw(st.booleans()) else [],
        fixed={count - 1: draw(place)} if count > 2 and draw(st.booleans()) else {},
        dimensions=[Dimension(ints(*draw(numbers)))],
    )
    origin = ints(*draw(st.lists(st.integers(-1, pipelines - 1), min_size=count, max_size=count)))
    state = VectorAssignment(instance, origin, ints(*draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))))
    now = ints(*draw(st.lists(place, min_size=count, max_size=count)))
    for unit, pipeline in instance.fixed.items():
        now[unit] = pipeline
    if instance.anti_affinity and now[0] == now[1]:
        now[0] = next(pipeline for pipeline in range(pipelines) if pipeline != now[1])
        now[1] = instance.fixed.get(1, now[1])
    state.restore(now)
    share = draw(st.sampled_from([1.0, 1.2, 1.6]))
    return state, (state.bounds * share).astype(np.int64)


def costs_within(state: VectorAssignment, caps: Ints) -> Ints:
    """Give what each layout costs that keeps all rules and caps."""
    layouts = within(state.instance, every_layout(state.instance), caps.tolist())
    return costs_of(layouts, state.origin, state.costs)


def keeps_rules(state: VectorAssignment) -> bool:
    return all(map(state.satisfies, range(len(state.weights))))


def rated(state: VectorAssignment, caps: Ints) -> float:
    """Give what is passed in all, with a hundredth of a bound for a move of the usual cost."""
    return float(state.over(state.totals, caps).sum()) + 0.01 * state.cost / max(1.0, float(state.costs.mean()))


@given(layouts(), st.data())
def test_a_move_and_an_exchange_change_what_they_are_priced_at(
    case: tuple[VectorAssignment, Ints], data: st.DataObject
) -> None:
    state, caps = case
    heavy = int(state.assignment[0])
    units = np.flatnonzero(state.assignment == heavy)
    others = np.delete(np.arange(state.instance.pipelines), heavy)
    mates = np.flatnonzero(state.assignment != heavy)
    before, start = rated(state, caps), state.assignment.copy()
    unit = data.draw(st.integers(0, len(units) - 1))

    other = data.draw(st.integers(0, len(others) - 1))
    state.move(int(units[unit]), int(others[other]))
    after = rated(state, caps)
    state.restore(start)
    assert _moves(state, caps, heavy, units, others)[unit, other] == pytest.approx(after - before)

    if len(mates):
        mate = data.draw(st.integers(0, len(mates) - 1))
        state.move(int(units[unit]), int(start[mates[mate]]))
        state.move(int(mates[mate]), heavy)
        after = rated(state, caps)
        state.restore(start)
        assert _swaps(state, caps, heavy, units, mates)[unit, mate] == pytest.approx(after - before)


@examples(100)
@given(layouts())
def test_caps_are_met_where_any_layout_meets_them(case: tuple[VectorAssignment, Ints]) -> None:
    state, caps = case
    if not keeps_rules(state):
        return

    found = fit(state, caps, STEPS, Budget())

    assert found == bool(len(costs_within(state, caps)))
    assert keeps_rules(state)
    assert found == bool((state.totals <= caps).all())


@given(layouts())
def test_caps_that_no_layout_meets_are_passed_no_more_than_before(case: tuple[VectorAssignment, Ints]) -> None:
    state, caps = case
    before = float(state.over(state.totals, caps).sum())

    fit(state, caps, STEPS, Budget())

    assert float(state.over(state.totals, caps).sum()) <= before


def test_moved_units_go_home_until_no_layout_within_the_caps_is_cheaper() -> None:
    spent = least = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        weights, requests, costs = draw.integers(0, 20, (3, 6))
        state = VectorAssignment(Instance(weights, 3, dimensions=[Dimension(requests)]), draw.integers(-1, 3, 6), costs)
        state.restore(draw.integers(0, 3, 6))
        caps = (1.2 * state.bounds).astype(np.int64)
        if fit(state, caps, STEPS, Budget()):
            cheapen(state, caps, 40, Budget())
            assert (state.totals <= caps).all()
            spent, least = spent + state.cost, least + int(costs_within(state, caps).min())

    assert spent == least > 0


def test_an_exchange_is_made_where_no_move_helps() -> None:
    instance = Instance(ints(6, 4, 6, 4), 2, dimensions=[Dimension(ints(1, 3, 1, 3))])
    state = VectorAssignment(instance, ints(0, 1, 0, 1), ints(1, 1, 1, 1))

    assert fit(state, ints(10, 4), STEPS, Budget())
    assert state.totals.tolist() == [[10, 4], [10, 4]]
    assert state.cost == 2


def test_who_is_fixed_stays_and_nothing_is_tried_where_all_are() -> None:
    instance = Instance(ints(5, 5), 2, fixed={0: 0, 1: 0}, dimensions=[Dimension(ints(1, 1))])
    state = VectorAssignment(instance, ints(0, 0), ints(1, 1))

    assert not fit(state, ints(5, 5), STEPS, Budget())
    assert state.assignment.tolist() == [0, 0]


def test_the_cheapest_unit_that_helps_moves() -> None:
    instance = Instance(ints(5, 5, 5, 5), 2, dimensions=[Dimension(ints(2, 2, 2, 2))])
    state = VectorAssignment(instance, ints(0, 0, 0, 1), ints(7, 2, 5, 1))

    assert fit(state, ints(10, 4), STEPS, Budget())
    assert np.flatnonzero(state.moved).tolist() == [1]


def test_of_many_units_on_many_pipelines_some_partners_are_enough() -> None:
    draw = np.random.default_rng(1)
    weights, requests = draw.integers(50, 100, (2, 480))
    state = VectorAssignment(
        Instance(weights, 12, dimensions=[Dimension(requests)]), np.arange(480) // 40, np.ones(480, dtype=np.int64)
    )
    before = state.ratio

    assert fit(state, state.caps(Fraction(102, 100)), STEPS, Budget())
    assert before > Fraction(105, 100)
    assert state.ratio <= Fraction(102, 100)
