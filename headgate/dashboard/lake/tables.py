"""What pages ask of tables, whoever answers: DuckDB on this machine, or a SQL warehouse of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from headgate.dashboard.lake.columns import Column
    from headgate.dashboard.lake.query import Query
    from headgate.use_cases.watch import WatchedTable


class Tables(Protocol):
    """Answers questions about tables. A question is in DuckDB's SQL; `place` gives what it calls a table, its first parameter.

    All that asks raises NoTableError for a table that is not there, BusyError where there is no answer now, and QuestionError
    for values that are none of their column.
    """

    def place(self, table: WatchedTable) -> str:
        """Give what questions call a table."""

    def holds(self, table: WatchedTable) -> bool:
        """Say whether a table may be there; this is asked of nobody."""

    async def columns(self, place: str) -> list[Column]:
        """Give a table's columns."""

    async def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """Give all rows of a query."""

    def download(self, query: Query) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """Give the rows of a query in pieces. Whoever stops before the last one has to close it."""
