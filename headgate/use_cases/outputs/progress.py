"""What handing over, recording, renaming and retiring print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.handover.model import EXECUTED
from headgate.use_cases.outputs import Output, Part, TargetOutput

if TYPE_CHECKING:
    from headgate.handover.model import Runbook
    from headgate.use_cases.record import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookStepOutput(Part):
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
class RunbookOutput(TargetOutput):
    """The steps that hand tables over in a target."""

    waiting: tuple[WaitingOutput, ...]
    steps: tuple[RunbookStepOutput, ...]

    @classmethod
    def of(cls, runbook: Runbook) -> RunbookOutput:
        """Give a runbook."""
        waiting = tuple(WaitingOutput(table=source, reason=reason) for source, reason in runbook.waiting)
        steps = tuple(
            RunbookStepOutput.like(step, number=number, by_headgate=step.kind in EXECUTED)
            for number, step in enumerate(runbook.steps, 1)
        )
        return cls.like(runbook, waiting=waiting, steps=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOverOutput(TargetOutput):
    """What `handover --execute` did: the tables that belong to their new pipelines now, and those that wait."""

    done: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumedOutput(TargetOutput):
    """What `handover --resume-jobs` did: the pipelines that run again."""

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
class ProgressOutput(TargetOutput):
    """What is still open in a target, of which `deployed` pipelines are recorded.

    planned: tables to be handed over; handed_over: those whose files are to be applied. left, restacked, renamed: pipelines
    whose leaving, new stack or new id is to be applied. retired: the target is to be taken down by the next deploy.
    transforms: pipelines of transforms whose leaving is to be applied.
    """

    deployed: int
    planned: tuple[MoveOutput, ...]
    handed_over: tuple[MoveOutput, ...]
    left: tuple[str, ...]
    restacked: tuple[str, ...]
    renamed: tuple[str, ...]
    retired: bool
    transforms: tuple[str, ...]

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
        return cls.like(
            todo,
            connector=found.connector,
            target=found.target,
            deployed=found.deployed,
            planned=tuple(moves[: len(todo.planned)]),
            handed_over=tuple(moves[len(todo.planned) :]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameOutput(Output):
    """A pipeline's ids before and after."""

    connector: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireOutput(TargetOutput):
    """What goes with a target. `recorded`: whether a deploy to it is; `ids`: the workspace's, of the pipelines that are.

    undone: the target is not taken down after all; nothing else is said then.
    """

    undone: bool
    pipelines: int = 0
    tables: int = 0
    drop_tables: bool = False
    recorded: bool = False
    ids: tuple[str, ...] = ()
    transforms: int = 0
