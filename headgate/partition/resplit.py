"""Splitting the tables of a few pipelines again, so that none of these weighs more than a capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.subsets import subsets_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

Tables = list[int]

ACTIVE = 28  # tables of a pool that are tried in all combinations: two times 2^14 sums
_PAIR = 2
_TRIES = 24  # halves that are tried for more than a pair


def resplit(weights: NDArray[np.int64], parts: list[Tables], capacity: int, budget: Budget) -> list[Tables] | None:
    """Give the tables of `parts` in as many parts, none above `capacity`; None where that was not found.

    weights: (n,), heaviest first; a part holds numbers of tables.
    Two parts are split as evenly as can be, more are halved first. Where the tables are more than ACTIVE, a sample of them
    is tried in all combinations and the others stay. Two parts of up to ACTIVE tables:
    exact, by Horowitz and Sahni's meeting in the middle.
    """
    if len(parts) == 1:
        return parts if int(weights[parts[0]].sum()) <= capacity else None
    half = len(parts) // 2
    one, other = [i for part in parts[:half] for i in part], [i for part in parts[half:] for i in part]
    tries = 1 if len(parts) == _PAIR else _TRIES
    total = int(weights[one].sum() + weights[other].sum())
    low, high = total - (len(parts) - half) * capacity, half * capacity
    for left, right in halves(weights, one, other, (low, high), tries, budget):
        if len(parts) == _PAIR:
            return [left, right]
        first = resplit(weights, deal(weights, left, half), capacity, budget)
        second = first and resplit(weights, deal(weights, right, len(parts) - half), capacity, budget)
        if first and second:
            return first + second
        if budget.left <= 0:
            break
    return None


def halves(
    weights: NDArray[np.int64], one: Tables, other: Tables, window: tuple[int, int], tries: int, budget: Budget
) -> list[tuple[Tables, Tables]]:
    """Give up to `tries` ways to swap tables between `one` and `other` that bring the weight of `one` into the window.

    weights: (n,); window: the least and the most weight.
    """
    pool = one + other
    low, high = max(0, window[0]), min(window[1], int(weights[pool].sum()))
    if low > high:
        return []
    chosen = range(len(pool)) if len(pool) <= ACTIVE else budget.sample(ACTIVE, len(pool))
    active = sorted(pool[place] for place in chosen)
    stays = set(active)
    kept_one, kept_other = [i for i in one if i not in stays], [i for i in other if i not in stays]
    fixed = int(weights[kept_one].sum()) if kept_one else 0
    budget.spend(60 + (2 << (len(active) // 2)) // 16)
    names = np.array(active, dtype=np.int64)
    _, masks = subsets_within(weights[names], low - fixed, high - fixed, tries)
    budget.spend(10 * len(masks) + len(masks) * (2 << (len(active) // 2)) // 1000)
    return [(kept_one + names[mask].tolist(), kept_other + names[~mask].tolist()) for mask in masks]


def deal(weights: NDArray[np.int64], tables: Tables, count: int) -> list[Tables]:
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
