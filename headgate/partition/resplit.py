"""Splitting the tables of a few pipelines again, so that none of these weighs more than a capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

Tables = list[int]

_ACTIVE = 24  # tables of which all sets are tried: two times 2^12 sums take a tenth of a millisecond
_PAIR = 2
_TRIES = 24  # ways to halve more than two parts


def resplit(weights: NDArray[np.int64], parts: list[Tables], capacity: int, budget: Budget) -> list[Tables] | None:
    """Give the tables of `parts` in as many parts, none above `capacity`; None where that was not found.

    weights: (n,), heaviest first; a part holds numbers of tables. Two parts are split as evenly as can be; more are halved,
    and each half is split again, until one of the ways to halve them does. Of more than 24 tables a sample is tried in all
    combinations and the others stay; up to 24 in two parts the answer is exact. Of the bench's lines, the planted ones need
    more than two parts for their last unit.
    """
    if len(parts) == 1:
        return parts if int(weights[parts[0]].sum()) <= capacity else None
    half = len(parts) // 2
    one, other = [i for part in parts[:half] for i in part], [i for part in parts[half:] for i in part]
    total = int(weights[one].sum() + weights[other].sum())
    window = total - (len(parts) - half) * capacity, half * capacity
    if window[0] > window[1]:
        return None
    tries = 1 if len(parts) == _PAIR else _TRIES
    for left, right in _halves(weights, one, other, window, tries, budget):
        first = resplit(weights, _deal(weights, left, half), capacity, budget)
        second = first and resplit(weights, _deal(weights, right, len(parts) - half), capacity, budget)
        if first and second:
            return first + second
        if budget.left <= 0:
            break
    return None


def _halves(
    weights: NDArray[np.int64], one: Tables, other: Tables, window: tuple[int, int], tries: int, budget: Budget
) -> Iterator[tuple[Tables, Tables]]:
    """Give up to `tries` ways to swap tables between `one` and `other` that bring the weight of `one` into the window."""
    pool = one + other
    chosen = range(len(pool)) if len(pool) <= _ACTIVE else budget.sample(_ACTIVE, len(pool))
    active = np.array(sorted(pool[place] for place in chosen), dtype=np.int64)
    others = set(active.tolist())
    kept = [[table for table in part if table not in others] for part in (one, other)]
    fixed = int(weights[kept[0]].sum())
    budget.spend(60 + (2 << len(active) // 2) // 40)
    for mask in subsets_within(weights[active], max(0, window[0] - fixed), window[1] - fixed, tries):
        yield kept[0] + active[mask].tolist(), kept[1] + active[~mask].tolist()


def _deal(weights: NDArray[np.int64], tables: Tables, count: int) -> list[Tables]:
    """Give the tables in `count` parts, longest first. weights: (n,), heaviest first."""
    if count == 1:
        return [tables]
    parts: list[Tables] = [[] for _ in range(count)]
    loads = [0] * count
    for table in sorted(tables):  # numbers ascend as weights descend
        part = loads.index(min(loads))
        parts[part].append(table)
        loads[part] += int(weights[table])
    return parts


def subsets_within(weights: NDArray[np.int64], low: int, high: int, most: int) -> list[NDArray[np.bool_]]:
    """Give up to `most` subsets of (n,) weights, as (n,) masks, that weigh `low` to `high`, nearest the window's middle first.

    Every sum of one half of the weights is matched with the nearest two of the other half, so where there is a subset at all
    one is found; work and memory grow as 2^(n/2). Source: Horowitz and Sahni, Computing partitions with applications to the
    knapsack problem, Journal of the ACM 21, 1974.
    """
    middle = (low + high + 1) // 2
    ones, others = subset_sums(weights[::2]), subset_sums(weights[1::2])
    order = ascending(others)
    others = others[order]
    place = np.searchsorted(others, middle - ones, side="right")
    places = np.concatenate([np.maximum(place - 1, 0), np.minimum(place, len(others) - 1)])
    sums = np.concatenate([ones, ones]) + others[places]
    within = np.flatnonzero((sums >= low) & (sums <= high))
    within = within[ascending(np.abs(sums[within] - middle))[:most]]
    masks = np.zeros((len(within), len(weights)), dtype=np.bool_)
    masks[:, ::2] = within[:, None] % len(ones) >> np.arange((len(weights) + 1) // 2) & 1
    masks[:, 1::2] = order[places[within]][:, None] >> np.arange(len(weights) // 2) & 1
    return list(masks)


def subset_sums(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give (2^n,) the sums of all subsets of (n,) weights: bit i of the place says whether weight i is in."""
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums
