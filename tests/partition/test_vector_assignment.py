"""Units with several loads while they are moved: totals, ratios, and what a pipeline may hold."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.instance import Dimension, Instance
from headgate.partition.vector_assignment import VectorAssignment

UNITS, PIPELINES = 5, 3
loads = st.lists(st.integers(0, 30), min_size=UNITS, max_size=UNITS)
places = st.lists(st.integers(-1, PIPELINES - 1), min_size=UNITS, max_size=UNITS)
moves = st.lists(st.tuples(st.integers(0, UNITS - 1), st.integers(-1, PIPELINES - 1)), max_size=12)
ratios = st.fractions(0, 4, max_denominator=12)


def state(weights: list[int], requests: list[int], assignment: list[int], limit: int | None = None) -> VectorAssignment:
    instance = Instance(np.array(weights), PIPELINES, dimensions=[Dimension(np.array(requests), limit)])
    return VectorAssignment(instance, np.array(assignment), np.ones(UNITS, dtype=np.int64))


@given(loads, loads, places, moves)
def test_after_any_moves_totals_are_those_of_where_units_are(
    weights: list[int], requests: list[int], assignment: list[int], moved: list[tuple[int, int]]
) -> None:
    one = state(weights, requests, assignment)
    for unit, pipeline in moved:
        one.move(unit, pipeline)

    held = [np.flatnonzero(one.assignment == pipeline) for pipeline in range(PIPELINES)]
    assert one.totals.tolist() == [[sum(weights[unit] for unit in its), sum(requests[unit] for unit in its)] for its in held]
    assert one.loads.tolist() == one.totals[:, 0].tolist()


@given(loads, loads, places)
def test_the_ratio_is_the_largest_of_a_load_to_its_bound(
    weights: list[int], requests: list[int], assignment: list[int]
) -> None:
    one = state(weights, requests, assignment)

    shares = [
        Fraction(load, int(bound)) for row in one.totals.tolist() for load, bound in zip(row, one.bounds, strict=True) if bound
    ]
    assert one.ratio == max(shares, default=0)


@given(loads, loads, places, ratios)
def test_what_is_within_the_caps_of_a_ratio_has_none_above_it(
    weights: list[int], requests: list[int], assignment: list[int], ratio: Fraction
) -> None:
    one = state(weights, requests, assignment)

    loaded = one.bounds > 0
    assert (one.totals <= one.caps(ratio))[:, loaded].all() == (one.ratio <= ratio)
    if ratio > 1:  # no layout is below 1
        assert (one.totals <= one.caps(ratio, below=True))[:, loaded].all() == (one.ratio < ratio)


def test_no_cap_is_above_a_limit_nor_below_a_bound_where_less_than_a_ratio_is_asked_for() -> None:
    one = state([4, 4, 4, 4, 8], [6, 6, 6, 6, 6], [0] * UNITS, limit=14)

    assert one.bounds.tolist() == [8, 12]
    assert one.caps(Fraction(2)).tolist() == [16, 14]
    assert one.caps(Fraction(9, 8), below=True).tolist() == [8, 13]
    assert one.caps(Fraction(1), below=True).tolist() == [8, 12]
    assert one.caps(Fraction(1, 2)).tolist() == [4, 6]


def test_what_passes_caps_is_counted_in_shares_of_the_bounds() -> None:
    one = state([4, 4, 4, 4, 8], [6, 6, 6, 6, 6], [0, 0, 0, 1, 2], limit=17)

    assert one.totals.tolist() == [[12, 18], [4, 6], [8, 6]]
    assert one.over(one.totals, np.array([8, 12])).tolist() == [4 / 8 + 6 / 12, 0, 0]
    assert one.over(one.totals, np.array([3, 12])).tolist() == [9 / 8 + 6 / 12, 1 / 8, 5 / 8]
    assert not one.within_limits
    one.move(0, 1)
    assert one.within_limits


def test_a_load_without_a_limit_passes_none() -> None:
    one = state([5] * UNITS, [9] * UNITS, [0] * UNITS)

    assert one.within_limits
    assert one.limits.tolist() == [26, 46]


def test_a_load_of_which_there_is_nothing_has_no_ratio() -> None:
    one = state([0] * UNITS, [0] * UNITS, [0] * UNITS)

    assert one.ratio == 0
    assert one.over(one.totals, one.bounds).tolist() == [0, 0, 0]
