"""What each command prints for a machine (`--format json`), as types: the JSON has their fields, and they document it.

`format` counts up where a field changes its meaning; new fields may come at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from headgate.balance.arrange import Arranged
from headgate.balance.explain import Elsewhere
from headgate.balance.report import Entry, Report, Row
from headgate.balance.starts import Lane, Timeline
from headgate.balance.steps import Step
from headgate.discovery.found import Failure
from headgate.handover.model import EXECUTED
from headgate.inventory.slices import Slice
from headgate.render.discovery import groups_of
from headgate.review.model import (
    Finding,
    GroupLoad,
    Level,
    PipelineChange,
    ResourceChange,
    SecretChange,
    TableChange,
)
from headgate.use_cases.doctor import Check

if TYPE_CHECKING:
    from headgate.comment.model import PostResult
    from headgate.cost.model import Amount, Cost
    from headgate.discovery.request import DiscoveryResult
    from headgate.handover.model import Runbook
    from headgate.recovery.model import Thing
    from headgate.use_cases.check import CheckedConnector, ShownConnector
    from headgate.use_cases.record import Progress
    from headgate.use_cases.recover import Recovery

_HUNDREDTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsOutput:
    """When pipelines run, in a period that comes again and again, from Monday 00:00; peaks are of concurrent ones."""

    period_minutes: int
    peak_before: int
    peak_after: int
    bound: int
    pipelines: tuple[Lane, ...]

    @classmethod
    def of(cls, line: Timeline) -> StartsOutput:
        """Give a timeline."""
        return cls(
            period_minutes=line.period,
            peak_before=line.peak_before,
            peak_after=line.peak_after,
            bound=line.bound,
            pipelines=line.lanes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOutput:
    """A connector's layout, pipeline by pipeline and table by table, the steps to it from the one before, and sentences."""

    format: Literal[1] = 1
    connector: str
    pipelines: tuple[Row, ...]
    groups: tuple[Arranged, ...]
    tables: tuple[Entry, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    starts: StartsOutput | None

    @classmethod
    def of(cls, report: Report, **more: Any) -> BalanceOutput:
        """Give a report; `more` are the fields of a class below this one."""
        return cls(
            connector=report.connector,
            pipelines=report.rows,
            groups=report.groups,
            tables=report.entries,
            steps=report.steps,
            notes=report.notes,
            starts=StartsOutput.of(report.timeline) if report.timeline else None,
            **more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationOutput:
    """Why a table is where it is, in sentences, and what each other pipeline of its group would weigh with it."""

    format: Literal[1] = 1
    source_table: str
    destination: str
    pipeline: str
    stack: int
    reasons: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOutput(BalanceOutput):
    """The agreed layout of a connector in a target; `stacks` are their names with the folders that they are synthesized to."""

    target: str
    stacks: dict[str, Path]

    @classmethod
    def shown(cls, one: ShownConnector) -> BalanceOutput:
        """Give a connector as it is shown."""
        return cls.of(one.report, target=one.target, stacks=one.stacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutput:
    """A connector that synthesis takes, the numbers of its tables and stacks, and what to know of its schedules."""

    format: Literal[1] = 1
    connector: str
    target: str
    tables: int
    stacks: int
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, one: CheckedConnector) -> CheckOutput:
        """Give a connector that was checked."""
        return cls(connector=one.connector, target=one.target, tables=one.tables, stacks=one.stacks, warnings=one.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCostOutput:
    """A group's pipelines on one schedule, in an average month. `runs`: of each of them; null where they run all the time."""

    group: str
    schedule: str
    pipelines: int
    tables: int
    runs: float | None
    hours: float | None
    dbus: float | None
    price: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOutput:
    """Pipeline-hours of an average month, and the DBUs and money that they take; null where no rate or price is given."""

    format: Literal[1] = 1
    connector: str
    target: str
    currency: str | None
    hours: float | None
    dbus: float | None
    price: float | None
    groups: tuple[GroupCostOutput, ...]
    assumptions: tuple[str, ...]

    @classmethod
    def of(cls, cost: Cost) -> CostOutput:
        """Give a cost, to a hundredth."""
        groups = tuple(
            GroupCostOutput(
                group=one.group,
                schedule=one.schedule,
                pipelines=one.pipelines,
                tables=one.tables,
                runs=_hundredth(one.runs),
                **_amounts(one.amount),
            )
            for one in cost.groups
        )
        return cls(
            connector=cost.connector,
            target=cost.target,
            currency=cost.currency,
            **_amounts(cost.total),
            groups=groups,
            assumptions=cost.assumptions,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverOutput:
    """What a discovery found: tables by group, and which are added, gone, back or changed. `starter`: a definition it wrote."""

    format: Literal[1] = 1
    connector: str
    file: Path
    starter: Path | None
    tables: int
    groups: dict[str, int]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    back: tuple[str, ...]
    changed: tuple[str, ...]
    failed: tuple[Failure, ...]

    @classmethod
    def of(cls, done: DiscoveryResult, connector: str) -> DiscoverOutput:
        """Give what a discovery did."""
        groups, merged = groups_of(done), done.merged
        return cls(
            connector=connector,
            file=done.csv,
            starter=done.scaffold,
            tables=sum(groups.values()),
            groups=groups,
            added=merged.added,
            gone=merged.gone,
            back=merged.back,
            changed=merged.changed,
            failed=done.found.failed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceOutput:
    """The slices of a table, and whether the inventory changes."""

    format: Literal[1] = 1
    connector: str
    table: str
    option: str
    changed: bool
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookStepOutput:
    """A step of a runbook: what it is about, what to type, how to see that it is done, and how to go back."""

    number: int
    kind: str
    by_headgate: bool
    subject: str
    words: str
    statement: str
    check: str
    check_statement: str
    undo: str
    undo_statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOutput:
    """A table that can't be handed over yet."""

    table: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookOutput:
    """The steps that hand tables over in a target."""

    format: Literal[1] = 1
    connector: str
    target: str
    waiting: tuple[WaitingOutput, ...]
    steps: tuple[RunbookStepOutput, ...]

    @classmethod
    def of(cls, runbook: Runbook) -> RunbookOutput:
        """Give a runbook."""
        waiting = tuple(WaitingOutput(table=source, reason=reason) for source, reason in runbook.waiting)
        said = [one.name for one in fields(RunbookStepOutput) if one.name not in {"number", "by_headgate"}]
        steps = tuple(
            RunbookStepOutput(number=number, by_headgate=step.kind in EXECUTED, **{name: getattr(step, name) for name in said})
            for number, step in enumerate(runbook.steps, 1)
        )
        return cls(connector=runbook.connector, target=runbook.target, waiting=waiting, steps=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOverOutput:
    """What `handover --execute` did: the tables that belong to their new pipelines now, and those that wait."""

    format: Literal[1] = 1
    connector: str
    target: str
    done: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumedOutput:
    """What `handover --resume-jobs` did: the pipelines that run again."""

    format: Literal[1] = 1
    connector: str
    target: str
    resumed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOutput:
    """A table on its way between two pipelines; `words` say how it is handed over, empty where it was."""

    source_table: str
    destination: str
    before: str
    after: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressOutput:
    """What is still open in a target, of which `deployed` pipelines are recorded.

    planned: tables to be handed over; handed_over: those whose files are to be applied. left, restacked, renamed: pipelines
    whose leaving, new stack or new id is to be applied. retired: the target is to be taken down by the next deploy.
    """

    format: Literal[1] = 1
    connector: str
    target: str
    deployed: int
    planned: tuple[MoveOutput, ...]
    handed_over: tuple[MoveOutput, ...]
    left: tuple[str, ...]
    restacked: tuple[str, ...]
    renamed: tuple[str, ...]
    retired: bool

    @classmethod
    def of(cls, found: Progress) -> ProgressOutput:
        """Give what is open."""
        todo = found.pending
        words = (*found.handovers, *("" for _ in todo.handed_over))
        moves = [
            MoveOutput(
                source_table=one.table.source_table,
                destination=one.table.destination,
                before=one.pipeline,
                after=one.agreed,
                words=said,
            )
            for one, said in zip((*todo.planned, *todo.handed_over), words, strict=True)
        ]
        return cls(
            connector=found.connector,
            target=found.target,
            deployed=found.deployed,
            planned=tuple(moves[: len(todo.planned)]),
            handed_over=tuple(moves[len(todo.planned) :]),
            left=todo.left,
            restacked=todo.restacked,
            renamed=todo.renamed,
            retired=todo.retired,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameOutput:
    """A pipeline's ids before and after."""

    format: Literal[1] = 1
    connector: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireOutput:
    """What goes with a target. `recorded`: whether a deploy to it is; `ids`: the workspace's, of the pipelines that are.

    undone: the target is not taken down after all; nothing else is said then.
    """

    format: Literal[1] = 1
    connector: str
    target: str
    undone: bool
    pipelines: int = 0
    tables: int = 0
    drop_tables: bool = False
    recorded: bool = False
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingOutput:
    """Something of the workspace. `starts`: when a job does; `tags`: headgate's, where it carries them."""

    type: str
    id: str
    name: str
    starts: str = ""
    tags: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFindingOutput:
    """What no state has, or not as it is; `done`: taken over, deleted, corrected or left; `kept`: the one that it is beside."""

    kind: str
    address: str
    stack: str
    done: str
    found: ThingOutput
    kept: ThingOutput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverOutput:
    """What the workspace has and no state has, and what went wrong while it was made known."""

    format: Literal[1] = 1
    connector: str
    target: str
    findings: tuple[RecoveryFindingOutput, ...]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, found: Recovery) -> RecoverOutput:
        """Give what was found, each with what was done about it."""
        done = found.done
        fates = {"taken over": done.imported, "deleted": done.deleted, "corrected": done.corrected}
        findings = tuple(
            RecoveryFindingOutput(
                kind=one.kind,
                address=one.address,
                stack=one.stack,
                done=next((word for word, ones in fates.items() if one in ones), "left"),
                found=_thing(one.thing),
                kept=_thing(one.kept) if one.kept else None,
            )
            for one in found.findings
        )
        return cls(
            connector=found.deployment.connector,
            target=found.deployment.target,
            findings=findings,
            problems=tuple(problem.message for problem in done.problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOutput:
    """What Terraform finds wrong with each stack; `unchecked`: why it was not asked, empty where it was."""

    format: Literal[1] = 1
    stacks: dict[str, list[str]]
    unchecked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutput:
    """Whether there is something to do, and for each stack: nothing, changes or failed."""

    format: Literal[1] = 1
    changes: bool
    stacks: dict[str, Literal["nothing", "changes", "failed"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOutput:
    """Stacks that were applied, in their order, and the one that failed."""

    format: Literal[1] = 1
    applied: tuple[str, ...]
    failed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedOutput:
    """The review that was approved: where it was written to, and where it comes from."""

    format: Literal[1] = 1
    target: str
    file: Path
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOutput:
    """What became of a comment: created, edited, unchanged or skipped; `cut` to what the host takes; ids of `deleted` ones."""

    format: Literal[1] = 1
    action: Literal["created", "edited", "unchanged", "skipped"]
    url: str
    cut: bool
    deleted: tuple[int, ...]
    labels_added: tuple[str, ...]
    labels_removed: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool

    @classmethod
    def of(cls, posted: PostResult) -> CommentOutput:
        """Give what was done."""
        return cls(
            action=posted.action,
            url=posted.url,
            cut=posted.cut,
            deleted=posted.deleted,
            labels_added=posted.labels.add,
            labels_removed=posted.labels.remove,
            warnings=posted.warnings,
            dry_run=posted.dry_run,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOutput:
    """What came of a backfill: parts that were read now and before, rows that landed, and tags that can't be read, with why."""

    format: Literal[1] = 1
    table: str
    to: str
    parts: int
    already_done: int
    rows: int
    unread: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOutput:
    """What a machine has of what is needed, and whether that is all of it."""

    format: Literal[1] = 1
    fit: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOutput:
    """Files that were written, or brought up to date; those that are there and stay; and what comes next."""

    format: Literal[1] = 1
    written: tuple[Path, ...]
    kept: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnectorOutput(WrittenOutput):
    """The files of a new connector, and how many tables it has."""

    connector: str
    tables: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOutput:
    """What a deploy would do to a target, and the verdict. `facts` are for headgate itself, which merges documents by them."""

    headgate_review: Literal[1]
    target: str
    verdict: Level
    exit_code: int
    digest: str
    stacks: tuple[str, ...]
    findings: tuple[Finding, ...]
    tables: tuple[TableChange, ...]
    pipelines: tuple[PipelineChange, ...]
    resources: tuple[ResourceChange, ...]
    secrets: tuple[SecretChange, ...]
    groups: tuple[GroupLoad, ...]
    totals: dict[str, tuple[int | None, int | None]]
    runbook: str
    cost: str
    facts: dict[str, Any]


# Command → its output. Where one connector is named and the command says so, a list of one is the one itself.
OUTPUTS: dict[str, Any] = {
    "discover": DiscoverOutput | list[DiscoverOutput],
    "balance": list[BalanceOutput] | list[ExplanationOutput],
    "slice": SliceOutput,
    "show": list[ShowOutput],
    "check": list[CheckOutput],
    "cost": CostOutput | list[CostOutput],
    "review": ReviewOutput,
    "comment": CommentOutput,
    "handover": RunbookOutput | list[RunbookOutput] | HandedOverOutput | ResumedOutput,
    "stacks": list[str],
    "validate": ValidateOutput,
    "plan": PlanOutput,
    "approved": ApprovedOutput,
    "apply": ApplyOutput,
    "record": ProgressOutput | list[ProgressOutput],
    "recover": RecoverOutput | list[RecoverOutput],
    "done": ProgressOutput | list[ProgressOutput],
    "rename": RenameOutput,
    "retire": RetireOutput,
    "backfill": BackfillOutput,
    "doctor": DoctorOutput,
    "init project": WrittenOutput,
    "init connector": NewConnectorOutput,
    "init ci": WrittenOutput,
}


class _Printed(GenerateJsonSchema):
    """Of what is printed every field is there, and titles would only say names again."""

    def field_is_required(self, *_: Any, **__: Any) -> bool:
        """Give True: no field is left out."""
        return True

    def field_title_should_be_set(self, _: Any) -> bool:
        """Give False."""
        return False


def output_schema(command: str) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a command's output."""
    schema = TypeAdapter(OUTPUTS[command]).json_schema(mode="serialization", schema_generator=_Printed)
    title = f"headgate {command} --format json"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _thing(thing: Thing) -> ThingOutput:
    tags = thing.tag.as_tags() if thing.tag else None
    return ThingOutput(type=thing.kind, id=thing.id, name=thing.name, starts=thing.starts, tags=tags)


def _hundredth(value: float | None) -> float | None:
    return None if value is None else round(value, _HUNDREDTH)


def _amounts(amount: Amount) -> dict[str, Any]:
    return {name: _hundredth(getattr(amount, name)) for name in ("hours", "dbus", "price")}
