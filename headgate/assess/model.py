"""What was read of pipelines, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  # pydantic reads the fields when a schema is made
from typing import NamedTuple

NEWEST = 50  # updates, or runs of a table, by which what is usual is told


class UpdateRead(NamedTuple):
    """An update, as small as it gets: a year of 500 pipelines has hundreds of thousands.

    start, end: seconds since 1970, in UTC; end None where the log does not have it. waiting, setup, running: seconds. rows:
    None where none are told. state: completed, failed, canceled or running. full: whether tables were loaded from nothing.
    events: of how many it was made, by which the better of two excerpts is told.
    """

    start: float
    end: float | None
    waiting: float
    setup: float
    running: float
    state: str
    rows: int | None
    full: bool
    events: int


class TableRead(NamedTuple):
    """A table in an update. start: the update's; seconds: its share of the time in which tables were loaded."""

    start: float
    seconds: float


@dataclass(slots=True)
class PipelineRead:
    """A pipeline's updates by their ids, and the newest runs of its tables, by table and update."""

    id: str
    name: str = ""
    updates: dict[str, UpdateRead] = field(default_factory=dict)
    tables: dict[str, dict[str, TableRead]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """What an hour of a pipeline costs: DBUs, and what one of these does; None where it is not said."""

    dbus_per_hour: float | None = None
    per_dbu: float | None = None
    currency: str | None = None

    def of(self, hours: float) -> tuple[float | None, float | None]:
        """Give hours as DBUs and as money."""
        dbus = None if self.dbus_per_hour is None else hours * self.dbus_per_hour
        return dbus, None if dbus is None or self.per_dbu is None else dbus * self.per_dbu


@dataclass(frozen=True, slots=True)
class PipelineAssessed:
    """A pipeline. Seconds are of a usual run: the median of its newest ones that completed and loaded nothing anew.

    rhythm: how often it starts, in words. usual_start: HH:MM in UTC of one that starts once a day or less often. waiting: until
    there was a machine; setup: from then until tables were loaded; running: while they were. heaviest: its heaviest table, and
    its seconds. hours: of a month, as billed: setup and running. price: of them, None where none is given. empty: the share
    of its updates that brought no rows, None where the log tells of none. late: the share of its updates that took longer than
    until the next was due. beside: how many others ran at the same time, on average. idle: why it is called idle, in words.
    bottleneck: whether it takes longest of those that start as often.
    """

    id: str
    name: str
    rhythm: str
    updates: int
    failed: int
    first: datetime | None
    last: datetime | None
    usual_start: str
    waiting: float
    setup: float
    running: float
    tables: int
    heaviest: str
    heaviest_seconds: float
    hours: float
    price: float | None
    empty: float | None
    late: float
    beside: float
    idle: str
    bottleneck: bool = False


@dataclass(frozen=True, slots=True)
class BalancedPoint:
    """The tables of a rhythm on so many pipelines.

    run_seconds: from the start of all to the end of the last. hours, dbus, price: of a month, as billed; the last two None
    where no rate or price is given. moves: tables that would be in another pipeline than today, as few as were found.
    """

    pipelines: int
    run_seconds: float
    hours: float
    dbus: float | None
    price: float | None
    moves: int
    today: bool = False
    knee: bool = False


@dataclass(frozen=True, slots=True)
class RhythmAssessed:
    """The pipelines that start equally often: together they could share tables.

    runs: of each of them in a month. run_seconds: of the longest usual run today, setup included; bottleneck: whose that is.
    startup: the median waiting and setup before tables are loaded. bound: what no number of pipelines gets below, and by which
    table.
    """

    rhythm: str
    runs: float
    pipelines: int
    tables: int
    run_seconds: float
    bottleneck: str
    startup: float
    bound: float
    bound_table: str
    points: tuple[BalancedPoint, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is said of a workspace. first, last: the logs' own; hours, dbus and price: of a month.

    busy: how many pipelines ran on average, in each hour of a day in UTC; peak: at most, and when. shared: table → the
    pipelines that load it, where these are several. unknown: what of the logs was not understood → how often.
    """

    first: datetime | None
    last: datetime | None
    pipelines: tuple[PipelineAssessed, ...]
    rhythms: tuple[RhythmAssessed, ...]
    busy: tuple[float, ...]
    peak: int
    peak_at: datetime | None
    hours: float
    dbus: float | None
    price: float | None
    currency: str | None
    shared: dict[str, tuple[str, ...]]
    unknown: dict[str, int]
