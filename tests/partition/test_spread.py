"""Weights spread over pipelines: always whole, never below the bound, optimal only where that is so."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.partition.longest import longest_first
from headgate.partition.multifit import first_fit, multifit
from headgate.partition.spread import spread
from headgate.partition.subsets import subsets_within

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

WEIGHTS = st.lists(st.integers(0, 60), min_size=1, max_size=7)


def loads(weights: NDArray[np.int64], homes: NDArray[np.int64], pipelines: int) -> list[int]:
    return [int(weights[homes == pipeline].sum()) for pipeline in range(pipelines)]


def graham(m: int) -> NDArray[np.int64]:
    return np.array([k for k in range(2 * m - 1, m, -1) for _ in (0, 1)] + [m] * 3, dtype=np.int64)


def planted(n: int, m: int, total: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    cuts = [np.sort(rng.choice(total - 1, n // m - 1, replace=False) + 1) for _ in range(m)]
    return np.concatenate([np.diff(np.concatenate([[0], its, [total]])) for its in cuts]).astype(np.int64)


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, st.integers(1, 3))
def test_proved_optimal_means_optimal(listed: list[int], pipelines: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    split = spread(weights, pipelines, effort=20_000)
    best = min(max(loads(weights, np.array(homes), pipelines)) for homes in product(range(pipelines), repeat=len(listed)))
    assert max(loads(weights, split.homes, pipelines)) == split.makespan >= best >= split.bound
    assert not split.optimal or split.makespan == best


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=25), st.integers(2, 6), st.randoms(use_true_random=False))
def test_the_order_of_weights_does_not_matter(listed: list[int], pipelines: int, random: Random) -> None:
    shuffled = random.sample(listed, len(listed))
    both = [np.array(its, dtype=np.int64) for its in (listed, shuffled)]
    one, other = (sorted(loads(its, spread(its, pipelines, effort=5_000).homes, pipelines)) for its in both)
    assert one == other


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


def test_multifit_fits_and_first_fit_says_when_not() -> None:
    homes = multifit(graham(11), 11, 33, 43)
    assert homes is not None
    assert max(loads(graham(11), homes, 11)) == 33
    assert first_fit([3, 3, 3], 2, 5) is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), st.integers(0, 100), st.integers(0, 20))
def test_a_subset_in_the_window_is_found_where_there_is_one(listed: list[int], low: int, width: int) -> None:
    weights = np.array(listed, dtype=np.int64)
    every = {sum(w for w, take in zip(listed, mask, strict=True) if take) for mask in product((0, 1), repeat=len(listed))}
    sums, masks = subsets_within(weights, low, low + width, 3)
    assert bool(len(sums)) == any(low <= weight <= low + width for weight in every)
    assert [int(weights[mask].sum()) for mask in masks] == sums.tolist()
