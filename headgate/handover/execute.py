"""Executing a runbook's steps in a workspace. Everything is looked at before and after; a second run carries on.

What happens when it dies: before the journal is written, nothing was done. After it, pipelines are stopped, which loses
nothing, and the journal knows how they were. Between ALTER and the lock, the table has its new owner, which the next run
reads from the workspace and records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.handover.checks import Survey, owned_by, refusals
from headgate.handover.journal import HandoverJournal, PriorState
from headgate.layout.ingested import tables_in
from headgate.problems import Problem, RefusedError, SourceError
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.deployment.scope import Scope
    from headgate.handover.databricks import DatabricksWorkspace
    from headgate.handover.model import Handover, Runbook, Step, StoppedPipeline
    from headgate.handover.store import HandoverStore
    from headgate.handover.workspace import WorkspacePipeline

# How long a pipeline may take to stop, and how often it is asked, in seconds.
PATIENCE, PAUSE = 1800.0, 5.0


@dataclass(frozen=True, slots=True)
class HandoverResult:
    """What a run did: source tables that it handed over, and those whose handover it found made and recorded."""

    altered: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def execute(
    runbook: Runbook, workspace: DatabricksWorkspace, store: HandoverStore, scope: Scope, tell: Callable[[str], None]
) -> HandoverResult:
    """Execute what of `runbook` needs no person: pause, stop, ALTER, record. `tell` gets a line for each thing done.

    All preconditions of all tables are looked at first: raises RefusedError with every one that doesn't hold, before
    anything is touched. Raises SourceError where the workspace fails or something runs that was stopped; what was done till
    then is recorded, and the same command carries on.
    """
    survey = look(runbook, workspace, scope)
    if problems := refusals(runbook.handovers, [*runbook.stopped, *runbook.restacked], survey):
        raise RefusedError(problems)
    if runbook.stopped:
        store.keep((store.journal or HandoverJournal()).with_before(_before(one, survey) for one in runbook.stopped))
    altered: list[str] = []
    found: list[str] = []
    # Whatever the files say of schedules: a job may have one that was added to it in the workspace.
    for one in runbook.stopped:
        if one.job_id:
            _pause(one, workspace, tell)
    for step in runbook.steps:
        if step.kind == "stop" and step.stopped:
            _stop(step.stopped, workspace, tell)
        elif step.kind == "alter" and step.handover:
            pair = [one for one in runbook.stopped if one.pipeline in (step.handover.source, step.handover.destination)]
            made = _alter(step, step.handover, pair, workspace, store)
            store.record(step.handover)
            store.keep((store.journal or HandoverJournal()).ended(step.handover.table))
            (altered if made else found).append(step.subject)
            tell(f"{step.handover.table} belongs to {step.handover.taker[0]}{'' if made else ' already'}: recorded")
            for one in pair:  # what was started while the statement ran would go on with who owned the table before
                _stop(one, workspace, tell)
    return HandoverResult(tuple(altered), tuple(found))


def look(runbook: Runbook, workspace: DatabricksWorkspace, scope: Scope) -> Survey:
    """Ask the workspace for all that the checks need; nothing is changed."""
    stopped = [*runbook.stopped, *runbook.restacked]
    pipelines = {one.pipeline_id: workspace.pipeline(one.pipeline_id) for one in stopped}
    involved = {id_ for handover in runbook.handovers for id_ in (handover.source_id, handover.destination_id)}
    others = {one.pipeline_id for one in runbook.stopped if one.by_others}
    ran = [id_ for id_ in sorted(involved) if (facts := pipelines.get(id_)) and facts.updated]
    return Survey(
        workspace.me() if runbook.handovers else "",
        pipelines,
        {id_: workspace.pipeline_owner(id_) for id_ in sorted(involved) if pipelines.get(id_)},
        {one.job_id: workspace.job(one.job_id) for one in stopped if one.job_id},
        {id_: workspace.release(id_) for id_ in ran},
        {handover.table: workspace.owner_of(handover.table) for handover in runbook.handovers},
        _named(runbook.handovers, pipelines, workspace, scope),
        tuple(workspace.jobs_starting(others)) if others else (),
    )


def _named(
    handovers: Sequence[Handover], pipelines: dict[str, WorkspacePipeline | None], workspace: DatabricksWorkspace, scope: Scope
) -> dict[str, frozenset[str]]:
    """Give the tables that the destinations' applied files name."""
    named = {}
    for name, id_ in dict.fromkeys((handover.destination, handover.destination_id) for handover in handovers):
        facts = pipelines.get(id_)
        if scope.definition.ingestion == "managed":
            tables: Sequence[str] = facts.reads if facts else ()
        else:
            schema = scope.definition.destination.schema_name
            read = tables_in(workspace.file(scope.file_path(name)) or "") or []
            tables = [f"{t.catalog or scope.catalog}.{t.schema or schema}.{t.table or t.source_table}" for t in read]
        named[name] = frozenset(folded(table) for table in tables)
    return named


