"""From cron to Quartz, the language of Databricks jobs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from headgate.schedule.cron import WEEKDAYS, parse_cron
from headgate.schedule.errors import ScheduleError, shown
from headgate.schedule.quartz import parse_quartz
from headgate.schedule.quartz_times import ever_runs

if TYPE_CHECKING:
    from headgate.schedule.cron import Cron, Field, Span

MARK = "quartz:"
# The nth such weekday of a month falls on these days, whatever the month.
_WEEKS = {frozenset(range(first, min(first + 7, 32))): nth for nth, first in enumerate(range(1, 32, 7), start=1)}


def normalize(text: str) -> str:
    """Give the Quartz expression of a schedule: of a cron text its translation, of one marked `quartz:` itself.

    Raises ScheduleError where the text can't be read, never runs, or says what Quartz can't say.
    """
    marked = marked_quartz(text)
    if marked is None:
        return to_quartz(text)
    quartz = parse_quartz(marked)
    if not ever_runs(quartz):
        raise ScheduleError(f"Quartz {shown(marked)} never runs: no month has that day", "name a day that the month has")
    return quartz.text


def marked_quartz(text: str) -> str | None:
    """Give what follows the mark `quartz:`, None where the text is not marked."""
    stripped = text.strip()
    return stripped.removeprefix(MARK).strip() if stripped.startswith(MARK) else None


@lru_cache(maxsize=1024)
def to_quartz(text: str) -> str:
    """Translate a cron expression into Quartz: `0 2 * * 1-5` gives `0 0 2 ? * MON-FRI`.

    Equal expressions give equal text, as far as one item of a field isn't hidden in another. Raises ScheduleError where the
    text can't be read, or says what Quartz can't say: days of month together with weekdays.
    """
    cron = parse_cron(text)
    day, weekday = _day_fields(cron, text)
    return f"0 {_numbers(cron.minute, 59)} {_numbers(cron.hour, 23)} {day} {_numbers(cron.month, 12)} {weekday}"


@lru_cache(maxsize=4096)
def check_schedule(text: str) -> ScheduleError | None:
    """Say what is wrong with a schedule, as `normalize` would raise it; None where it is right. Each text is read once."""
    try:
        normalize(text)
    except ScheduleError as error:
        return error
    return None


def _day_fields(cron: Cron, text: str) -> tuple[str, str]:
    """Give the day of month and the weekday of the Quartz expression, of which one is `?`."""
    day, weekday = cron.day, cron.weekday
    if cron.on_either_day:
        if day.full or weekday.full:
            return "*", "?"
        if not cron.day_exists:
            return "?", _weekdays(weekday)
        raise _either(cron, text)
    if weekday.full:
        return _numbers(day, 31), "?"
    if day.full:
        return "?", _weekdays(weekday)
    if len(weekday.values) == 1 and (nth := _WEEKS.get(day.values)):
        return "?", f"{WEEKDAYS[min(weekday.values)]}#{nth}"
    raise _both(cron, text)


def _either(cron: Cron, text: str) -> ScheduleError:
    minute, hour, day, month, weekday = cron.fields
    return ScheduleError(
        f"cron {shown(text)} runs on days that fit the day of month or the weekday, which Quartz can't say in one schedule",
        f"two schedules say it together: '{minute} {hour} {day} {month} *' and '{minute} {hour} * {month} {weekday}'",
    )


def _both(cron: Cron, text: str) -> ScheduleError:
    minute, hour, day, month, weekday = cron.fields
    return ScheduleError(
        f"cron {shown(text)} runs on days that fit the day of month and the weekday, which Quartz can't say",
        f"keep one of the two: '{minute} {hour} {day} {month} *' or '{minute} {hour} * {month} {weekday}'",
    )


def _numbers(field: Field, last: int) -> str:
    return "*" if field.full else ",".join(_span(span, last) for span in field.spans)


def _span(span: Span, last: int) -> str:
    match len(span.values):
        case 1:
            return str(span.first)
        case _ if span.step == 1:
            return f"{span.first}-{span.last}"
    return f"{span.first}/{span.step}" if span.last == last else f"{span.first}-{span.last}/{span.step}"


def _weekdays(field: Field) -> str:
    return ",".join(dict.fromkeys(_weekday_span(span) for span in field.spans))


def _weekday_span(span: Span) -> str:
    """Names rather than numbers, since 1 is Monday in cron and Sunday in Quartz; but Quartz ignores a step after names."""
    names = [WEEKDAYS[value % 7] for value in span.values]
    if len(names) == 1:
        return names[0]
    if span.step == 1:
        return f"{names[0]}-{names[-1]}"
    return ",".join(names)
