"""When a schedule runs next."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, islice, pairwise, takewhile
from typing import TYPE_CHECKING

from headgate.schedule.convert import marked_quartz
from headgate.schedule.cron import parse_cron
from headgate.schedule.cron_times import cron_times
from headgate.schedule.quartz import parse_quartz
from headgate.schedule.quartz_times import quartz_times
from headgate.schedule.zones import exists, zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

# Four years of the past, with one leap day: the same on every machine, whenever it is asked.
_YEARS, _MONTHS = (date(2020, 1, 1), date(2024, 1, 1)), 48


def next_firings(text: str, after: datetime, count: int, timezone: str) -> list[datetime]:
    """Give the next `count` runs strictly after `after`, aware, in the time zone; fewer where the calendar or the years end.

    `after` without a time zone is read in `timezone`. Each language is evaluated by its own rules; what daylight saving
    does to a run is told as Quartz does it, which runs the jobs: a time that is skipped doesn't run, one that is repeated
    runs once, the second time. Raises ScheduleError for a text or a zone that can't be read.
    """
    there = zone(timezone)
    start = after.astimezone(there).replace(tzinfo=None) if after.tzinfo else after
    return list(islice(_existing(wall_times(text, start), there), count))


def wall_times(text: str, after: datetime) -> Iterator[datetime]:
    """Give a schedule's wall-clock times (naive) strictly after `after` (naive), in order, whatever the time zone.

    Raises ScheduleError for a text that can't be read.
    """
    marked = marked_quartz(text)
    return cron_times(parse_cron(text), after) if marked is None else quartz_times(parse_quartz(marked), after)


@lru_cache(maxsize=1024)
def firings_a_month(text: str) -> float:
    """Give how often a schedule fires in an average month of 2020 to 2023, by the clock on the wall.

    One that is bound to other years gives 0. Raises ScheduleError for a text that can't be read.
    """
    return firings_in(text, *_YEARS) / _MONTHS


def firings_in(text: str, first: date, after: date) -> int:
    """Give how often a schedule fires from a day on until another, which is not included, by the clock on the wall.

    Raises ScheduleError for a text that can't be read.
    """
    days = list(_days(text, first, after))
    return len(days) * len(_times_of(text, days[0])) if days else 0


@lru_cache(maxsize=1024)
def longest_gap(text: str) -> timedelta | None:
    """Give the longest time between two runs of 2020 to 2023, by the clock on the wall; None where there are no two.

    Raises ScheduleError for a text that can't be read.
    """
    days = _days(text, *_YEARS)
    first = next(days, None)
    if first is None:
        return None
    times = _times_of(text, first)
    over_night = [after - before - (times[-1] - times[0]) for before, after in pairwise(chain([first], days))]
    return max([*over_night, *(after - before for before, after in pairwise(times))], default=None)


def _times_of(text: str, first: datetime) -> list[datetime]:
    """Give the runs of a day by its first one: they are the same on each day that has some."""
    return list(takewhile(lambda it: it.date() == first.date(), wall_times(text, first - timedelta(microseconds=1))))


def _days(text: str, first: date, after: date) -> Iterator[datetime]:
    """Give the first run of each day that has one, from a day on until another, which is not included."""
    start, end = (datetime.combine(day, time.min) for day in (first, after))
    moment = next(wall_times(text, start - timedelta(microseconds=1)), end)
    while moment < end:
        yield moment
        moment = next(wall_times(text, moment.replace(hour=23, minute=59, second=59)), end)


def _existing(times: Iterator[datetime], there: tzinfo) -> Iterator[datetime]:
    for wall in times:
        moment = wall.replace(tzinfo=there)
        if not exists(moment):
            continue
        again = moment.replace(fold=1)
        # A fold on a time that comes once would be distinguished by nothing but equality across zones.
        yield again if (again.utcoffset() or timedelta()) != moment.utcoffset() else moment
