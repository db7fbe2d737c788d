"""All starts of the last and the next 24 hours in one view: where each mark stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.dashboard.views.ingestion import AROUND, STATES
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headgate.observe.freshness import Lane

_NARROWEST = 0.25  # per cent of the width: less can't be seen
_HOURS = 6  # between two ticks


@dataclass(frozen=True, slots=True)
class Mark:
    """A run, past or to come: where it begins and how wide it is, in per cent; its class and words."""

    x: float
    width: float
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A pipeline's marks, and the same in a sentence."""

    pipeline: str
    marks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Starts:
    """The lanes, and (per cent, text) of the ticks of their common axis. Now is at 50 %."""

    lanes: tuple[DrawnLane, ...]
    ticks: tuple[tuple[float, str], ...]


def starts_of(lanes: Sequence[Lane], now: datetime) -> Starts:
    """Give the lanes as they are drawn. The axis shows UTC."""
    hour = (now - AROUND).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    every = [hour + timedelta(hours=number) for number in range(48)]
    ticks = tuple((_percent(tick, now), f"{tick:%H:%M}") for tick in every if tick.hour % _HOURS == 0 and tick <= now + AROUND)
    return Starts(tuple(DrawnLane(one.pipeline, tuple(_marks(one, now)), _words(one)) for one in lanes), ticks)


def _percent(moment: datetime, now: datetime) -> float:
    return round(min(100.0, max(0.0, 50 + 50 * (moment - now) / AROUND)), 2)


def _marks(one: Lane, now: datetime) -> Iterator[Mark]:
    for start, end, state in one.past:
        x = _percent(start, now)
        word = STATES.get(state, "running")
        took = f", {(end - start).total_seconds():,.0f} s" if end else ""
        yield Mark(x, _width(x, _percent(end or now, now)), word, f"{start:%d %b %H:%M} UTC: {word}{took}")
    look = "paused" if one.paused else "coming"
    if one.every:
        yield Mark(50, 50, f"{look} often", f"every {one.every} min")
    for start in one.coming:
        x = _percent(start, now)
        yield Mark(x, _width(x, _percent(start + one.takes, now)), look, f"{start:%d %b %H:%M} UTC: as scheduled")


def _width(begin: float, end: float) -> float:
    return round(max(_NARROWEST, end - begin), 2)


def _words(one: Lane) -> str:
    ran = f"{len(one.past)} in the last 24 hours"
    if not (one.coming or one.every):
        return f"{ran}, none is scheduled"
    coming = f"every {counted(one.every, 'minute')} from now on" if one.every else f"{len(one.coming)} in the next 24"
    return f"{ran}, {coming}{', which are paused' if one.paused else ''}"
