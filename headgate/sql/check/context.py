"""What checks of one query share: its tokens, the findings, and the tables that it may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from headgate.sql.check.edits import Words

if TYPE_CHECKING:
    from headgate.sql.check.relations import Relation
    from headgate.sql.check.report import Report
    from headgate.sql.dialect.place import Span
    from headgate.sql.dialect.statements import Query, Watermark


class Tables(Protocol):
    """Where the tables of a query are looked up."""

    def read(self, name: tuple[str, ...], span: Span, context: Context) -> Relation:
        """Give a table that is read at a place, by its name; `context.query` says whether as a stream."""
        ...


class Context(Words):
    """One query that is checked."""

    def __init__(self, query: Query, report: Report, tables: Tables) -> None:
        super().__init__(query, report.text)
        self.report, self.tables = report, tables
        self.watermarks_used: set[int] = set()

    def watermark(self, at: int) -> Watermark | None:
        """Give the watermark of what begins at a place, and remember that it is of something."""
        found = self.query.watermarks.get(at)
        self.watermarks_used |= {at} if found else set()
        return found
