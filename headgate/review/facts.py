"""What the plans of a target say, as far as a review reads it: free of secrets, small, and mergeable.

A document of a review carries these facts, so that the documents of single stacks can be merged into one of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.problems import InputError, Problem
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Held:
    """A table as a pipeline reads it. `destination` is catalog.schema.table in full; `options` are free of secrets."""

    source_table: str
    destination: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.table)

    @property
    def table(self) -> TableId:
        """What tells the table from others, before and after, in plans and in the lock."""
        return TableId(self.source_table, self.destination)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that changes. `path` is dotted. `after` is None and `unknown` set where only the apply will tell it."""

    path: str
    before: Any = None
    after: Any = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret argument: whether it changes; None where only the apply will tell."""

    path: str
    changed: bool | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs: a Quartz expression, its time zone, and whether it is paused."""

    quartz: str
    timezone: str
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does with one resource that it does not leave as it is.

    actions: as Terraform names them (create, read, update, delete, forget, no-op beside a move; two for a replacement).
    name: what people see. replaced_by: the arguments that force a replacement. diff: a file's unified diff.
    schedules: a job's before and after. full_refresh: a job would refresh everything from nothing. made: a digest of what is
    made, secrets left out. unsent: secret options that the update of a connection would leave out.
    """

    stack: str
    address: str
    type: str
    actions: tuple[str, ...]
    name: str = ""
    replaced_by: tuple[str, ...] = ()
    moved_from: str = ""
    imported: str = ""
    arguments: tuple[Argument, ...] = ()
    secrets: tuple[Secret, ...] = ()
    schedules: tuple[Schedule | None, Schedule | None] = (None, None)
    full_refresh: bool = False
    diff: str = ""
    made: str = ""
    unsent: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The address without its type: what the resource is called in Terraform."""
        return self.address.removeprefix(f"{self.type}.")

    @property
    def replaces(self) -> bool:
        """Whether the resource is recreated, in whichever order."""
        return "create" in self.actions and len(self.actions) > 1

    @property
    def destroys(self) -> bool:
        """Whether what exists is destroyed, for good or to be recreated."""
        return "delete" in self.actions

    @property
    def forgets(self) -> bool:
        """Whether Terraform leaves what exists to itself."""
        return "forget" in self.actions


@dataclass(frozen=True, slots=True)
class PipelineFacts:
    """A pipeline in a stack's plan, whether it changes or not, with the tables that it reads before and after.

    `id` is headgate's; `workspace_id` the workspace's own. Tables are None where they can't be determined: the code is no
    ingest file or notebook of a form that is known. `after` is the same as `before` where nothing of it changes. `drops`: a
    table that the pipeline no longer reads is dropped, which is not so by default. `continuous`: it runs all the time, as it is
    before.
    """

    stack: str
    id: str
    before_id: str
    exists_before: bool
    exists_after: bool
    workspace_id: str = ""
    before: tuple[Held, ...] | None = ()
    after: tuple[Held, ...] | None = ()
    drops: bool = False
    continuous: bool = False


@dataclass(frozen=True, slots=True)
class TransformFacts:
    """That a pipeline of a stack's plan is one of transforms, and whether the SQL that it runs changes."""

    stack: str
    id: str
    sql_changes: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """Something that a plan says besides its changes: an action that runs, a check that fails, a part that is put off.

    code: of the finding that tells it; subject: an address in Terraform, or the key of a part that is not known.
    """

    stack: str
    code: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the plans of some stacks say. `failed`: stack → why its plan says nothing. `partial`: stacks not planned whole.

    `predicted`: there was no plan, and the changes are what the committed files lead one to expect. `sql`: what changes of SQL
    mean for the tables that are there.
    """

    target: str
    stacks: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    pipelines: tuple[PipelineFacts, ...] = ()
    drift: tuple[Change, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    predicted: bool = False
    others: tuple[Other, ...] = ()
    sql: tuple[Other, ...] = ()
    transforms: tuple[TransformFacts, ...] = ()


def merged(parts: Iterable[Facts]) -> Facts:
    """Give the facts of all parts as one, in order of their stacks and addresses.

    Raises InputError where two parts tell of one stack, or are of different targets.
    """
    every = list(parts)
    stacks = [stack for part in every for stack in (*part.stacks, *part.failed)]
    if twice := sorted({stack for stack in stacks if stacks.count(stack) > 1}):
        raise InputError(Problem(f"there are two plans of stack {', '.join(twice)}", "give each stack's plan once"))
    if len(targets := sorted({part.target for part in every})) > 1:
        raise InputError(Problem(f"the reviews are of different targets: {', '.join(targets)}", "merge those of one target"))
    return Facts(
        target=targets[0] if targets else "",
        stacks=tuple(sorted(stack for part in every for stack in part.stacks)),
        changes=tuple(sorted((one for part in every for one in part.changes), key=lambda one: (one.stack, one.address))),
        pipelines=tuple(sorted((one for part in every for one in part.pipelines), key=lambda one: (one.stack, one.id))),
        drift=tuple(sorted((one for part in every for one in part.drift), key=lambda one: (one.stack, one.address))),
        failed={stack: reason for part in every for stack, reason in sorted(part.failed.items())},
        partial=tuple(sorted(stack for part in every for stack in part.partial)),
        predicted=any(part.predicted for part in every),
        others=_in_order(one for part in every for one in part.others),
        sql=_in_order(one for part in every for one in part.sql),
        transforms=tuple(sorted((one for part in every for one in part.transforms), key=lambda one: (one.stack, one.id))),
    )


def _in_order(found: Iterable[Other]) -> tuple[Other, ...]:
    return tuple(sorted(found, key=lambda one: (one.stack, one.code, one.subject)))
