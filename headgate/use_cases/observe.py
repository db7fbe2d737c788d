"""What pipelines did, by their event logs: runs added to runs.csv, loads beside the bound, and what needs attention."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headgate.balance.report import report
from headgate.balance.starts import interval_minutes
from headgate.deployment.scope import Scope
from headgate.engine.folder import RunFolder
from headgate.files import read_bytes, write_all
from headgate.inventory.keep_runs import with_runs
from headgate.inventory.runs import COMPLETED, FAILED, LOCAL, RUNS, Run, parse_runs
from headgate.inventory.weighing import assigned_runs
from headgate.layout.resolved import resolve_layout
from headgate.numbers import counted
from headgate.observe.alarms import pipeline_alarm, table_alarms
from headgate.observe.loads import with_loads
from headgate.observe.local import local_event, local_observation
from headgate.observe.log_event import LogEvent, log_event
from headgate.observe.log_files import files_of, rows_of_file
from headgate.observe.model import Observation
from headgate.observe.summary import Observed, pipelines_seen, tables_seen
from headgate.observe.updates import ObservedConnector, observed_in
from headgate.problems import HeadgateError, InputError, Problem, SourceError, StaleError, refuse
from headgate.redaction.environment import without_own_secrets
from headgate.use_cases.request import ProjectRequest
from headgate.use_cases.run import OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from headgate.engine.events import Event
    from headgate.inventory.keep_runs import KeptRuns
    from headgate.observe.alarms import Alarm
    from headgate.observe.model import ObservedUpdate, TableRun
    from headgate.project import Connector
    from headgate.tables.ids import TableId
    from headgate.tables.table import Table

_OVERLAP = timedelta(days=1)  # asked again of a workspace: what was under way the last time
_AHEAD = timedelta(days=1)  # of now: what starts later was timed by a clock that is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveRequest(ProjectRequest):
    """Whose logs to read. logs: files and folders; none: that of runs on this machine, unless `workspace` is asked.

    warehouse: the id of a SQL warehouse that reads the system table of pipeline events, in place of the REST API. write False:
    only look.
    """

    logs: tuple[Path, ...] = ()
    workspace: bool = False
    warehouse: str = ""
    write: bool = True


@dataclass(slots=True)
class _Logs:
    """What files hold: events of runs here, events of workspaces, and what was not understood."""

    local: list[Event] = field(default_factory=list)
    remote: list[LogEvent] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if "kind" in row and "event_type" not in row:
                if (event := local_event(row, self.unknown)) is not None:
                    self.local.append(event)
            elif (found := log_event(row, self.unknown)) is not None:
                self.remote.append(found)


def observe(request: ObserveRequest, tell: Callable[[str], None]) -> tuple[tuple[Observed, ...], HeadgateError | None]:
    """Read logs, add what they say of tables to each connector's runs.csv, and give what was seen; all is written, or nothing.

    What keeps one connector from being observed keeps no other: it is given beside what was seen of those. Raises InputError
    for logs and files that can't be read; where none can be observed, StaleError where nothing is balanced or recorded yet,
    SourceError where a workspace can't be asked.
    """
    logs = _logs(request)
    found: list[Observed] = []
    texts: dict[Path, str] = {}
    problems: list[HeadgateError] = []
    for one, target in request.read():
        try:
            asked = _asked(one, target, request.warehouse, tell) if request.workspace else _Logs()
            seen_of_it, kept = _observed(one, target, logs, asked, tell)
        except HeadgateError as error:
            problems.append(error)
            continue
        found.append(seen_of_it)
        if not (seen_of_it.observation.updates or seen_of_it.observation.runs):
            tell(f"warning: the logs hold nothing of {one.definition.id} in {target}{_why_nothing(one, target, logs)}")
        if kept.added:
            texts[seen_of_it.runs_file] = kept.text
    failed = type(problems[0])([problem for error in problems for problem in error.problems]) if problems else None
    if failed is not None and not found:
        raise failed
    if request.write:
        for path in write_all(texts):
            tell(f"{path} written")
    return tuple(found), failed


def observed_here(
    one: Connector, target: str, events: Sequence[Event], past: Sequence[Run], tables: Sequence[Table]
) -> Observed:
    """Give what events of runs on this machine say of a connector in a target. past: its runs.csv, which weighs its `tables`.

    Raises StaleError where nothing is balanced yet, InputError for files that can't be read.
    """
    found = local_observation(events, one.definition.id, target, Counter())
    whole = replace(found, runs=_masked(found.runs))
    return _beside_layout(one, target, whole, [run for its in whole.runs if (run := _run(its))], (past, tables))


def _why_nothing(one: Connector, target: str, logs: _Logs) -> str:
    """Say of which other targets the logs are, else how pipelines are known."""
    here = {event.target for event in logs.local if event.connector == one.definition.id}
    for other in one.definition.targets:
        whose = _whose(one, other)
        if other in here or any(whose.pipeline(event) is not None for event in logs.remote):
            return f", they are of {other}: `headgate observe {one.definition.id} -t {other}`" if other != target else ""
    return f"; pipelines are known by deployed.{target}.json, which `headgate record` writes, or by their names where none is"


def _logs(request: ObserveRequest) -> _Logs:
    paths = request.logs
    if not paths and not request.workspace:
        events = RunFolder(OUT).events
        if not events.is_file():
            fix = "run the layout here (`headgate run`), or name logs: --log FILE, --workspace"
            raise InputError(Problem("is not there: nothing was run here", fix, str(events)))
        paths = (events,)
    logs = _Logs()
    problems: list[Problem] = []
    for path in paths:
        try:
            for file in files_of(path):
                logs.add(rows_of_file(file, logs.unknown))
        except HeadgateError as error:
            problems += error.problems
    refuse(problems)
    return logs


def _asked(one: Connector, target: str, warehouse: str, tell: Callable[[str], None]) -> _Logs:
    """Ask a target's workspace for what its pipelines did since the last time."""
    from headgate.observe.databricks import DatabricksEvents
    from headgate.observe.system_table import SystemTableEvents

    recorded = one.deployed(target).pipeline_ids
    if not recorded:
        fix = f"`headgate record {one.definition.id} -t {target}` after an apply, or name exported logs: --log FILE"
        raise StaleError(Problem(f"no pipeline of {one.definition.id} is recorded in {target}", fix, str(one.folder)))
    settings, logs = one.definition.targets[target], _Logs()
    place = settings.host, settings.profile
    workspace = SystemTableEvents(*place, warehouse) if warehouse else DatabricksEvents(*place)
    last = _last_runs(one, target)
    problems: list[Problem] = []
    for name, id_ in recorded.items():
        since = last.get(name)
        try:
            rows = workspace.rows(id_, since and since - _OVERLAP)
        except SourceError as error:
            problems += error.problems
            continue
        if rows is None:
            tell(f"warning: the workspace has no pipeline {id_}, which is recorded as {name}")
        logs.add(rows or ())
    refuse(list(dict.fromkeys(problems)), SourceError)
    return logs


