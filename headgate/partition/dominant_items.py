"""Tables so heavy that each has a pipeline of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.longest import longest_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRIES = 8


def count_dominant(ranked: NDArray[np.int64], pipelines: int) -> int:
    """Give how many of the (n,) weights, sorted heaviest first, have a pipeline of their own.

    None of them is lighter than the rest, spread longest-first over the other pipelines. So no makespan is lower than the
    heaviest, and a table beside one of them would only raise its load.
    """
    if len(ranked) <= pipelines:
        return len(ranked)
    heaviest = ranked[: pipelines - 1]
    left = int(ranked.sum()) - np.cumsum(heaviest)
    fails = heaviest < -(-left // np.arange(pipelines - 1, 0, -1))  # below the mean of the rest
    dominant = int(fails.argmax()) if fails.any() else len(fails)
    for _ in range(_TRIES):
        if not dominant:
            break
        loads = np.zeros(pipelines - dominant, dtype=np.int64)
        np.add.at(loads, longest_first(ranked[dominant:], pipelines - dominant), ranked[dominant:])
        lighter = int((ranked[:dominant] < loads.max()).sum())
        if not lighter:
            return dominant
        dominant -= lighter
    return 0
