"""Units on pipelines while they are moved: what is kept beside them is what they say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment

UNITS, PIPELINES = 5, 3
moves = st.lists(st.tuples(st.integers(0, UNITS - 1), st.integers(-1, PIPELINES - 1)), max_size=12)


def state(assignment: list[int], **rules: object) -> PartialAssignment:
    instance = Instance(
        np.array([7, 5, 3, 2, 1], dtype=np.int64),
        PIPELINES,
        sizes=np.array([1, 2, 1, 1, 3], dtype=np.int64),
        anti_affinity=[(0, 1), (1, 2, 3)],
        **rules,  # type: ignore[arg-type] # any of its rules
    )
    return PartialAssignment(instance, np.array(assignment, dtype=np.int64), np.array([1, 2, 4, 8, 16], dtype=np.int64))


@given(st.lists(st.integers(-1, PIPELINES - 1), min_size=UNITS, max_size=UNITS), moves)
def test_after_any_moves_all_sums_are_those_of_where_units_are(assignment: list[int], moved: list[tuple[int, int]]) -> None:
    one = state(assignment)
    for unit, pipeline in moved:
        one.move(unit, pipeline)

    fresh = state(one.assignment.tolist())
    for kept in ("assignment", "loads", "counts", "spreads", "taken"):
        assert getattr(one, kept).tolist() == getattr(fresh, kept).tolist(), kept
        assert getattr(one, kept).dtype == getattr(fresh, kept).dtype, kept
    away = [unit for unit in range(UNITS) if assignment[unit] >= 0 and one.assignment[unit] != assignment[unit]]
    assert one.cost == sum(int(one.costs[unit]) for unit in away)
    loads = [int(one.weights[one.assignment == pipeline].sum()) for pipeline in range(PIPELINES)]
    assert one.loads.tolist() == loads


def test_what_may_be_where_is_what_all_rules_allow() -> None:
    one = state([0] * UNITS, capacity=np.array([2, 3, 9]), fixed={0: 2}, forbidden={1: frozenset({2}), 2: frozenset({0, 1})})

    assert [one.may(unit).tolist() for unit in range(UNITS)] == [
        [False, False, True],
        [True, True, False],
        [False, False, True],
        [True, True, True],
        [False, True, True],
    ]
    assert not state([0] * UNITS, capacity=np.array([2, 3, 9]), fixed={4: 0}).may(4).any()  # three tables have no room there
    assert one.inside(0).tolist() == [1, 2, 3, 4]
    assert one.rivals(1).tolist() == [0, 2, 3]
    assert one.leaving(np.array([0, 4])).tolist() == [1, 16]
