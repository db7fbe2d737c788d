"""What of past runs a person wants to know: tables that slow down, fail or fall silent, pipelines that take too long. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

from headgate.inventory.keep_runs import MOST_FAILED
from headgate.inventory.runs import FAILED
from headgate.inventory.weighing import increments_and_loads, observed
from headgate.numbers import counted, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.inventory.runs import Run
    from headgate.observe.model import ObservedUpdate

AlarmKind = Literal["slower", "failing", "silent", "late"]

_SLOWER = 2.0  # times the usual
_WORTH = 1.0  # second more than usual: less is nobody's trouble, however many times it is
_IN_A_ROW = 3
_QUIET = timedelta(days=3)  # a weekend, and a feast beside it


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong with a table (its destination) or a pipeline (its id), in a sentence, and what to do."""

    kind: AlarmKind
    name: str
    message: str
    fix: str


def table_alarms(name: str, runs: Sequence[Run], ingestion_type: str) -> Iterator[Alarm]:
    """Give the alarms of a table by all its runs of one origin, in any order."""
    ordered = sorted(runs, key=lambda run: run.started_at)
    increments, _ = increments_and_loads(ordered, ingestion_type)
    if increments and (increments[-1].full_load is False or ingestion_type == "snapshot"):
        yield from _slower(name, increments[-1], ordered, ingestion_type)
    last = ordered[-_IN_A_ROW:]
    if len(last) == _IN_A_ROW and all(run.state == FAILED for run in last):
        failed = len(next(list(its) for _, its in groupby(reversed(ordered), lambda run: run.state)))
        least = "at least " if failed >= MOST_FAILED else ""  # no more of them are kept
        message = f"failed {least}{counted(failed, 'time')} in a row, last at {last[-1].started_at:%Y-%m-%d %H:%M} UTC"
        yield Alarm("failing", name, message, "look at its error, then load it again")
    yield from _silent(name, increments)


def _slower(name: str, last: Run, runs: Sequence[Run], ingestion_type: str) -> Iterator[Alarm]:
    earlier = [(run, 1.0) for run in runs if run.started_at < last.started_at]
    usual = observed(earlier, ingestion_type, lambda run: run.seconds)
    if usual is not None and last.seconds >= _SLOWER * usual and last.seconds - usual >= _WORTH:
        message = f"took {number_text(last.seconds)} s, and usually takes {number_text(usual)} s"
        yield Alarm("slower", name, message, "look for what grew or slowed down; `headgate balance` follows it if it stays")


def _silent(name: str, runs: Sequence[Run]) -> Iterator[Alarm]:
    """Give the alarm of a table that brings nothing any more, for more than twice as long as it ever did before.

    What was before the first run is not known: a quiet time that the runs begin with may have been of any length, and runs
    that go back less far than it takes to be silent say nothing.
    """
    known = [run for run in runs if run.rows is not None]
    brought = [run for run in known if run.rows]
    if len(brought) < _IN_A_ROW:
        return
    quiet = [run for run in known if run.started_at > brought[-1].started_at]
    longest = max(then.started_at - before.started_at for before, then in pairwise(brought))
    enough = max(2 * longest, _QUIET)
    unknown = brought[0].started_at - known[0].started_at >= longest or brought[-1].started_at - brought[0].started_at < enough
    if unknown or len(quiet) < _IN_A_ROW or quiet[-1].started_at - brought[-1].started_at <= enough:
        return
    hours = counted(round(longest / timedelta(hours=1), 1), "hour")
    message = f"brought no rows since {brought[-1].started_at:%Y-%m-%d %H:%M} UTC, and before never for longer than {hours}"
    yield Alarm("silent", name, message, "look whether the source still has new rows for it, and whether its login sees them")


def pipeline_alarm(update: ObservedUpdate, interval_minutes: int | None) -> Alarm | None:
    """Give the alarm of a pipeline whose last update took longer than its schedule leaves between two starts."""
    if interval_minutes is None or update.ended_at is None:
        return None
    minutes = (update.ended_at - update.started_at).total_seconds() / 60
    if minutes <= interval_minutes:
        return None
    message = (
        f"took {counted(round(minutes, 1), 'minute')}, and its schedule starts it after {counted(interval_minutes, 'minute')}"
    )
    fix = "spread its group over more pipelines (`headgate balance --curve` shows what that takes), or start it less often"
    return Alarm("late", update.pipeline, message, fix)
