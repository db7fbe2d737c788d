"""A layout: which pipeline a table is in, which stack a pipeline is in, and what is on its way from the last one to this.

The layout last agreed is in `layout.lock`. What is on its way is kept for each target of the connector: `until` holds
the targets in which it has not been recorded as done. The fields' types are what the lock may hold,
and those without a default are what it must say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from headgate.tables.group import GroupBy  # noqa: TC001  # pydantic reads the fields' types
from headgate.validation import Id, StackNumber  # noqa: TC001  # pydantic reads the fields' types

if TYPE_CHECKING:
    from collections.abc import Collection

    from headgate.tables.ids import TableId

Before = TypeVar("Before", bound=str)
MoveState = Literal["planned", "handed_over", "done"]


@dataclass(frozen=True, slots=True)
class Move:
    """A table's way to another pipeline; `states` by target, one that is missing is planned.

    planned: files say what they said. handed_over: both pipelines stopped and the table given to the new one, so files
    change. done: those files are applied.
    """

    to: Id
    states: dict[str, MoveState]


@dataclass(frozen=True, slots=True)
class Placement:
    """A table's pipeline, and the one that it is on its way to."""

    table: TableId
    pipeline: Id
    move: Move | None = None

    @property
    def agreed(self) -> str:
        """The pipeline that the table is to be in once all moves are done."""
        return self.move.to if self.move else self.pipeline

    def in_target(self, target: str) -> str:
        """Give the pipeline whose ingest file names the table in `target` today."""
        moved = self.move and self.move.states.get(target, "planned") != "planned"
        return self.move.to if self.move and moved else self.pipeline


@dataclass(frozen=True, slots=True)
class Change(Generic[Before]):
    """Something that was another way before (a stack's number, an id), until it is recorded in each of the targets."""

    before: Before
    until: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A living pipeline. `id` is given once; `name` is what people see instead of it.

    `offset`: minutes by which it starts after its schedule, so that not all of them start at once. `observed`: whether its
    group was balanced by what its runs took, and not by guesses alone.
    """

    id: Id
    group: str
    stack: int
    name: str = ""
    offset: int = 0
    restacked: Change[StackNumber] | None = None
    renamed: Change[Id] | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A pipeline that left the layout: forgotten, not destroyed, in each target of `until`. Its id is never given again.

    `restacked` and `renamed` are changes that were under way when it left, so it is forgotten wherever a state has it.
    """

    id: Id
    stack: int
    until: tuple[str, ...]
    restacked: Change[StackNumber] | None = None
    renamed: Change[Id] | None = None

    @classmethod
    def of(cls, pipeline: Pipeline, targets: Collection[str]) -> Left:
        """Give the trace of a pipeline that leaves now, to be forgotten in these targets."""
        return cls(pipeline.id, pipeline.stack, tuple(targets), pipeline.restacked, pipeline.renamed)


@dataclass(frozen=True, slots=True)
class TransformPipeline:
    """A pipeline of transforms, made of a pipeline file, in the shared stack. Its id is given once, and never again.

    left: None while there is the file; else the targets in which it has yet to be forgotten. tables: catalog.schema.table of
    all that it makes in any target, sorted; none once it is forgotten everywhere.
    """

    id: Id
    left: tuple[str, ...] | None = None
    tables: tuple[str, ...] = ()

    def leaving(self, targets: tuple[str, ...]) -> TransformPipeline:
        """Give it as one that has yet to be forgotten in these targets."""
        return TransformPipeline(self.id, targets, self.tables if targets else ())


@dataclass(frozen=True, slots=True)
class Retirement:
    """A target that is being taken down. tables `leave`: pipelines are forgotten; `drop`: destroyed with their tables."""

    target: str
    tables: Literal["leave", "drop"]
    done: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the layout was made for: a change of it is what makes pipelines or stacks come and go, and tables change groups.

    group_by: empty in a lock from before locks said it.
    """

    pipelines: int | None
    stacks: int
    group_by: GroupBy | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of one connector, sorted: pipelines, left and transforms by id, tables by name."""

    connector: str
    asked: Asked
    pipelines: tuple[Pipeline, ...] = ()
    tables: tuple[Placement, ...] = ()
    left: tuple[Left, ...] = ()
    retired: tuple[Retirement, ...] = ()
    transforms: tuple[TransformPipeline, ...] = ()


def whereabouts(pipeline: Pipeline | Left, target: str) -> list[tuple[int, str]]:
    """Give each stack and id by which a target's states may hold a pipeline: today's, then those of changes under way."""
    moved = pipeline.restacked and target in pipeline.restacked.until
    renamed = pipeline.renamed and target in pipeline.renamed.until
    stacks = [pipeline.stack, *([int(pipeline.restacked.before)] if pipeline.restacked and moved else [])]
    ids = [pipeline.id, *([pipeline.renamed.before] if pipeline.renamed and renamed else [])]
    return [(stack, name) for stack in stacks for name in ids]


def stack_numbers(layout: Layout, target: str) -> set[int]:
    """Give the numbers of the stacks that hold pipelines in a target, or may still hold traces of them."""
    traced: list[Pipeline | Left] = [*layout.pipelines, *(left for left in layout.left if target in left.until)]
    return {stack for pipeline in traced for stack, _ in whereabouts(pipeline, target)}
