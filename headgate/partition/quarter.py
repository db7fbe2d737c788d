"""Splitting the tables of two to four pipelines so that none is above a capacity: many ways to halve them, tried at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.subsets import subsets_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.resplit import Tables
    from headgate.partition.work import Work

_PAIR = 2
_HALVED = 30  # tables of which every set is weighed to halve a pool
_PAIRED = 22  # tables of which every set is weighed to split a half
_TRIED = 64  # halves of a pool
_AT_ONCE = 8
_ROOM = 2**62


def quarter(weights: NDArray[np.int64], tables: Tables, pipelines: int, capacity: int, work: Work) -> list[Tables] | None:
    """Give the tables in two to four parts, none above `capacity`; None where none was found before the work is done.

    The tables are halved in all ways that leave each half a chance, and every half is split in two by meeting in the
    middle. Where they are more than can be tried in all combinations, some are drawn and the others dealt longest first.
    """
    pool = np.sort(np.array(tables, dtype=np.int64))  # numbers ascend as weights descend
    heavy = weights[pool]
    total, one = int(heavy.sum()), pipelines // 2
    window = max(0, total - (pipelines - one) * capacity), min(total, one * capacity)
    while work.left > 0 and window[0] <= window[1]:
        left = _halves(heavy, window, work)
        for start in range(0, len(left), _AT_ONCE):
            found = _finish(heavy, left[start : start + _AT_ONCE], pipelines, capacity, work)
            if found is not None:
                return [pool[found == number].tolist() for number in range(pipelines)]
            if work.left <= 0:
                return None
        if len(pool) <= _HALVED:
            return None
    return None


def _halves(heavy: NDArray[np.int64], window: tuple[int, int], work: Work) -> NDArray[np.bool_]:
    """Give (found, n) masks of tables that weigh as the window says, those with about half of the tables first."""
    count = len(heavy)
    active = np.ones(count, dtype=np.bool_)
    if count > _HALVED:
        active[:] = False
        active[work.sample(_HALVED, count)] = True
    fixed = _dealt(heavy[None, ~active])[0]
    weight = int(heavy[~active][fixed].sum())
    work.spend(3000 * 2 ** max(0, min(count, _HALVED) // 2 - 15) + 50)
    _, masks = subsets_within(heavy[active], window[0] - weight, window[1] - weight, _TRIED)
    left = np.zeros((len(masks), count), dtype=np.bool_)
    if len(masks):
        left[:, active] = masks
        left[:, ~active] = fixed
    return left[np.argsort(np.abs(2 * left.sum(axis=1) - count), kind="stable")]


def _finish(
    heavy: NDArray[np.int64], left: NDArray[np.bool_], pipelines: int, capacity: int, work: Work
) -> NDArray[np.int64] | None:
    """Give (n,) the part of each table for the first of the (rows, n) halves both sides of which can be split."""
    homes = np.where(left, 0, pipelines // 2)
    for side, parts in ((left, pipelines // 2), (~left, pipelines - pipelines // 2)):
        if parts == _PAIR and len(homes):
            its = side[_split(homes, side, heavy, capacity, work)] if side is left else None
            rows = _split(homes, side, heavy, capacity, work) if its is None else None
            del its, rows
    return homes[0] if len(homes) else None
