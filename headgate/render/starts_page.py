"""When pipelines run, as the balance's page draws it: how many at once, and each one's runs in an hour, a day or a week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from math import fsum
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.names import natural
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.balance.starts import Lane, Timeline

_CURVE_POINTS = 1000
_LANES = 100
_MOST_TICKS = 4
_MOST_RUNS = 48  # in a day, of a pipeline; of more an hour is shown
_TICKS = (1, 5, 10, 15, 30, 60, 120, 240, 360, 1440)
_HOUR, _DAY, _WEEK = 60, 1440, 10_080
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Runs = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """How many pipelines run at once: a path in a box of 1,000 by 1,000 below `top`, and where its peak is, in minutes."""

    peak: int
    at: float
    when: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A lane as drawn: its first start before and after as text, its runs, how long each is, and their paths."""

    pipeline: str
    was: str
    first: str
    runs: int
    minutes: float
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """The pipelines that are drawn over `period` minutes, the last of them left out where they are too many.

    days: "Monday to Friday" where they run on some days of the week alone, else empty. some: not in each hour of them.
    """

    period: int
    days: str
    some: bool
    ticks: tuple[tuple[int, str], ...]
    lanes: tuple[Drawn, ...]
    left_out: int

    @property
    def span(self) -> str:
        """The period as text: `15 minutes`, `1 day (Monday to Friday)`."""
        which = " in which they start" if self.some else ""
        return span_text(self.period) + which + (f" ({self.days})" if self.days else "")


@dataclass(frozen=True, slots=True)
class Starts:
    """When pipelines run. The peaks are of the whole period, the curves of `window` minutes of it, the `day` of its peak.

    `ticks`: (minute of the window, its text). `day` is empty where the window is the whole period.
    """

    period: int
    bound: int
    peak_before: int
    peak_after: int
    day: str
    window: int
    top: int
    before: Curve
    after: Curve
    ticks: tuple[tuple[int, str], ...]
    tables: tuple[Lanes, ...]

    @property
    def span(self) -> str:
        """The window as text: `15 minutes`."""
        return self.day or span_text(self.window)


