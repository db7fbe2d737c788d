"""The runbook of a target: what its lock and its record say is to be handed over, as steps in order. Pure."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

from headgate.handover.model import Halted, Handover, Runbook, Step
from headgate.layout.handover import alter_statement
from headgate.layout.model import whereabouts
from headgate.layout.progress import pending
from headgate.problems import InputError, StaleError, did_you_mean
from headgate.terraform.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Left, Pipeline, Placement

# What stands between the quotes of a statement: the workspace's ids are hexadecimal digits and hyphens.
_ID = re.compile(r"[0-9A-Za-z_-]+")


def runbook(
    layout: Layout, definition: Definition, target: str, deployed: Deployed, tables: Collection[str] | None = None
) -> Runbook:
    """Give what is to be done in `target`, in order; with `tables` (source tables), for those alone.

    A table that is handed over already is passed over, so that a run that was cut off can be repeated as it was. Raises
    InputError for a table that isn't planned to move, StaleError for an id that can't be one of the workspace's.
    """
    place = _Place(layout, definition, target, deployed)
    todo = pending(layout, target)
    chosen = _chosen(todo.planned, todo.handed_over, tables, f"is planned to move in {target}")
    waiting = tuple((p.key.source_table, reason) for p in chosen if (reason := place.missing(p)))
    late = {source for source, _ in waiting}
    handovers = [place.handover(p) for p in chosen if p.key.source_table not in late]
    whole = tables is None
    leaving = [place.halted(name, leaves=True) for name in todo.left if whole and place.id_of(name)]
    restacked = [place.halted(name) for name in todo.restacked] if whole else []
    steps = [*_prepare(place, waiting), *_halting(place, handovers, leaving)]
    for handover in handovers:
        steps += _hand_over(place, handover)
    handed = bool(handovers or todo.handed_over)
    steps += [_commit(place)] if handovers else []
    steps += [_leave(place, halted) for halted in leaving]
    steps += [_change_stack(place, halted) for halted in restacked]
    steps += _afterwards(place) if handed or leaving or restacked else []
    return Runbook(definition.id, target, tuple(steps), waiting)


def runbook_back(layout: Layout, definition: Definition, target: str, deployed: Deployed, tables: Collection[str]) -> Runbook:
    """Give what brings handed-over tables back to the pipelines that they came from. Raises as `runbook` does."""
    place = _Place(layout, definition, target, deployed)
    todo = pending(layout, target)
    chosen = _chosen(todo.handed_over, todo.planned, tables, f"is handed over in {target} and not yet applied")
    if problems := [f"{p.key.source_table}: {reason}" for p in chosen if (reason := place.missing(p))]:
        raise StaleError("; ".join(problems), f"run `headgate record {place.whose}`")
    handovers = [place.handover(p, back=True) for p in chosen]
    steps = _halting(place, handovers, [])
    for handover in handovers:
        steps += _hand_over(place, handover)
    return Runbook(definition.id, target, (*steps, *([_commit(place), _resume(place)] if handovers else [])))


class _Place:
    """A connector's layout in one target, and the workspace's ids there."""

    def __init__(self, layout: Layout, definition: Definition, target: str, deployed: Deployed) -> None:
        self.layout, self.scope, self.deployed = layout, Scope(definition, target), deployed
        self.whose = f"{definition.id} -t {target}"
        entries: list[Pipeline | Left] = [*layout.left, *layout.pipelines]
        self.entries = {entry.id: entry for entry in entries}

    def id_of(self, pipeline: str, kind: str = "databricks_pipeline") -> str:
        """Give the workspace's id of a pipeline or its job, under its id or the one before; empty where none is recorded."""
        entry = self.entries.get(pipeline)
        names = [name for _, name in whereabouts(entry, self.scope.target_name)] if entry else [pipeline]
        found = next((id_ for name in names if (id_ := self.deployed.ids.get(f"{kind}.{name}"))), "")
        if found and not _ID.fullmatch(found):
            raise StaleError(
                f"the recorded id of {kind}.{pipeline} can't be one: {found!r}", f"run `headgate record {self.whose}`"
            )
        return found

    def missing(self, placement: Placement) -> str:
        """Say what of a table's handover isn't recorded; empty where all is."""
        if not self.deployed.ids:
            return "no deploy is recorded here"
        unknown = [name for name in (placement.pipeline, placement.agreed) if not self.id_of(name)]
        if unknown:
            return f"pipeline {unknown[0]} has no recorded id yet"
        if self.scope.definition.mode == "batch":
            jobless = [n for n in (placement.pipeline, placement.agreed) if not self.id_of(n, "databricks_job")]
            return f"the job of pipeline {jobless[0]} has no recorded id yet" if jobless else ""
        return ""

    def handover(self, placement: Placement, *, back: bool = False) -> Handover:
        catalog, own = self.scope.target.catalog, placement.key.destination
        table = f"{catalog}.{own.split('.', 1)[1]}" if catalog else own
        source, destination = placement.pipeline, placement.agreed
        return Handover(placement, table, source, self.id_of(source), destination, self.id_of(destination), back)

    def halted(self, pipeline: str, *, leaves: bool = False) -> Halted:
        return Halted(pipeline, self.id_of(pipeline), self.id_of(pipeline, "databricks_job"), leaves)

    def stacks(self, pipeline: str) -> list[str]:
        """Give the names of the stacks that a pipeline is in or was in."""
        places = whereabouts(self.entries[pipeline], self.scope.target_name)
        return [self.scope.stack_name(number) for number in sorted({stack for stack, _ in places})]

    def deploy(self, stacks: Iterable[str] = ()) -> str:
        names = " ".join(stacks) or f"'{self.scope.definition.id}-{self.scope.target_name}-*'"
        return f"HEADGATE_TARGET={self.scope.target_name} npx cdktf deploy {names}"


