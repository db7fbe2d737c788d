"""Sets of weights whose sum lies in a window, by meeting in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def subsets_within(
    weights: NDArray[np.int64], low: int, high: int, most: int
) -> tuple[NDArray[np.int64], list[NDArray[np.bool_]]]:
    """Give up to `most` subsets of (n,) weights that weigh `low` to `high`, the ones nearest the window's middle first.

    Gives (found,) sums, and for each an (n,) mask. Every sum of one half of the weights is matched with one of the other
    half, so where there is a subset at all one is found; work and memory grow as 2^(n/2). Source: Horowitz and Sahni,
    Computing partitions with applications to the knapsack problem, Journal of the ACM 21, 1974.
    """
    middle, size = (low + high + 1) // 2, len(weights)
    first, second = _sums(weights[::2]), _sums(weights[1::2])
    ones, others = np.sort(first), np.sort(second)
    place = np.searchsorted(others, middle - ones, side="right")
    sums = np.concatenate([ones + others[np.maximum(place - 1, 0)], ones + others[np.minimum(place, len(others) - 1)]])
    within = np.flatnonzero((sums >= low) & (sums <= high))
    if len(within) > most:
        away = np.abs(sums[within] - middle)
        within = within[np.argsort(away, kind="stable")[:most]]
    found = []
    for number in within.tolist():
        one = int(ones[number % len(ones)])
        mask = np.zeros(size, dtype=np.bool_)
        mask[::2] = _bits(int((first == one).argmax()), len(mask[::2]))
        mask[1::2] = _bits(int((second == int(sums[number]) - one).argmax()), len(mask[1::2]))
        found.append(mask)
    return sums[within], found


def _sums(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give (2^n,) the sums of all subsets: bit i of the place says whether weight i is in."""
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums


def _bits(number: int, count: int) -> NDArray[np.bool_]:
    return np.array([number >> bit & 1 for bit in range(count)], dtype=np.bool_)
