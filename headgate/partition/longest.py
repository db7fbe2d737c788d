"""Longest-first: each table, heaviest first, to the pipeline with the least load."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDE = 128  # pipelines from which whole rounds are faster than one table at a time


def longest_first(weights: NDArray[np.int64], pipelines: int) -> NDArray[np.int64]:
    """Give (n,) the pipeline of each of (n,) weights, which are sorted heaviest first.

    The makespan is at most 4/3 - 1/(3 * pipelines) of the optimum. Source: Graham, Bounds on multiprocessing timing
    anomalies, SIAM J. Appl. Math. 17, 1969.
    """
    if pipelines < _WIDE:
        return _one_by_one(weights.tolist(), [(0, pipeline) for pipeline in range(pipelines)])
    assignment = np.empty(len(weights), dtype=np.int64)
    loads = np.zeros(pipelines, dtype=np.int64)
    done = 0
    while done < len(weights):
        order = ascending(loads)
        batch = weights[done : done + pipelines]
        count = _undisturbed(loads[order[: len(batch)]], batch)
        assignment[done : done + count] = order[:count]
        loads[order[:count]] += batch[:count]
        done += count
        if count * 64 < len(batch):  # small steps: one at a time is faster from here
            heap = sorted(zip(loads.tolist(), range(pipelines), strict=True))
            assignment[done:] = _one_by_one(weights[done:].tolist(), heap)
            break
    return assignment


def _undisturbed(loads: NDArray[np.int64], batch: NDArray[np.int64]) -> int:
    """Give how many of the batch go to ascending loads, one each, before one of these is the lightest again."""
    lightest_filled = np.minimum.accumulate(loads + batch)
    again = np.flatnonzero(lightest_filled[:-1] < loads[1:])
    return int(again[0]) + 1 if len(again) else len(batch)


def _one_by_one(weights: list[int], heap: list[tuple[int, int]]) -> NDArray[np.int64]:
    """Place the weights on the pipelines of the heap of (load, pipeline)."""
    assignment = []
    for weight in weights:
        load, pipeline = heap[0]
        assignment.append(pipeline)
        heapq.heapreplace(heap, (load + weight, pipeline))
    return np.array(assignment, dtype=np.int64)
