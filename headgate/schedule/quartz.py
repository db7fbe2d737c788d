"""The Quartz cron language: six or seven fields, read by Quartz's own rules.

Source: the class documentation and the code of org.quartz.CronExpression. Refused beyond what Quartz refuses, since it reads
them as something else without a word: a step after names (`MON-FRI/2` loses its step), names longer than three letters,
and L, W or # in a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from headgate.numbers import counted
from headgate.schedule.errors import ScheduleError, shown

FIRST_YEAR, LAST_YEAR = 1970, 2199
_MONTHS = {"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6}
_MONTHS |= {"JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_SATURDAY = 7
_FIELDS_WITHOUT_YEAR, _FIELDS_WITH_YEAR = 6, 7
_NUMBERS = re.compile(r"(?P<first>[0-9]{1,4})(?:-(?P<last>[0-9]{1,4}))?(?:/(?P<step>[0-9]{1,4}))?")
_NAMES = re.compile(r"(?P<first>[A-Z]{3})(?:-(?P<last>[A-Z]{3}))?")
_ALL = re.compile(r"\*|\*?/(?P<step>[0-9]{1,4})")
_LAST_DAY = re.compile(r"L(?:-(?P<before>[0-9]{1,2}))?(?P<weekday>W)?")
_NEAREST = re.compile(r"(?P<day>[0-9]{1,2})W")
_LAST_WEEKDAY = re.compile(r"(?P<weekday>[1-7]|[A-Z]{3})L")
_NTH_WEEKDAY = re.compile(r"(?P<weekday>[1-7]|[A-Z]{3})#(?P<nth>[1-5])")


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of the month by number."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of the month, or some days `before` it; with `weekday`, the Monday to Friday nearest to that."""

    before: int = 0
    weekday: bool = False


@dataclass(frozen=True, slots=True)
class NearestWeekday:
    """The Monday to Friday that is nearest to a day and in its month."""

    day: int


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, 1 (Sunday) to 7."""

    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The `nth` such weekday (1 is Sunday) of the month; None is the last."""

    weekday: int
    nth: int | None


Days = MonthDays | LastDay | NearestWeekday | Weekdays | NthWeekday


