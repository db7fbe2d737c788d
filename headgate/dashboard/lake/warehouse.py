"""A SQL warehouse over the tables of a workspace: it is asked in threads, within limits of time and number."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.databricks_sql import columns_statement, statement_of, type_of
from headgate.dashboard.lake.errors import BusyError, NoTableError
from headgate.dashboard.lake.statements import UNDER_WAY, Found, Statements
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from headgate.dashboard.lake.databricks_sql import Statement
    from headgate.dashboard.lake.query import Query
    from headgate.dashboard.settings import Settings, Warehouse
    from headgate.use_cases.watch import WatchedTable

T = TypeVar("T")
_PIECE = 2000  # rows of a download at a time
_LOOK = 0.5  # seconds between two looks at a statement
_KNOWN = 60.0  # seconds that a table's columns are remembered
_MOST_KNOWN = 2000
# What a clock is called that tells times as pages do.
_UTC = frozenset({"UTC", "ETC/UTC", "Z", "GMT", "ETC/GMT", "UCT", "ZULU", "+00:00"})


class WarehouseLake:
    """Answers queries of tables by a SQL warehouse, which ends each itself when its time is over."""

    def __init__(self, settings: Settings, warehouse: Warehouse) -> None:
        self._settings = settings
        self._statements = Statements(warehouse, settings.query_seconds)
        self._turns = anyio.CapacityLimiter(settings.queries)
        self._threads = anyio.CapacityLimiter(settings.queries + 2 * settings.downloads)
        self._downloads = threading.Semaphore(settings.downloads)
        self._columns: dict[tuple[str, str], tuple[float, list[Column]]] = {}

    def place(self, table: WatchedTable) -> str:
        """Give what queries call a table: its full name."""
        return table.destination

    def holds(self, table: WatchedTable) -> bool:  # noqa: ARG002  # whether it is there, the question for its rows tells
        """Say that a table may be there."""
        return True

    async def columns(self, place: str) -> list[Column]:
        """Give a table's columns, as they were a moment ago. Raises NoTableError, BusyError."""
        whose = self._statements.whose
        known = self._columns.get((whose, place))
        if known and time.monotonic() - known[0] < _KNOWN:
            return known[1]
        found = await self._run(columns_statement(place), whose)
        zone = found.rows[0][0] if found.rows else ""
        if str(zone).upper() not in _UTC:
            raise NoTableError(
                f"The SQL warehouse tells times as in {zone}, and pages here as in UTC: have an admin set its TIMEZONE to UTC."
            )
        columns = [Column(name, type_of(kind)) for name, kind in found.columns[1:]]
        if len(self._columns) >= _MOST_KNOWN:
            self._columns.clear()
        self._columns[whose, place] = time.monotonic(), columns
        return columns

    async def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """Give all rows of a query. Raises QuestionError for values that are none of their column, NoTableError, BusyError."""
        whose = self._statements.whose
        return (await self._run(statement_of(query, self._known(whose)), whose)).rows

    async def download(self, query: Query) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """Give the rows of a query in pieces. Whoever stops before the last one has to close it.

        Raises BusyError where another download is under way, and what `rows` raises.
        """
        whose = self._statements.whose
        if not self._downloads.acquire(blocking=False):
            raise BusyError("Another download is under way: try again when it has ended.")
        ends, id_ = time.monotonic() + self._settings.download_seconds, ""
        try:
            answer = await self._thread(self._statements.begin, statement_of(query, self._known(whose)), whose)
            id_ = answer.statement_id or ""
            while answer.status and answer.status.state in UNDER_WAY:
                self._refuse_late(ends)
                await anyio.sleep(_LOOK)
                answer = await self._thread(self._statements.look, id_, whose)
            self._statements.refuse_failed(answer, whose)
            ended, id_ = id_, ""
            number: int | None = 0 if answer.manifest and answer.manifest.total_chunk_count else None
            while number is not None:
                self._refuse_late(ends)
                rows, number = await self._thread(self._statements.part, ended, number, whose)
                for first in range(0, len(rows), _PIECE):
                    yield rows[first : first + _PIECE]
        finally:
            if id_:
                with anyio.CancelScope(shield=True):
                    await self._thread(self._statements.cancel, id_, whose)
            self._downloads.release()

    def _known(self, whose: str) -> dict[str, list[str]]:
        return {place: [one.name for one in its] for (who, place), (_, its) in self._columns.items() if who == whose}

    def _refuse_late(self, ends: float) -> None:
        if time.monotonic() > ends:
            raise BusyError(
                f"The download took longer than {counted(self._settings.download_seconds, 'second')}: filter for less."
            )

    async def _run(self, statement: Statement, whose: str) -> Found:
        """Run a statement; it waits for its turn as long as one may take. Raises BusyError where there is no room."""
        with anyio.move_on_after(self._settings.query_seconds) as waiting:
            await self._turns.acquire_on_behalf_of(token := object())
        if waiting.cancelled_caught:
            raise BusyError("Too many questions are being answered: try again in a moment.")
        try:
            return await self._thread(self._statements.run, statement, whose)
        finally:
            self._turns.release_on_behalf_of(token)

    async def _thread(self, work: Callable[..., T], *arguments: object) -> T:
        # Who asked and left is not waited for: a statement ends by its own time.
        return await anyio.to_thread.run_sync(partial(work, *arguments), limiter=self._threads, abandon_on_cancel=True)
