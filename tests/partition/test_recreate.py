"""What is overfull sheds the cheapest units that are enough; what has no pipeline goes where that strains or costs least."""

from __future__ import annotations

from itertools import combinations
from math import erfc, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headgate.partition.budget import Budget
from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment
from headgate.partition.recreate import Objective, _cheapest_cover, _cheapest_eviction, recreate
from headgate.partition.ruin_and_recreate import search
from tests.partition.brute_force import costs_of, every_layout, ints, within
from tests.support.examples import examples

if TYPE_CHECKING:
    from tests.partition.brute_force import Ints


def state_of(weights: Ints, today: Ints, costs: Ints | None = None, pipelines: int = 2, **rules: object) -> PartialAssignment:
    instance = Instance(weights, pipelines, **rules)  # type: ignore[arg-type] # any of its rules
    return PartialAssignment(instance, today, np.ones_like(weights) if costs is None else costs)


def test_strain_is_the_chance_that_a_load_passes_the_limit() -> None:
    loads, squares = np.array([80, 99, 100, 103, 130]), np.array([50.0**2, 10 * 10.0**2, 99.0**2, 103.0**2, 900.0])

    strain = Objective(100, drift=0.1).strain(loads, squares)

    deviation = np.maximum(1.0, 0.1 * np.sqrt(squares))
    assert strain == pytest.approx([erfc(z / sqrt(2)) / 2 for z in (100 - loads) / deviation], abs=5e-4)


@examples(100)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.data())
def test_a_new_unit_goes_where_room_is_and_strain_is_least(weights: list[int], data: st.DataObject) -> None:
    today = [-1, *data.draw(st.lists(st.integers(0, 2), min_size=len(weights) - 1, max_size=len(weights) - 1))]
    state = state_of(ints(*weights), ints(*today), pipelines=3)
    objective = Objective(max(int(state.loads.max()), sum(weights) // 3 + data.draw(st.integers(1, 10))))
    strains = {}
    for pipeline in range(3):
        state.move(0, pipeline)
        if state.loads[pipeline] <= objective.limit:
            strains[pipeline] = float(objective.strain(state.loads, state.spreads).sum())
        state.move(0, -1)
    assume(strains)

    assert recreate(state, objective, None)
    assert state.assignment[1:].tolist() == today[1:]
    assert strains[int(state.assignment[0])] <= min(strains.values()) + 1e-9


@examples(100)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1, max_size=7), st.integers(0, 90))
def test_who_sheds_an_excess_is_enough_and_nobody_is_among_them_for_nothing(units: list[tuple[int, int]], excess: int) -> None:
    weights, costs = (ints(*column) for column in zip(*units, strict=True))
    state = state_of(weights, np.zeros_like(weights), costs)

    cover = _cheapest_cover(state, Objective(0), np.arange(len(weights)), excess)

    if cover is None:
        assert weights.sum() < excess
        return
    assert weights[cover].sum() >= excess
    assert all(weights[cover].sum() - weights[unit] < excess for unit in cover)
    alone = costs[weights >= excess]
    assert not len(alone) or costs[cover].sum() <= alone.min()


def test_who_sheds_an_excess_costs_about_the_least_of_all_that_would_do() -> None:
    spent = least = 0
    for seed in range(60):
        weights, costs = np.random.default_rng(seed).integers(1, 20, (2, 7))
        state, excess = state_of(weights, np.zeros(7, dtype=np.int64), costs), int(weights.sum()) // 3
        cover = _cheapest_cover(state, Objective(0), np.arange(7), excess)
        assert cover is not None
        every = (list(some) for size in range(8) for some in combinations(range(7), size))
        spent += int(costs[cover].sum())
        least += min(int(costs[some].sum()) for some in every if weights[some].sum() >= excess)

    assert least <= spent <= 1.06 * least


def test_a_heavy_unit_makes_room_where_those_who_leave_cost_least() -> None:
    weights, today = ints(12, 10, 10, 6, 6, 6, 6), ints(-1, 0, 0, 1, 1, 2, 2)

    def moved(*costs: int) -> list[int]:
        state = state_of(weights, today, ints(0, *costs), pipelines=3)
        assert recreate(state, Objective(22), None)
        return np.flatnonzero(state.moved).tolist()

    assert moved(1, 9, 5, 5, 7, 7) == [1]
    assert moved(9, 9, 5, 3, 7, 7) == [4]
    assert moved(9, 9, 5, 5, 7, 2) == [6]


def test_going_home_is_worth_what_being_away_costs() -> None:
    state = state_of(ints(12, 10, 10, 10, 10, 12), ints(0, 0, 0, 1, 1, 2), ints(5, 6, 9, 2, 9, 9), pipelines=3)
    state.move(0, -1)

    assert recreate(state, Objective(22), None)
    assert np.flatnonzero(state.moved).tolist() == [1]


