"""When a cron expression runs, by the clock on the wall."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.schedule.cron import Cron

_DAY = timedelta(days=1)


def cron_times(cron: Cron, after: datetime) -> Iterator[datetime]:
    """Give the wall-clock times (naive) strictly after `after` (naive), in order, until the year 9999 ends.

    Time zones play no part: a time that daylight saving skips is given, one that it repeats is given once.
    """
    times = [time(hour, minute) for hour in sorted(cron.hour.values) for minute in sorted(cron.minute.values)]
    for day in _days(cron, after.date()):
        for at in times:
            moment = datetime.combine(day, at)
            if moment > after:
                yield moment


def _days(cron: Cron, first: date) -> Iterator[date]:
    day = first
    try:
        while True:
            if day.month not in cron.month.values:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
                continue
            if _fits(cron, day):
                yield day
            day += _DAY
    except OverflowError:  # the calendar's end
        return


def _fits(cron: Cron, day: date) -> bool:
    by_day = day.day in cron.day.values
    by_weekday = day.isoweekday() % 7 in cron.weekday.values
    return by_day or by_weekday if cron.on_either_day else by_day and by_weekday
