"""What a dashboard shows of a project: each connector's layout, what was seen of it, and where its tables lie."""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headgate.balance.counts import startup_of
from headgate.balance.explain import explain
from headgate.cost.usage import read_usage
from headgate.engine.folder import RunFolder
from headgate.grouped import grouped
from headgate.inventory.defaults import table_id
from headgate.inventory.runs import LOCAL, read_runs
from headgate.inventory.weighing import assigned_runs
from headgate.observe.freshness import StartTimes, freshness
from headgate.observe.model import ObservedUpdate, TableRun
from headgate.problems import HeadgateError, InputError
from headgate.project import read_connectors, target_of
from headgate.tables.ids import TableId
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.cost import UsageRequest, compare_usage
from headgate.use_cases.observe import observed_here
from headgate.use_cases.request import ProjectRequest
from headgate.use_cases.run import OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.balance.report import Entry, Report, Row
    from headgate.cost.used import UsedMonth
    from headgate.engine.events import Event
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run
    from headgate.observe.freshness import Freshness
    from headgate.observe.summary import Observed, PipelineSeen
    from headgate.project import Connector
    from headgate.tables.table import Table

_STARTING = timedelta(minutes=1)  # until a process says that it has a pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest(ProjectRequest):
    """data: the folder of runs on this machine. usage: exported rows of system.billing.usage, for what pipelines cost."""

    data: Path = OUT
    usage: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchedTable:
    """A table in a target: its names, its pipeline, what tells its rows apart, and the folder that runs here load it into.

    keys: its primary keys, empty where none are known; cursor: the column that is newest in new rows, where one is known. runs:
    what is known of its loads, by start.
    """

    source_table: str
    destination: str
    pipeline: str
    ingestion_type: str
    keys: tuple[str, ...]
    cursor: str
    folder: Path
    weight: float
    weight_from: str
    confidence: float
    runs: tuple[TableRun, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WatchedPipeline:
    """A pipeline of a layout: its row of the report, what was seen of it, when it starts, and its updates by start.

    takes: how long a run is expected to take, with its start. reading: update → seconds of it in which the connector waited for
    the source.
    """

    row: Row
    seen: PipelineSeen
    starts: StartTimes
    takes: timedelta
    updates: tuple[ObservedUpdate, ...] = field(repr=False)
    reading: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Watched:
    """A connector in a target. used: a month of what its pipelines were billed, None where none was observed.

    files: what is committed of it, and `weighed` its tables with their weights.
    """

    connector: str
    target: str
    observed: Observed
    pipelines: tuple[WatchedPipeline, ...]
    tables: tuple[WatchedTable, ...]
    used: UsedMonth | None
    files: Connector = field(repr=False, compare=False)
    weighed: tuple[Table, ...] = field(repr=False, compare=False)

    def why(self, table: WatchedTable) -> tuple[str, ...]:
        """Give why one of its tables is where it is, in sentences."""
        report, definition = self.observed.report, self.files.definition
        found = explain(table.destination, self.weighed, definition, self.files.layout, report)
        wanted = table.destination.lower()
        catalog = definition.targets[self.target].catalog
        reasons = [
            one.reasons
            for one in found
            if TableId(one.source_table, one.destination).in_catalog(catalog).destination.lower() == wanted
        ]
        return reasons[0] if reasons else ()

    def freshness(self, now: datetime) -> list[Freshness]:
        """Give how fresh each table is, what needs attention first."""
        by_name = {one.row.pipeline: one for one in self.pipelines}
        found = []
        for table in self.tables:
            its = by_name[table.pipeline]
            names = (table.source_table, table.destination, table.pipeline)
            found.append(freshness(names, table.runs, its.updates, its.starts, its.takes, now))
        return sorted(found, key=lambda one: one.order)


def refuse_unreadable(request: WatchRequest) -> None:
    """Raise InputError where the project, the runs or the usage can't be read, or a connector or target is unknown."""
    list(request.read())
    read_usage(request.usage)
    if (folder := request.root / request.data).exists() and not folder.is_dir():
        raise InputError(
            f"--data: expected a folder of runs, found the file {request.data}", "name what `headgate run --out` did"
        )


class WatchedFiles:
    """A connector's files with what follows from them alone. That is worked out once: a year of runs takes seconds to read.

    What it has raises InputError for files that can't be read.
    """

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    @cached_property
    def past(self) -> tuple[Run, ...]:
        """The runs of runs.csv."""
        return read_runs(self.connector.folder)

    @cached_property
    def weighed(self) -> tuple[Table, ...]:
        """The tables as those runs weigh them."""
        return self.connector.weighed(runs=self.past)

    @cached_property
    def past_of(self) -> Mapping[TableId, Sequence[tuple[Run, float]]]:
        """Table → its runs of runs.csv."""
        definition = self.connector.definition
        return assigned_runs(tuple(table_id(row, definition) for row in self.connector.rows), definition, self.past)


def watched_files(request: WatchRequest) -> list[WatchedFiles]:
    """Give each connector's files. Raises InputError for a project that can't be read at all."""
    return [WatchedFiles(one) for one in read_connectors(request.root, request.connector)]


def watch(
    request: WatchRequest, files: Sequence[WatchedFiles], events: Sequence[Event]
) -> tuple[list[Watched], dict[str, HeadgateError]]:
    """Give each connector with what events say of it, and by id what keeps others from being shown. Nothing is written."""
    found, errors = [], dict[str, HeadgateError]()
    for one in files:
        definition = one.connector.definition
        try:
            found.append(_watched(one, target_of(definition, request.target), request, events))
        except HeadgateError as error:
            errors[definition.id] = error
    return found, errors


def rebalanced(root: Path, connector: str) -> Report:
    """Give what a balance would make of a connector's layout; nothing is written. Raises what the balance would."""
    return balance_tables(BalanceRequest(connector=connector, root=root, write=False), lambda _: None).reports[0]


def _watched(files: WatchedFiles, target: str, request: WatchRequest, events: Sequence[Event]) -> Watched:
    one = files.connector
    definition, settings = one.definition, one.definition.targets[target]
    seen = observed_here(one, target, events, files.past, files.weighed)
    updates = grouped((its.pipeline, its) for its in _ended(seen.observation.updates, RunFolder(request.data)))
    reading: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for event in events:
        if (event.connector, event.target, event.kind) == (definition.id, target, "pipeline") and event.pipeline:
            reading[event.pipeline][event.run] = event.waiting_seconds or 0.0
    zone, startup = definition.schedules.timezone, startup_of(definition.balance)
    by_name = {its.pipeline: its for its in seen.pipelines}
    pipelines = tuple(
        WatchedPipeline(
            row,
            by_name[row.pipeline],
            StartTimes(row.schedule, row.offset, zone, settings.paused),
            timedelta(seconds=max(row.weight, by_name[row.pipeline].seen or 0.0) + startup),
            tuple(updates[row.pipeline]),
            reading[row.pipeline],
        )
        for row in seen.report.rows
    )
    return Watched(
        definition.id,
        target,
        seen,
        pipelines,
        tuple(_tables(files, target, seen, request)),
        _used(one, target, request),
        one,
        files.weighed,
    )


def _used(one: Connector, target: str, request: WatchRequest) -> UsedMonth | None:
    if not request.usage:
        return None
    asked = UsageRequest(connector=one.definition.id, target=target, root=request.root, files=request.usage)
    return compare_usage(asked)[0][1]


def _tables(files: WatchedFiles, target: str, seen: Observed, request: WatchRequest) -> Iterator[WatchedTable]:
    one, kept = files.connector, files.past_of
    catalog = one.definition.targets[target].catalog
    rows = {table_id(row, one.definition): row for row in one.rows}
    heard = grouped((run.destination.lower(), run) for run in seen.observation.runs)
    folder = RunFolder(request.data)
    for entry in seen.report.entries:
        here = entry.table.in_catalog(catalog)
        past = [run for run, _ in kept.get(entry.table, ()) if run.origin in {"", LOCAL, target}]
        runs = _joined(heard[here.destination.lower()], (_run(run, entry, here, target, one.definition.id) for run in past))
        yield _table(entry, here, rows[entry.table], folder.table(here), runs)


def _table(entry: Entry, here: TableId, row: TableRow, folder: Path, runs: tuple[TableRun, ...]) -> WatchedTable:
    return WatchedTable(
        entry.source_table, here.destination, entry.pipeline, row.ingestion_type, row.primary_keys or (), row.cursor_field,
        folder, entry.weight, entry.weight_from, entry.confidence, runs,
    )  # fmt: skip


def _run(run: Run, entry: Entry, here: TableId, target: str, connector: str) -> TableRun:
    """Give a kept run in the form of an observed one."""
    failed: dict[str, Any] = {"error": "the log is not kept"} if run.state == "failed" else {}
    return TableRun(
        "local" if run.origin == LOCAL else "workspace",
        connector, target, entry.pipeline, "", "", entry.source_table, here.destination, run.started_at,
        run.started_at + timedelta(seconds=run.seconds), run.seconds, run.seconds,
        "failed" if run.state == "failed" else "completed", run.full_load, run.rows, **failed,
    )  # fmt: skip


def _joined(heard: Iterable[TableRun], kept: Iterable[TableRun]) -> tuple[TableRun, ...]:
    """Give runs by start, those of the log in place of the kept ones."""
    by_start = {run.started_at: run for run in kept} | {run.started_at: run for run in heard}
    return tuple(by_start[start] for start in sorted(by_start))


def _ended(updates: Sequence[ObservedUpdate], folder: RunFolder) -> Iterator[ObservedUpdate]:
    """Give updates; those whose process is gone without a word, or that another one followed, as stopped."""
    last = {update.pipeline: update for update in updates}
    for update in updates:
        going = update.state != "running" or (update is last[update.pipeline] and _goes_on(update, folder))
        yield update if going else replace(update, state="canceled")


def _goes_on(update: ObservedUpdate, folder: RunFolder) -> bool:
    """Say whether a process has the pipeline, as the file beside its lock says; one of another machine is believed."""
    if update.origin == "workspace" or datetime.now(UTC) - update.started_at < _STARTING:
        return True
    try:
        said = folder.lock(update.connector, update.pipeline).with_suffix(".holder").read_text().split()
        number, host = int(said[2]), said[4]
    except (OSError, ValueError, IndexError):
        return False
    return host != socket.gethostname() or _is_alive(number)


def _is_alive(process: int) -> bool:
    if os.name == "nt":
        return True  # there signal 0 would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True
