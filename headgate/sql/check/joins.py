"""Joins with streams: which sides may be streams, and when state can be dropped.

A stream's rows wait for their partners. What lets them go is a watermark on a column that both sides are compared by, or a
range between times of both sides. Rules: Spark 4.3.0's UnsupportedOperationChecker and StreamingJoinHelper, tried side by side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.findings import Code, Edit
from headgate.sql.check.scope import Scope
from headgate.sql.check.time_bounds import bounds_from_above, compared_by_watermark, has_equality
from headgate.sql.dialect.place import Span
from headgate.sql.dialect.tokens import word
from headgate.sql.quoting import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.sql.check.context import Context
    from headgate.sql.check.relations import Column, Source

_BEFORE_JOIN = ("LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "SEMI", "ANTI", "NATURAL")
_BOUND = "add a range of time to ON, such as `AND b.ts BETWEEN a.ts AND a.ts + INTERVAL 1 HOUR`"
_BATCH = "or make a materialized view, which reads without STREAM"


def check_join(tree: exp.Select | None, join: exp.Join, left: Sequence[Source], right: Source, context: Context) -> None:
    """Report a join that a stream can't do. left: all sources before it."""
    left_streams = any(source.relation.streaming for source in left)
    right_streams = right.relation.streaming
    if isinstance(join.this, exp.Lateral) or not (left_streams or right_streams):
        return
    kind = _kind(join)
    span = _span(join, right, context)
    if left_streams and right_streams:
        _check_streams(tree, join, kind, left, right, context, span)
        return
    stream, static = ("left", "right") if left_streams else ("right", "left")
    fix = f"put the stream on the side that keeps all its rows, {_BATCH}"
    if kind == "FULL":
        message = f"a full outer join of a stream ({stream}) and a table that is read whole ({static}) isn't possible"
        context.report.add(Code.join_side, span, message, f"read both with STREAM and a range of time, {_BATCH}")
    elif (kind in ("LEFT", "SEMI", "ANTI") and right_streams) or (kind == "RIGHT" and left_streams):
        name = {"SEMI": "LEFT SEMI", "ANTI": "LEFT ANTI"}.get(kind, f"{kind} OUTER")
        message = (
            f"a {name} JOIN with a stream on the {stream} and a table that is read whole on the {static} isn't possible: "
            "whether a row has no partner is never certain"
        )
        context.report.add(Code.join_side, span, message, fix)


def joined(join: exp.Join, left: Sequence[Source], right: Source, scope: Scope) -> None:
    """Bring a scope to what is there after a join: columns that USING makes one, and sides that only filter."""
    if _kind(join) in ("SEMI", "ANTI"):
        scope.sources[:] = left
        return
    shared = [one.name.lower() for one in join.args.get("using") or []]
    if join.method == "NATURAL":
        names = {column.name.lower() for source in left for column in source.relation.columns}
        shared = [column.name.lower() for column in right.relation.columns if column.name.lower() in names]
        if not (right.relation.complete and all(source.relation.complete for source in left)):
            scope.sources[-1] = replace(right, relation=replace(right.relation, complete=False))
    scope.merged |= frozenset(shared)


def _check_streams(
    tree: exp.Select | None,
    join: exp.Join,
    kind: str,
    left: Sequence[Source],
    right: Source,
    context: Context,
    span: Span,
) -> None:
    if kind == "ANTI":
        message = "a LEFT ANTI JOIN with a stream on the right isn't possible: that a row has no partner is never certain"
        context.report.add(Code.join_side, span, message, f"write a LEFT JOIN with a range of time, {_BATCH}")
        return
    conditions = _conditions(join, tree if kind in ("INNER", "CROSS") else None)
    sides = Scope(sources=[*left, right])
    if not has_equality(conditions, join, left, right):
        message = "two streams are joined without a column of one that equals one of the other, which Spark refuses"
        context.report.add(Code.join_without_equality, span, message, "add one to ON, such as `a.id = b.id`")
        return
    if compared_by_watermark(conditions, join, sides):
        return
    below_left = bounds_from_above(conditions, right, left, sides)  # lets the left side's rows go
    below_right = any(bounds_from_above(conditions, one, [right], sides) for one in left)
    enough = {"LEFT": below_left, "SEMI": below_left, "RIGHT": below_right, "FULL": below_left or below_right}
    if kind not in enough:
        if not (below_left and below_right):
            message = (
                "rows of both streams are kept for ever, for a partner may still come: nothing bounds the time between them"
            )
            fix = f"put WATERMARK … DELAY OF … after both, and {_BOUND}"
            context.report.add(Code.unbounded_state, span, message, fix)
        return
    if enough[kind]:
        return
    name = "LEFT SEMI" if kind == "SEMI" else f"{kind} OUTER"
    needed = [right] if kind in ("LEFT", "SEMI") else list(left) if kind == "RIGHT" else [*left, right]
    if not any(source.relation.has_watermark for source in needed):
        edits = _watermarks([source for source in [*left, right] if source.relation.streaming], context)
        fix = f"put WATERMARK … DELAY OF … after both tables, and {_BOUND}"
        message = f"a {name} JOIN of two streams without a watermark: when a row has no partner is never certain"
        context.report.add(Code.outer_join_without_watermark, span, message, fix, edits)
        return
    side = "left" if kind in ("LEFT", "SEMI") else "right" if kind == "RIGHT" else "either"
    message = (
        f"a {name} JOIN of two streams, and nothing in ON says how long a row of the {side} side waits for a partner: "
        "the other side's watermark column has to be bounded from above by a time of it, or both be compared by it"
    )
    context.report.add(Code.join_without_time_bound, span, message, _BOUND)


def _watermarks(sources: Sequence[Source], context: Context) -> list[Edit]:
    """Give what puts a watermark on sources that have none, where each has just one column that it may be of."""
    edits = []
    for source in sources:
        times = [column for column in source.relation.columns if column.is_time]
        if source.relation.has_watermark:
            continue
        if len(times) != 1 or source.at not in context.query.streams:
            return []
        edits.append(watermark_edit(source, times[0], context))
    return edits


def watermark_edit(source: Source, column: Column, context: Context) -> Edit:
    """Give what puts a watermark after a table."""
    end = context.end_of(source.at)
    return Edit(end, end, f" WATERMARK {readable(column.name)} DELAY OF INTERVAL 10 MINUTES")


def _kind(join: exp.Join) -> str:
    """Give LEFT, RIGHT, FULL, SEMI, ANTI, CROSS or INNER."""
    kind, side = str(join.kind).upper(), str(join.side).upper()
    if kind in ("SEMI", "ANTI"):
        return kind
    return side or (kind if kind == "CROSS" else "INNER")


def _conditions(join: exp.Join, tree: exp.Select | None) -> list[exp.Expr]:
    """Give what has to hold for two rows to be joined, part by part; of inner joins what WHERE says too."""
    found: list[exp.Expr] = []
    where = tree.args.get("where") if tree is not None else None
    for whole in (join.args.get("on"), where.this if where is not None else None):
        if whole is not None:
            found += whole.flatten() if isinstance(whole, exp.And) else [whole]
    return [part.unnest() for part in found]


def _span(join: exp.Join, right: Source, context: Context) -> Span:
    """Give where a join's words begin."""
    near = right.at if right.at >= 0 else context.span(join.this).start
    token = context.token_before(("JOIN", ","), near)
    if token is None:
        return context.span(join.this)
    tokens = context.query.tokens
    index = tokens.index(token)
    while index and word(tokens[index - 1]) in _BEFORE_JOIN:
        index -= 1
    return Span(tokens[index].start, token.end + 1)
