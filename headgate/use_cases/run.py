"""A layout, run on this machine or on Spark: each pipeline's tables from the connector into Delta tables below a folder."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from headgate.deployment.ingest import option_text
from headgate.discovery.options import init_options
from headgate.engine.events import Event, append_event
from headgate.engine.folder import RunFolder, unfit_characters
from headgate.engine.model import PipelineOrder, PlannedPipeline, PlannedTable, TableOrder
from headgate.engine.recorder import Recorder
from headgate.engine.spark.model import SparkOrder
from headgate.engine.spark.needs import LOCAL, is_server, packages, refuse_master, refuse_missing
from headgate.engine.spark.supervise import SparkSupervisor
from headgate.engine.supervise import Heard, Supervisor
from headgate.installation import bring
from headgate.layout.resolved import resolve_layout
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.redaction.redactor import Redactor, redactor
from headgate.tables.names import Names
from headgate.use_cases.request import ConnectorRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.ids import TableId
    from headgate.tables.table import Table

OUT = Path("build") / "run"
_MIB = 1024 * 1024
_MEMORY, _LEAST_MEMORY = 512, 256  # MiB: Python, Arrow and delta-rs alone take half of the latter
_LEAST_OF_SPARK = 512  # MiB: Spark itself refuses a driver with less than 450
_SPARK_TAKES = "*{}`:,"  # what Spark takes for something else in a path
_LIBRARIES = ("deltalake", "pyarrow", "filelock")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest(ConnectorRequest):
    """What to run, and how.

    out: the folder of the Delta tables. jobs: pipelines at once; None: as many as there are cores. only: tables and pipelines,
    by name; none: all. refresh: tables to load from nothing; refresh_all: every one. memory: MiB that a pipeline may take, on
    Spark the driver's JVM; None: 512, on Spark as it is configured. engine: what loads them; master: Spark's, None: here.
    timeout: seconds that one answer of the connector may take. interval: seconds after which all is run again; None: once.
    code: the folder of the connector's code, where the definition names none here. options: for the connector, they win over
    the environment's and the definition's.
    """

    out: Path = OUT
    jobs: int | None = None
    only: tuple[str, ...] = ()
    refresh: tuple[str, ...] = ()
    refresh_all: bool = False
    memory: int | None = None
    engine: Literal["embedded", "spark"] = "embedded"
    master: str | None = None
    timeout: float = 600
    interval: float | None = None
    code: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


class Engine(Protocol):
    """Runs pipelines, and says what is heard of them."""

    def run(self) -> Iterator[Heard]:
        """Give what is heard, until all have ended."""

    def stop(self) -> None:
        """Have it end at the next commits."""

    def kill(self) -> None:
        """End it now."""


@dataclass(frozen=True, slots=True)
class LayoutRun:
    """A run that is ready: what it would do, and the doing. `events` is the file that its events go to.

    unknown: options that a pipeline's driver would evaluate, and that nobody gave.
    """

    id: str
    connector: str
    target: str
    pipelines: tuple[PlannedPipeline, ...]
    events: Path
    unknown: tuple[str, ...]
    _engine: Engine = field(repr=False)
    _mask: Redactor = field(repr=False)

    def run(self) -> Iterator[Event | Heard]:
        """Run it; give each event once it is in the log, and between them what is heard of loads under way.

        Raises OSError where no process can be started, and what `system_error` gives where the log can't be written.
        """
        sources = {table.destination: table.source_table for pipeline in self.pipelines for table in pipeline.tables}
        recorder = Recorder(self.id, self.connector, self.target, sources, self._mask)
        yield self._kept(recorder.begun())
        for heard in self._engine.run():
            if (event := recorder.event(heard)) is not None:
                yield self._kept(event)
            else:
                yield heard
        yield self._kept(recorder.ended())

    def stop(self) -> None:
        """Have it end at the next commits."""
        self._engine.stop()

    def kill(self) -> None:
        """End it now; what was committed stays."""
        self._engine.kill()

    def _kept(self, event: Event) -> Event:
        append_event(self.events, event)
        return event


def layout_run(request: RunRequest, environ: Mapping[str, str]) -> LayoutRun:
    """Get a run ready. Raises InputError for what can't be run: names that nothing has, no code, no library."""
    one, target = request.read()
    _refuse_engine(request)
    definition = one.definition
    catalog = definition.targets[target].catalog
    pipelines = resolve_layout(one.agreed(), one.tables, target)
    chosen = _chosen(pipelines, request.only, catalog)
    refresh = {table.id for table in _named(pipelines, request.refresh, catalog, "--full-refresh")}
    if outside := refresh - {table.id for _, tables in chosen for table in tables}:
        named = ", ".join(sorted(one.source_table for one in outside))
        raise InputError(f"--full-refresh names what --only leaves out: {named}", "name it in both, or leave --only out")
    folder = RunFolder(request.out.resolve())
    if odd := unfit_characters(folder.path, _SPARK_TAKES if request.engine == "spark" else ""):
        raise InputError(
            Problem(f"--out {folder.path}: Delta tables can't be below a folder with {odd!r} in its path", "name another")
        )
    options = init_options(
        {**definition.clear_options, **definition.discovery}, definition.secret_options, environ, [request.options]
    )
    code = (request.code or one.base / (definition.code.folder or "")).resolve()
    if not code.exists():
        raise InputError(Problem(f"{code} is not there", "name the folder of the connector's code: --code"))
    run = _Settings(request, definition.id, folder, code, options, catalog)
    orders = [run.order(pipeline.pipeline.id, tables, refresh) for pipeline, tables in chosen]
    planned = tuple(_planned(order, tables) for order, (_, tables) in zip(orders, chosen, strict=True))
    plain = {name.lower() for name in (*definition.clear_options, *definition.connection.external_options)}
    plain -= {name.lower() for name in definition.secret_options}
    mask = redactor(value for name, value in options.items() if name.lower() not in plain)
    jobs = request.jobs or os.cpu_count() or 1
    return LayoutRun(
        id=f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        connector=definition.id,
        target=target,
        pipelines=planned,
        events=folder.events,
        unknown=tuple(name for name in definition.dynamic_options if name not in options),
        _engine=_engine(request, orders, jobs, definition.id, folder, mask),
        _mask=mask,
    )