def _last_runs(one: Connector, target: str) -> dict[str, datetime]:
    """Give when each pipeline's tables last ran in a target's workspace, as runs.csv has it; now, where it says later."""
    data = read_bytes(one.folder / RUNS)
    runs = assigned_runs(tuple(table.id for table in one.tables), one.definition, parse_runs(data) if data else ())
    catalog = one.definition.targets[target].catalog
    last: dict[str, datetime] = {}
    now = datetime.now(UTC)
    for placement in one.agreed().tables:
        here = placement.table.in_catalog(catalog)
        for run, _ in runs.get(placement.table, ()):
            name = placement.in_target(target)
            if run.destination.lower() == here.destination.lower() and run.origin in {"", target}:
                started_at = min(run.started_at, now)
                last[name] = max(last.get(name, started_at), started_at)
    return last


def _observed(one: Connector, target: str, logs: _Logs, asked: _Logs, tell: Callable[[str], None]) -> tuple[Observed, KeptRuns]:
    definition = one.definition
    unknown = logs.unknown + asked.unknown
    here = local_observation(logs.local, definition.id, target, unknown)
    there = observed_in([*logs.remote, *asked.remote], _whose(one, target), unknown)
    whole = Observation((*here.updates, *there.updates), _masked((*here.runs, *there.runs)), dict(unknown), there.unplaced)
    path = one.folder / RUNS
    runs = _believed([run for table_run in whole.runs if (run := _run(table_run)) is not None], path, tell)
    kept = with_runs(read_bytes(path), runs, str(path))
    for column, count in kept.unsaid.items():
        tell(
            f"warning: {path} has no column {column}, without which {counted(count, 'run')} can't be told from others: left out"
        )
    past = parse_runs(kept.text.encode(), str(path))
    found = _beside_layout(one, target, whole, runs, (past, one.weighed(runs=past)))
    return replace(found, added=kept.added, cut=kept.cut), kept


def _masked(runs: Iterable[TableRun]) -> tuple[TableRun, ...]:
    """Give runs without secrets: what failed is told in the words of others, who may repeat what they were given."""
    return tuple(replace(run, error=without_own_secrets(run.error)) if run.error else run for run in runs)


