"""Letting jobs and pipelines run again as they did before a handover, once nothing is between two files any more."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from headgate.layout.progress import pending
from headgate.problems import Problem, RefusedError
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.handover.databricks import DatabricksWorkspace
    from headgate.handover.journal import HandoverJournal, PriorState
    from headgate.handover.store import HandoverStore
    from headgate.layout.model import Layout


def resume(
    workspace: DatabricksWorkspace, store: HandoverStore, tell: Callable[[str], None], *, force: bool = False
) -> list[str]:
    """Unpause what ran before and start what was running; give the pipelines concerned, and remove the journal.

    A job that was paused before stays paused, as does one whose pipeline has no table any more. Raises RefusedError where
    a table of these pipelines is still between two files, unless `force`; SourceError where the workspace fails.
    """
    journal = store.journal
    if journal is None:
        return []
    layout = store.layout
    if not force and (problems := unfinished(layout, store.target, journal)):
        raise RefusedError(problems)
    reading = {placement.in_target(store.target) for placement in layout.tables}
    still = [before for before in journal.before if before.pipeline in reading]
    resumed = [before.pipeline for before in still if _resumed(before, workspace, tell)]
    store.forget()
    return resumed


def unfinished(layout: Layout, target: str, journal: HandoverJournal) -> list[Problem]:
    """Say what forbids that the journal's pipelines run. Pure."""
    whose = f"{layout.connector} -t {target}"
    todo = pending(layout, target)
    names = {before.pipeline for before in journal.before}
    begun = {folded(table.partition(".")[2]) for table in journal.begun}  # a target may have a catalog of its own
    problems = [
        Problem(
            f"the handover of {p.table.source_table} was cut off: its table may belong to {p.agreed} by now",
            f"finish it: `headgate handover {whose} --table {quote(p.table.source_table)} --execute`, or give it "
            "back with --back instead of --table",
        )
        for p in todo.planned
        if folded(p.table.destination.partition(".")[2]) in begun
    ]
    deploy = f"commit the lock, deploy, and run `headgate record {whose}`; then this"
    problems += [
        Problem(f"{p.table.source_table} is handed over to {p.agreed}, and that its files are applied isn't recorded", deploy)
        for p in todo.handed_over
        if names & {p.pipeline, p.agreed}
    ]
    return problems + [
        Problem(f"pipeline {name} leaves, and it isn't recorded as left", deploy) for name in todo.left if name in names
    ]


def _resumed(before: PriorState, workspace: DatabricksWorkspace, tell: Callable[[str], None]) -> bool:
    """Put one pipeline back; say whether that took anything."""
    done = False
    job = workspace.job(before.job_id) if before.job_id and before.paused is False else None
    if job and job.paused:
        workspace.set_paused(before.job_id, paused=False)
        tell(f"job {before.job_id} of pipeline {before.pipeline} runs on its schedule again")
        done = True
    facts = workspace.pipeline(before.pipeline_id)
    # A continuous one that was not continuous before had no tables then; the deploy made it so, for it has some now.
    if facts and facts.continuous and not facts.busy and (before.running or not before.continuous):
        workspace.start(before.pipeline_id)
        tell(f"pipeline {before.pipeline} is started again")
        done = True
    return done