def _before(one: StoppedPipeline, survey: Survey) -> PriorState:
    facts, job = survey.pipelines.get(one.pipeline_id), survey.jobs.get(one.job_id)
    continuous = facts is not None and facts.continuous
    running = continuous and facts is not None and bool(facts.busy)
    return PriorState(one.pipeline, one.pipeline_id, one.job_id, job.paused if job else None, continuous, running)


def _pause(one: StoppedPipeline, workspace: DatabricksWorkspace, tell: Callable[[str], None]) -> None:
    job = workspace.job(one.job_id)
    if job is None or job.paused is not False:
        return
    workspace.set_paused(one.job_id, paused=True)
    after = workspace.job(one.job_id)
    if after is None or after.paused is False:
        raise SourceError(
            f"job {one.job_id} of pipeline {one.pipeline} was paused and still isn't", "look at it, and run again"
        )
    tell(f"job {one.job_id} of pipeline {one.pipeline} is paused")


def _stop(one: StoppedPipeline, workspace: DatabricksWorkspace, tell: Callable[[str], None]) -> None:
    waited = 0.0
    asked = False
    while busy := _busy(one, workspace):
        if not asked:
            tell(f"pipeline {one.pipeline} is {busy}: stopping it")
            workspace.stop(one.pipeline_id)
            asked = True
        if waited >= PATIENCE:
            fix = f"look at pipeline {one.pipeline_id}, and run the same again once it is idle"
            raise SourceError(f"pipeline {one.pipeline} has not stopped in {PATIENCE / 60:.0f} minutes: it is {busy}", fix)
        workspace.sleep(PAUSE)
        waited += PAUSE
    if asked:
        tell(f"pipeline {one.pipeline} is idle")


def _busy(one: StoppedPipeline, workspace: DatabricksWorkspace) -> str:
    facts = workspace.pipeline(one.pipeline_id)
    if facts is None:
        raise SourceError(f"pipeline {one.pipeline} ({one.pipeline_id}) is gone", "look who deleted it; its tables go with it")
    return facts.busy


def _alter(
    step: Step, handover: Handover, pair: Sequence[StoppedPipeline], workspace: DatabricksWorkspace, store: HandoverStore
) -> bool:
    """Give the table to its taker while neither of the two pipelines runs; say whether that took a statement."""
    owner = workspace.owner_of(handover.table)
    if problems := owned_by(handover, owner):
        raise RefusedError(problems)
    if owner == handover.taker[1]:
        return False
    for one in pair:
        if busy := _busy(one, workspace):
            message = f"pipeline {one.pipeline} is {busy}: something started it after it was stopped"
            raise SourceError(message, "see that nobody starts it, and run the same again: it carries on from here")
    store.keep((store.journal or HandoverJournal()).beginning(handover.table))
    workspace.alter(step.statement)
    now = workspace.owner_of(handover.table)
    if now != handover.taker[1]:
        message = f"{handover.table} belongs to {now or 'no pipeline'} after the statement, not to {handover.taker[1]}"
        raise SourceError(Problem(message, "look at the table; nothing was recorded for it"))
    return True
