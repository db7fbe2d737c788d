"""A runbook's steps, each in words, as a statement, with how to check it and how to go back. Pure."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from headgate.handover.model import Step
from headgate.layout.handover import alter_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.handover.model import Halted, Handover
    from headgate.handover.place import Place


def prepare(place: Place, waiting: Sequence[tuple[str, str]]) -> list[Step]:
    """Give the step before all others where tables (source table, reason) have no ids to be handed over with."""
    if not waiting:
        return []
    never = f"in a target that was never deployed, say `headgate done {place.whose} --handover TABLE` instead"
    words = f"Deploy what is new, so that it gets its id; the files of both pipelines stay as they are ({never})."
    return [
        Step(
            "prepare",
            ", ".join(source for source, _ in waiting),
            words,
            f"{place.deploy()} && headgate record {place.whose}",
            f"`headgate handover {place.whose}` gives these tables' statements, with ids",
        )
    ]


def halting(place: Place, handovers: Sequence[Handover], leaving: Sequence[Halted]) -> list[Step]:
    """Give the steps that keep all pipelines concerned from running: first every job, then every pipeline."""
    names = dict.fromkeys(name for handover in handovers for name in (handover.source, handover.destination))
    halted = [*(place.halted(name) for name in names), *leaving]
    return [
        *(
            Step(
                "pause",
                one.pipeline,
                f"Pause the job {one.job_id} of pipeline {one.pipeline}, and note whether it was paused before.",
                f"databricks jobs get {one.job_id}",
                "its schedule's pause_status is PAUSED",
                undo="unpause it, unless it was paused before",
                halted=one,
            )
            for one in halted
            if one.job_id
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
                halted=one,
            )
            for one in halted
        ),
    ]


def hand_over(place: Place, handover: Handover) -> list[Step]:
    """Give the two steps that give one table to its taker and record it."""
    source, table, whose = handover.placement.table.source_table, handover.table, place.whose
    (giver, giver_id), (taker, taker_id) = handover.giver, handover.taker
    alter = Step(
        "alter",
        source,
        f"Give {table} from pipeline {giver} to pipeline {taker}, as the identity that owns and runs both.",
        alter_statement(table, taker_id),
        f"pipelines.pipelineId is {taker_id}; before, it is {giver_id}",
        f"SHOW TBLPROPERTIES {_quoted(table)}",
        "give it again" if handover.back else "give it back, as long as its files are not applied",
        alter_statement(table, giver_id) if handover.back else f"headgate handover {whose} --back {quote(source)} --execute",
        handover=handover,
    )
    if handover.back:
        record = Step(
            "record",
            source,
            f"Record that {source} is yet to be handed over, so that the files stay as they are; the command does both.",
            f"headgate handover {whose} --back {quote(source)} --execute",
            f"`headgate done {whose}` lists it as a handover to be made",
            handover=handover,
        )
    else:
        record = Step(
            "record",
            source,
            f"Record that {source} is handed over, so that the next synthesis moves it between the files.",
            f"headgate done {whose} --handover {quote(source)}",
            f"`headgate done {whose}` lists it as handed over",
            undo="take the table's line of layout.lock from the last commit",
            handover=handover,
        )
    return [alter, record]


def commit(place: Place) -> Step:
    """Give the step that commits what was recorded."""
    return Step(
        "commit",
        place.scope.definition.id,
        "Commit the lock: what is handed over is agreed from here on.",
        f"git commit connectors/{place.scope.definition.id}/layout.lock",
        "`git status` is clean",
        undo="revert the commit, before anything is applied",
    )


def leave(place: Place, halted: Halted) -> Step:
    """Give the step by which Terraform forgets a pipeline."""
    return Step(
        "leave",
        halted.pipeline,
        f"Deploy the stack that forgets pipeline {halted.pipeline}: the workspace keeps it with the tables that it still owns; "
        "what else it has in the stack, such as its job and its ingest file, is destroyed.",
        place.deploy(place.stacks(halted.pipeline)),
        "the plan says that the pipeline will no longer be managed by Terraform, and destroys no databricks_pipeline",
        undo="before the deploy: take layout.lock from the commit before; after it, the pipeline is still there, as "
        f"{halted.pipeline_id}",
        halted=halted,
    )


def change_stack(place: Place, halted: Halted) -> Step:
    """Give the step by which a pipeline goes to another stack."""
    stacks = place.stacks(halted.pipeline)
    return Step(
        "change stack",
        halted.pipeline,
        f"Deploy {' and '.join(stacks)}: one state forgets pipeline {halted.pipeline}, the other imports it; the workspace "
        "doesn't change, so nothing has to stop. Let no other deploy run meanwhile.",
        place.deploy(stacks),
        "the plans import, and forget, and destroy nothing; after `headgate record`, `headgate done` no longer lists it",
        undo="before the deploy: take layout.lock from the commit before; after it: set balance.stacks back, balance, deploy",
        halted=halted,
    )


def afterwards(place: Place) -> list[Step]:
    """Give what comes once all is handed over: deploy, record, resume."""
    whose, name = place.whose, place.scope.definition.id
    return [
        Step(
            "deploy",
            name,
            "Look at the plans, then deploy; files change before jobs do, and no order of the stacks can lose a table.",
            place.deploy(),
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
        resume(place),
    ]


def resume(place: Place) -> Step:
    """Give the step that lets the jobs run again."""
    whose = place.whose
    return Step(
        "resume",
        place.scope.definition.id,
        "Let the jobs run again that ran before.",
        f"headgate handover {whose} --resume-jobs",
        "each job's pause_status is what it was before; the next update of both pipelines succeeds",
        undo="pause them again",
    )


def _quoted(table: str) -> str:
    return ".".join(f"`{part.replace('`', '``')}`" for part in table.split("."))
