"""What was seen of pipelines: their updates and the runs of their tables, the same for logs of this machine and a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  # pydantic reads the fields when a schema is made
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Origin = Literal["local", "workspace"]
UpdateState = Literal["running", "completed", "failed", "canceled"]
RunState = Literal["running", "completed", "failed", "skipped", "stopped", "idle"]


@dataclass(frozen=True, slots=True)
class Whose:
    """Which update of which pipeline something is of: see `ObservedUpdate`."""

    origin: Origin
    connector: str
    target: str
    pipeline: str
    pipeline_id: str
    update: str


@dataclass(frozen=True, slots=True)
class ObservedUpdate(Whose):
    """A pipeline's update: all its tables, once (or again and again, of a continuous one). Times are UTC.

    pipeline: its id in the lock, else what the log calls it. pipeline_id: the workspace's own, empty for runs here. update: the
    update's id, or the run's. ended_at: None where the log does not have its end. cause: the log's word for what began it.
    full_refresh: whether tables were to be loaded from nothing, all or some. full_load: whether any was, those apart that are
    read whole each time; None: not known. waiting_seconds: queued behind another update, and until there was a machine;
    setup_seconds: from then until tables were loaded; running_seconds: while they were.
    """

    started_at: datetime
    ended_at: datetime | None
    state: UpdateState
    cause: str = ""
    full_refresh: bool = False
    waiting_seconds: float = 0.0
    setup_seconds: float = 0.0
    running_seconds: float = 0.0
    full_load: bool | None = False


@dataclass(frozen=True, slots=True)
class TableRun(Whose):
    """What one update did for one table. Times are UTC.

    destination: catalog.schema.table as the target has it. seconds: its share of the time in which tables were loaded: at each
    moment that time is divided among those that are being loaded; the shares of an update add up to the time in which any was.
    elapsed: from its start to its end, however many were loaded beside it. full_load: from nothing; None: not known. rows: None
    where the log says none. retries: how often it, or a request of it, was tried again. queued_seconds: until it began;
    idle_seconds: while it had nothing to do. error: what failed, in the log's words.
    """

    source_table: str
    destination: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    elapsed: float
    state: RunState
    full_load: bool | None = None
    rows: int | None = None
    retries: int = 0
    queued_seconds: float = 0.0
    idle_seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What logs say: updates and runs of tables, each by start, then by name, and none twice.

    unknown: what of the logs was not understood, in words → how often. unplaced: flows of the connector's pipelines that belong
    to no table of the inventory → how often.
    """

    updates: tuple[ObservedUpdate, ...] = ()
    runs: tuple[TableRun, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    unplaced: Mapping[str, int] = field(default_factory=dict)
