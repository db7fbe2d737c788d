"""A runbook's steps, each in words, as a statement, with how to check it and how to go back. Pure."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from headgate.clients.sql import quoted
from headgate.handover.model import Step
from headgate.layout.handover import alter_statement

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.handover.model import Handover, StoppedPipeline
    from headgate.handover.target_layout import TargetLayout


def prepare(target_layout: TargetLayout, waiting: Sequence[tuple[str, str]]) -> list[Step]:
    """Give the step before all others where tables (source table, reason) have no ids to be handed over with."""
    if not waiting:
        return []
    words = "Deploy what is new, so that it gets its id; the files of both pipelines stay as they are."
    return [
        Step(
            "prepare",
            ", ".join(source for source, _ in waiting),
            words,
            f"{target_layout.deploy()} && headgate record {target_layout.whose}",
            f"`headgate handover {target_layout.whose}` gives these tables' statements, with ids",
        )
    ]


def stop_steps(
    target_layout: TargetLayout,
    handovers: Sequence[Handover],
    leaving: Sequence[StoppedPipeline],
    unstarted: Collection[str],
) -> list[Step]:
    """Give the steps that keep all pipelines concerned from running: first every job, then every pipeline.

    unstarted: pipelines whose jobs nothing starts, so that there is nothing to pause.
    """
    names = dict.fromkeys(name for handover in handovers for name in (handover.source, handover.destination))
    stopped = [*(target_layout.stopped(name) for name in target_layout.with_leaders(names)), *leaving]
    return [
        *(
            Step(
                "pause",
                one.pipeline,
                f"Pause what starts pipeline {one.pipeline}, which is no job of this project, until the files are deployed.",
                f"databricks pipelines get {one.pipeline_id}",
                "no job that is not paused has a task for it",
                undo="unpause it, unless it was paused before",
                stopped=one,
            )
            for one in stopped
            if one.by_others
        ),
        *(
            Step(
                "pause",
                one.pipeline,
                f"Pause the schedule of job {one.job_id}, of pipeline {one.pipeline}, and note whether it was paused before.",
                f"databricks jobs get {one.job_id}",
                "its schedule's pause_status is PAUSED",
                undo="unpause it, unless it was paused before",
                stopped=one,
            )
            for one in stopped
            if one.job_id and one.pipeline not in unstarted
        ),
        *(
            Step(
                "stop",
                one.pipeline,
                f"Stop pipeline {one.pipeline} and wait until it is idle.",
                f"databricks pipelines stop {one.pipeline_id}",
                "its state is IDLE, and none of its updates is active",
                f"databricks pipelines get {one.pipeline_id}",
                undo="start it, or leave it to its job",
                stopped=one,
            )
            for one in stopped
        ),
    ]


def give(target_layout: TargetLayout, handover: Handover) -> Step:
    """Give the step that gives one table to its taker."""
    source, table = handover.placement.table.source_table, handover.table
    (giver, giver_id), (taker, taker_id) = handover.giver, handover.taker
    return Step(
        "alter",
        source,
        f"Give {table} from pipeline {giver} to pipeline {taker}, as the identity that owns and runs both.",
        alter_statement(table, taker_id),
        f"pipelines.pipelineId is {taker_id}; before, it is {giver_id}",
        f"SHOW TBLPROPERTIES {quoted(table)}",
        "give it again" if handover.back else "give it back, as long as its files are not applied",
        alter_statement(table, giver_id) if handover.back else _back(target_layout, [source]),
        handover=handover,
    )


def record(target_layout: TargetLayout, handovers: Sequence[Handover]) -> Step:
    """Give the step that records which tables were given to their takers, all of them one way."""
    whose = target_layout.whose
    sources = [handover.placement.table.source_table for handover in handovers]
    names = ", ".join(sources)
    if handovers[0].back:
        words = f"Record as yet to be handed over, so that their files stay as they are: {names}. The command does all of it."
        check = f"`headgate done {whose}` lists a handover to be made for each"
        return Step("record", names, words, _back(target_layout, sources), check)
    return Step(
        "record",
        names,
        f"Record as handed over, so that the next synthesis moves them between the files: {names}.",
        f"headgate done {whose} {' '.join(f'--handover {quote(source)}' for source in sources)}",
        f"`headgate done {whose}` lists each as handed over",
        undo="take the tables' lines of layout.lock from the last commit",
    )


def _back(target_layout: TargetLayout, sources: Sequence[str]) -> str:
    tables = " ".join(f"--back {quote(source)}" for source in sources)
    return f"headgate handover {target_layout.whose} {tables} --execute"


def commit(target_layout: TargetLayout) -> Step:
    """Give the step that commits what was recorded."""
    return Step(
        "commit",
        target_layout.scope.definition.id,
        "Commit the lock: what is handed over is agreed from here on.",
        f"git commit connectors/{target_layout.scope.definition.id}/layout.lock",
        "`git status` is clean",
        undo="revert the commit, before anything is applied",
    )


def leave(target_layout: TargetLayout, stopped: StoppedPipeline) -> Step:
    """Give the step by which Terraform forgets a pipeline."""
    return Step(
        "leave",
        stopped.pipeline,
        f"Deploy the stack that forgets pipeline {stopped.pipeline}: the workspace keeps it with the tables that it still "
        "owns; what else it has in the stack, such as its job and its ingest file, is destroyed.",
        target_layout.deploy(target_layout.stacks(stopped.pipeline)),
        "the plan says that the pipeline will no longer be managed by Terraform, and destroys no databricks_pipeline",
        undo="before the deploy: take layout.lock from the commit before; after it, the pipeline is still there, as "
        f"{stopped.pipeline_id}",
        stopped=stopped,
    )


def change_stack(target_layout: TargetLayout, stopped: StoppedPipeline) -> Step:
    """Give the step by which a pipeline goes to another stack."""
    stacks = target_layout.stacks(stopped.pipeline)
    return Step(
        "change stack",
        stopped.pipeline,
        f"Deploy {' and '.join(stacks)}: one state forgets pipeline {stopped.pipeline}, the other imports it; the workspace "
        "doesn't change, so nothing has to stop. Let no other deploy run meanwhile.",
        target_layout.deploy(stacks),
        "the plans import, and forget, and destroy nothing; after `headgate record`, `headgate done` no longer lists it",
        undo="before the deploy: take layout.lock from the commit before; after it: set balance.stacks back, balance, deploy",
        stopped=stopped,
    )


def afterwards(target_layout: TargetLayout) -> list[Step]:
    """Give what comes once all is handed over: deploy, record, resume."""
    whose, name = target_layout.whose, target_layout.scope.definition.id
    return [
        Step(
            "deploy",
            name,
            "Look at the plans, then deploy; files change before jobs do, and no order of the stacks can lose a table.",
            target_layout.deploy(),
            "`headgate review` says that nothing would be lost",
            undo="nothing is lost by waiting: the tables are not updated until it is deployed",
        ),
        Step(
            "record states",
            name,
            "Record what is applied, and commit it.",
            f"headgate record {whose}",
            f"`headgate done {whose}` lists no handover that is to be applied",
        ),
        resume(target_layout),
    ]


def resume(target_layout: TargetLayout) -> Step:
    """Give the step that lets the jobs run again."""
    whose = target_layout.whose
    return Step(
        "resume",
        target_layout.scope.definition.id,
        "Let the jobs run again that ran before.",
        f"headgate handover {whose} --resume-jobs",
        "each job's pause_status is what it was before; the next update of both pipelines succeeds",
        undo="pause them again",
    )
