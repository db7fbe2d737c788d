"""The lower bound is never above the optimum, and each of its four parts matters."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.bound import lower_bound
from headgate.problems import InputError


def bound(weights: list[int], pipelines: int) -> int:
    return lower_bound(np.array(weights, dtype=np.int64), pipelines)


def optimum(weights: list[int], pipelines: int) -> int:
    return min(
        max(sum(w for w, home in zip(weights, assignment, strict=True) if home == pipeline) for pipeline in range(pipelines))
        for assignment in product(range(pipelines), repeat=len(weights))
    )


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(1, 3))
def test_never_above_the_optimum(weights: list[int], pipelines: int) -> None:
    assert bound(weights, pipelines) <= optimum(weights, pipelines)


@pytest.mark.parametrize(
    ("weights", "pipelines", "expected"),
    [
        pytest.param([9, 1, 1], 3, 9, id="heaviest"),
        pytest.param([3, 3, 2, 2], 4, 3, id="heaviest, few tables"),
        pytest.param([1, 1, 1, 1, 1], 2, 3, id="mean rounded up"),
        pytest.param([1000] * 1040, 11, 95_000, id="pigeonhole"),
        pytest.param([10, 10, 10, 5, 5, 5, 5], 4, 15, id="pigeonhole at the fifth"),
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