@dataclass(frozen=True, slots=True)
class Quartz:
    """A Quartz expression: sorted numbers of its fields, and its rule for days. `text` has one space between fields."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    first: int
    last: int
    longest_step: int
    names: dict[str, int]
    wraps: bool = True


_SECOND = _Kind("second", 0, 59, 59, {})
_MINUTE = _Kind("minute", 0, 59, 59, {})
_HOUR = _Kind("hour", 0, 23, 23, {})
_DAY = _Kind("day of month", 1, 31, 31, {})
_MONTH = _Kind("month", 1, 12, 12, _MONTHS)
_WEEKDAY = _Kind("weekday", 1, _SATURDAY, 7, _WEEKDAYS)
_YEAR = _Kind("year", FIRST_YEAR, LAST_YEAR, LAST_YEAR, {}, wraps=False)


@lru_cache(maxsize=1024)
def parse_quartz(text: str) -> Quartz:
    """Read a Quartz expression (without the mark `quartz:`): six fields, or seven with the year.

    Raises ScheduleError, which names all that is wrong. Whether it ever runs is not asked here.
    """
    fields = text.upper().split()
    if not _FIELDS_WITHOUT_YEAR <= len(fields) <= _FIELDS_WITH_YEAR:
        raise ScheduleError(
            f"Quartz {shown(text)} has {counted(len(fields), 'field')}, not 6 or 7",
            "write second, minute, hour, day of month, month, weekday and perhaps year, such as '0 0 2 * * ?'",
        )
    second, minute, hour, day, month, weekday, year = [*fields, "*"][:_FIELDS_WITH_YEAR]
    faults: list[ScheduleError] = []

    def numbers(kind: _Kind, field: str) -> tuple[int, ...]:
        try:
            return _numbers(kind, field)
        except ScheduleError as fault:
            faults.append(fault)
            return ()

    seconds, minutes, hours = numbers(_SECOND, second), numbers(_MINUTE, minute), numbers(_HOUR, hour)
    try:
        days = _days(day, weekday)
    except ScheduleError as fault:
        faults.append(fault)
        days = LastDay()
    months, years = numbers(_MONTH, month), numbers(_YEAR, year)
    if faults:
        fixes = dict.fromkeys(fault.fix for fault in faults)
        raise ScheduleError(f"Quartz {shown(text)}: " + "; ".join(fault.message for fault in faults), "; ".join(fixes))
    return Quartz(" ".join(text.split()), seconds, minutes, hours, days, months, years)


def _days(day: str, weekday: str) -> Days:
    if day == "?" != weekday:
        return _weekday_rule(weekday)
    if weekday == "?" != day:
        return _day_rule(day)
    fix = "put '?' into one of the two, and the days into the other; days that fit either take two schedules"
    if day == "?":
        raise ScheduleError("day of month and weekday are both '?'", "put '*' for every day into one of the two")
    raise ScheduleError(f"neither day of month {shown(day)} nor weekday {shown(weekday)} is '?'", fix)


def _day_rule(text: str) -> Days:
    if found := _LAST_DAY.fullmatch(text):
        before = int(found["before"] or 0)
        if before >= _DAY.last:
            raise ScheduleError(f"day of month {shown(text)} is before any month's first day", "use L to L-30")
        return LastDay(before, weekday=bool(found["weekday"]))
    if (found := _NEAREST.fullmatch(text)) and _DAY.first <= int(found["day"]) <= _DAY.last:
        return NearestWeekday(int(found["day"]))
    return MonthDays(frozenset(_numbers(_DAY, text)))


def _weekday_rule(text: str) -> Days:
    if text == "L":
        return Weekdays(frozenset({_SATURDAY}))
    if found := _LAST_WEEKDAY.fullmatch(text):
        return NthWeekday(_number(_WEEKDAY, found["weekday"]), None)
    if found := _NTH_WEEKDAY.fullmatch(text):
        return NthWeekday(_number(_WEEKDAY, found["weekday"]), int(found["nth"]))
    return Weekdays(frozenset(_numbers(_WEEKDAY, text)))


def _numbers(kind: _Kind, text: str) -> tuple[int, ...]:
    return tuple(sorted({number for item in text.split(",") for number in _item(kind, item)}))


def _item(kind: _Kind, item: str) -> list[int]:
    if found := _ALL.fullmatch(item):
        return list(range(kind.first, kind.last + 1, _step(kind, item, found["step"])))
    found = _NAMES.fullmatch(item) if kind.names else None
    found = found or _NUMBERS.fullmatch(item)
    if not found:
        raise ScheduleError(f"{kind.name} {shown(item)} can't be read", _fix(kind, item))
    first = _number(kind, found["first"])
    step_text = found.groupdict().get("step")
    step = _step(kind, item, step_text)
    end = kind.last if step_text else first
    last = _number(kind, found["last"]) if found["last"] else end
    size = kind.last - kind.first + 1
    if last < first:
        if not kind.wraps:
            raise ScheduleError(f"{kind.name} {shown(item)} runs backwards", "begin with the earlier year")
        last += size
    return [kind.first + (number - kind.first) % size for number in range(first, last + 1, step)]


def _number(kind: _Kind, text: str) -> int:
    if not text.isdigit():
        if text in kind.names:
            return kind.names[text]
        raise ScheduleError(
            f"{kind.name} {shown(text)} is neither a number nor a name", "the names are " + ", ".join(kind.names)
        )
    if kind.first <= int(text) <= kind.last:
        return int(text)
    note = " (1 is Sunday)" if kind is _WEEKDAY else ""
    raise ScheduleError(
        f"{kind.name} {shown(text)} is not in {kind.first} to {kind.last}",
        f"the {kind.name} goes from {kind.first} to {kind.last}{note}",
    )


def _step(kind: _Kind, item: str, text: str | None) -> int:
    step = int(text or 1)
    if 1 <= step <= kind.longest_step:
        return step
    raise ScheduleError(
        f"{kind.name} {shown(item)} has a step of {step}", f"a step of the {kind.name} goes from 1 to {kind.longest_step}"
    )


def _fix(kind: _Kind, item: str) -> str:
    if kind.names and "/" in item and re.search("[A-Z]", item):
        return "Quartz ignores a step after names: write numbers" + (", 1 for Sunday" if kind is _WEEKDAY else "")
    if kind is _DAY:
        return "use numbers, '*', 1-5, 1/2, or alone: L, L-3, LW, 15W, ?"
    if kind is _WEEKDAY:
        return "use 1 (Sunday) to 7 or SUN to SAT, '*', MON-FRI, 2/2, or alone: 6L, 6#3, ?"
    return f"use numbers from {kind.first} to {kind.last}, '*', ranges such as 1-5, steps such as 0/2, and commas between them"
