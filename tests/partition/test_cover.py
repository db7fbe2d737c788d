"""All sets of tables within a window, and a partition into such sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.cover import sets_within


@given(st.lists(st.integers(1, 30), min_size=1, max_size=7), st.integers(1, 60), st.integers(0, 20))
def test_every_set_in_the_window_is_found_once(weights: list[int], low: int, width: int) -> None:
    ranked = np.array(sorted(weights, reverse=True), dtype=np.int64)
    high = low + width

    found = sets_within(ranked, low, high)

    expected = {
        chosen
        for size in range(1, len(weights) + 1)
        for chosen in combinations(range(len(weights)), size)
        if low <= sum(ranked[list(chosen)]) <= high
    }
    assert found is not None
    rows = [tuple(int(number) for number in row if number < len(weights)) for row in found]
    assert sorted(rows) == sorted(expected)


def test_a_set_may_fill_the_window_to_its_edge() -> None:
    found = sets_within(np.array([5, 3, 2], dtype=np.int64), 5, 5)

    assert found is not None
    assert sorted(found.tolist()) == [[0, 3], [1, 2]]
