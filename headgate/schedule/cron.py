"""The Unix cron language: five fields, read into sets of numbers.

Source: crontab(5) of cronie, which continues Vixie cron. Beyond it, as most readers of cron do, `5/10` is read as
`5-59/10`: from 5 to the field's end. A step longer than its field (`*/90` minutes) is refused: cron would run it every hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from headgate.numbers import counted
from headgate.problems import did_you_mean
from headgate.schedule.errors import ScheduleError, shown

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
SUNDAY_AS_LAST = 7
SHORTCUTS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(
    r"(?P<first>\*|[0-9]{1,4}|[A-Za-z]+)(?:-(?P<last>[0-9]{1,4}|[A-Za-z]+))?(?:/(?P<step>[0-9]{1,4}))?",
)
# Items that Quartz knows and cron doesn't: ?, 6#3, L, LW, 15W, 6L, FRIL, L-3.
_ITEM_OF_QUARTZ = re.compile(r".*[?#].*|[0-9]*[LW]{1,2}|[A-Z]{3}L|L-[0-9]+W?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One item of a field: each `step`th number from `first` to `last`, both included."""

    first: int
    last: int
    step: int = 1

    @property
    def values(self) -> range:
        """The numbers of the item."""
        return range(self.first, self.last + 1, self.step)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its items, sorted and each once; its numbers; whether its text begins with `*`.

    Weekdays count from 0 (Sunday) to 6 in `values`; in `spans` a Sunday that ends a range is 7.
    """

    spans: tuple[Span, ...]
    values: frozenset[int]
    star: bool
    full: bool


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression. `fields` are its five texts, a shortcut such as @daily spelt out."""

    fields: tuple[str, str, str, str, str]
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def on_either_day(self) -> bool:
        """Whether a day need only fit the day of month or the weekday; else it has to fit both.

        Source: cronie's cron.c, where a day field that begins with `*`, be it `*/2`, is one that has to fit.
        """
        return not (self.day.star or self.weekday.star)

    @property
    def day_exists(self) -> bool:
        """Whether any of the months has any of the days of month: 31 February is none."""
        return any(day <= _LONGEST_MONTHS[month - 1] for month in self.month.values for day in self.day.values)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a field may hold; `last` is where `*` and `5/10` end, `highest` the highest number that may be written."""

    name: str
    first: int
    last: int
    highest: int
    names: tuple[str, ...] = ()


_KINDS = (
    _Kind("minute", 0, 59, 59),
    _Kind("hour", 0, 23, 23),
    _Kind("day of month", 1, 31, 31),
    _Kind("month", 1, 12, 12, MONTHS),
    _Kind("weekday", 0, 6, SUNDAY_AS_LAST, WEEKDAYS),
)


@lru_cache(maxsize=1024)
def parse_cron(text: str) -> Cron:
    """Read a cron expression: five fields, or a shortcut such as @daily.

    Raises ScheduleError, which names all that is wrong in the fields, also where the expression would never run.
    """
    fields = _split(text)
    parsed: list[Field] = []
    faults: list[ScheduleError] = []
    for kind, field in zip(_KINDS, fields, strict=True):
        try:
            parsed.append(_field(kind, field))
        except ScheduleError as fault:
            faults.append(fault)
    if faults:
        fixes = dict.fromkeys(fault.fix for fault in faults)
        raise ScheduleError(f"cron {shown(text)}: " + "; ".join(fault.message for fault in faults), "; ".join(fixes))
    cron = Cron(fields, *parsed)
    if not cron.day_exists and not cron.on_either_day:
        raise ScheduleError(
            f"cron {shown(text)} never runs: no month of {shown(fields[3])} has a day {shown(fields[2])}",
            "name a day that the month has, such as 28",
        )
    return cron


def _split(text: str) -> tuple[str, str, str, str, str]:
    fields = text.split()
    if fields and fields[0].upper().startswith(("TZ=", "CRON_TZ=")):
        zone = fields[0].partition("=")[2]
        fix = f"put {zone} into schedules.timezone, for all of them"
        raise ScheduleError(f"cron {shown(text)} begins with a time zone", fix)
    if len(fields) == 1 and fields[0].startswith("@"):
        fields = _shortcut(fields[0]).split()
    match fields:
        case []:
            raise ScheduleError("the schedule is empty", "write five fields, such as '0 2 * * *' for 02:00 every day")
        case [minute, hour, day, month, weekday]:
            return minute, hour, day, month, weekday
        case [_, _, _, _, _, _] | [_, _, _, _, _, _, _]:
            fix = "cron has no seconds and no years: leave them out, or write 'quartz:' before a Quartz expression"
        case _:
            fix = "write minute, hour, day of month, month, weekday, such as '0 2 * * *'"
    raise ScheduleError(f"cron {shown(text)} has {counted(len(fields), 'field')}, not 5", fix)


def _shortcut(word: str) -> str:
    if word.lower() == "@reboot":
        raise ScheduleError("'@reboot' is not a time, and nothing boots here", "name a time, such as '@daily' or '0 2 * * *'")
    if found := SHORTCUTS.get(word.lower()):
        return found
    raise ScheduleError(f"{shown(word)} is not one of cron's shortcuts", did_you_mean(word, SHORTCUTS))


def _field(kind: _Kind, text: str) -> Field:
    spans = tuple(sorted({_span(kind, item) for item in text.split(",")}))
    size = kind.last - kind.first + 1
    values = frozenset(kind.first + (value - kind.first) % size for span in spans for value in span.values)
    return Field(spans, values, star=text.startswith("*"), full=len(values) == size)


def _span(kind: _Kind, item: str) -> Span:
    if _ITEM_OF_QUARTZ.fullmatch(item):
        fix = "write a whole Quartz expression, with 'quartz:' before it, or use numbers, '*' and ranges such as 1-5"
        raise ScheduleError(f"{kind.name} {shown(item)} is Quartz, not cron", fix)
    found = _ITEM.fullmatch(item)
    if not found or (found["first"] == "*" and found["last"]):
        fix = "use numbers, '*', ranges such as 1-5, steps such as */2, and commas between them"
        raise ScheduleError(f"{kind.name} {shown(item)} can't be read", fix)
    first = kind.first if found["first"] == "*" else _number(kind, found["first"])
    if found["last"]:
        last = _number(kind, found["last"])
        if kind.highest == SUNDAY_AS_LAST and last == 0 < first:
            last = SUNDAY_AS_LAST
    else:
        last = kind.last if found["first"] == "*" or found["step"] else first
    if first > last:
        raise _backwards(kind, item, first, last)
    if first == SUNDAY_AS_LAST == kind.highest:
        first = last = 0
    return Span(first, last, _step(kind, item, found["step"]))


def _number(kind: _Kind, text: str) -> int:
    if text.isdigit():
        if kind.first <= int(text) <= kind.highest:
            return int(text)
        raise ScheduleError(
            f"{kind.name} {shown(text)} is not in {kind.first} to {kind.highest}",
            f"the {kind.name} goes from {kind.first} to {kind.highest}",
        )
    if text.upper() in kind.names:
        return kind.names.index(text.upper()) + kind.first
    if not kind.names:
        raise ScheduleError(
            f"{kind.name} {shown(text)} is not a number", f"the {kind.name} goes from {kind.first} to {kind.highest}"
        )
    raise ScheduleError(f"{kind.name} {shown(text)} is neither a number nor a name", did_you_mean(text[:3], kind.names))


def _backwards(kind: _Kind, item: str, first: int, last: int) -> ScheduleError:
    if "-" not in item:
        return ScheduleError(
            f"{kind.name} {shown(item)} begins after the last {kind.name}, {kind.last}", "count Sunday as 0 where steps begin"
        )
    low, _, high = item.partition("/")[0].partition("-")
    begin, end = (kind.names[0], kind.names[-1]) if kind.names and not (low + high).isdigit() else (kind.first, kind.last)
    before = low if first == kind.last else f"{low}-{end}"
    after = high if last == kind.first else f"{begin}-{high}"
    return ScheduleError(f"{kind.name} {shown(item)} runs backwards, which cron does not take", f"write {before},{after}")


def _step(kind: _Kind, item: str, text: str | None) -> int:
    size = kind.last - kind.first + 1
    step = int(text or 1)
    if 1 <= step <= size:
        return step
    if step:
        fault = f"{kind.name} {shown(item)} steps past the field's end, where cron starts again: it is not 'every {step}'"
    else:
        fault = f"{kind.name} {shown(item)} has a step of 0"
    raise ScheduleError(fault, f"a step of the {kind.name} goes from 1 to {size}")
