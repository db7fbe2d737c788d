"""A schedule in a few English words, for tables on a terminal."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

from headgate.numbers import counted
from headgate.schedule.convert import normalize
from headgate.schedule.errors import ScheduleError
from headgate.schedule.quartz import FIRST_YEAR, LAST_YEAR, LastDay, MonthDays, NearestWeekday, Weekdays, parse_quartz

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.schedule.quartz import Days, Quartz

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", None: "last"}
_ALL = tuple(range(60))
_HOURS = tuple(range(24))
_MOST_TIMES = 4
_RUN = 3  # so many numbers in a row are described as a range
_WEEK = 7


def describe_schedule(text: str) -> str:
    """Say a schedule in words: `0 2 * * 1-5` gives `at 02:00 on Monday to Friday`. One that can't run is given as it is."""
    try:
        quartz = parse_quartz(normalize(text).removeprefix("quartz:"))
    except ScheduleError:
        return text.strip()
    parts = (_times(quartz), _days(quartz.days), _months(quartz.months), _years(quartz.years))
    daily = parts[0].startswith("at ") and quartz.hours != _HOURS and not any(parts[1:])
    return " ".join(part for part in (*parts, "every day" if daily else "") if part)


def _times(quartz: Quartz) -> str:
    seconds, minutes, hours = quartz.seconds, quartz.minutes, quartz.hours
    if len(seconds) * len(minutes) * len(hours) <= _MOST_TIMES:
        return "at " + _and([_clock(*parts) for parts in product(hours, minutes, seconds)])
    return (_paced(minutes, hours) if seconds == (0,) else "") or _listed(quartz)


def _paced(minutes: Sequence[int], hours: Sequence[int]) -> str:
    """Say `every 15 minutes` or `every 2 hours from 08:00 to 18:00` where the runs are evenly spaced; else nothing."""
    span = f" from {_clock(hours[0], minutes[0])} to {_clock(hours[-1], minutes[-1])}"
    if len(minutes) == 1:
        pace = _step(hours)
        if not pace:
            return ""
        if pace == 1 and len(hours) == len(_HOURS):
            return "every hour" + (f" at minute {minutes[0]}" if minutes[0] else "")
        if pace * len(hours) == len(_HOURS):
            span = f" from {_clock(hours[0], minutes[0])}" if hours[0] or minutes[0] else ""
        return _every(pace, "hour") + span
    pace = _step(minutes)
    if pace * len(minutes) != len(_ALL) or _step(hours) > 1:
        return ""
    if len(hours) == len(_HOURS):
        span = f" from minute {minutes[0]}" if minutes[0] else ""
    return _every(pace, "minute") + span


def _listed(quartz: Quartz) -> str:
    """Say seconds, minutes and hours, without those that go without saying: the `every hour` of every 10 minutes."""
    parts = [] if quartz.seconds == (0,) else [_numbers("second", quartz.seconds, _ALL)]
    parts += [_numbers("minute", quartz.minutes, _ALL), _numbers("hour", quartz.hours, _HOURS)]
    while len(parts) > 1 and parts[-1] in {"every minute", "every hour"} and parts[-2].startswith("every "):
        parts.pop()
    return ", ".join(parts)


def _numbers(unit: str, numbers: Sequence[int], every: Sequence[int]) -> str:
    step = _step(numbers)
    if step * len(numbers) == len(every) and numbers[0] == 0:
        return _every(step, unit)
    if step > 1 and len(numbers) > _MOST_TIMES:
        return f"at {unit}s {numbers[0]} to {numbers[-1]} by steps of {step}"
    return "at " + _plural(unit, numbers)


def _step(numbers: Sequence[int]) -> int:
    """Give the step by which the numbers rise, the same each time; 0 where there is none."""
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else 0


def _clock(hour: int, minute: int, second: int = 0) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _every(pace: int, unit: str) -> str:
    return f"every {unit}" if pace == 1 else f"every {counted(pace, unit)}"


def _plural(unit: str, numbers: Sequence[int]) -> str:
    return f"{unit}{'s' * (len(numbers) > 1)} {_list(numbers)}"


def _days(rule: Days) -> str:
    match rule:
        case MonthDays(days):
            return "" if len(days) == len(range(1, 32)) else f"on {_plural('day', sorted(days))} of the month"
        case LastDay(before, weekday):
            day = f"day {before} before the month's last" if before else "the last day of the month"
            if weekday:
                return f"on the weekday nearest to {day}" if before else "on the last weekday of the month"
            return f"on {day}"
        case NearestWeekday(day):
            return f"on the weekday nearest to day {day} of the month"
        case Weekdays(weekdays):
            return "" if len(weekdays) == _WEEK else "on " + _list(_from_monday(weekdays), _WEEKDAYS)
    return f"on the {_NTH[rule.nth]} {_WEEKDAYS[rule.weekday - 1]} of the month"


def _from_monday(weekdays: frozenset[int]) -> list[int]:
    """Weekdays that count from 1 (Sunday), as places in a week's names, Monday first: 7 is Sunday."""
    return sorted(weekday - 1 or _WEEK for weekday in weekdays)


def _months(months: Sequence[int]) -> str:
    return "" if len(months) == len(_MONTHS) else "in " + _list([month - 1 for month in months], _MONTHS)


def _years(years: Sequence[int]) -> str:
    return "" if years == tuple(range(FIRST_YEAR, LAST_YEAR + 1)) else "in " + _list(years)


def _list(numbers: Sequence[int], names: Sequence[str] = ()) -> str:
    """List sorted numbers, three and more in a row as a range; where there are names, by name, round from the last on."""

    def name(number: int) -> str:
        return names[number % len(names)] if names else str(number)

    words: list[str] = []
    rest = list(numbers)
    while rest:
        run = 1
        while run < len(rest) and rest[run] == rest[0] + run:
            run += 1
        row, rest = rest[:run], rest[run:]
        words += [f"{name(row[0])} to {name(row[-1])}"] if run >= _RUN else [name(number) for number in row]
    return _and(words)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"
