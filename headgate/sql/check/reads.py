"""Whether a table may be read as a stream where it is, or may only be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.check.findings import Code
from headgate.sql.graph import Dataset

if TYPE_CHECKING:
    from headgate.sql.check.context import Context
    from headgate.sql.check.relations import Relation
    from headgate.sql.dialect.place import Span
    from headgate.sql.known import KnownTable


def check_stream(
    table: Dataset | KnownTable, relation: Relation | None, shown: str, span: Span, context: Context, *, streaming: bool
) -> None:
    """Report a stream of what changes, and a view that is read otherwise than it is. relation: what a view gives."""
    is_view = isinstance(table, Dataset) and table.definition.kind == "view"
    if is_view and relation is not None:
        if streaming and not relation.streaming:
            message = f"{shown} is a view that reads whole tables: it is no stream (Spark: INCOMPATIBLE_BATCH_VIEW_READ)"
            fix = f"read {shown} without STREAM, or put STREAM before the table that the view reads"
            context.report.add(Code.batch_in_stream, span, message, fix)
        elif relation.streaming and not streaming:
            message = f"{shown} is a view of a stream, so it is read as one (Spark: INCOMPATIBLE_STREAMING_VIEW_READ)"
            fix = f"write STREAM({shown}) in a streaming table, or take STREAM out of the view"
            context.report.add(Code.stream_in_batch, span, message, fix)
        return
    if streaming and table.changing and span.start not in context.query.skipping:
        message = f"{shown} is read as a stream, and it {table.changing}: at the first change the stream fails"
        fix = (
            f"either make this table a materialized view that reads {shown} without STREAM, or take new rows alone: "
            f"STREAM {shown} WITH (skipChangeCommits = true)"
        )
        context.report.add(Code.stream_of_changes, span, message, fix)