def test_where_only_loose_units_may_move_others_stay() -> None:
    state = state_of(ints(5, 9, 6), ints(0, 0, 1), ints(1, 1, 1))

    assert not recreate(state, Objective(11, spend=False), None)
    state.restore(state.origin)
    assert recreate(state, Objective(11), None)
    assert state.assignment.tolist() == [1, 0, 1]


def test_who_may_not_be_with_a_heavier_unit_leaves_for_it_and_who_makes_room_for_tables_does_too() -> None:
    apart = state_of(ints(9, 5, 1), ints(-1, 0, 1), anti_affinity=[(0, 1)], forbidden={0: frozenset({1})})
    assert recreate(apart, Objective(20), None)
    assert apart.assignment.tolist() == [0, 1, 1]

    full = state_of(ints(9, 3, 2, 1), ints(-1, 0, 0, 1), ints(0, 2, 1, 1), capacity=ints(2, 3), forbidden={0: frozenset({1})})
    assert recreate(full, Objective(20), None)
    assert full.assignment.tolist() == [0, 0, 1, 1]

    after = state_of(ints(9, 1), ints(-1, 1), precedence=[(1, 0)], forbidden={0: frozenset({1})})
    assert recreate(after, Objective(20), None)
    assert after.assignment.tolist() == [0, 0]


@st.composite
def overfull(draw: st.DrawFn) -> tuple[PartialAssignment, int]:
    """Up to seven units on three pipelines, some new, some apart, with room for few, and a limit that some may pass."""
    count = draw(st.integers(2, 7))
    numbers, place = st.lists(st.integers(1, 20), min_size=count, max_size=count), st.integers(-1, 2)
    weights = ints(*draw(numbers))
    state = state_of(
        weights,
        ints(*draw(st.lists(place, min_size=count, max_size=count))),
        ints(*draw(numbers)),
        3,
        capacity=draw(st.none() | st.just(ints(3, 3, 3))),
        anti_affinity=draw(st.sampled_from([[], [(0, 1)]])),
    )
    return state, max(int(weights.max()), int(weights.sum()) // 3) + draw(st.integers(0, 9))


@given(overfull(), st.integers(0, 3))
def test_what_was_made_anew_is_within_the_limit_and_breaks_no_rule_that_held(
    case: tuple[PartialAssignment, int], seed: int
) -> None:
    state, limit = case
    held = [unit for unit in range(len(state.weights)) if state.assignment[unit] < 0 or state.satisfies(unit)]
    assume(len(held) == len(state.weights))

    if recreate(state, Objective(limit), Budget(state=seed) if seed else None):
        assert state.makespan <= limit
        assert (state.assignment >= 0).all()
        assert all(map(state.satisfies, held))


@examples(150)
@given(overfull(), st.data())
def test_who_makes_way_leaves_room_for_a_unit_by_weight_tables_and_rules(
    case: tuple[PartialAssignment, int], data: st.DataObject
) -> None:
    state, limit = case
    unit = data.draw(st.integers(0, len(state.weights) - 1))
    state.move(unit, -1)
    evicted = _cheapest_eviction(state, Objective(limit), unit, None)
    if evicted is None:
        return
    pipeline, leaving = evicted
    assert len(set(leaving)) == len(leaving)
    assert set(leaving) <= set(state.inside(pipeline).tolist())
    for other in leaving:
        state.move(other, -1)

    assert state.loads[pipeline] + state.weights[unit] <= limit
    assert state.takes([unit])[0][pipeline]


def test_a_search_costs_as_little_as_the_cheapest_of_all_layouts_within_the_limit() -> None:
    spent = least = 0
    for seed in range(30):
        draw = np.random.default_rng(seed)
        weights, costs = draw.integers(1, 20, (2, 7))
        state, limit = state_of(weights, draw.integers(0, 3, 7), costs, 3), int(1.1 * weights.sum() / 3) + 1
        enough = within(state.instance, every_layout(state.instance), [limit])
        before = state.assignment.copy()
        found = search(state, Objective(limit), 0)
        if not found:
            assert state.assignment.tolist() == before.tolist()
        elif len(enough):
            assert state.makespan <= limit
            spent, least = spent + state.cost, least + int(costs_of(enough, state.origin, costs).min())

    assert spent == least > 0


def test_of_layouts_that_cost_the_same_the_least_strained_is_taken() -> None:
    state = state_of(ints(10, 4, 4, 4, 4, 6), ints(0, 0, 1, 1, 2, -1), pipelines=3)

    assert search(state, Objective(20), 0)
    assert state.assignment.tolist() == [0, 0, 1, 1, 2, 2]