def _chosen(
    among: Sequence[Placement], past: Sequence[Placement], tables: Collection[str] | None, state: str
) -> list[Placement]:
    """Give the tables to work on; those of `past` are where they are to be."""
    known = {placement.key.source_table for placement in among}
    reached = {placement.key.source_table for placement in past}
    if unknown := [name for name in tables or () if name not in known | reached]:
        raise InputError(f"no table '{unknown[0]}' {state}", did_you_mean(unknown[0], known) if known else "no table is")
    return [placement for placement in among if tables is None or placement.key.source_table in tables]


def _prepare(place: _Place, waiting: Sequence[tuple[str, str]]) -> list[Step]:
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


def _halting(place: _Place, handovers: Sequence[Handover], leaving: Sequence[Halted]) -> list[Step]:
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


def _hand_over(place: _Place, handover: Handover) -> list[Step]:
    source, table, whose = handover.placement.key.source_table, handover.table, place.whose
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


def _commit(place: _Place) -> Step:
    return Step(
        "commit",
        place.scope.definition.id,
        "Commit the lock: what is handed over is agreed from here on.",
        "git commit layout.lock",
        "`git status` is clean",
        undo="revert the commit, before anything is applied",
    )


def _leave(place: _Place, halted: Halted) -> Step:
    return Step(
        "leave",
        halted.pipeline,
        f"Deploy the stack that forgets pipeline {halted.pipeline}: the workspace keeps it with the tables that it still owns; "
        "its job and its ingest file are destroyed.",
        place.deploy(place.stacks(halted.pipeline)),
        "the plan says that the pipeline will no longer be managed by Terraform, and destroys no databricks_pipeline",
        undo="before the deploy: take layout.lock from the commit before; after it, the pipeline is still there, as "
        f"{halted.pipeline_id}",
        halted=halted,
    )


def _change_stack(place: _Place, halted: Halted) -> Step:
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


def _afterwards(place: _Place) -> list[Step]:
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
        _resume(place),
    ]


def _resume(place: _Place) -> Step:
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
