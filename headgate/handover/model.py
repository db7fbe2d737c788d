"""A runbook as data: the steps that hand tables over, in order. Text, Markdown and JSON are renderings of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headgate.layout.model import Placement

StepKind = Literal[
    "prepare", "pause", "stop", "alter", "record", "leave", "change stack", "commit", "deploy", "record states", "resume"
]

# What `headgate handover --execute` does by itself; all else is a person's, or a deploy's.
EXECUTED: tuple[StepKind, ...] = ("pause", "stop", "alter", "record")


@dataclass(frozen=True, slots=True)
class Handover:
    """A table on its way between two pipelines of a target.

    `table` is catalog.schema.table as the target has it. `source` and `destination` are headgate's ids, `source_id` and
    `destination_id` the workspace's own. `back`: the table returns to its source.
    """

    placement: Placement
    table: str
    source: str
    source_id: str
    destination: str
    destination_id: str
    back: bool = False

    @property
    def giver(self) -> tuple[str, str]:
        """The pipeline that the table is taken from: headgate's id and the workspace's."""
        return (self.destination, self.destination_id) if self.back else (self.source, self.source_id)

    @property
    def taker(self) -> tuple[str, str]:
        """The pipeline that the table is given to."""
        return (self.source, self.source_id) if self.back else (self.destination, self.destination_id)


@dataclass(frozen=True, slots=True)
class StoppedPipeline:
    """A pipeline that must not run meanwhile. `job_id` is empty where no job starts it; `leaves`: the layout has lost it.

    by_others: what starts it is no job of headgate's, as that of a pipeline which was there before.
    """

    pipeline: str
    pipeline_id: str
    job_id: str = ""
    leaves: bool = False
    by_others: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    `subject` is a table or a pipeline; `statement` what to type, in SQL or in a shell; `check` how to see that it is done, by
    `check_statement` where there is one; `undo` how to go back, likewise. In words, code is between backticks. `stopped`
    and `handover` say to a machine what `words` say to a person.
    """

    kind: StepKind
    subject: str
    words: str
    statement: str = ""
    check: str = ""
    check_statement: str = ""
    undo: str = ""
    undo_statement: str = ""
    stopped: StoppedPipeline | None = None
    handover: Handover | None = None


@dataclass(frozen=True, slots=True)
class Runbook:
    """All steps of a target's handovers. `waiting`: source tables that can't be handed over yet, with the reason."""

    connector: str
    target: str
    steps: tuple[Step, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()

    @property
    def handovers(self) -> tuple[Handover, ...]:
        """The tables that the steps hand over."""
        return tuple(step.handover for step in self.steps if step.kind == "alter" and step.handover)

    @property
    def stopped(self) -> tuple[StoppedPipeline, ...]:
        """The pipelines that the steps stop."""
        return tuple(step.stopped for step in self.steps if step.kind == "stop" and step.stopped)

    @property
    def restacked(self) -> tuple[StoppedPipeline, ...]:
        """The pipelines that change stack; nothing stops them."""
        return tuple(step.stopped for step in self.steps if step.kind == "change stack" and step.stopped)
