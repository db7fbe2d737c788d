"""A tag's values in time: which stretch is asked for, and how it is drawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from headgate.dashboard.lake.times import SHORTEST, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.dashboard.lake.times import Span

BUCKETS = 240
_BANDS = 8
_SIZE = 1000  # of the box that is drawn in
_MOST_MARKS = 200


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of the stretch, by number: the least, largest and mean value in it, how many, and how many of doubtful quality."""

    number: int
    least: float | None
    largest: float | None
    mean: float | None
    count: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Zoom:
    """A vertical band of the chart that leads to a closer look: where it begins and how wide it is, in per cent."""

    x: float
    width: float
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """A chart of values: paths in a box of 1,000 by 1,000, the scale's ends as text, and where it leads.

    ranges: areas between least and largest values; mean: a line through the means; doubtful: (x in per cent, y in per cent) of
    parts with values whose quality is not good. values, bad: how many there are. links: (address, words).
    """

    ranges: str
    mean: str
    doubtful: tuple[tuple[float, float], ...]
    least: float
    largest: float
    values: int
    bad: int
    ticks: tuple[tuple[float, str], ...]
    zooms: tuple[Zoom, ...]
    links: tuple[tuple[str, str], ...]
    begin: str
    end: str


def series_of(buckets: Sequence[Bucket], span: Span, more: Sequence[tuple[str, str]]) -> Series:
    """Give the chart. more: parameters of the address that stay when one looks closer or elsewhere."""
    known = [one for one in buckets if one.least is not None and one.largest is not None]
    least = min((one.least for one in known if one.least is not None), default=0.0)
    largest = max((one.largest for one in known if one.largest is not None), default=0.0)
    height = (largest - least) or 1.0

    def y(value: float | None) -> float:
        return _SIZE - _SIZE * ((value or 0.0) - least) / height

    step = _SIZE / BUCKETS
    ranges = "".join(
        f"M{one.number * step:.1f} {y(one.largest):.1f}h{step:.1f}V{y(one.least) + 2:.1f}h-{step:.1f}Z" for one in known
    )
    gap = _longest_gap(known)
    line: list[str] = []
    for number, one in enumerate(known):
        joined = number and one.number - known[number - 1].number <= gap
        line.append(f"{'L' if joined else 'M'}{(one.number + 0.5) * step:.1f} {y(one.mean):.1f}")
    doubtful = [(round(100 * (one.number + 0.5) / BUCKETS, 2), round(y(one.mean) / 10, 2)) for one in known if one.doubtful]
    return Series(
        ranges,
        "".join(line),
        tuple(doubtful[:_MOST_MARKS]),
        least,
        largest,
        sum(one.count for one in buckets),
        sum(one.doubtful for one in buckets),
        tuple((100 * part / 4, _tick(span, span.begin + span.length * part // 4)) for part in range(5)),
        tuple(_zooms(span, more)),
        tuple(_links(span, more)),
        span.text(span.begin),
        span.text(span.end),
    )


def _longest_gap(known: Sequence[Bucket]) -> int:
    """Give how many parts without a value a line goes over: few where there are values everywhere, many where there are few."""
    return max(3, 5 * BUCKETS // max(1, len(known)))


def _tick(span: Span, at: int) -> str:
    found = moment(at)
    if span.length > timedelta(days=2) // timedelta(microseconds=1):
        return f"{found:%m-%d %H:%M}"
    return f"{found:%H:%M:%S}"


def _address(begin: int, end: int, span: Span, more: Sequence[tuple[str, str]]) -> str:
    return "?" + urlencode([*more, ("begin", span.text(begin)), ("end", span.text(end))])


def _zooms(span: Span, more: Sequence[tuple[str, str]]) -> list[Zoom]:
    if span.length <= _BANDS * (SHORTEST // timedelta(microseconds=1)):
        return []
    found = []
    for band in range(_BANDS):
        begin, end = (span.begin + span.length * part // _BANDS for part in (band, band + 1))
        words = f"look closer at {_tick(span, begin)} to {_tick(span, end)}"
        found.append(Zoom(100 * band / _BANDS, 100 / _BANDS, _address(begin, end, span, more), words))
    return found


def _links(span: Span, more: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    half = span.length // 2
    return [
        (_address(span.begin - half, span.end - half, span, more), "Earlier"),
        (_address(span.begin + half, span.end + half, span, more), "Later"),
        (_address(span.begin + half // 2, span.end - half // 2, span, more), "Closer"),
        (_address(span.begin - half, span.end + half, span, more), "Farther"),
        ("?" + urlencode(list(more)), "All of it"),
    ]
