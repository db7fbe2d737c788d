"""Whether there is a placement at all, whatever the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition import cp_sat, feasibility
from headgate.partition.feasibility import _Search, domains_of, refuted
from headgate.partition.insertion import _in_the_way, evict, insert
from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment
from tests.partition.brute_force import every_layout, is_one_of
from tests.support.examples import examples

if TYPE_CHECKING:
    from tests.partition.brute_force import Ints


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw up to six units on up to three pipelines, with little room and rules of every kind."""
    count, pipelines = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    unit, pipeline = st.integers(0, count - 1), st.integers(0, pipelines - 1)
    sizes: Ints = np.array(draw(st.lists(st.integers(1, 3), min_size=count, max_size=count)))
    pairs = st.lists(st.tuples(unit, unit), max_size=3)
    return Instance(
        np.zeros(count, dtype=np.int64),
        pipelines,
        sizes=draw(st.none() | st.just(sizes)),
        capacity=draw(st.none() | st.lists(st.integers(1, 6), min_size=pipelines, max_size=pipelines).map(np.array)),
        anti_affinity=[pair for pair in draw(pairs) if pair[0] != pair[1]],
        fixed=draw(st.dictionaries(unit, pipeline, max_size=2)),
        forbidden=draw(st.dictionaries(unit, st.frozensets(pipeline), max_size=2)),
        precedence=[pair for pair in draw(pairs) if pair[0] < pair[1]],
    )


@examples(150)
@given(instances())
def test_the_search_finds_a_placement_where_there_is_one_and_else_proves_that_there_is_none(instance: Instance) -> None:
    every, domains = every_layout(instance), domains_of(instance)

    for unit, domain in enumerate(domains):
        assert all(domain >> int(pipeline) & 1 for pipeline in every[:, unit])
    if refuted(instance, domains):
        assert not len(every)
        return
    found = _Search(instance, domains).run()
    assert found.proved == (not len(every))
    assert found.assignment is None or is_one_of(found.assignment, every)


@examples(100)
@given(instances())
def test_units_send_others_away_until_each_has_a_place(instance: Instance) -> None:
    every = every_layout(instance)
    state = PartialAssignment.empty(instance)
    for unit, pipeline in instance.fixed.items():
        state.move(unit, pipeline)

    if len(every):
        assert insert(state, [unit for unit in range(len(state.weights)) if unit not in instance.fixed])
        assert is_one_of(state.assignment, every)


def searched(capacity: list[int], forbidden: dict[int, frozenset[int]], units: int = 4) -> list[int] | bool:
    """Give the placement that the search finds of units that are a table each, or whether it proves that there is none."""
    instance = Instance(np.ones(units, dtype=np.int64), len(capacity), capacity=np.array(capacity), forbidden=forbidden)
    found = _Search(instance, domains_of(instance)).run()
    return found.proved if found.assignment is None else [int(pipeline) for pipeline in found.assignment]


def test_units_without_rules_go_where_there_is_room_left() -> None:
    assert searched([2, 2], {3: frozenset({0})}) == [0, 0, 1, 1]


def test_where_rules_leave_too_little_room_there_is_none() -> None:
    assert searched([1, 3], {0: frozenset({1}), 1: frozenset({1})}) is True


@examples(100)
@given(instances())
def test_without_chains_and_solver_the_search_decides(instance: Instance) -> None:
    every = every_layout(instance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feasibility, "insert", lambda *_: False)
        patch.setattr(cp_sat, "installed", lambda: False)
        found = feasibility.decide(instance)

    assert found.proved == (not len(every))
    assert found.proved or (found.assignment is not None and is_one_of(found.assignment, every))


def test_of_units_in_the_way_the_smallest_that_is_enough_leaves_else_the_largest_until_there_is_room() -> None:
    def leaving(size: int, costs: list[int] | None = None) -> list[int]:
        sizes = np.array([1, 2, 3, 3, size])
        instance = Instance(np.ones(5, dtype=np.int64), 2, sizes=sizes, capacity=np.array([9, 9]))
        state = PartialAssignment(instance, np.array([0, 0, 0, 0, -1]), np.array([*(costs or [1] * 4), 0]))
        return _in_the_way(state, 4, 0, np.array([4, 3, 2, 1, 0]))

    assert leaving(1) == [0]
    assert leaving(2) == [1]
    assert leaving(3) == [3]  # of two that would do, the one that has been there longest
    assert leaving(3, [1, 1, 1, 2]) == [2]  # or the cheaper one
    assert leaving(4) == [2, 3]
    assert leaving(7) == [2, 3, 1]


def test_of_two_that_can_not_stay_together_the_cheaper_leaves_unless_it_is_fixed() -> None:
    def left(**rules: object) -> list[int]:
        instance = Instance(np.array([5, 5, 1]), 2, **rules)  # type: ignore[arg-type] # any of its rules
        state = PartialAssignment(instance, np.array([0, 0, 1]), np.array([1, 2, 1]))
        evict(state)
        return [int(place) for place in state.assignment]

    assert left(anti_affinity=[(0, 1)]) == [-1, 0, 1]
    assert left(anti_affinity=[(0, 1)], fixed={0: 0}) == [0, -1, 1]
    assert left(capacity=np.array([1, 1])) == [-1, 0, 1]
    assert left(precedence=[(2, 1)]) == [0, 0, -1]
    assert left(precedence=[(2, 1)], fixed={2: 1}) == [0, -1, 1]
    assert left(forbidden={2: frozenset({1})}) == [0, 0, -1]