def starts_of(timeline: Timeline, most_spans: int) -> Starts:
    """Give what the page says of the starts: the curves of all lanes, and as many lanes as hold that many runs together.

    Lanes are drawn over an hour or a day, in the order of their first start: over an hour where they come again after one, or
    start more often than can be told apart in a day. A schedule starts at the same minutes in each of its hours, and in the
    same hours on each of its days, so that one stands for all. Of many lanes those that run longest are shown.
    """
    lanes, period, bound = timeline.lanes, timeline.period, timeline.bound
    steps_before = concurrent(_repeated(((lane.before, lane.own_period) for lane in lanes), period), period)
    steps_after = concurrent(_repeated(((lane.after, lane.own_period) for lane in lanes), period), period)
    window = min(period, _DAY)
    begin = int(_peak(steps_after)[0]) // window * window
    top = max(bound, *(height for _, height in steps_before), *(height for _, height in steps_after)) or 1
    views = grouped((_view(lane, period), lane) for lane in lanes)
    return Starts(
        period=period,
        bound=bound,
        peak_before=_peak(steps_before)[1],
        peak_after=_peak(steps_after)[1],
        day=_DAYS[begin // _DAY] if period > _DAY else "",
        window=window,
        top=top,
        before=_curve(_within(steps_before, begin, window), window, top),
        after=_curve(_within(steps_after, begin, window), window, top),
        ticks=_ticks(window),
        tables=tuple(_lanes(its, *view, most_spans // len(views)) for view, its in sorted(views.items())),
    )


def _view(lane: Lane, period: int) -> tuple[int, str, bool]:
    """Give the minutes over which a lane is drawn, of which days of the week they are, and whether of some hours alone."""
    days = sorted({int(start // _DAY) for start, _ in lane.before}) if lane.own_period > _DAY else []
    names = _days_text(days) if len(days) < len(_DAYS) else ""
    if _HOUR % lane.own_period == 0:
        return min(period, _HOUR), "", False
    some = len(_spans(lane.before, lane.own_period, _DAY)) > _MOST_RUNS
    return min(period, _HOUR if some else _DAY), names, some


def _days_text(days: Sequence[int]) -> str:
    names = [_DAYS[day] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004 # two are named
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)


def _spans(runs: Runs, own: int, view: int) -> list[tuple[float, float]]:
    """Give the runs as they are in so many minutes, of a lane whose own come again after `own`: each start once."""
    spans: dict[float, float] = {}
    for start, minutes in _repeated([(runs, own)], max(own, view)):
        spans[start % view] = min(minutes, spans.get(start % view, minutes))
    return sorted(spans.items())


def _repeated(lanes: Iterable[tuple[Runs, int]], period: int) -> Iterable[tuple[float, float]]:
    for runs, own in lanes:
        for cycle in range(0, period, own):
            yield from ((cycle + start, minutes) for start, minutes in runs)


def _within(steps: Sequence[tuple[float, int]], begin: int, window: int) -> list[tuple[float, int]]:
    """Give the steps of a window, from its own minute 0 to its end."""
    before = [height for minute, height in steps if minute <= begin]
    inside = [(minute - begin, height) for minute, height in steps if begin < minute < begin + window]
    return [(0.0, before[-1]), *inside, (float(window), 0)]


def _peak(steps: Sequence[tuple[float, int]]) -> tuple[float, int]:
    return min(steps[:-1], key=lambda step: (-step[1], step[0]))


def _lanes(lanes: Sequence[Lane], period: int, days: str, some: bool, most_spans: int) -> Lanes:
    chosen: list[Lane] = []
    spans = 0
    for lane in sorted(lanes, key=lambda lane: (-fsum(minutes for _, minutes in lane.after), natural(lane.pipeline))):
        spans += 2 * len(_spans(lane.after, lane.own_period, period))
        if len(chosen) == _LANES or (chosen and spans > most_spans):
            break
        chosen.append(lane)
    chosen.sort(key=lambda lane: (min((start for start, _ in lane.after), default=0.0), natural(lane.pipeline)))
    drawn = tuple(_drawn(lane, period) for lane in chosen)
    return Lanes(period, days, some, _ticks(period), drawn, len(lanes) - len(chosen))


def _drawn(lane: Lane, period: int) -> Drawn:
    before, after = (_spans(runs, lane.own_period, period) for runs in (lane.before, lane.after))
    first, was = (min((start for start, _ in runs), default=0.0) for runs in (after, before))
    paths = (_path(before, period, 1, 4), _path(after, period, 6, 9))
    return Drawn(lane.pipeline, clock(was, period), clock(first, period), len(after), lane.minutes, *paths)


def _path(runs: Iterable[tuple[float, float]], period: int, top: int, height: int) -> str:
    """Give runs as a path in a box 10,000 wide; what goes past the period's end goes on at its beginning."""
    path = []
    for start, minutes in runs:
        begin, width = 10_000 * (start % period) / period, 10_000 * min(minutes, period) / period
        path.append(f"M{begin:.0f} {top}h{min(width, 10_000 - begin):.0f}v{height}H{begin:.0f}Z")
        if begin + width > 10_000:  # noqa: PLR2004 - the box's width
            path.append(f"M0 {top}h{begin + width - 10_000:.0f}v{height}H0Z")
    return "".join(path)


def _curve(steps: Sequence[tuple[float, int]], period: int, top: int) -> Curve:
    """Give the curve of (minute, height); of many steps, each short stretch is drawn at its highest."""
    drawn = steps[:-1]
    at, peak = _peak(steps)
    if len(drawn) > _CURVE_POINTS:
        drawn, last = [], 0
        for stretch, inside in groupby(steps[:-1], key=lambda step: int(_CURVE_POINTS * step[0] / period)):
            heights = [height for _, height in inside]
            drawn.append((stretch * period / _CURVE_POINTS, max(last, *heights)))
            last = heights[-1]
            drawn.append(((stretch + 1) * period / _CURVE_POINTS, last))
    path = "".join(f"H{1000 * minute / period:.1f}V{1000 - 1000 * height / top:.0f}" for minute, height in drawn)
    return Curve(peak, at, clock(at, period), f"M0 1000{path}H1000V1000Z")


def _ticks(period: int) -> tuple[tuple[int, str], ...]:
    step = next((step for step in _TICKS if period <= _MOST_TICKS * step), -(-period // _MOST_TICKS))
    return tuple((minute, clock(minute, period)) for minute in range(0, period + 1, step))


def clock(minute: float, period: int) -> str:
    """Give a time in the period as text: `7.5 min` within a few hours, else `07:30`, of more than a day `day 2 07:30`."""
    if period < _DAY:
        return f"{minute:.4g} min"
    days, rest = divmod(int(minute), _DAY)
    if days and minute == period:
        days, rest = days - 1, _DAY
    day = f"day {days + 1} " if period > _DAY else ""
    return f"{day}{rest // _HOUR:02}:{rest % _HOUR:02}"


def concurrent(runs: Iterable[tuple[float, float]], period: int) -> list[tuple[float, int]]:
    """Give (minute, runs at once from then on), from minute 0 to the period's end, of (start, minutes) that come each period.

    A run that ends after the period goes on at its beginning; one that ends when another starts is not at once with it.
    """
    changes = Counter[float]({0.0: 0, float(period): 0})
    for start, minutes in runs:
        whole, rest = divmod(minutes, period)
        begin, end = start % period, start % period + rest
        changes[0.0] += int(whole) + (end > period)
        changes[begin] += 1
        changes[end - period if end > period else end] -= 1
    height, steps = 0, list[tuple[float, int]]()
    for minute, change in sorted(changes.items()):
        height += change
        steps.append((minute, height))
    return steps


def span_text(period: int) -> str:
    """Give a number of minutes as text: `15 minutes`, `1 day`."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (1, "minute")):
        if period % unit == 0:
            return counted(period // unit, name)
    raise AssertionError("unreachable")
