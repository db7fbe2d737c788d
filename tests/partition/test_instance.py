"""Weights as whole numbers on their own grid."""

from __future__ import annotations

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.instance import Instance, ascending, exact_weights, summed
from headgate.partition.spread import spread


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=30).filter(any), st.integers(0, 6))
def test_weights_with_few_decimals_become_the_smallest_whole_numbers(whole: list[int], decimals: int) -> None:
    weights = [number / 10**decimals for number in whole]

    numbers, unit = exact_weights(weights)

    assert gcd(*numbers.tolist()) == 1
    assert (numbers * unit).tolist() == pytest.approx(weights, rel=1e-12)


@given(st.lists(st.floats(1e-9, 1e15), min_size=1, max_size=30))
def test_any_others_stay_in_their_order_and_near_what_they_are(weights: list[float]) -> None:
    numbers, unit = exact_weights(weights)

    assert np.all(np.diff(numbers[np.argsort(weights)]) >= 0)
    assert (numbers * unit).tolist() == pytest.approx(weights, rel=1e-6, abs=max(weights) * 2**-23)


def test_a_split_of_decimals_is_proved_where_that_of_their_tenths_is() -> None:
    weights = [round(0.1 * number, 1) for number in range(1, 41)]
    numbers, unit = exact_weights(weights)

    split = spread(numbers, 4)

    assert split.optimal
    assert split.makespan * unit == pytest.approx(sum(weights) / 4)


def test_nothing_and_weights_of_nothing_are_whole_numbers_already() -> None:
    for weights in ([], [0, 0]):
        numbers, unit = exact_weights(weights)
        assert (numbers.tolist(), unit) == (weights, 1.0)
        assert numbers.dtype == np.int64


def test_loads_and_tables_of_pipelines_are_summed_without_units_that_are_nowhere() -> None:
    instance = Instance(np.array([5, 3, 2]), 3, sizes=np.array([1, 4, 1]), fixed={1: 2})

    assert instance.loads(np.array([2, -1, 2])).tolist() == [0, 0, 7]
    assert summed(np.array([0, 0, -1]), instance.tables, 3).tolist() == [5, 0, 0]
    assert instance.fixed_places.tolist() == [-1, 2, -1]
    assert Instance(np.array([5, 3]), 1).tables.tolist() == [1, 1]


@given(st.lists(st.integers(0, 2), max_size=60))
def test_equal_values_stay_in_their_order(values: list[int]) -> None:
    order = ascending(np.array(values, dtype=np.int64)).tolist()

    assert order == sorted(range(len(values)), key=lambda place: (values[place], place))
