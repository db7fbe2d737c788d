"""What `/ingestion` says: which tables are late, what pipelines do, and what a rebalance would give. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from headgate.dashboard.views.history import Spent, history_of_connector, spent_of
from headgate.observe.freshness import lane

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headgate.balance.report import Report
    from headgate.dashboard.views.history import History
    from headgate.observe.freshness import Freshness, Lane
    from headgate.use_cases.watch import Watched, WatchedPipeline

PipelineState = Literal["running", "failed", "stopped", "fine", "never"]
STATES: dict[str, PipelineState] = {"running": "running", "failed": "failed", "canceled": "stopped", "completed": "fine"}
AROUND = timedelta(hours=24)
_LANES, _STARTS = 60, 96
_RECENT = 20
_LATE = 100


@dataclass(frozen=True, slots=True)
class PipelineLine:
    """A pipeline in the list: its state, its last update, and its load beside its group's bound. Seconds of one run.

    late: how many of its tables are late, failing or were never loaded. recent: seconds of its last updates, oldest first.
    coming: when its schedule starts it next, None where it has none. dbus: what it was billed in the month that was observed.
    """

    pipeline: str
    group: str
    tables: int
    state: PipelineState
    updated: datetime | None
    took: float | None
    spent: Spent
    recent: tuple[float, ...]
    expected: float
    seen: float | None
    bound: float
    share: float
    late: int
    schedule: str
    coming: datetime | None
    paused: bool
    dbus: float | None


@dataclass(frozen=True, slots=True)
class Balance:
    """How even the loads are: the heaviest pipeline's share of its bound now, and after a balance with so many moves."""

    share: float
    heaviest: str
    after: float
    moves: int


@dataclass(frozen=True, slots=True)
class Ingestion:
    """A connector: its tables by freshness (of those that need attention the first 100), pipelines, starts and history."""

    connector: str
    target: str
    paused: bool
    attention: tuple[Freshness, ...]
    attention_left_out: int
    counts: dict[str, int]
    pipelines: tuple[PipelineLine, ...]
    lanes: tuple[Lane, ...]
    lanes_left_out: int
    history: History
    balance: Balance | None
    month: str

    @property
    def running(self) -> int:
        """How many pipelines run."""
        return sum(one.state == "running" for one in self.pipelines)

    @property
    def updated(self) -> datetime | None:
        """When the last update began."""
        return max((one.updated for one in self.pipelines if one.updated), default=None)

    @property
    def worst(self) -> Freshness | None:
        """What needs attention most."""
        return self.attention[0] if self.attention else None


def ingestion_of(watched: Watched, fresh: Sequence[Freshness], after: Report | None, now: datetime) -> Ingestion:
    """Give what is said of a connector. after: what a balance would make of it, None where that is not known."""
    attention = [one for one in fresh if one.state in {"late", "never", "failing"}]
    late = Counter(one.pipeline for one in attention)
    used = {one.pipeline: one.used for one in watched.used.pipelines if one.pipeline_id} if watched.used else {}
    lines = [_line(one, late[one.row.pipeline], used.get(one.row.pipeline), now) for one in watched.pipelines]
    drawn = sorted(watched.pipelines, key=lambda one: -one.row.weight)[:_LANES]
    lanes = [lane(one.row.pipeline, one.updates, one.starts, one.takes, now, AROUND, _STARTS) for one in drawn]
    return Ingestion(
        watched.connector,
        watched.target,
        any(one.starts.paused for one in watched.pipelines),
        tuple(attention[:_LATE]),
        max(0, len(attention) - _LATE),
        dict(Counter(one.state for one in fresh)),
        tuple(lines),
        tuple(sorted((one for one in lanes if one.past or one.coming or one.every), key=_first_start)),
        max(0, len(watched.pipelines) - _LANES),
        history_of_connector(watched),
        _balance(watched, after),
        watched.used.month if watched.used else "",
    )


def _first_start(one: Lane) -> tuple[bool, str]:
    return (not one.coming, one.coming[0].isoformat() if one.coming else one.pipeline)


def _line(one: WatchedPipeline, late: int, dbus: float | None, now: datetime) -> PipelineLine:
    last = one.updates[-1] if one.updates else None
    took = [(update.ended_at - update.started_at).total_seconds() for update in one.updates if update.ended_at]
    return PipelineLine(
        one.row.pipeline,
        one.row.group,
        one.row.tables,
        STATES[last.state] if last else "never",
        last.started_at if last else None,
        took[-1] if last and last.ended_at else None,
        spent_of(last, one.reading.get(last.update, 0.0)) if last else Spent(),
        tuple(took[-_RECENT:]),
        one.seen.expected,
        one.seen.seen,
        one.row.bound,
        one.row.share,
        late,
        one.row.schedule,
        next(iter(one.starts.after(now.replace(second=0, microsecond=0), 1)), None),
        one.starts.paused,
        dbus,
    )


def _balance(watched: Watched, after: Report | None) -> Balance | None:
    rows = [row for row in watched.observed.report.rows if row.tables]
    if not rows or after is None:
        return None
    heaviest = max(rows, key=lambda row: (row.share, row.pipeline))
    moves = sum(step.what == "table_moves" for step in after.steps)
    return Balance(heaviest.share, heaviest.pipeline, max((row.share for row in after.rows if row.tables), default=1.0), moves)
