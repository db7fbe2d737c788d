"""UNION, EXCEPT and INTERSECT, where one side or both are streams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.edits import stream_edits
from headgate.sql.check.findings import Code, Edit
from headgate.sql.check.relations import Relation

if TYPE_CHECKING:
    from headgate.sql.check.context import Context


def combined(tree: exp.SetOperation, left: Relation, right: Relation, context: Context) -> Relation:
    """Give what both sides give together, and report what streams can't do."""
    streaming = left.streaming or right.streaming
    names = left.columns or right.columns
    both = left.complete and right.complete
    if both and len(left.columns) == len(right.columns):
        watermarks = [one.watermark or other.watermark for one, other in zip(left.columns, right.columns, strict=True)]
        names = tuple(
            replace(one, watermark=watermark, origin=None) for one, watermark in zip(left.columns, watermarks, strict=True)
        )
    found = Relation(names, complete=left.complete, streaming=streaming)
    if streaming:
        _check(tree, left, right, found, context)
    return found


def _check(tree: exp.SetOperation, left: Relation, right: Relation, found: Relation, context: Context) -> None:
    word = tree.key.upper()
    span = context.span(tree.expression, word, "MINUS")
    if isinstance(tree, exp.Union):
        if left.streaming != right.streaming:
            side = tree.this if right.streaming else tree.expression
            context.report.add(
                Code.union_of_stream_and_batch,
                span,
                "one side of the UNION is a stream and the other is read whole each time, which Spark refuses",
                "read both sides with STREAM, or let each be a flow of its own into the table (INSERT, and INSERT ONCE)",
                _as_stream(side, context),
            )
        elif tree.args.get("distinct") and not found.has_watermark:
            context.report.add(
                Code.aggregate_without_watermark,
                span,
                "UNION looks for rows that are there twice, which for a stream takes a watermark; without one it keeps all "
                "rows for ever, and Spark refuses it",
                "write UNION ALL, or put WATERMARK … DELAY OF … after the tables that are read",
            )
    elif isinstance(tree, exp.Intersect):
        message, fix = "INTERSECT isn't possible with a stream", "write a join, or a materialized view without STREAM"
        context.report.add(Code.set_operation, span, message, fix)
    elif right.streaming:
        message, fix = f"{word} isn't possible with a stream on its right side", "write a materialized view without STREAM"
        context.report.add(Code.set_operation, span, message, fix)


def _as_stream(side: exp.Expr, context: Context) -> list[Edit]:
    """Give what makes a side of a union a stream, where it reads one table."""
    tables = list(side.find_all(exp.Table))
    if len(tables) != 1 or not isinstance(side, exp.Select) or not isinstance(tables[0].this, exp.Identifier):
        return []
    return stream_edits(context.span(tables[0].parts[0]).start, context)
