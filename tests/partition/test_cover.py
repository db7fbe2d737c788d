"""All sets of tables within a window, and a partition into such sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition import cover as module
from headgate.partition.budget import Budget
from headgate.partition.cover import cover, sets_within
from headgate.partition.instance import Instance
from tests.partition.brute_force import every_layout, loads_of


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


@given(st.lists(st.integers(0, 30), min_size=3, max_size=7), st.integers(1, 3), st.integers(0, 6))
def test_a_split_below_the_capacity_is_found_where_there_is_one(listed: list[int], pipelines: int, more: int) -> None:
    weights = np.array(sorted(listed, reverse=True), dtype=np.int64)
    capacity = max(int(weights[0]), -(-int(weights.sum()) // pipelines)) + more

    assignment, finished = cover(weights, pipelines, capacity, Budget(10**6))

    best = loads_of(every_layout(Instance(weights, pipelines)), weights, pipelines).max(axis=1).min()
    if assignment is not None:
        assert loads_of(assignment[None], weights, pipelines).max() <= capacity
    elif weights[-1]:
        assert finished
        assert best > capacity
    assert finished or not weights[-1]


@pytest.mark.parametrize("pipelines", [20, 35, 70])
def test_pairs_that_fill_every_pipeline_are_found_however_many_there_are(pipelines: int) -> None:
    light = 7_000 + np.random.default_rng(1).choice(3_000, pipelines, replace=False)
    weights = np.sort(np.concatenate([light, 20_000 - light]))[::-1].astype(np.int64)

    assignment, finished = cover(weights, pipelines, 20_000, Budget(10**6))

    assert assignment is not None
    assert finished
    assert loads_of(assignment[None], weights, pipelines).tolist() == [[20_000] * pipelines]


def test_more_than_all_pipelines_hold_is_refused_at_once_and_a_search_without_budget_is_not_finished() -> None:
    weights = np.array([9, 8, 7, 5, 4, 4], dtype=np.int64)

    assert cover(weights, 3, 12, Budget(10**6)) == (None, True)
    assert cover(weights, 3, 13, Budget(0)) == (None, False)


def test_more_sets_than_are_tried_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.array([4, 3, 2, 1], dtype=np.int64)
    found = sets_within(weights, 1, 10)
    assert found is not None

    monkeypatch.setattr(module, "_MOST_SETS", len(found))
    assert sets_within(weights, 1, 10) is not None
    monkeypatch.setattr(module, "_MOST_SETS", len(found) - 1)
    assert sets_within(weights, 1, 10) is None
    assert cover(weights, 2, 10, Budget(10**6)) == (None, False)
