"""A workspace's pipelines as text: which there are, how they are, what their logs say, and what would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted
from headgate.render.tables import table_text
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headgate.operate.delete import Removal
    from headgate.operate.log import LogLine
    from headgate.operate.model import Chosen, Declared, Selected, UpdateOptions
    from headgate.operate.run import Ran
    from headgate.operate.schedule import ScheduledPipeline
    from headgate.operate.status import Status

_MOST_ERROR = 300
_MOST_TABLES = 20
_MINUTE, _HOUR = 60, 3600


def list_text(selected: Selected, width: int | None = None) -> str:
    """Give pipelines as a table, with those that are not deployed at its end."""
    rows = [
        (*_names(one.label, one.declared), one.listed.state.lower() or "-", *_last(one), seen(one.listed.id))
        for one in selected.found
    ]
    rows += [(*_names(one.name, one), "not deployed", "-", "-", "-") for one in selected.missing]
    if not rows:
        return "there are no pipelines"
    columns = ("pipeline", "connector", "id in the lock", "stack", "state", "last update", "asked for", "id")
    return table_text(columns, rows, width=width, spare=(7, 3, 1))


def _names(name: str, one: Declared | None) -> tuple[str, str, str, str]:
    if one is None:
        return seen(name), "-", "-", "-"
    return seen(name), one.connector, one.pipeline + (" (leaving)" if one.leaving else ""), one.stack


def _last(one: Chosen) -> tuple[str, str]:
    last = one.listed.last
    return (last.state.lower(), time_text(last.created)) if last else ("-", "-")


def time_text(at: datetime | None) -> str:
    """Give a time in UTC to the minute."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"


def duration_text(seconds: float | None) -> str:
    """Give a duration: 45 s, 3 min 20 s, 1 h 5 min."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def status_text(found: Sequence[tuple[Chosen, Status]], missing: Sequence[Declared], width: int | None = None) -> str:
    """Give how the last update of each pipeline went as a table, and below it what failed, and what to do."""
    rows = [
        (
            seen(one.label),
            one.listed.state.lower() or "-",
            *_last(one),
            duration_text(status.seconds),
            str(status.tables or "-"),
            "-" if status.rows is None else f"{status.rows:,}",
        )
        for one, status in found
    ]
    rows += [(seen(one.name), "not deployed", "-", "-", "-", "-", "-") for one in missing]
    if not rows:
        return "there are no pipelines"
    columns = ("pipeline", "state", "last update", "asked for", "took", "tables", "rows")
    lines = [table_text(columns, rows, (4, 5, 6), width=width, spare=(5,))]
    for one, status in found:
        if status.error:
            lines.append(f"{seen(one.label)}: {seen(status.error)[:_MOST_ERROR]}")
            lines += [f"    {status.fix}"] if status.fix else []
    return "\n".join(lines)


def ran_text(ran: Sequence[Ran], width: int | None = None) -> str:
    """Give what became of updates as a table."""
    rows = [
        (seen(one.chosen.label), one.update.id if one.update else "-", _became(one), duration_text(one.seconds)) for one in ran
    ]
    return table_text(("pipeline", "update", "state", "took"), rows, (3,), width=width, spare=(1,))


def _became(one: Ran) -> str:
    if one.update is None:
        return "not started" if one.problem else "idle"
    return one.update.state.lower()


def logs_text(found: Sequence[tuple[Chosen, Sequence[LogLine]]]) -> str:
    """Give the lines of logs, each log below the name of its pipeline where there are several."""
    return "\n".join(line for one, lines in found for line in _log(one, lines, named=len(found) > 1))


def _log(one: Chosen, lines: Sequence[LogLine], *, named: bool) -> Iterator[str]:
    if named:
        yield f"{seen(one.label)}:"
    if not lines:
        yield f"no events of {seen(one.label)}"
    for line in lines:
        yield " ".join(part for part in (line.at, line.level, line.type, line.message) if part)
        if line.error:
            yield f"    {line.error}"


def anew_text(wanted: Sequence[tuple[Chosen, UpdateOptions]]) -> str:
    """Say which tables begin anew, before it is asked whether they are to."""
    lines = []
    for one, options in wanted:
        if options.full_refresh:
            lines.append(f"{seen(one.label)}: all tables are emptied and loaded from nothing")
        elif options.full_refresh_of:
            lines.append(f"{seen(one.label)}: emptied and loaded from nothing: {', '.join(map(seen, options.full_refresh_of))}")
        if options.reset:
            lines.append(f"{seen(one.label)}: read again from the beginning, and kept: {', '.join(map(seen, options.reset))}")
    return "\n".join([*lines, "rows that the source no longer has are lost where a table is emptied"])


def removals_text(removals: Sequence[Removal]) -> str:
    """Say what would be deleted, and which tables would go with it if they were not kept."""
    lines = []
    for one in removals:
        lines.append(f"{seen(one.chosen.label)} ({one.chosen.listed.id}): {_kept(one)}")
        lines += [f"    {seen(table)}" for table in one.tables[:_MOST_TABLES]]
        more = len(one.tables) - _MOST_TABLES
        lines += [f"    and {counted(more, 'table')} more"] if more > 0 else []
    return "\n".join(lines)


def _kept(one: Removal) -> str:
    if one.untold:
        return f"its tables stay; they can't be listed: {seen(one.untold)}"
    if one.details.old_metastore:
        return "its tables are in the Hive metastore, and stay"
    if not one.tables:
        return "no table belongs to it"
    what = counted(len(one.tables), "table belongs", "tables belong")
    return f"{what} to it, would be dropped with it by default, and stay: readable, and refreshed by nobody"


def scheduled_text(one: ScheduledPipeline) -> str:
    """Say what was done about a pipeline's job."""
    words = {"create": "made", "change": "changed", "nothing": "as it was"}[one.done.action]
    timing = one.done.timing
    paused = ", paused" if timing.paused else ""
    return f"{seen(one.chosen.label)}: job {one.job} {words}: {one.words} in {timing.timezone}{paused} ({timing.quartz})"
