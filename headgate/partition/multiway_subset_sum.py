"""Splitting the tables of two to four pipelines so that none is above a capacity: sets that fill each, then disjoint ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget
    from headgate.partition.resplit import Tables

_FIRST, _LAST = 30, 33  # tables that are tried in all combinations: more, where fewer gave nothing
_STEP = 3
_INDEX = 17  # bits of the number of a set of half of them
_MAX_SUM = 2 ** (62 - _INDEX)
_SETS = 1200
_AT_ONCE = 2048
_FEW, _DRAWS, _TRIED = 12, 64, 8  # tables that stay, up to which they are placed again; ways that are drawn, and tried

Sums = tuple["NDArray[np.int64]", "NDArray[np.int64]"]


def multiway_subset_sum(weights: NDArray[np.int64], parts: list[Tables], capacity: int, budget: Budget) -> list[Tables] | None:
    """Give the tables of two to four parts in as many, none above `capacity`; None where none was found within the budget.

    Most tables stay; some, at first the lightest, are tried in all combinations: every set that fills a part, found by
    meeting in the middle (Horowitz and Sahni 1974), then sets of different parts that have no table in common. The sums
    of all weights have to be below 2^45.
    """
    pool = np.array([table for part in parts for table in part], dtype=np.int64)
    assignment = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    ranks = np.argsort(-weights[pool], kind="stable")
    pool, assignment = pool[ranks], assignment[ranks]
    heavy, count, size = weights[pool], len(pool), _FIRST
    slack = len(parts) * capacity - int(heavy.sum())
    if slack < 0 or int(heavy.sum()) >= _MAX_SUM:
        return None
    active = np.arange(count)
    while budget.left > 0:
        active = np.sort(active[-size:])
        budget.spend(300 + (1 << min(size, count) // 2) // 16)
        stay = np.delete(np.arange(count), active)
        halves = _sums(heavy[active][1::2]), _sums(heavy[active][::2])
        for stays in _arranged(heavy[stay], assignment[stay], len(parts), budget if size >= _LAST else None):
            loads = np.zeros(len(parts), dtype=np.int64)
            np.add.at(loads, stays, heavy[stay])
            found = _fill(len(active), halves, (capacity - loads).tolist(), slack, budget)
            if found is not None:
                assignment[active], assignment[stay] = found, stays
                return [pool[assignment == number].tolist() for number in range(len(parts))]
            if budget.left <= 0:
                return None
        if size >= count:
            return None  # they were all tried
        active = np.arange(count) if size < _LAST else np.array(budget.sample(count, count))
        size = min(size + _STEP, _LAST)
    return None


def _arranged(
    weights: NDArray[np.int64], assignment: NDArray[np.int64], parts: int, budget: Budget | None
) -> list[NDArray[np.int64]]:
    """Give ways to place the tables that stay: as they are and, where they are few, others drawn, the most even first."""
    if budget is None or not 0 < len(weights) <= _FEW:
        return [assignment]
    seen: dict[int, NDArray[np.int64]] = {}
    for _ in range(_DRAWS):
        drawn = np.array([budget.draw(parts) for _ in weights])
        loads = np.bincount(drawn, weights, minlength=parts).astype(np.int64)
        seen.setdefault(sum(load * load for load in loads.tolist()), drawn)
    budget.spend(_DRAWS * (5 + len(weights)))
    return [assignment, *(seen[key] for key in sorted(seen)[:_TRIED])]


def _fill(count: int, sums: tuple[Sums, Sums], capacities: list[int], slack: int, budget: Budget) -> NDArray[np.int64] | None:
    """Give (count,) which part each weight goes to, by the sums of two halves of them; `slack`: what all parts leave."""
    if min(capacities) < 0:
        return None
    chosen: list[Sums] = []
    for capacity in capacities[:-1]:
        budget.spend(100 + len(sums[0][0]) // 80)
        masks, left = _sets(*sums, max(0, capacity - slack), capacity)
        if not len(masks):
            return None
        chosen.append((masks, left))
    union = _disjoint(chosen, slack, budget)
    if union is None:
        return None
    assignment = np.full(count, len(capacities) - 1)
    halves = [np.arange(count)[1::2], np.arange(count)[::2]]
    bits = np.concatenate([np.arange(len(halves[0])), _INDEX + np.arange(len(halves[1]))])
    places = np.concatenate(halves)
    for part, mask in enumerate(union):
        assignment[places[(mask >> bits & 1).astype(np.bool_)]] = part
    return assignment


def _sums(weights: NDArray[np.int64]) -> Sums:
    """Give (2^n,) the sums of all sets, ascending, and for each which weights are in it, as bits."""
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    keys = np.sort((sums << _INDEX) | np.arange(len(sums)))
    return keys >> _INDEX, keys & ((1 << _INDEX) - 1)


def _sets(ones: Sums, others: Sums, low: int, high: int) -> Sums:
    """Give up to _SETS sets that weigh `low` to `high`, as bits, and what each leaves up to `high`."""
    start, stop = np.searchsorted(ones[0], [low - int(others[0][-1]), high + 1])  # the others can be completed by none
    ones = ones[0][start:stop], ones[1][start:stop]
    if not len(ones[0]):
        return ones
    first = np.searchsorted(others[0], low - ones[0])
    after = np.searchsorted(others[0], high - ones[0], side="right") if low < high else _next(others[0], first, high - ones[0])
    found = np.cumsum(after - first)
    total = int(found[-1])
    wanted = np.arange(total) if total <= _SETS else np.arange(_SETS) * total // _SETS
    one = np.searchsorted(found, wanted, side="right")
    other = after[one] - (found[one] - wanted)
    return ones[1][one] | others[1][other] << _INDEX, high - ones[0][one] - others[0][other]


def _next(sums: NDArray[np.int64], place: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the place after where the sum is the wanted one; of equal sums the first does for all."""
    after: NDArray[np.int64] = place + (sums[np.minimum(place, len(sums) - 1)] == wanted)
    return after


def _disjoint(chosen: list[Sums], slack: int, budget: Budget) -> list[int] | None:
    """Give a set of each, none with a table of another, that leave no more than the slack together."""
    masks, left = chosen[0]
    picks = np.arange(len(masks))[:, None]
    for number, (more, leaves) in enumerate(chosen[1:], 2):
        found = []
        for start in range(0, len(masks), _AT_ONCE):
            stop = start + _AT_ONCE
            fits = (masks[start:stop, None] & more) == 0
            if slack:
                fits &= left[start:stop, None] + leaves <= slack
            budget.spend(20 + fits.size // 500)
            rows, columns = fits.nonzero()
            found.append((rows + start, columns))
            if len(rows) and number == len(chosen):
                break
        if not found:
            return None
        rows, columns = (np.concatenate(its) for its in zip(*found, strict=True))
        picks = np.column_stack([picks[rows], columns])
        masks, left = masks[rows] | more[columns], left[rows] + leaves[columns]
    fits_all = np.flatnonzero(left <= slack)
    if not len(fits_all):
        return None
    return [int(its[0][pick]) for its, pick in zip(chosen, picks[fits_all[0]].tolist(), strict=True)]