def _refuse_engine(request: RunRequest) -> None:
    """Raise InputError for an engine that can't be run as it is asked for, or lacks something here."""
    on_spark = request.engine == "spark"
    if request.master is not None and not on_spark:
        raise InputError("--master is Spark's", "add --engine spark, or leave --master out")
    least, of = (_LEAST_OF_SPARK, "Spark's driver") if on_spark else (_LEAST_MEMORY, "a pipeline")
    if request.memory is not None and request.memory < least:
        raise InputError(f"--memory {request.memory} is too little: {of} takes {least} MiB at least")
    if on_spark:
        master = request.master or LOCAL
        refuse_master(master)
        if is_server(master) and request.memory is not None:
            raise InputError(
                "--memory is for a driver that is started here: the Spark Connect server has its own", "leave it out"
            )
        refuse_missing(master)
    elif missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        raise InputError(f"a run needs the libraries {', '.join(missing)}", bring(["delta"]))


def _engine(
    request: RunRequest, orders: list[PipelineOrder], jobs: int, connector: str, folder: RunFolder, mask: Redactor
) -> Engine:
    if request.engine == "embedded":
        return Supervisor(orders, jobs, connector, folder, mask)
    order = SparkOrder(
        pipelines=tuple(orders),
        jobs=jobs,
        master=request.master or LOCAL,
        memory=(request.memory or 0) * _MIB,
        packages="" if is_server(request.master or LOCAL) else packages(),
    )
    return SparkSupervisor(order, folder.log(connector, "spark"), mask)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What all pipelines of a run share."""

    request: RunRequest
    connector: str
    folder: RunFolder
    code: Path
    options: Mapping[str, str] = field(repr=False)
    catalog: str | None = None

    def order(self, pipeline: str, tables: tuple[Table, ...], refresh: set[TableId]) -> PipelineOrder:
        """Give what a pipeline's process is to do."""
        request = self.request
        return PipelineOrder(
            pipeline=pipeline,
            lock=str(self.folder.lock(self.connector, pipeline)),
            code=str(self.code),
            connection=dict(self.options),
            tables=tuple(self._table(table, refresh) for table in tables),
            memory=(request.memory or _MEMORY) * _MIB,
            patience=request.timeout,
            interval=request.interval or 0,
        )

    def _table(self, table: Table, refresh: set[TableId]) -> TableOrder:
        here = table.id.in_catalog(self.catalog)
        return TableOrder(
            name=here.destination,
            source_table=here.source_table,
            folder=str(self.folder.table(here)),
            aside=str(self.folder.aside(here)),
            options={name: option_text(value) for name, value in table.options.items()},
            refresh=self.request.refresh_all or table.id in refresh,
        )


def _planned(order: PipelineOrder, tables: tuple[Table, ...]) -> PlannedPipeline:
    """Give the same for people."""
    pairs = zip(order.tables, tables, strict=True)
    return PlannedPipeline(
        order.pipeline,
        tuple(
            PlannedTable(one.source_table, one.name, Path(one.folder), table.weight.seconds, one.refresh)
            for one, table in pairs
        ),
    )


def _chosen(
    pipelines: tuple[ResolvedPipeline, ...], only: tuple[str, ...], catalog: str | None
) -> list[tuple[ResolvedPipeline, tuple[Table, ...]]]:
    """Give the pipelines with the tables of each that are to be loaded, the heaviest first: it is the last to end."""
    names = {pipeline.pipeline.id for pipeline in pipelines} | {
        pipeline.pipeline.name for pipeline in pipelines if pipeline.pipeline.name
    }
    named = {name for name in only if name in names}
    tables = {
        table.id for table in _named(pipelines, tuple(name for name in only if name not in names), catalog, "--only", names)
    }
    found = []
    for pipeline in pipelines:
        whole = not only or named & {pipeline.pipeline.id, pipeline.pipeline.name}
        some = tuple(table for table in pipeline.tables if whole or table.id in tables)
        if some:
            found.append((pipeline, some))
    return sorted(found, key=lambda one: (-sum(table.weight.seconds for table in one[1]), one[0].pipeline.id))


def _named(
    pipelines: tuple[ResolvedPipeline, ...],
    given: tuple[str, ...],
    catalog: str | None,
    flag: str,
    also: set[str] | None = None,
) -> list[Table]:
    """Give the tables that are meant. Raises InputError with every name that no table, or more than one, has."""
    tables = [table for pipeline in pipelines for table in pipeline.tables]
    names = Names((name, table) for table in tables for name in table.id.names(catalog))
    found: list[Table] = []
    problems: list[Problem] = []
    for name in given:
        meant = {table.id: table for table in names.find(name)}
        if len(meant) == 1:
            found.extend(meant.values())
        else:
            known = [*(also or ()), *(table.id.source_table for table in tables)]
            what = "is the name of several tables" if meant else "is no table of the layout"
            fix = ", ".join(str(one) for one in meant) if meant else did_you_mean(name, known)
            problems.append(Problem(f"{flag} {name!r} {what}", fix))
    refuse(problems)
    return found
