"""Which pipelines run at the same time: over a day, at most, and beside each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_HOUR, _HOURS = 3600.0, 24
_MOST = 3 * 366 * _HOURS  # hours that are averaged, the last ones: one time that is wrong may lie centuries before


@dataclass(frozen=True, slots=True)
class Concurrency:
    """busy: (24,) how many ran on average in each hour of the day; peak: at most, peak_at: when first, in seconds since 1970.

    beside: of each pipeline, how many others ran at the same time, on average.
    """

    busy: tuple[float, ...]
    peak: int
    peak_at: float | None
    beside: tuple[float, ...]


def concurrency(spans: Sequence[Sequence[tuple[float, float]]]) -> Concurrency:
    """Give how many pipelines ran at the same time. spans: of each, when it ran: (from, until), in seconds since 1970."""
    starts = np.array([start for its in spans for start, _ in its])
    ends = np.array([end for its in spans for _, end in its])
    if not len(starts):
        return Concurrency((0.0,) * _HOURS, 0, None, tuple(0.0 for _ in spans))
    owner = np.repeat(np.arange(len(spans)), [len(its) for its in spans])
    # At equal times ends come first: what starts as another ends does not run beside it.
    times = np.concatenate([ends, starts])
    steps = np.concatenate([-np.ones(len(ends)), np.ones(len(starts))])
    order = np.argsort(times, kind="stable")
    times, running = times[order], np.cumsum(steps[order])
    peak = int(running.max())
    area = np.concatenate([[0.0], np.cumsum(running[:-1] * np.diff(times))])
    length = ends - starts
    during = np.interp(ends, times, area) - np.interp(starts, times, area)
    total, alone = np.bincount(owner, during, len(spans)), np.bincount(owner, length, len(spans))
    beside = np.divide(total - alone, alone, out=np.zeros(len(spans)), where=alone > 0)
    return Concurrency(_by_hour(times, area), peak, float(times[running.argmax()]), tuple(np.maximum(beside, 0).tolist()))


def _by_hour(times: NDArray[np.float64], area: NDArray[np.float64]) -> tuple[float, ...]:
    """Give the average number that ran in each hour of the day, over the days that the times touch."""
    first, last = int(times[0] // _HOUR), int(-(-times[-1] // _HOUR))
    first = max(first, last - _MOST)
    edges = np.arange(first, max(last, first + 1) + 1) * _HOUR
    inside = np.diff(np.interp(edges, times, area)) / _HOUR
    hours = np.arange(first, first + len(inside)) % _HOURS
    counts = np.bincount(hours, minlength=_HOURS)
    sums = np.bincount(hours, inside, _HOURS)
    return tuple(np.divide(sums, counts, out=np.zeros(_HOURS), where=counts > 0).tolist())
