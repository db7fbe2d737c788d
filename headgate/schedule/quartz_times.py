"""When a Quartz expression runs, by the clock on the wall."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from headgate.schedule.quartz import LastDay, MonthDays, NearestWeekday, NthWeekday, Weekdays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.schedule.quartz import Days, Quartz

_WEEK = 7
_SATURDAY, _SUNDAY = 6, 7  # as date.isoweekday says


def quartz_times(quartz: Quartz, after: datetime) -> Iterator[datetime]:
    """Give the wall-clock times (naive) strictly after `after` (naive), in order, until the expression's years end.

    Time zones play no part: a time that daylight saving skips is given, one that it repeats is given once.
    """
    for day in _dates(quartz, after.date()):
        for hour in quartz.hours:
            if datetime.combine(day, time(hour, 59, 59)) <= after:
                continue
            for minute in quartz.minutes:
                for second in quartz.seconds:
                    moment = datetime.combine(day, time(hour, minute, second))
                    if moment > after:
                        yield moment


def ever_runs(quartz: Quartz) -> bool:
    """Say whether the expression names any day that the calendar has within its years."""
    return next(_dates(quartz, date.min), None) is not None


def _dates(quartz: Quartz, first: date) -> Iterator[date]:
    for year in quartz.years:
        for month in quartz.months:
            if (year, month) < (first.year, first.month):
                continue
            for day in sorted(_days_of_month(quartz.days, year, month)):
                if (found := date(year, month, day)) >= first:
                    yield found


def _days_of_month(rule: Days, year: int, month: int) -> Iterable[int]:
    length = monthrange(year, month)[1]
    match rule:
        case MonthDays(days):
            return (day for day in days if day <= length)
        case LastDay(before, weekday):
            return _single(year, month, length - before, weekday=weekday)
        case NearestWeekday(day):
            return _single(year, month, day, weekday=True)
        case Weekdays(weekdays):
            return (day for weekday in weekdays for day in _such_days(weekday, year, month))
        case NthWeekday(weekday, nth):
            such = _such_days(weekday, year, month)
            return such[-1:] if nth is None else such[nth - 1 : nth]


def _single(year: int, month: int, day: int, *, weekday: bool) -> tuple[int, ...]:
    """Give the day, or the weekday nearest to it; nothing where the month has no such day."""
    if not 1 <= day <= monthrange(year, month)[1]:
        return ()
    return (_nearest_weekday(year, month, day),) if weekday else (day,)


def _such_days(weekday: int, year: int, month: int) -> range:
    """Give the days of the month that are the weekday (1 is Sunday)."""
    begins = date(year, month, 1).isoweekday() % _WEEK + 1
    return range(1 + (weekday - begins) % _WEEK, monthrange(year, month)[1] + 1, _WEEK)


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Quartz moves a Saturday back and a Sunday on by a day, and the other way at the month's ends."""
    found = date(year, month, day)
    if found.isoweekday() == _SATURDAY:
        found += timedelta(days=2 if day == 1 else -1)
    elif found.isoweekday() == _SUNDAY:
        found += timedelta(days=-2 if day == monthrange(year, month)[1] else 1)
    return found.day