def _beside_layout(
    one: Connector, target: str, whole: Observation, runs: Sequence[Run], known: tuple[Sequence[Run], Sequence[Table]]
) -> Observed:
    """Give what was seen beside the layout. runs: of `whole`, as runs.csv has them; known: its own, and the tables by them."""
    definition, catalog = one.definition, one.definition.targets[target].catalog
    (past, tables), layout = known, one.agreed()
    told_of = [*past, *runs]
    here_by = {table.id.in_catalog(catalog): table for table in tables}
    whole = with_loads(whole, _by_table(tables, one, catalog, told_of), here_by)
    origins = {*map(_origin, whole.updates), *map(_origin, whole.runs)} or {target}
    series = (_by_table(tables, one, catalog, _series(origin, told_of)) for origin in sorted(origins))
    alarms = [alarm for its in series for alarm in _table_alarms(tables, catalog, its)]
    shown = report(tables, definition, layout, layout)
    return Observed(
        definition.id,
        target,
        whole,
        pipelines_seen(whole, shown),
        tables_seen(whole, shown.entries, catalog),
        (*alarms, *_late(whole, one, tables)),
        one.folder / RUNS,
        0,
        0,
        shown,
    )


def _whose(one: Connector, target: str) -> ObservedConnector:
    catalog, scope = one.definition.targets[target].catalog, Scope(one.definition, target)
    resolved = resolve_layout(one.agreed(), one.tables, target)
    return ObservedConnector(
        one.definition.id,
        target,
        {its.pipeline.id: tuple(table.id.in_catalog(catalog) for table in its.tables) for its in resolved},
        {id_: name for name, id_ in one.deployed(target).pipeline_ids.items()},
        {scope.pipeline_name(its.pipeline.name or its.pipeline.id): its.pipeline.id for its in resolved},
        frozenset(id_ for other in one.definition.targets if other != target for id_ in one.deployed(other).ids.values()),
    )


def _run(run: TableRun) -> Run | None:
    """Give a run as runs.csv has it: one that ended by itself, with its table's work done or failed."""
    states = {"completed": COMPLETED, "idle": COMPLETED, "failed": FAILED}
    if run.ended_at is None or run.state not in states:
        return None
    seconds = round(run.seconds, 3)
    state, origin = states[run.state], _origin(run)
    return Run(run.source_table, run.destination, run.started_at, seconds, run.full_load, run.rows, state, origin)


def _origin(seen: ObservedUpdate | TableRun) -> str:
    return LOCAL if seen.origin == "local" else seen.target


def _believed(runs: Sequence[Run], path: Path, tell: Callable[[str], None]) -> list[Run]:
    """Give the runs less those that start long after now, which would count more than any other, and say how many these are."""
    latest = datetime.now(UTC) + _AHEAD
    found = [run for run in runs if run.started_at <= latest]
    if ahead := len(runs) - len(found):
        tell(f"warning: {counted(ahead, 'run')} of the logs start more than a day from now, and do not go to {path}")
    return found


def _series(origin: str, runs: Iterable[Run]) -> list[Run]:
    """Give the runs of an origin: this machine's, or a target's with those that may be of any."""
    of = {LOCAL} if origin == LOCAL else {"", origin}
    return [run for run in runs if run.origin in of]


def _by_table(
    tables: Sequence[Table], one: Connector, catalog: str | None, runs: Sequence[Run]
) -> dict[TableId, dict[datetime, Run]]:
    """Give each table's runs in a target by their starts; one that is there twice is one, by what is known of it."""
    by_table: dict[TableId, dict[datetime, Run]] = {}
    for table, its in assigned_runs(tuple(table.id for table in tables), one.definition, runs).items():
        here = table.in_catalog(catalog)
        found = by_table.setdefault(table, {})
        for run, _ in its:
            before = found.get(run.started_at)
            if (not run.destination or run.key[0] == here) and (before is None or before.full_load is None):
                found[run.started_at] = run
    return by_table


def _table_alarms(
    tables: Sequence[Table], catalog: str | None, by_table: Mapping[TableId, Mapping[datetime, Run]]
) -> list[Alarm]:
    return [
        alarm
        for table in sorted(tables, key=lambda table: table.id.spelled)
        for alarm in table_alarms(
            table.id.in_catalog(catalog).destination, list(by_table[table.id].values()), table.ingestion_type
        )
    ]


def _late(observation: Observation, one: Connector, tables: Sequence[Table]) -> list[Alarm]:
    last = {update.pipeline: update for update in observation.updates if update.ended_at and update.full_load is False}
    found = []
    for its in resolve_layout(one.agreed(), tables):
        update = last.get(its.pipeline.id)
        if update and its.group and (alarm := pipeline_alarm(update, interval_minutes(its.group.schedule))):
            found.append(alarm)
    return found
