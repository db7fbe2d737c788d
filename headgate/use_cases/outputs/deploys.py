"""What the steps of a deploy, its review and its recovery print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from headgate.preflight.model import FindingLevel
from headgate.review.model import Finding, GroupLoad, Level, PipelineChange, ResourceChange, SecretChange, TableChange
from headgate.use_cases.deploy_steps import StepName, StepState
from headgate.use_cases.outputs import Output, Part, TargetOutput

if TYPE_CHECKING:
    from headgate.comment.model import PostResult
    from headgate.recovery.model import Thing
    from headgate.use_cases.recover import Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingOutput:
    """Something of the workspace. `starts`: when a job does; `tags`: headgate's, where it carries them."""

    type: str
    id: str
    name: str
    starts: str = ""
    tags: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFindingOutput(Part):
    """What no state has, or not as it is; `done`: taken over, deleted, corrected or left; `kept`: the one that it is beside."""

    kind: str
    address: str
    stack: str
    done: str
    found: ThingOutput
    kept: ThingOutput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverOutput(TargetOutput):
    """What the workspace has and no state has, and what went wrong while it was made known."""

    findings: tuple[RecoveryFindingOutput, ...]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, found: Recovery) -> RecoverOutput:
        """Give what was found, each with what was done about it."""
        done = found.done
        fates = {"taken over": done.imported, "deleted": done.deleted, "corrected": done.corrected}
        findings = tuple(
            RecoveryFindingOutput.like(
                one,
                done=next((word for word, ones in fates.items() if one in ones), "left"),
                found=_thing(one.thing),
                kept=_thing(one.kept) if one.kept else None,
            )
            for one in found.findings
        )
        return cls.like(found.deployment, findings=findings, problems=tuple(problem.message for problem in done.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOutput(Output):
    """What Terraform finds wrong with each stack; `unchecked`: why it was not asked, empty where it was."""

    stacks: dict[str, list[str]]
    unchecked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutput(Output):
    """Whether there is something to do, and for each stack: nothing, changes or failed."""

    changes: bool
    stacks: dict[str, Literal["nothing", "changes", "failed"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOutput(Output):
    """Stacks that were applied, in their order, and the one that failed."""

    applied: tuple[str, ...]
    failed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployEventOutput(TargetOutput):
    """A line while a deploy goes on: a step that started, is done or failed, and what came of it, in words."""

    step: StepName
    state: StepState
    number: int
    steps: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightFindingOutput(Part):
    """Something of the workspace: a problem that the deploy would fail at, what could not be looked at, or a note."""

    level: FindingLevel
    subject: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightOutput(TargetOutput):
    """What was found before a deploy, with --check-only; `ready`: whether nothing stands in its way."""

    ready: bool
    findings: tuple[PreflightFindingOutput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightOutput(Part):
    """A right that a deploy takes: of which kind of resource, of which ones, who needs it, and what for."""

    kind: str
    names: tuple[str, ...]
    right: str
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsOutput(TargetOutput):
    """All rights that a deploy takes, with --show-permissions."""

    rights: tuple[RightOutput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedOutput(Output):
    """The review that was approved: where it was written to, and where it comes from."""

    target: str
    file: Path
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOutput(Output):
    """What became of a comment: created, edited, unchanged or skipped; `cut` to what the host takes; ids of `deleted` ones."""

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
        return cls.like(posted, labels_added=posted.labels.add, labels_removed=posted.labels.remove)


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


def _thing(thing: Thing) -> ThingOutput:
    tags = thing.tag.as_tags() if thing.tag else None
    return ThingOutput(type=thing.kind, id=thing.id, name=thing.name, starts=thing.starts, tags=tags)
