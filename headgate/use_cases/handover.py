"""Tables handed over to their new pipelines: the runbook, executing it, and what runs again afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope
from headgate.handover.execute import execute
from headgate.handover.journal import journal_path, read_journal
from headgate.handover.resume import resume, unfinished
from headgate.handover.runbook import make_runbook, make_runbook_back
from headgate.handover.store import HandoverStore
from headgate.layout.progress import pending
from headgate.problems import HeadgateError, InputError
from headgate.use_cases.request import ConnectorRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.handover.databricks import DatabricksWorkspace
    from headgate.handover.model import Runbook


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRequest(ConnectorRequest):
    """tables: only these; back: tables to give back instead. warehouse: the id of a SQL warehouse, for executing."""

    tables: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    warehouse: str = ""

    def __post_init__(self) -> None:
        """Raise InputError where both are named."""
        if self.tables and self.back:
            raise InputError("--table and --back don't go together", "give --back all tables that go back")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest(ConnectorRequest):
    """force: even if something isn't recorded."""

    force: bool = False


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was executed. tables: source tables that belong to their new pipelines now, and are recorded so."""

    runbook: Runbook
    tables: tuple[str, ...] = ()

    @property
    def back(self) -> bool:
        """Whether tables were given back."""
        return any(handover.back for handover in self.runbook.handovers)


@dataclass(frozen=True, slots=True)
class ResumeResult:
    """The pipelines that were resumed; stopped: whether a handover had stopped anything."""

    connector: str
    target: str
    resumed: tuple[str, ...]
    stopped: bool


def handover_runbook(request: HandoverRequest) -> Runbook:
    """Give the steps, with the workspace's ids.

    Raises StaleError without a lock, InputError for an unknown table, and for a damaged journal of an unfinished handover.
    """
    store, scope = _store(request)
    read_journal(store.connector.folder, store.target)
    return _runbook(request, store, scope)


def hand_over(request: HandoverRequest, tell: Callable[[str], None]) -> HandedOver:
    """Execute what needs no person: pause, stop, ALTER, record; the same request carries on where it was cut off.

    Raises InputError without a warehouse, RefusedError for preconditions that don't hold, SourceError where the workspace
    fails; what is done by then is told.
    """
    store, scope = _store(request)
    runbook = _runbook(request, store, scope)
    for source, reason in runbook.waiting:
        tell(f"{source} waits: {reason}")
    if not runbook.stopped and not runbook.restacked:
        return HandedOver(runbook)
    if runbook.handovers and not request.warehouse:
        raise InputError("no SQL warehouse is named", "name one: --warehouse ID, or DATABRICKS_WAREHOUSE_ID")
    try:
        done = execute(runbook, _workspace(scope, request.warehouse), store, scope, tell)
    except HeadgateError:
        _tell_state(runbook, store, tell)
        raise
    return HandedOver(runbook, (*done.altered, *done.found))


def resume_jobs(request: ResumeRequest, tell: Callable[[str], None]) -> ResumeResult:
    """Let the jobs and pipelines run again that ran before. Raises RefusedError while a table is between two files."""
    store, scope = _store(request)
    journal = store.journal
    if journal and request.force:
        for problem in unfinished(store.layout, store.target, journal):
            tell(f"forced, though {problem.message}")
    resumed = resume(_workspace(scope), store, tell, force=request.force) if journal else []
    return ResumeResult(scope.definition.id, store.target, tuple(resumed), journal is not None)


def _store(request: ConnectorRequest) -> tuple[HandoverStore, Scope]:
    one, target = request.read()
    return HandoverStore(one, target), Scope(one.definition, target)


def _runbook(request: HandoverRequest, store: HandoverStore, scope: Scope) -> Runbook:
    known = store.layout, scope.definition, store.target, store.connector.deployed(store.target)
    idle = _unstarted(store, scope)
    adopted = store.connector.adopted(store.target)
    if request.back:
        return make_runbook_back(*known, request.back, idle, adopted)
    return make_runbook(*known, request.tables or None, idle, adopted)


def _unstarted(store: HandoverStore, scope: Scope) -> set[str]:
    """Give the pipelines whose jobs nothing starts: their schedules are paused in the target, or no table of theirs has one."""
    if scope.target.paused:
        return {*(one.id for one in store.layout.pipelines), *(one.id for one in store.layout.left)}
    schedules = {table.id: table.group.schedule for table in store.connector.tables}
    linked = [(name, placement.table) for placement in store.layout.tables for name in {placement.pipeline, placement.agreed}]
    # A table that the inventory has lost may have had a schedule.
    return {name for name, _ in linked} - {name for name, table in linked if schedules.get(table, "unknown")}


def _tell_state(runbook: Runbook, store: HandoverStore, tell: Callable[[str], None]) -> None:
    """Say, after an error, what is done and what isn't."""
    if store.journal is None:
        tell("nothing was done")
        return
    todo = pending(store.layout, runbook.target)
    reached = todo.planned if any(handover.back for handover in runbook.handovers) else todo.handed_over
    keys = {placement.table for placement in reached}
    for handover in runbook.handovers:
        state = "done and recorded" if handover.placement.table in keys else "not done, or not recorded"
        tell(f"{handover.placement.table.source_table}: {state}")
    tell(
        f"stopped pipelines and paused jobs stay so; {journal_path(store.connector.folder, runbook.target)} knows how they were"
    )


def _workspace(scope: Scope, warehouse: str = "") -> DatabricksWorkspace:
    from headgate.handover.databricks import DatabricksWorkspace

    return DatabricksWorkspace(scope.target.host, scope.target.profile, warehouse)
