"""Runs that daylight saving skips or repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from headgate.schedule.convert import marked_quartz
from headgate.schedule.cron import parse_cron
from headgate.schedule.firings import wall_times
from headgate.schedule.zones import jumps

if TYPE_CHECKING:
    from datetime import date

    from headgate.schedule.zones import Jump

_SHOWN = 3


def daylight_warnings(text: str, timezone: str, after: date | None = None) -> list[str]:
    """Say which runs within a year of `after` (today) fall into times that the zone's clocks skip or repeat: one line a change.

    Quartz leaves out a time that is skipped, and runs a repeated one once, when it comes for the second time: what
    org.quartz.CronExpression does, which computes with java.util.GregorianCalendar. Quartz's own documentation is more
    careful, and says that such runs may be missed or doubled. Unix cron moves a job of a fixed time to just after the change,
    and does not repeat it, but lets a job with `*` for minute or hour follow the clock: cron(8) of cronie.

    Raises ScheduleError for a text or a zone that can't be read.
    """
    changes = jumps(timezone, after or datetime.now(UTC).date())
    marked = marked_quartz(text) is not None
    fixed = not marked and _is_fixed(text)
    return [_warning(jump, runs, timezone, marked=marked, fixed=fixed) for jump in changes if (runs := _runs(text, jump))]


def _is_fixed(text: str) -> bool:
    cron = parse_cron(text)
    return not (cron.minute.star or cron.hour.star)


def _runs(text: str, jump: Jump) -> list[datetime]:
    """Give the runs that fall between the change's two times; the earlier is one of them, the later isn't."""
    begin, end = sorted((jump.at, jump.to))
    return list(takewhile(lambda run: run < end, wall_times(text, begin - timedelta(seconds=1))))


def _warning(jump: Jump, runs: list[datetime], timezone: str, *, marked: bool, fixed: bool) -> str:
    begin, end = sorted((jump.at, jump.to))
    span = f"{begin:%H:%M} to {end:%H:%M}"
    times = list(dict.fromkeys(f"{run:%H:%M:%S}".removesuffix(":00") for run in runs))
    listed = ", ".join(times[:_SHOWN]) + (f", … ({len(times)} times)" if len(times) > _SHOWN else "")
    if jump.skips:
        told = f"{begin:%Y-%m-%d}: clocks in {timezone} skip {span}, so nothing runs at {listed}"
        cron = "Unix cron would run it just after the change"
    else:
        told = f"{begin:%Y-%m-%d}: clocks in {timezone} show {span} twice, so what is due at {listed} runs the second time only"
        cron = "Unix cron would run it the first time" if fixed else "Unix cron would run it both times"
    differs = not marked and (fixed or not jump.skips)
    fix = "choose a time outside of that, or UTC" if fixed or marked else "in UTC no time is skipped or repeated"
    return told + (f" ({cron})" if differs else "") + f"; {fix}"
