"""What the workspace's monitoring says of runs: read by a thread while people look, so that no page waits for it.

Nobody who looks costs nothing: a warehouse that is asked for nothing stops by itself.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.dashboard.lake.databricks_sql import Parameter, Statement
from headgate.dashboard.lake.errors import BusyError, NoTableError, QuestionError
from headgate.dashboard.lake.statements import Statements
from headgate.deployment.scope import Scope
from headgate.observe.summaries import TableRow, UpdateRow, events_of, tables_sql, updates_sql
from headgate.problems import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.dashboard.settings import Settings, Warehouse
    from headgate.engine.events import Event
    from headgate.project import Connector

_AGAIN = 300.0  # seconds after which runs are asked for again, where somebody looks
_SINCE = timedelta(days=30)
_SECONDS = 50.0  # that a statement may take


@dataclass(frozen=True, slots=True)
class Runs:
    """What was heard of a connector's runs, and when; problem: why they can't be read since then, empty where they can."""

    events: tuple[Event, ...] = ()
    at: datetime | None = None
    problem: str = ""


class Heard:
    """The runs of each connector whose target has a monitoring, as they were read last; by the app's own rights."""

    def __init__(self, settings: Settings, warehouse: Warehouse) -> None:
        self._settings, self._statements = settings, Statements(warehouse, _SECONDS)
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._reading: threading.Thread | None = None
        self._runs: dict[str, Runs] = {}
        self.version = 0

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, oldest first."""
        return tuple(event for runs in self._runs.values() for event in runs.events)

    @property
    def problems(self) -> list[str]:
        """Why runs are not known, or no longer, one text a connector."""
        return [runs.problem for runs in self._runs.values() if runs.problem]

    def wanted(self) -> None:
        """Have runs read in the background, where they were not a moment ago: somebody looks."""
        with self._lock:
            under_way = self._reading is not None and self._reading.is_alive()
            if under_way or (self._asked is not None and time.monotonic() - self._asked < _AGAIN):
                return
            self._asked = time.monotonic()
            self._reading = threading.Thread(target=self.read, name="dashboard-runs", daemon=True)
            self._reading.start()

    def read(self) -> None:
        """Read all runs now. What can't be read leaves the last ones as they are, with a sentence why."""
        try:
            connectors = list(self._settings.watched.read())
        except HeadgateError:  # which the figures say
            return
        found = {
            one.definition.id: self._read(one, target)
            for one, target in connectors
            if one.layout and one.definition.monitoring_in(target)
        }
        if found != self._runs:
            self._runs, self.version = found, self.version + 1

    def _read(self, one: Connector, target: str) -> Runs:
        before = self._runs.get(one.definition.id, Runs())
        try:
            return Runs(tuple(self._events(one, target)), datetime.now(UTC))
        except (BusyError, NoTableError, QuestionError) as error:
            known = f"those shown are of {before.at:%Y-%m-%d %H:%M} UTC" if before.at else "those of runs.csv are shown"
            problem = f"The runs of {one.definition.id} can't be read from its monitoring, {known}: {error}"
            return Runs(before.events, before.at, problem)

    def _events(self, one: Connector, target: str) -> Iterator[Event]:
        scope = Scope(one.definition, target)
        since = (datetime.now(UTC) - _SINCE - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        given = (Parameter("since", str(since), "BIGINT"),)
        updates = [UpdateRow(*row) for row in self._statements.run(Statement(updates_sql(scope), given), "").rows]
        tables = [TableRow(*row) for row in self._statements.run(Statement(tables_sql(scope), given), "").rows]
        ids = [entry.table for entry in one.agreed().tables]
        yield from events_of(scope, ids, updates[::-1], tables[::-1])
