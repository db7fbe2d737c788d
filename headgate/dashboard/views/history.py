"""What runs took and brought, one after the other, and where the time went: charts as numbers, which templates draw. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from headgate.observe.model import ObservedUpdate, TableRun
    from headgate.use_cases.watch import Watched, WatchedPipeline

_BARS = 60


@dataclass(frozen=True, slots=True)
class Spent:
    """Where the seconds of runs went: queued or until there was a machine, setting up, waiting for the source, and the rest."""

    waiting: float = 0.0
    starting: float = 0.0
    source: float = 0.0
    loading: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.waiting + self.starting + self.source + self.loading

    @property
    def parts(self) -> tuple[tuple[str, str, float], ...]:
        """Give (class, words, seconds) of each part, in the order in which they are drawn."""
        return (
            ("waiting", "waiting", self.waiting),
            ("starting", "starting", self.starting),
            ("source", "waiting for the source", self.source),
            ("loading", "reading and writing", self.loading),
        )

    def plus(self, other: Spent) -> Spent:
        """Give the sum."""
        return Spent(
            self.waiting + other.waiting,
            self.starting + other.starting,
            self.source + other.source,
            self.loading + other.loading,
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """Some runs: what they are called, when the first began, what they took, their rows (None: not known), and failures."""

    name: str
    at: datetime
    spent: Spent
    rows: int | None
    failed: int


@dataclass(frozen=True, slots=True)
class History:
    """Bars in time, the newest last; each is drawn on scales from 0 to `most_seconds` and `most_rows`. left_out: older ones."""

    bars: tuple[Bar, ...]
    by_day: bool
    left_out: int

    @property
    def most_seconds(self) -> float:
        """The longest bar's seconds."""
        return max((bar.spent.total for bar in self.bars), default=0.0)

    @property
    def most_rows(self) -> int:
        """The most rows of a bar."""
        return max((bar.rows or 0 for bar in self.bars), default=0)

    @property
    def spent(self) -> Spent:
        """The sum of all that is shown."""
        total = Spent()
        for bar in self.bars:
            total = total.plus(bar.spent)
        return total


def spent_of(update: ObservedUpdate, source: float) -> Spent:
    """Give where an update's time went; source: seconds in which its connector waited for the source."""
    source = min(source, update.running_seconds)
    return Spent(update.waiting_seconds, update.setup_seconds, source, update.running_seconds - source)


def history_of(pipelines: Iterable[WatchedPipeline], runs: Iterable[TableRun]) -> History:
    """Give the history of pipelines with the runs of their tables: a bar a run of them, or a day where runs are too many."""
    rows: defaultdict[str, list[TableRun]] = defaultdict(list)
    for run in runs:
        rows[run.update].append(run)
    updates = [(update, one.reading.get(update.update, 0.0)) for one in pipelines for update in one.updates]
    by_day = len({update.update for update, _ in updates}) > _BARS
    groups: defaultdict[str, list[tuple[ObservedUpdate, float]]] = defaultdict(list)
    for update, source in sorted(updates, key=lambda pair: pair[0].started_at):
        groups[f"{update.started_at:%Y-%m-%d}" if by_day else update.update].append((update, source))
    bars = [_bar(its, rows, by_day=by_day) for its in groups.values()]
    return History(tuple(bars[-_BARS:]), by_day, max(0, len(bars) - _BARS))


def _bar(its: Sequence[tuple[ObservedUpdate, float]], rows: dict[str, list[TableRun]], *, by_day: bool) -> Bar:
    spent = Spent()
    for update, source in its:
        spent = spent.plus(spent_of(update, source))
    runs = [run for name in {update.update for update, _ in its} for run in rows.get(name, ())]
    known = [run.rows for run in runs if run.rows is not None]
    first = its[0][0].started_at
    name = f"{first:%Y-%m-%d}" if by_day else f"{first:%Y-%m-%d %H:%M:%S} UTC"
    return Bar(name, first, spent, sum(known) if known else None, sum(run.state == "failed" for run in runs))


def history_of_connector(watched: Watched) -> History:
    """Give the history of all of a connector's pipelines."""
    return history_of(watched.pipelines, (run for table in watched.tables for run in table.runs if run.update))
