"""What is heard of pipelines, as events: one for each load of a table, and sums of them for pipelines and the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from headgate.engine.events import Event, counted_fields
from headgate.engine.model import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.engine.model import Said
    from headgate.engine.supervise import Heard

State = Literal["started", "loaded", "failed", "stopped"]
_SUMMED = ("rows", "written", "deleted", "quarantined", "bytes", "commits", "waiting")
_MAYBE = ("requests", "retries", "waited")


@dataclass(slots=True)
class _Sum:
    """What came of several loads, from when on."""

    started_at: datetime
    counts: Counts = field(default_factory=Counts)
    states: set[str] = field(default_factory=set)

    def add(self, state: str, counts: Counts) -> None:
        summed: dict[str, Any] = {name: getattr(self.counts, name) + getattr(counts, name) for name in _SUMMED}
        for name in _MAYBE:
            both = [value for value in (getattr(self.counts, name), getattr(counts, name)) if value is not None]
            summed[name] = sum(both) if both else None
        self.counts = Counts(**summed)
        self.states.add(state)

    @property
    def state(self) -> State:
        return "failed" if "failed" in self.states else "stopped" if "stopped" in self.states else "loaded"


class Recorder:
    """Makes events of what is heard. source_tables: destination → source table. mask: takes secrets out of what code says."""

    def __init__(
        self, run: str, connector: str, target: str, source_tables: Mapping[str, str], mask: Callable[[str], str]
    ) -> None:
        self._mask = mask
        self._of_run = {"run": run, "connector": connector, "target": target}
        self._source_tables = source_tables
        self._run = _Sum(datetime.now(UTC))
        self._pipelines: dict[str, _Sum] = {}
        self._tables: dict[tuple[str, str], datetime] = {}

    def begun(self) -> Event:
        """Give the run's first event."""
        return Event.model_validate({**self._of_run, "kind": "run", "state": "started", "started_at": self._run.started_at})

    def ended(self) -> Event:
        """Give the run's last event."""
        return self._summed("run", self._run, datetime.now(UTC), None)

    def event(self, heard: Heard) -> Event | None:
        """Give the event that something heard makes, None for what is under way."""
        pipeline, said = heard.pipeline, heard.said
        if said is None and heard.begins:
            self._pipelines[pipeline] = _Sum(heard.at)
            fields = {**self._of_run, "kind": "pipeline", "state": "started", "pipeline": pipeline, "started_at": heard.at}
            return Event.model_validate(fields)
        if said is None:
            return self._summed("pipeline", self._pipelines[pipeline], heard.at, pipeline)
        if said.what == "loading":
            self._tables[pipeline, said.table] = said.started_at or heard.at
        if said.what not in {"loaded", "failed", "stopped"}:
            return None
        return self._table(heard, said)

    def _table(self, heard: Heard, said: Said) -> Event:
        counts = self._masked(said.counts or Counts())
        for one in (self._run, self._pipelines[heard.pipeline]):
            one.add(said.what, counts)
        started_at = self._tables.pop((heard.pipeline, said.table), heard.at)
        # By whoever loaded it, for what it says may wait in the pipe; of one that died, by when that was heard.
        seconds = (heard.at - started_at).total_seconds() if said.seconds is None else said.seconds
        fields: dict[str, Any] = {
            **self._of_run, "kind": "table", "state": said.what, "pipeline": heard.pipeline, "table": said.table,
            "source_table": self._source_tables[said.table], "ingestion_type": said.ingestion_type or None,
            "full_load": said.full_load if said.ingestion_type else None, "started_at": started_at,
            "ended_at": started_at + timedelta(seconds=seconds), "seconds": seconds, **counted_fields(counts),
            "error": self._mask(said.error) or None, "fix": self._mask(said.fix) or None,
        }  # fmt: skip
        return Event.model_validate(fields)

    def _masked(self, counts: Counts) -> Counts:
        """Give counts with secrets taken out of the columns' names, which are the source's own."""
        converted = {self._mask(name): count for name, count in counts.converted.items()}
        return counts.model_copy(update={"converted": converted, "unknown": tuple(map(self._mask, counts.unknown))})

    def _summed(self, kind: str, its: _Sum, at: datetime, pipeline: str | None) -> Event:
        fields: dict[str, Any] = {
            **self._of_run, "kind": kind, "state": its.state, "pipeline": pipeline, "started_at": its.started_at,
            "ended_at": at,
            "seconds": (at - its.started_at).total_seconds(), **counted_fields(its.counts),
        }  # fmt: skip
        return Event.model_validate(fields)
