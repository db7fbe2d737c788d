"""What operating pipelines prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from headgate.use_cases.outputs import Output, Part

if TYPE_CHECKING:
    from headgate.operate.delete import Removal
    from headgate.operate.log import LogLine
    from headgate.operate.model import Chosen, Declared
    from headgate.operate.run import Ran
    from headgate.operate.schedule import ScheduledPipeline
    from headgate.operate.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOutput(Output):
    """A pipeline. id: the workspace's, empty where it is not deployed. connector to tables: null where no layout has it.

    update: its newest one, null where there is none, with its state and when it was asked for.
    """

    id: str
    name: str
    state: str
    connector: str | None
    target: str | None
    pipeline: str | None
    group: str | None
    stack: str | None
    tables: int | None
    update: str | None
    update_state: str | None
    update_at: datetime | None

    @classmethod
    def of(cls, one: Chosen) -> PipelineOutput:
        """Give one that the workspace has."""
        return cls(**_known(one))

    @classmethod
    def absent(cls, one: Declared) -> PipelineOutput:
        """Give one that is not deployed."""
        return cls(id="", name=one.name, state="NOT_DEPLOYED", **_declared(one), **_NO_UPDATE)


_NO_UPDATE: dict[str, Any] = {"update": None, "update_state": None, "update_at": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOutput(PipelineOutput):
    """A pipeline, and how its newest update went.

    seconds: since it was asked for, running_seconds: while tables were loaded; null where they are not known. tables_loaded,
    rows: by its log. error: what failed, in the service's words; fix: what to do, where that is known.
    """

    seconds: float | None
    running_seconds: float | None
    tables_loaded: int
    rows: int | None
    error: str
    fix: str

    @classmethod
    def with_status(cls, one: Chosen, status: Status) -> StatusOutput:
        """Give one with how it went."""
        return cls(
            **_known(one),
            seconds=status.seconds,
            running_seconds=status.running,
            tables_loaded=status.tables,
            rows=status.rows,
            error=status.error,
            fix=status.fix,
        )


def _known(one: Chosen) -> dict[str, Any]:
    listed, last = one.listed, one.listed.last
    said = {"update": last.id, "update_state": last.state, "update_at": last.created} if last else _NO_UPDATE
    return {"id": listed.id, "name": listed.name, "state": listed.state, **_declared(one.declared), **said}


def _declared(one: Declared | None) -> dict[str, Any]:
    if one is None:
        return dict.fromkeys(("connector", "target", "pipeline", "group", "stack", "tables"))
    return {
        "connector": one.connector,
        "target": one.target,
        "pipeline": one.pipeline,
        "group": one.group,
        "stack": one.stack,
        "tables": len(one.tables),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RanOutput(Output):
    """What became of a pipeline's update: its state when last looked, and how long it was watched, null where it was not.

    update: null where none was started. error and fix: what was wrong, and what to do.
    """

    id: str
    name: str
    update: str | None
    state: str | None
    seconds: float | None
    error: str
    fix: str

    @classmethod
    def of(cls, ran: Ran) -> RanOutput:
        """Give it."""
        return cls(
            id=ran.chosen.listed.id,
            name=ran.chosen.listed.name,
            update=ran.update.id if ran.update else None,
            state=ran.update.state if ran.update else None,
            seconds=ran.seconds,
            error=ran.problem.message if ran.problem else "",
            fix=ran.problem.fix if ran.problem else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEventOutput(Part):
    """An event: when, its level and type, the update that it is of, its message, and the messages of its exceptions."""

    at: str
    level: str
    type: str
    update: str
    message: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOutput(Output):
    """What a pipeline's event log says, oldest first."""

    id: str
    name: str
    events: tuple[LogEventOutput, ...]

    @classmethod
    def of(cls, one: Chosen, lines: list[LogLine]) -> LogOutput:
        """Give it."""
        return cls(id=one.listed.id, name=one.listed.name, events=tuple(map(LogEventOutput.like, lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedOutput(Output):
    """A pipeline that is gone, and its tables, which stayed. untold: why these could not be listed; empty where they were."""

    id: str
    name: str
    tables: tuple[str, ...]
    untold: str

    @classmethod
    def of(cls, one: Removal) -> DeletedOutput:
        """Give it."""
        return cls(id=one.chosen.listed.id, name=one.chosen.listed.name, tables=one.tables, untold=one.untold)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledOutput(Output):
    """A pipeline's job, which was made, changed or was so already, with its schedule as Quartz and in words."""

    id: str
    name: str
    job: str
    action: Literal["create", "change", "nothing"]
    quartz: str
    timezone: str
    paused: bool
    words: str

    @classmethod
    def of(cls, one: ScheduledPipeline) -> ScheduledOutput:
        """Give it."""
        timing = one.done.timing
        return cls(
            id=one.chosen.listed.id,
            name=one.chosen.listed.name,
            job=one.job,
            action=one.done.action,
            quartz=timing.quartz,
            timezone=timing.timezone,
            paused=timing.paused,
            words=one.words,
        )
