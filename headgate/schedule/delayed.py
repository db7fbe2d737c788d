"""A schedule delayed by some minutes.

An offset stays within the hour: hours, days and months of the schedule are as they were, each run is exactly that much
later, and there are as many of them. What would cross the hour is refused, so `50 * * * *` takes up to 9 minutes, `*/15` up
to 14, and `*` none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from headgate.numbers import counted
from headgate.schedule.convert import MARK, check_schedule, marked_quartz, normalize
from headgate.schedule.cron import parse_cron
from headgate.schedule.quartz import parse_quartz
from headgate.schedule.zones import jumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.schedule.quartz import Quartz

_LAST_MINUTE = 59
_SHORTEST_SERIES = 3
# A year of the past, whose clock changes are the same on every machine.
_YEAR = date(2024, 1, 1)


class Spreading(Protocol):
    """What a definition says of starts: `spread_minutes` at most, `exact` groups and schedules not at all."""

    @property
    def timezone(self) -> str:
        """The zone that schedules are in."""

    @property
    def spread_minutes(self) -> int:
        """The most minutes by which a start may be delayed; 0: none is."""

    @property
    def exact(self) -> Sequence[str]:
        """Groups by name, and schedules, that keep their minute."""


def delayed(text: str, minutes: int) -> str:
    """Give the schedule that runs `minutes` later, in its own language: `*/15 * * * *` by 4 gives `4-59/15 * * * *`.

    Raises ScheduleError for a text that can't be read, ValueError for minutes that would cross the hour.
    """
    found, _ = _times(text)
    if not 0 <= minutes <= _LAST_MINUTE - max(found):
        raise ValueError(f"{text!r} can't be delayed by {counted(minutes, 'minute')}: that would cross the hour")
    if not minutes:
        return text
    field = _series([minute + minutes for minute in found])
    marked = marked_quartz(text)
    if marked is None:
        return " ".join([field, *parse_cron(text).fields[1:]])
    seconds, _, *rest = marked.split()
    return MARK + " ".join([seconds, field, *rest])


@lru_cache(maxsize=1024)
def max_offset(text: str, timezone: str) -> int:
    """Give the most minutes by which a schedule can be delayed, from 0 to 59.

    No run crosses the hour, nor a time at which the zone's clocks are set within an hour (02:45 on the Chatham Islands): a
    run that clocks skip or repeat stays one, and no other becomes one. Raises ScheduleError for what can't be read.
    """
    minutes, hours = _times(text)
    most = _LAST_MINUTE - max(minutes)
    edges = [edge for jump in jumps(timezone, _YEAR) for edge in (jump.at, jump.to) if edge.hour in hours]
    return min([most, *(edge.minute - 1 - minute for edge in edges for minute in minutes if minute < edge.minute)])


def window(schedules: Spreading, group: str, text: str) -> int:
    """Give the number of offsets, counted from 0, that pipelines of a group with that schedule may have: 1 where it is exact.

    `group` is the group's key. Raises ScheduleError for a schedule or a zone that can't be read.
    """
    if not text or not schedules.spread_minutes or is_exact(schedules.exact, group, text):
        return 1
    return 1 + min(schedules.spread_minutes, max_offset(text, schedules.timezone))


def is_exact(exact: Iterable[str], group: str, text: str) -> bool:
    """Say whether a group or its schedule is among those that keep their minute. A schedule may be spelt in any way."""
    return any(entry == group or (check_schedule(entry) is None and identity(entry) == identity(text)) for entry in exact)


@lru_cache(maxsize=1024)
def identity(text: str) -> Quartz:
    """Give what is equal for schedules that run at the same times, however they are spelt. Raises ScheduleError."""
    return replace(parse_quartz(normalize(text)), text="")


def _times(text: str) -> tuple[Sequence[int], frozenset[int]]:
    """Give the sorted minutes and the hours at which a schedule runs."""
    marked = marked_quartz(text)
    if marked is None:
        cron = parse_cron(text)
        return sorted(cron.minute.values), cron.hour.values
    quartz = parse_quartz(marked)
    return quartz.minutes, frozenset(quartz.hours)


def _series(minutes: Sequence[int]) -> str:
    """Give sorted minutes as a field that reads the same in cron and Quartz: `4-59/15` where they are a series."""
    first, last = minutes[0], minutes[-1]
    steps = {after - before for before, after in pairwise(minutes)}
    if len(minutes) < _SHORTEST_SERIES or len(steps) > 1:
        return ",".join(map(str, minutes))
    step = steps.pop()
    if step == 1:
        return f"{first}-{last}"
    return f"{first}-{_LAST_MINUTE if last + step > _LAST_MINUTE else last}/{step}"
