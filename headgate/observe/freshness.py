"""How old the data of tables is beside what their schedules promise: which are late, by how much, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from headgate.schedule.delayed import delayed
from headgate.schedule.errors import ScheduleError
from headgate.schedule.firings import next_firings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headgate.observe.model import ObservedUpdate, TableRun

FreshnessState = Literal["late", "failing", "never", "fresh", "unscheduled"]
_ORDER = {"late": 0, "never": 1, "failing": 2, "unscheduled": 3, "fresh": 4}
_GRACE = timedelta(minutes=1)  # between a start as scheduled and the first table of it


@dataclass(frozen=True, slots=True)
class StartTimes:
    """When a pipeline starts: a schedule as written (empty: none), some minutes later, in a time zone.

    paused: the target starts nothing by itself.
    """

    schedule: str
    offset: int
    timezone: str
    paused: bool = False

    def after(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        """Give the next `count` starts strictly after a moment; fewer, or none, where there are no more."""
        return _starts(self.schedule, self.offset, self.timezone, moment, count) if self.schedule else ()


@dataclass(frozen=True, slots=True)
class Freshness:
    """A table's age. Times are UTC.

    last_loaded: when its last load that completed began, None where none is known. due: the first start since then that should
    have brought something by now, None where there is none. late: for how long it has been missing. why: in a sentence.
    """

    source_table: str
    destination: str
    pipeline: str
    state: FreshnessState
    last_loaded: datetime | None
    due: datetime | None
    late: timedelta
    why: str

    @property
    def order(self) -> tuple[int, timedelta, str]:
        """What needs attention most comes first."""
        return _ORDER[self.state], -self.late, self.destination


def freshness(
    table: tuple[str, str, str],
    runs: Sequence[TableRun],
    updates: Sequence[ObservedUpdate],
    starts: StartTimes,
    takes: timedelta,
    now: datetime,
) -> Freshness:
    """Give how fresh a table is: (source table, destination, pipeline), its runs and its pipeline's updates by start.

    takes: how long a run of its pipeline is expected to take, with its start. A table is late once the first start after that
    of its last good load should have been through. With a paused schedule it is as late, and `why` says so.
    """
    good = [run for run in runs if run.state in {"completed", "idle"}]
    last = good[-1].started_at if good else None
    failed = runs[-1] if runs and runs[-1].state == "failed" else None
    due = next(iter(starts.after(last, 1)), None) if last else None
    late = now - (due + takes + _GRACE) if due else timedelta()
    if last is None:
        why = _failed(failed) if failed else "it was never loaded, as far as the logs go back"
        return Freshness(*table, "never", None, None, timedelta(), why)
    if due is not None and late > timedelta():
        why = _why(due, failed, updates, starts)
        return Freshness(*table, "late", last, due, late, why)
    if failed:
        return Freshness(*table, "failing", last, None, timedelta(), _failed(failed))
    if not starts.schedule:
        return Freshness(*table, "unscheduled", last, None, timedelta(), "it has no schedule")
    return Freshness(*table, "fresh", last, None, timedelta(), "")


def _why(due: datetime, failed: TableRun | None, updates: Sequence[ObservedUpdate], starts: StartTimes) -> str:
    if failed:
        return _failed(failed)
    since = [update for update in updates if update.started_at >= due]
    if since and since[-1].state == "running":
        return f"its pipeline has been running since {since[-1].started_at:%Y-%m-%d %H:%M} UTC"
    if since:
        how = {"failed": "failed", "canceled": "was stopped"}.get(since[-1].state, "ended without loading it")
        return f"its pipeline ran at {since[-1].started_at:%Y-%m-%d %H:%M} UTC and {how}"
    paused = "; its schedule is paused in this target" if starts.paused else ""
    return f"its pipeline has not been started since{paused}"


def _failed(run: TableRun) -> str:
    return f"its last load failed at {run.started_at:%Y-%m-%d %H:%M} UTC: {run.error or 'the log says no error'}"


@lru_cache(maxsize=8192)
def _starts(schedule: str, offset: int, timezone: str, moment: datetime, count: int) -> tuple[datetime, ...]:
    try:
        return tuple(next_firings(delayed(schedule, offset), moment, count, timezone))
    except (ScheduleError, ValueError):  # a layout's offset that its schedule does not take any more
        return ()


@dataclass(frozen=True, slots=True)
class Lane:
    """A pipeline's starts around now: what ran, as (start, end or None while it runs, state), and what is to come.

    coming: starts until the end of what is looked at; `takes`: how long each is expected to take. every: minutes between them
    where they are too many to be told apart, and then `coming` is empty.
    """

    pipeline: str
    past: tuple[tuple[datetime, datetime | None, str], ...]
    coming: tuple[datetime, ...]
    takes: timedelta
    every: int | None = None
    paused: bool = False


def lane(
    pipeline: str,
    updates: Sequence[ObservedUpdate],
    starts: StartTimes,
    takes: timedelta,
    now: datetime,
    around: timedelta,
    most: int,
) -> Lane:
    """Give a pipeline's starts in the time `around` before and after now, at most that many of those to come."""
    past = tuple(_past(updates, now - around))
    found = starts.after(now, most + 1)
    coming = tuple(start for start in found if start <= now + around)
    if len(coming) > most:
        minutes = round((coming[-1] - coming[0]).total_seconds() / 60 / (len(coming) - 1))
        return Lane(pipeline, past, (), takes, minutes, starts.paused)
    return Lane(pipeline, past, coming, takes, None, starts.paused)


def _past(updates: Sequence[ObservedUpdate], since: datetime) -> Iterator[tuple[datetime, datetime | None, str]]:
    for update in updates:
        if update.started_at >= since or update.state == "running" or (update.ended_at and update.ended_at >= since):
            yield max(update.started_at, since), update.ended_at, update.state
