"""Weights spread over pipelines: always whole, never below the bound, optimal only where that is so."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition import longest
from headgate.partition.bound import lower_bound
from headgate.partition.budget import Budget
from headgate.partition.instance import Instance
from headgate.partition.level import level
from headgate.partition.longest import longest_first
from headgate.partition.resplit import resplit, subsets_within
from headgate.partition.spread import _filled, spread
from tests.partition.brute_force import every_layout, loads_of

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

WEIGHTS = st.lists(st.integers(0, 60), min_size=1, max_size=7)


def loads(weights: NDArray[np.int64], assignment: NDArray[np.int64], pipelines: int) -> list[int]:
    return [int(weights[assignment == pipeline].sum()) for pipeline in range(pipelines)]


def graham(m: int) -> NDArray[np.int64]:
    return np.array([k for k in range(2 * m - 1, m, -1) for _ in (0, 1)] + [m] * 3, dtype=np.int64)


def planted(n: int, m: int, total: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    cuts = [np.sort(rng.choice(total - 1, n // m - 1, replace=False) + 1) for _ in range(m)]
    return np.concatenate([np.diff(np.concatenate([[0], its, [total]])) for its in cuts]).astype(np.int64)


@given(WEIGHTS, st.integers(1, 3))
def test_proved_optimal_means_optimal(listed: list[int], pipelines: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    split = spread(weights, pipelines, effort=20_000)
    best = min(
        max(loads(weights, np.array(assignment), pipelines)) for assignment in product(range(pipelines), repeat=len(listed))
    )
    assert max(loads(weights, split.assignment, pipelines)) == split.makespan >= best >= split.bound
    assert not split.optimal or split.makespan == best


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=25), st.integers(2, 6), st.randoms(use_true_random=False))
def test_the_order_of_weights_does_not_matter(listed: list[int], pipelines: int, random: Random) -> None:
    shuffled = random.sample(listed, len(listed))
    both = [np.array(its, dtype=np.int64) for its in (listed, shuffled)]
    one, other = (sorted(loads(its, spread(its, pipelines, effort=5_000).assignment, pipelines)) for its in both)
    assert one == other


@given(st.lists(st.integers(0, 3) | st.integers(0, 10**6), min_size=1, max_size=30), st.integers(1, 12))
def test_no_pipeline_is_empty_where_there_are_enough_tables(listed: list[int], pipelines: int) -> None:
    assignment = spread(np.array(listed, dtype=np.int64), pipelines, effort=5_000).assignment
    assert len(set(assignment.tolist())) == min(len(listed), pipelines)


@pytest.mark.parametrize(
    ("listed", "pipelines", "expected"),
    [
        pytest.param([99, 10, 10, 10, 10], 3, [99, 20, 20], id="one alone"),
        pytest.param([10, 700, 10, 900, 10, 10], 4, [900, 700, 20, 20], id="two alone"),
        pytest.param([900, 8, 7, 6, 5, 4], 3, [900, 15, 15], id="the rest is split as well as can be"),
        pytest.param([9, 0, 0], 2, [9, 0], id="nothing else"),
        pytest.param([15, 10, 10, 10], 3, [20, 15, 10], id="the heaviest is not the makespan"),
    ],
)
def test_a_heavy_table_stands_alone_and_the_rest_is_level(listed: list[int], pipelines: int, expected: list[int]) -> None:
    weights = np.array(listed, dtype=np.int64)
    assert sorted(loads(weights, spread(weights, pipelines).assignment, pipelines), reverse=True) == expected


@pytest.mark.parametrize("pipelines", [4, 11, 50])
def test_grahams_worst_case_is_solved(pipelines: int) -> None:
    split = spread(graham(pipelines), pipelines)
    assert (split.makespan, split.optimal) == (3 * pipelines, True)


@pytest.mark.parametrize(("n", "m"), [(40, 4), (200, 20)])
def test_a_planted_perfect_split_is_found(n: int, m: int) -> None:
    split = spread(planted(n, m, 100_000, 5), m)
    assert (split.makespan, split.gap) == (100_000, 0)


@pytest.mark.parametrize(
    ("listed", "pipelines", "makespan"),
    [
        ([], 3, 0),
        ([7], 3, 7),
        ([0, 0, 0], 2, 0),
        ([5] * 10, 3, 20),
        ([3, 4], 5, 4),
        ([3, 4], 1, 7),
        ([2**61, 2**60, 2**60], 2, 2**61),
        ([2**61, 2**60, 2**60, 1, 1], 3, 2**61),
    ],
)
def test_plain_cases(listed: list[int], pipelines: int, makespan: int) -> None:
    split = spread(np.array(listed, dtype=np.int64), pipelines)
    assert (split.makespan, split.optimal) == (makespan, True)


def test_whole_rounds_are_longest_first() -> None:
    weights = np.sort(np.random.default_rng(3).integers(1, 10**6, 2_000))[::-1].copy()
    heap = [0] * 200
    for weight in weights.tolist():
        heap[heap.index(min(heap))] += weight
    assert sorted(loads(weights, longest_first(weights, 200), 200)) == sorted(heap)


@given(st.lists(st.integers(0, 40) | st.integers(0, 4000), min_size=1, max_size=40), st.integers(2, 9))
def test_rounds_of_any_weights_are_longest_first(listed: list[int], pipelines: int) -> None:
    weights = np.sort(np.array(listed, dtype=np.int64))[::-1]
    one_by_one = longest_first(weights, pipelines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(longest, "_WIDE", 2)
        rounds = longest_first(weights, pipelines)

    assert sorted(loads(weights, rounds, pipelines)) == sorted(loads(weights, one_by_one, pipelines))


def test_small_instances_are_solved_to_the_optimum() -> None:
    for seed in range(25):
        draw = np.random.default_rng(seed)
        weights, pipelines = draw.integers(1, 100, 8), 2 + seed % 3
        every = every_layout(Instance(weights, pipelines))
        split = spread(weights, pipelines)
        assert split.makespan == loads_of(every, weights, pipelines).max(axis=1).min()
        assert split.makespan == max(loads(weights, split.assignment, pipelines))
        assert split.optimal


@given(st.lists(st.integers(0, 30), min_size=2, max_size=4), st.lists(st.integers(0, 30), min_size=2, max_size=4))
def test_two_pipelines_are_levelled_by_the_best_move_or_exchange(one: list[int], other: list[int]) -> None:
    weights = np.array([*one, *other], dtype=np.int64)
    assignment = np.array([0] * len(one) + [1] * len(other))
    heavy, light = (one, other) if sum(one) >= sum(other) else (other, one)
    gap = sum(heavy) - sum(light)
    shifts = [max(0, gives - takes) for gives in [*heavy, 0] for takes in [*light, 0]]
    best = max(min(shift, gap - shift) for shift in shifts)

    levelled = level(weights, assignment, 2, sum(heavy) - 1, Budget(1)) if gap > 1 else assignment

    assert max(loads(weights, levelled, 2)) == sum(heavy) - (best if gap > 1 else 0)


@given(st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=3), min_size=3, max_size=3))
def test_three_parts_are_split_again_where_half_of_their_tables_and_the_rest_can_be(parts: list[list[int]]) -> None:
    numbers = np.split(np.arange(sum(map(len, parts))), np.cumsum([len(part) for part in parts])[:-1])
    weights = np.array([weight for part in parts for weight in part], dtype=np.int64)
    every = loads_of(every_layout(Instance(weights, 3)), weights, 3).max(axis=1)
    best = int(every.min())

    found = resplit(weights, [part.tolist() for part in numbers], best, Budget(10**6))

    assert found is not None
    assert sorted(table for part in found for table in part) == list(range(len(weights)))
    assert max(int(weights[part].sum()) for part in found) == best
    assert resplit(weights, [part.tolist() for part in numbers], best - 1, Budget(10**6)) is None


def test_flat_weights_that_do_not_divide_evenly_are_level() -> None:
    weights = np.random.default_rng(2).integers(950, 1051, 10_030)
    assert longest_makespan(weights, 100) > 1.005 * lower_bound(weights, 100)
    assert spread(weights, 100).gap < 1e-5


def test_weights_that_add_up_to_almost_two_to_the_sixty_three_are_level_too() -> None:
    weights, pipelines = np.random.default_rng(3).integers(1, 18 * 10**14, 10_000), 300
    turns = np.arange(len(weights)) % pipelines
    levelled = level(weights, turns, pipelines, lower_bound(weights, pipelines), Budget(10**6))
    assert max(loads(weights, turns, pipelines)) > 1.1 * lower_bound(weights, pipelines)
    assert max(loads(weights, levelled, pipelines)) < (1 + 1e-4) * lower_bound(weights, pipelines)
    assert spread(weights, pipelines).gap < 1e-5


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(1, 8))
def test_the_search_never_ends_above_longest_first(listed: list[int], pipelines: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    assert spread(weights, pipelines, effort=20_000).makespan <= longest_makespan(weights, pipelines)


def longest_makespan(weights: NDArray[np.int64], pipelines: int) -> int:
    ranked = np.sort(weights)[::-1]
    return max(loads(ranked, longest_first(ranked, pipelines), pipelines))


@given(st.lists(st.integers(0, 10**4), min_size=4, max_size=60), st.integers(2, 8))
def test_levelling_never_raises_the_makespan(listed: list[int], pipelines: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    assignment = np.arange(len(listed)) % pipelines
    levelled = level(weights, assignment, pipelines, lower_bound(weights, pipelines), Budget(50_000))
    assert max(loads(weights, levelled, pipelines)) <= max(loads(weights, assignment, pipelines))


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), min_size=2, max_size=2), st.integers(0, 3))
def test_a_split_of_few_tables_in_two_is_found_where_there_is_one(parts: list[list[int]], more: int) -> None:
    weights = np.array([weight for part in parts for weight in part], dtype=np.int64)
    capacity = lower_bound(weights, len(parts)) + more
    given = np.split(np.arange(len(weights)), np.cumsum([len(part) for part in parts])[:-1])
    found = resplit(weights, [part.tolist() for part in given], capacity, Budget(10**6))
    every = product(range(len(parts)), repeat=min(len(weights), 8))
    if found is not None:
        assert sorted(table for part in found for table in part) == list(range(len(weights)))
        assert max(int(weights[part].sum()) for part in found) <= capacity
    elif len(weights) <= 8:
        assert all(max(loads(weights, np.array(assignment), len(parts))) > capacity for assignment in every)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), st.integers(0, 100), st.integers(0, 20))
def test_a_subset_in_the_window_is_found_where_there_is_one(listed: list[int], low: int, width: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    every = {sum(w for w, take in zip(listed, mask, strict=True) if take) for mask in product((0, 1), repeat=len(listed))}
    sums = [int(weights[mask].sum()) for mask in subsets_within(weights, low, low + width, 3)]
    assert bool(sums) == any(low <= weight <= low + width for weight in every)
    assert all(low <= weight <= low + width for weight in sums)


def test_an_empty_pipeline_gets_the_lightest_table_that_is_not_alone() -> None:
    assert _filled(np.array([0, 0, 0, 1]), 3).tolist() == [0, 0, 2, 1]
    assert _filled(np.array([0, 0, 0, 0]), 4).tolist() == [0, 1, 2, 3]
    assert _filled(np.array([0, 1]), 3).tolist() == [0, 1]


def test_of_nothing_there_is_no_place() -> None:
    assert spread(np.zeros(0, dtype=np.int64), 3).assignment.tolist() == []
