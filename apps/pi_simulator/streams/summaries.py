"""Summaries of a time: of what a tag was worth all the time, or of the values that it recorded.

Source: AVEVA, "Summary Type", "Calculation Basis" and "Time Type (Core Services)", and the remarks of "Stream GetSummary".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..times import SECOND
from .samples import Sample, bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_DAY = 86400 * SECOND
NON_NUMERIC = ("Count", "PercentGood")
KINDS = (
    "Total",
    "Average",
    "Minimum",
    "Maximum",
    "Range",
    "StdDev",
    "PopulationStdDev",
    "Count",
    "PercentGood",
    "TotalWithUOM",
)
SETS_OF_KINDS = {"All": KINDS, "AllForNonNumeric": NON_NUMERIC, "None": ()}


class Basis(Enum):
    """What weighs how much."""

    TIME_WEIGHTED = "TimeWeighted"
    EVENT_WEIGHTED = "EventWeighted"
    TIME_WEIGHTED_CONTINUOUS = "TimeWeightedContinuous"
    TIME_WEIGHTED_DISCRETE = "TimeWeightedDiscrete"
    EVENT_WEIGHTED_EXCLUDE_MOST_RECENT = "EventWeightedExcludeMostRecentEvent"
    EVENT_WEIGHTED_EXCLUDE_EARLIEST = "EventWeightedExcludeEarliestEvent"
    EVENT_WEIGHTED_INCLUDE_BOTH_ENDS = "EventWeightedIncludeBothEnds"

    @property
    def by_time(self) -> bool:
        """Whether values weigh by the time for which they hold."""
        return self.value.startswith("Time")


class TimeType(Enum):
    """Which time a summary is given."""

    AUTO = "Auto"
    EARLIEST = "EarliestTime"
    MOST_RECENT = "MostRecentTime"


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order of time: ticks, numbers (NaN where there is none), which are good, and whether they hold until the next.

    It begins with the last value at or before the time to be summed up, and ends with the first after it.
    """

    times: NDArray[np.int64]
    numbers: NDArray[np.float64]
    good: NDArray[np.bool_]
    step: bool

    def worth(self, time: int, side: str) -> tuple[float, bool]:
        """Give the number that holds at a time, and whether it is good; coming from the `left` or going to the `right`."""
        at = int(np.searchsorted(self.times, time, side="right" if side == "right" else "left")) - 1
        if side == "right" and at >= 0 and self.times[at] == time:
            return float(self.numbers[at]), bool(self.good[at])
        if at < 0:
            return math.nan, False
        number, good = float(self.numbers[at]), bool(self.good[at])
        if not self.step and good and at + 1 < len(self.times) and self.good[at + 1]:
            share = (time - int(self.times[at])) / (int(self.times[at + 1]) - int(self.times[at]))
            number += (float(self.numbers[at + 1]) - number) * share
        return number, good


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums over a time: `weight` is that of what is good, `share` its part of all; times of the extremes are ticks."""

    weight: float
    share: float
    total: float = math.nan
    mean: float = math.nan
    variance: float = math.nan
    sample_variance: float = math.nan
    least: tuple[float, int] = (math.nan, 0)
    greatest: tuple[float, int] = (math.nan, 0)

    def number(self, kind: str) -> float:
        """Give a summary's number; NaN where there is nothing to sum up."""
        match kind:
            case "Total" | "TotalWithUOM":
                return self.total
            case "Average":
                return self.mean
            case "Minimum":
                return self.least[0]
            case "Maximum":
                return self.greatest[0]
            case "Range":
                return self.greatest[0] - self.least[0]
            case "StdDev":
                return math.sqrt(self.sample_variance)
            case "PopulationStdDev":
                return math.sqrt(self.variance)
            case "Count":
                return self.weight
        return self.share * 100


