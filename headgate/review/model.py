"""A review as data: what changes, why, and whether data would be lost. Text, Markdown, HTML and JSON are renderings of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headgate.review.facts import Argument, Facts, Schedule  # noqa: TC001  # pydantic reads annotations when a schema is made
from headgate.review.sites import ReviewedSite  # noqa: TC001  # the same

Level = Literal["fine", "attention", "loss", "error"]
LEVELS: tuple[Level, ...] = ("fine", "attention", "loss", "error")
_EXIT_CODES: dict[Level, int] = {"fine": 0, "attention": 2, "loss": 3, "error": 1}

TableKind = Literal["added", "removed", "moved", "changed", "to move"]
Kind = Literal["created", "changed", "deleted", "replaced", "forgotten", "imported", "renamed", "changed stack"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person has to look at.

    `subject` is an address in Terraform, or a table's label; accepted.yaml names it. `accepted`: the reason for which a loss
    was accepted, which makes it a matter of attention.
    """

    level: Level
    code: str
    subject: str
    message: str
    stack: str = ""
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that changes. Pipelines are headgate's ids, empty where there is none; `weight` in seconds, None if unknown."""

    kind: TableKind
    source_table: str
    destination: str
    before: str = ""
    after: str = ""
    weight: float | None = None
    options: tuple[Argument, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PipelineChange:
    """A pipeline that changes. Tables and loads (seconds a run) before and after; None where they can't be determined.

    transforms: it is one of transforms, which reads no table of the source.
    """

    kind: Kind
    id: str
    stack: str
    name: str = ""
    before_id: str = ""
    before_stack: str = ""
    arguments: tuple[Argument, ...] = ()
    replaced_by: tuple[str, ...] = ()
    tables: tuple[int | None, int | None] = (None, None)
    loads: tuple[float | None, float | None] = (None, None)
    reason: str = ""
    transforms: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """Any other resource that changes: connection, job, file. `words` are a job's schedules, `starts` its next three."""

    kind: Kind
    address: str
    stack: str
    type: str = ""
    name: str = ""
    arguments: tuple[Argument, ...] = ()
    replaced_by: tuple[str, ...] = ()
    schedules: tuple[Schedule | None, Schedule | None] = (None, None)
    words: tuple[str, str] = ("", "")
    starts: tuple[str, ...] = ()
    diff: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SecretChange:
    """A secret argument: whether it changes (None: the apply will tell). Never its value."""

    address: str
    path: str
    changed: bool | None


@dataclass(frozen=True, slots=True)
class GroupLoad:
    """The heaviest pipeline of a group before and after, in seconds a run; None where a table's weight is unknown."""

    connector: str
    group: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Review:
    """What a deploy would do to a target. `totals`: what there is, before and after; everything else is what changes.

    `digest` tells one deploy from another, whatever the day and the prices. `sites`: of the project,
    whose equal changes are told once.
    """

    target: str
    verdict: Level
    facts: Facts
    digest: str = ""
    findings: tuple[Finding, ...] = ()
    tables: tuple[TableChange, ...] = ()
    pipelines: tuple[PipelineChange, ...] = ()
    resources: tuple[ResourceChange, ...] = ()
    secrets: tuple[SecretChange, ...] = ()
    groups: tuple[GroupLoad, ...] = ()
    totals: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    runbook: str = ""
    cost: str = ""
    sites: tuple[ReviewedSite, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the command exits with: CI tells verdicts by it."""
        return _EXIT_CODES[self.verdict]

    def of_level(self, level: Level) -> list[Finding]:
        """Give the findings of a level, in their order."""
        return [finding for finding in self.findings if finding.level == level]
