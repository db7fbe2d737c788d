"""Query parameters that streams share: times, zones, choices and limits, read as PI reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Query

from ..errors import PiError
from ..request_context import Plain  # noqa: TC001 (FastAPI reads the annotations)
from ..times import Span, parse, relative, spans
from .grids import too_many

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import Enum

    Choice = TypeVar("Choice", bound=Enum)

_SHOWN = 200


def chosen(name: str, text: str, kind: type[Choice]) -> Choice:
    """Give the member that a parameter names, capitals or not. Raises PiError 400 for none."""
    for member in kind:
        if member.value.lower() == text.strip().lower():
            return member
    raise PiError(400, f"The parameter '{name}' is invalid: '{text[:_SHOWN]}'.")


def one_of(name: str, text: str, known: Sequence[str]) -> str:
    """Give the word that a parameter names, capitals or not. Raises PiError 400 for none."""
    for word in known:
        if word.lower() == text.strip().lower():
            return word
    raise PiError(400, f"The parameter '{name}' is invalid: '{text[:_SHOWN]}'.")


def limited(name: str, number: int, most: int) -> int:
    """Give a number from 1 to `most`. Raises PiError 400 for another."""
    if number > most:
        raise too_many(name, most)
    if number < 1:
        raise PiError(400, f"The parameter '{name}' must be greater than zero.")
    return number


def spanned(name: str, text: str) -> Span:
    """Give a time span that is more than nothing. Raises PiError 400 for what is none."""
    try:
        told = spans(text)
    except (ValueError, OverflowError):
        raise PiError(400, f"The parameter '{name}' is invalid: '{text[:_SHOWN]}' is no time span.") from None
    if told.about <= 0:
        raise PiError(400, f"The parameter '{name}' must be greater than zero.")
    return told


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads times at `now` in a zone."""

    now: int
    zone: tzinfo

    def time(self, name: str, text: str, relative_to: int | None = None) -> int:
        """Give a time as ticks. Raises PiError 400 for what is none."""
        try:
            told = parse(text, self.now, self.zone, relative_to)
        except (ValueError, OverflowError):
            raise PiError(400, f"The parameter '{name}' is invalid: '{text[:_SHOWN]}' is no time.") from None
        if not _FIRST <= told <= _LAST:
            raise PiError(400, f"The parameter '{name}' is out of range: '{text[:_SHOWN]}'.")
        return told


_FIRST, _LAST = 0, 2_534_023_008_000_000_000


async def _clock(asked: Plain, zone: Annotated[str | None, Query(alias="timeZone")] = None) -> Clock:
    if not zone or zone.upper() in {"UTC", "Z"}:
        return Clock(asked.now, UTC)
    try:
        return Clock(asked.now, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PiError(400, f"The parameter 'timeZone' is invalid: '{zone[:_SHOWN]}'.") from None


async def _utc_clock(asked: Plain) -> Clock:
    return Clock(asked.now, UTC)


# A route with timeZone takes Zoned, one without it UtcClock.
Zoned = Annotated[Clock, Depends(_clock)]
UtcClock = Annotated[Clock, Depends(_utc_clock)]


@dataclass(frozen=True, slots=True)
class Window:
    """A time, `start` after `end` where it goes backwards (ticks)."""

    start: int
    end: int
    zone: tzinfo

    @property
    def low(self) -> int:
        """Its earlier end."""
        return min(self.start, self.end)

    @property
    def high(self) -> int:
        """Its later end."""
        return max(self.start, self.end)


def window(clock: Clock, start: str, end: str) -> Window:
    """Give a time by its ends; an end that is an interval alone counts from the other. Raises PiError 400."""
    if relative(start) and not relative(end):
        ended = clock.time("endTime", end)
        return Window(clock.time("startTime", start, ended), ended, clock.zone)
    begun = clock.time("startTime", start)
    return Window(begun, clock.time("endTime", end, begun), clock.zone)


async def _window(
    clock: Zoned,
    start: Annotated[str, Query(alias="startTime")] = "*-1d",
    end: Annotated[str, Query(alias="endTime")] = "*",
) -> Window:
    return window(clock, start, end)


async def _utc_window(
    clock: UtcClock,
    start: Annotated[str, Query(alias="startTime")] = "*-1d",
    end: Annotated[str, Query(alias="endTime")] = "*",
) -> Window:
    return window(clock, start, end)


ZonedWindow = Annotated[Window, Depends(_window)]
UtcWindow = Annotated[Window, Depends(_utc_window)]
