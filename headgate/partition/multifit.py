"""MULTIFIT: the smallest capacity for which first-fit decreasing needs no more pipelines than there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def multifit(weights: NDArray[np.int64], pipelines: int, low: int, high: int, trials: int = 12) -> NDArray[np.int64] | None:
    """Give (n,) the pipelines of (n,) weights, sorted heaviest first, with a makespan from `low` to below `high`.

    None where no capacity that was tried fits. First-fit decreasing fits every capacity from 13/11 of the optimum on, so
    with `low` at most the optimum, this makespan, or `high` where that is less, is at most 13/11 of the optimum plus
    (high - low) / 2^(trials - 1). Sources: Coffman, Garey and Johnson, An application of bin-packing to multiprocessor
    scheduling, SIAM J. on Computing 7, 1978 (the algorithm, 1.22); Friesen, Tighter bounds for the Multifit processor
    scheduling algorithm, SIAM J. on Computing 13, 1984 (6/5, and 13/11 is reached); Yue, On the exact upper bound for the
    Multifit processor scheduling algorithm, Annals of Operations Research 24, 1990 (13/11).
    """
    listed = weights.tolist()
    best = None
    capacity = low  # first of all the bound itself
    for _ in range(trials):
        if low >= high:
            break
        assignment = first_fit(listed, pipelines, capacity)
        if assignment is None:
            low = capacity + 1
        else:
            best, high = assignment, capacity
        capacity = (low + high) // 2
    return None if best is None else np.array(best, dtype=np.int64)


def first_fit(weights: list[int], pipelines: int, capacity: int) -> list[int] | None:
    """Give each weight, in turn, the first pipeline with room for it; None where there is none.

    A tree over the pipelines holds the most room in each half, so a weight costs log(pipelines).
    """
    leaves = 1 << max(0, pipelines - 1).bit_length()
    most = [0] * (2 * leaves)
    most[leaves : leaves + pipelines] = [capacity] * pipelines
    most[leaves + pipelines :] = [-1] * (leaves - pipelines)
    for node in range(leaves - 1, 0, -1):
        most[node] = max(most[2 * node], most[2 * node + 1])
    assignment = []
    for weight in weights:
        if most[1] < weight:
            return None
        node = 1
        while node < leaves:
            node *= 2
            if most[node] < weight:
                node += 1
        assignment.append(node - leaves)
        most[node] -= weight
        while node > 1:
            node //= 2
            most[node] = max(most[2 * node], most[2 * node + 1])
    return assignment
