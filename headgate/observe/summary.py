"""What was seen of a connector beside what its layout expects: for each pipeline and table. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from statistics import median
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.numbers import rounded
from headgate.observe.model import RunState  # noqa: TC001  # pydantic reads the fields of TableSeen when a schema is made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from headgate.balance.report import Entry, Report
    from headgate.observe.alarms import Alarm
    from headgate.observe.model import Observation, ObservedUpdate, TableRun


@dataclass(frozen=True, slots=True)
class PipelineSeen:
    """A pipeline of a layout, and what was seen of it. Seconds of one run.

    updates: how many the logs have. expected: by the layout's weights; bound: its group's lower bound. seen: the median of the
    updates that completed and are known to have loaded no table from nothing, and `waiting` that of what they waited and set up
    before; None: there are none. increments: what runs of its tables take, as far as they were observed; first_loads: what
    their last full loads took; None where that is known of none.
    """

    pipeline: str
    group: str
    tables: int
    updates: int
    expected: float
    bound: float
    seen: float | None
    waiting: float | None
    increments: float | None
    first_loads: float | None


@dataclass(frozen=True, slots=True)
class TableSeen:
    """A table: its runs in the logs, what its last one took and brought, and what it weighs. Seconds of one run.

    increment: what its runs take, first_load: what its last load from nothing took; None where none is known.
    """

    source_table: str
    destination: str
    pipeline: str
    runs: int
    seconds: float
    state: RunState
    rows: int | None
    retries: int
    queued: float
    idle: float
    error: str
    weight: float
    weight_from: str
    confidence: float
    increment: float | None
    first_load: float | None


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of a connector in a target, beside the `report` of its layout, and what became of its runs.csv.

    added: runs that are new in it; cut: old ones that are not any more.
    """

    connector: str
    target: str
    observation: Observation
    pipelines: tuple[PipelineSeen, ...]
    tables: tuple[TableSeen, ...]
    alarms: tuple[Alarm, ...]
    runs_file: Path
    added: int
    cut: int
    report: Report


def pipelines_seen(observation: Observation, report: Report) -> tuple[PipelineSeen, ...]:
    """Give the pipelines of a layout's report, with what was seen of each."""
    updates = grouped((update.pipeline, update) for update in observation.updates)
    entries = grouped((entry.pipeline, entry) for entry in report.entries)
    return tuple(
        PipelineSeen(
            row.pipeline,
            row.group,
            row.tables,
            len(updates[row.pipeline]),
            row.weight,
            row.bound,
            _median(updates[row.pipeline], lambda update: update.running_seconds),
            _median(updates[row.pipeline], lambda update: update.waiting_seconds + update.setup_seconds),
            _sum(entry.increment for entry in entries[row.pipeline]),
            _sum(entry.first_load for entry in entries[row.pipeline]),
        )
        for row in report.rows
    )


def _sum(seconds: Iterable[float | None]) -> float | None:
    known = [one for one in seconds if one is not None]
    return rounded(fsum(known)) if known else None


def _median(updates: Iterable[ObservedUpdate], value_of: Callable[[ObservedUpdate], float]) -> float | None:
    usual = [value_of(update) for update in updates if update.state == "completed" and update.full_load is False]
    return rounded(median(usual)) if usual else None


def tables_seen(observation: Observation, entries: Sequence[Entry], catalog: str | None) -> tuple[TableSeen, ...]:
    """Give the tables that the logs have runs of, by name. catalog: the target's own, where it has one."""
    runs = grouped((run.destination.lower(), run) for run in observation.runs)
    found = []
    for entry in entries:
        its = runs.get(entry.table.in_catalog(catalog).destination.lower())
        if its:
            found.append(_table(entry, its))
    return tuple(found)


def _table(entry: Entry, runs: Sequence[TableRun]) -> TableSeen:
    last = runs[-1]
    return TableSeen(
        entry.source_table,
        last.destination,
        last.pipeline,
        len(runs),
        rounded(last.seconds),
        last.state,
        last.rows,
        sum(run.retries for run in runs),
        rounded(last.queued_seconds),
        rounded(last.idle_seconds),
        last.error,
        rounded(entry.weight),
        entry.weight_from,
        entry.confidence,
        entry.increment,
        entry.first_load,
    )