def by_time(series: Series, start: int, end: int) -> Summary:
    """Sum up by the time for which values hold (ticks). A total is what the mean makes in as many days as the time has."""
    first, last = np.searchsorted(series.times, [start, end], side="right")
    last = max(first, int(np.searchsorted(series.times, end, side="left")))
    inside = slice(int(first), int(last))
    times = np.concatenate(([start], series.times[inside], [end]))
    begun, ended = series.worth(start, "right"), series.worth(end, "left")
    lefts = np.concatenate(([begun[0]], series.numbers[inside]))
    good = np.concatenate(([begun[1]], series.good[inside]))
    if series.step:
        rights = lefts
    else:
        after_good = np.concatenate((series.good[inside], [ended[1]]))
        rights = np.where(after_good, np.concatenate((series.numbers[inside], [ended[0]])), lefts)
    lengths = np.diff(times).astype(np.float64)
    time = float(lengths[good].sum())
    share = time / (end - start) if end > start else float(begun[1])
    if not good.any() or np.isnan(lefts[good]).any():
        return Summary(time / SECOND, share)
    lefts, rights, lengths, begins, ends = lefts[good], rights[good], lengths[good], times[:-1][good], times[1:][good]
    if not time:
        return Summary(0.0, share, 0.0, lefts[0], 0.0, 0.0, (lefts[0], start), (lefts[0], start))
    mean = float((lengths * (lefts + rights)).sum() / 2 / time)
    square = (lengths * ((lefts - mean) ** 2 + (lefts - mean) * (rights - mean) + (rights - mean) ** 2)).sum() / 3 / time
    numbers = np.stack((lefts, rights), 1).ravel()
    at = np.stack((begins, ends if not series.step else begins), 1).ravel()
    least, greatest = int(np.argmin(numbers)), int(np.argmax(numbers))
    return Summary(
        time / SECOND,
        share,
        mean * (end - start) / _DAY,
        mean,
        float(square),
        float(square),
        (float(numbers[least]), int(at[least])),
        (float(numbers[greatest]), int(at[greatest])),
    )


def by_event(series: Series, first: int, last: int) -> Summary:
    """Sum up values number `first` to `last` (without it) of a series, each weighing alike."""
    good = series.good[first:last]
    count = int(good.sum())
    numbers, times = series.numbers[first:last][good], series.times[first:last][good]
    share = count / (last - first) if last > first else 0.0
    if not count or np.isnan(numbers).any():
        return Summary(count, share)
    mean = float(numbers.sum() / count)
    square = float(((numbers - mean) ** 2).sum())
    least, greatest = int(np.argmin(numbers)), int(np.argmax(numbers))
    return Summary(
        count,
        share,
        float(numbers.sum()),
        mean,
        square / count,
        square / (count - 1) if count > 1 else math.nan,
        (float(numbers[least]), int(times[least])),
        (float(numbers[greatest]), int(times[greatest])),
    )


def events(series: Series, start: int, end: int, basis: Basis, *, alone: bool, backwards: bool) -> tuple[int, int]:
    """Give which values of a series belong to a part of a time.

    Those at both its ends where the part stands alone; of several parts each has those at the end where it begins.
    """
    with_start = alone or not backwards
    with_end = alone or backwards
    if basis is Basis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS:
        with_start = with_end = True
    elif basis is Basis.EVENT_WEIGHTED_EXCLUDE_MOST_RECENT:
        with_start, with_end = True, False
    elif basis is Basis.EVENT_WEIGHTED_EXCLUDE_EARLIEST:
        with_start, with_end = False, True
    first = np.searchsorted(series.times, start, side="left" if with_start else "right")
    last = np.searchsorted(series.times, end, side="right" if with_end else "left")
    return int(first), max(int(first), int(last))


def parts(start: int, end: int, cuts: Sequence[int]) -> list[tuple[int, int]]:
    """Give the parts of a time, each (earlier, later), in the order of the time; `cuts` begin with its start."""
    edges = [*(cut for cut in cuts if cut != end), end] if start != end else [start, end]
    return [(min(pair), max(pair)) for pair in pairwise(edges)]


def summed(
    series: Series, ends: Sequence[tuple[int, int]], kinds: Sequence[str], basis: Basis, time_type: TimeType, units: str
) -> list[tuple[str, Sample]]:
    """Give the summaries of each part of a time: all of a kind together, in order of the parts."""
    backwards = len(ends) > 1 and ends[0] > ends[-1]
    made = []
    for start, end in ends:
        if basis.by_time:
            made.append(by_time(series, start, end))
        else:
            chosen = events(series, start, end, basis, alone=len(ends) == 1, backwards=backwards)
            made.append(by_event(series, *chosen))
    return [
        (kind, _sample(kind, summary, start, end, basis, time_type, units))
        for kind in kinds
        for summary, (start, end) in zip(made, ends, strict=True)
    ]


def _sample(kind: str, summary: Summary, start: int, end: int, basis: Basis, time_type: TimeType, units: str) -> Sample:
    number = summary.number(kind)
    time = end if time_type is TimeType.MOST_RECENT else start
    if math.isnan(number):
        return bad(time, "No Data")
    if time_type is TimeType.AUTO and kind in {"Minimum", "Maximum"}:
        time = (summary.least if kind == "Minimum" else summary.greatest)[1]
    told = {"PercentGood": "%", "Count": "s" if basis.by_time else "", "Total": "", "TotalWithUOM": ""}
    return Sample(time, int(number) if kind == "Count" and not basis.by_time else number, told.get(kind, units))
