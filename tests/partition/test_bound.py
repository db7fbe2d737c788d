"""The lower bound is never above the optimum, and each of its parts matters."""

from __future__ import annotations

from itertools import accumulate, product
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.bound import l2, lifted, lower_bound
from headgate.problems import InputError


def bound(weights: list[int], pipelines: int) -> int:
    found = lower_bound(np.array(weights, dtype=np.int64), pipelines)
    assert type(found) is int
    return found


def optimum(weights: list[int], pipelines: int) -> int:
    return min(
        max(sum(w for w, home in zip(weights, assignment, strict=True) if home == pipeline) for pipeline in range(pipelines))
        for assignment in product(range(pipelines), repeat=len(weights))
    )


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(1, 3))
def test_never_above_the_optimum(weights: list[int], pipelines: int) -> None:
    assert bound(weights, pipelines) <= optimum(weights, pipelines)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=24), st.integers(1, 8))
def test_the_lifted_bound_is_the_largest_over_all_sets_of_heaviest_tables_and_pipelines(
    weights: list[int], pipelines: int
) -> None:
    ranked = sorted(weights, reverse=True)
    largest = 0
    for tables in range(1, len(ranked) + 1):
        for some in range(1, pipelines + 1):
            held = some * (tables // pipelines) + min(some, tables % pipelines)
            divisor = max(1, gcd(*ranked[:tables]))
            share = -(-sum(ranked[tables - held : tables]) // some)
            largest = max(largest, -(-share // divisor) * divisor)

    assert lifted(np.array([0, *accumulate(ranked)], dtype=np.int64), pipelines) == largest


@pytest.mark.parametrize(
    ("weights", "pipelines", "expected"),
    [
        pytest.param([9, 1, 1], 3, 9, id="heaviest"),
        pytest.param([3, 3, 2, 2], 4, 3, id="heaviest, few tables"),
        pytest.param([1, 1, 1, 1, 1], 2, 3, id="mean rounded up"),
        pytest.param([1000] * 1040, 11, 95_000, id="pigeonhole"),
        pytest.param([10, 10, 10, 5, 5, 5, 5], 4, 15, id="pigeonhole at the fifth"),
        pytest.param([7, 7, 7, 7, 6, 5, 4, 2], 3, 16, id="lifted: two of three pipelines hold five of the seven heaviest"),
        pytest.param([4, 4, 4, 2, 2, 2, 1], 2, 10, id="mean rounded up"),
        pytest.param([8, 8, 8, 1], 2, 16, id="eights come whole: 13 by the mean"),
        pytest.param([11, 9, 7, 7, 7, 6], 3, 17, id="Martello-Toth L2: 16 by the others"),
        pytest.param([], 3, 0, id="no tables"),
        pytest.param([0, 0], 1, 0, id="zero weights"),
        pytest.param([2**61, 2**61], 1, 2**62, id="huge"),
    ],
)
def test_the_largest_of_its_parts(weights: list[int], pipelines: int, expected: int) -> None:
    assert bound(weights, pipelines) == expected


def test_what_cannot_be_spread_is_refused() -> None:
    with pytest.raises(InputError, match="0 pipelines"):
        bound([1], 0)
    with pytest.raises(InputError, match="weight -2 at position 1"):
        bound([1, -2], 1)
    with pytest.raises(InputError, match="add up to"):
        bound([2**62, 2**62], 2)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(12, 20))
def test_l2_asks_for_no_more_bins_than_it_takes_and_for_what_all_weigh_at_least(weights: list[int], capacity: int) -> None:
    ranked = sorted(weights, reverse=True)

    bins = l2(np.array(ranked), np.array([0, *accumulate(ranked)]), capacity)

    fits = (pipelines for pipelines in range(1, 7) if optimum(ranked, pipelines) <= capacity)
    assert -(-sum(weights) // capacity) <= bins <= next(fits)
    assert bins >= sum(2 * weight > capacity for weight in weights)
