"""Levelling many pipelines at once: the heaviest with the lightest, each pair by the swap or move that makes it most even."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

_MOST_CELLS = 6  # cells of the grid for each table: more are wasted on uneven counts
_FRUITLESS = 3
_GAIN = 50  # a round lowers the distance to the target by a share of this or counts as fruitless


def level(
    weights: NDArray[np.int64], assignment: NDArray[np.int64], pipelines: int, target: int, budget: Budget
) -> NDArray[np.int64]:
    """Give (n,) an assignment with a makespan no higher than that of `assignment`, near `target` for many light weights.

    In each round the pipelines above the target, heaviest first, are paired with as many of the lightest, and each pair
    swaps the two tables, or moves the one, whose difference is nearest to half of the pair's. It stops at the target,
    when rounds bring little more, or when the budget is spent. As given where counts of tables are too uneven for a grid. The
    weights add up to less than 2^63, and the makespan is at most twice the mean load, as longest-first's is where no table is
    heavier than the mean: so the loads of one pipeline of each pair, all as heavy as the heaviest, do too.
    """
    counts = np.bincount(assignment, minlength=pipelines)
    width = int(counts.max()) + 2  # at least two free places: a swap with one is a move
    loads = summed(assignment, weights, pipelines)
    if width * pipelines > _MOST_CELLS * len(weights) + 100:
        return assignment
    order = ascending(assignment)
    starts = np.cumsum(counts) - counts
    grid = np.full((pipelines, width), len(weights))
    grid[assignment[order], np.arange(len(weights)) - starts[assignment[order]]] = order
    padded = np.append(weights, 0)
    fruitless, above = 0, int(loads.max()) - target
    while above > 0 and fruitless < _FRUITLESS and budget.left > 0:
        ranked = ascending(loads)
        pairs = min(int((loads > target).sum()), pipelines // 2)
        if not pairs:
            break
        _swap(padded, grid, loads, ranked[::-1][:pairs], ranked[:pairs])
        budget.spend(100 + pipelines // 10 + pairs * width // 8)
        before, above = above, int(loads.max()) - target
        fruitless = fruitless + 1 if (before - above) * _GAIN < before else 0
    levelled = np.empty(len(weights) + 1, dtype=np.int64)
    levelled[grid] = np.arange(pipelines)[:, None]
    return levelled[:-1]


def _swap(
    padded: NDArray[np.int64],
    grid: NDArray[np.int64],
    loads: NDArray[np.int64],
    heavy: NDArray[np.int64],
    light: NDArray[np.int64],
) -> None:
    """Swap one place of each heavy pipeline with one of the light pipeline beside it, where that makes both more even."""
    width, rows = grid.shape[1], np.arange(len(heavy))
    difference = loads[heavy] - loads[light]
    gives = padded[grid[heavy]]
    taken = grid[light]
    takes = padded[taken]
    by_weight = np.argsort(takes, axis=1, kind="stable")
    takes = np.take_along_axis(takes, by_weight, axis=1)
    offset = rows[:, None] * (int(loads.max()) + 2)
    wanted = np.maximum(gives - difference[:, None] // 2, 0)
    place = np.searchsorted((takes + offset).ravel(), (wanted + offset).ravel()).reshape(gives.shape) - rows[:, None] * width
    best, given, got = np.full(len(rows), -1), rows, rows
    for near in (np.minimum(place, width - 1), np.clip(place - 1, 0, width - 1)):
        moved = gives - np.take_along_axis(takes, near, axis=1)
        lowered = np.minimum(moved, difference[:, None] - moved)  # of the pair's heavier, at most half the difference
        column = lowered.argmax(axis=1)
        better = lowered[rows, column] > best
        best = np.where(better, lowered[rows, column], best)
        given, got = np.where(better, column, given), np.where(better, near[rows, column], got)
    do = np.flatnonzero(best > 0)
    heavy, light, given, got = heavy[do], light[do], given[do], by_weight[do, got[do]]
    goes, comes = grid[heavy, given], grid[light, got]
    grid[heavy, given], grid[light, got] = comes, goes
    moved = padded[goes] - padded[comes]
    loads[heavy] -= moved
    loads[light] += moved
