"""Aggregations of streams: what they are grouped by has to hold a watermark, and none of them may be DISTINCT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.findings import Code, Edit
from headgate.sql.check.functions import AGGREGATES
from headgate.sql.check.joins import watermark_edit
from headgate.sql.check.projections import WINDOWS, function_name
from headgate.sql.check.relations import Column
from headgate.sql.check.scope import Scope, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.sql.check.context import Context
    from headgate.sql.check.relations import Relation, Source

_WHY = (
    "a stream is aggregated without a watermark: no group is ever complete, so all are kept for ever; Spark refuses it, and "
    "Databricks would write the whole table again at each update"
)
_BATCH = "or make a materialized view of it, which reads without STREAM"
# Functions of a time that Spark knows no watermark of any more.
_ROUNDING = {"date_trunc", "trunc", "to_date", "date", "hour", "year", "month", "day"}


def is_aggregated(tree: exp.Select) -> bool:
    """Give whether a SELECT makes groups."""
    parts = [*tree.expressions, *([tree.args["having"]] if tree.args.get("having") else [])]
    return tree.args.get("group") is not None or any(True for part in parts for _ in _aggregates(part))


def check_aggregation(tree: exp.Select, scope: Scope, columns: tuple[Column, ...], context: Context) -> tuple[Column, ...]:
    """Report what is wrong with the aggregation of a stream; give its columns with those watermarks that it keeps."""
    for part in [*tree.expressions, *([tree.args["having"]] if tree.args.get("having") else [])]:
        for call in _aggregates(part):
            _check_distinct_aggregate(call, context)
    group = tree.args.get("group")
    keys = list(_keys(tree, group)) if group is not None else []
    times = [time for key in keys if (time := _time(key, scope)) is not None]
    if any(isinstance(time, exp.Column) and (known := lookup(time, scope)) and known[1].watermark for time in times):
        grouped = {key.alias_or_name.lower() for key in keys} | {time.name.lower() for time in times}
        return tuple(
            replace(one, watermark=one.watermark and (one.name.lower() in grouped or one.type == "struct"), origin=None)
            for one in columns
        )
    _report(tree, keys, times, scope, context)
    return tuple(replace(one, watermark=False, origin=None) for one in columns)


def check_distinct(tree: exp.Select, found: Relation, context: Context) -> None:
    """Report SELECT DISTINCT of a stream that no watermark lets forget."""
    if not found.has_watermark:
        span = context.span(tree.expressions[0], "DISTINCT")
        fix = "put WATERMARK ts DELAY OF … after the table and select ts too; to keep one row for a key, use AUTO CDC"
        message = "SELECT DISTINCT of a stream without a watermark: all rows are kept for ever, and Spark refuses it"
        context.report.add(Code.aggregate_without_watermark, span, message, f"{fix}; {_BATCH}")


def check_pivot(pivot: exp.Pivot, source: Source, context: Context) -> None:
    """Report a PIVOT of a stream: it is an aggregation by all columns that it doesn't name."""
    if not pivot.args.get("unpivot") and not source.relation.has_watermark:
        span = context.span(pivot.expressions[0], "PIVOT") if pivot.expressions else context.span(pivot)
        context.report.add(Code.aggregate_without_watermark, span, _WHY, f"put a watermark into what is pivoted, {_BATCH}")


def _report(tree: exp.Select, keys: Sequence[exp.Expr], times: Sequence[exp.Expr], scope: Scope, context: Context) -> None:
    group = tree.args.get("group")
    calls = [call for part in tree.expressions for call in _aggregates(part)]
    place = group.expressions[0] if group is not None and group.expressions else calls[0] if calls else tree
    span = context.span(place, "GROUP BY") if group is not None and group.expressions else context.span(place)
    marked = [(source, column) for source, column in scope.columns() if column.watermark]
    if marked:
        column = marked[0][1].name
        rounded = [key for key in keys if function_name(key) in _ROUNDING]
        instead = f" in place of {function_name(rounded[0])}(…)" if rounded else ""
        message = f"the watermark is of '{column}', and nothing that rows are grouped by is that column or a window of it"
        fix = f"group by {column} or by window({column}, '1 hour'){instead}"
        context.report.add(Code.aggregate_without_watermark, span, message, f"{fix}; {_BATCH}")
        return
    edits, fix = _proposal(times, scope, context)
    context.report.add(Code.aggregate_without_watermark, span, _WHY, f"{fix}; {_BATCH}", edits)


def _proposal(times: Sequence[exp.Expr], scope: Scope, context: Context) -> tuple[list[Edit], str]:
    """Give what puts a watermark on a time that rows are grouped by; else in words of which column it might be."""
    for time in times:
        if isinstance(time, exp.Column) and (found := _stream_of(time, scope)) is not None:
            source, column = found
            is_time = bool(column.type) or _is_window_time(time)
            if is_time and source.at in context.query.streams:
                return [watermark_edit(source, column, context)], f"put WATERMARK {column.name} DELAY OF … after {source.alias}"
    candidates = [column.name for source, column in scope.columns() if _is_candidate(source, column)]
    which = f", such as {candidates[0]}," if candidates else ""
    name = candidates[0] if candidates else "ts"
    return [], f"put WATERMARK on a column of time{which} and group by window({name}, '1 hour')"


def _is_candidate(source: Source, column: Column) -> bool:
    return column.is_time and source.relation.streaming


def _stream_of(time: exp.Column, scope: Scope) -> tuple[Source, Column] | None:
    """Give the stream that a time is a column of, also where the stream's columns aren't known and it can't be another's."""
    known = lookup(time, scope)
    if known is not None and known[0] is not None:
        return known[0], known[1]
    streams = [one for one in scope.sources if one.relation.streaming and (not time.table or one.alias == time.table)]
    alone = len(streams) == 1 and (len(scope.sources) == 1 or bool(time.table))
    return (streams[0], Column(time.name)) if alone and known is None else None


def _is_window_time(time: exp.Expr) -> bool:
    return isinstance(time.parent, exp.Anonymous) and function_name(time.parent) in WINDOWS


def _check_distinct_aggregate(call: exp.Expr, context: Context) -> None:
    distinct = next((one for one in call.args.get("expressions") or [] if isinstance(one, exp.Distinct)), None)
    if distinct is None:
        return
    name, span = function_name(call), context.span(call)
    message = f"{name}(DISTINCT …) isn't possible on a stream: it would have to remember every value"
    if name != "count":
        context.report.add(Code.distinct_aggregate, span, message, "leave DISTINCT out, or make a materialized view")
        return
    edits = _approximated(call, span.start, several=len(distinct.expressions) > 1, context=context)
    fix = "write approx_count_distinct(…), which is right to about 5 %; or make a materialized view, which counts exactly"
    context.report.add(Code.distinct_aggregate, span, message, fix, edits, approximate=True)


def _approximated(call: exp.Expr, start: int, *, several: bool, context: Context) -> list[Edit]:
    """Give what makes count(DISTINCT …) approximate: another name, no DISTINCT, and one value of several."""
    word_ = context.token_after(("DISTINCT",), start)
    if word_ is None:
        return []
    after = next(token.start for token in context.tokens if token.start > word_.end)
    edits = [
        Edit(start, start + len(str(call.this)), "approx_count_distinct"),
        Edit(word_.start, after, "struct(" if several else ""),
    ]
    if several:
        closing = context.end_of(start)
        edits.append(Edit(closing, closing, ")"))
    return edits


def _keys(tree: exp.Select, group: exp.Group) -> Iterator[exp.Expr]:
    """Give what rows are grouped by: numbers and aliases as the projections that they stand for."""
    found = [key for key in group.expressions if not isinstance(key, exp.Cube | exp.Rollup | exp.GroupingSets)]
    for several in group.find_all(exp.Cube, exp.Rollup, exp.GroupingSets):
        found += several.find_all(exp.Column)
    if group.args.get("all"):
        found += [one for one in tree.expressions if not any(True for _ in _aggregates(one))]
    aliases = {one.alias.lower(): one.this for one in tree.expressions if isinstance(one, exp.Alias)}
    for key in found:
        if isinstance(key, exp.Literal) and key.is_int and 0 < int(key.name) <= len(tree.expressions):
            yield tree.expressions[int(key.name) - 1].unalias()
        elif isinstance(key, exp.Column) and not key.table and key.name.lower() in aliases:
            yield aliases[key.name.lower()]
            yield key
        else:
            yield key.unalias()


def _time(key: exp.Expr, scope: Scope) -> exp.Expr | None:
    """Give the time that a key is of, that a watermark could be on."""
    if isinstance(key, exp.Column):
        known = lookup(key, scope)
        return key if known is None or known[1].may_be_time or known[1].watermark else None
    if function_name(key) in WINDOWS and isinstance(key, exp.Anonymous) and key.expressions:
        return key.expressions[0] if isinstance(key.expressions[0], exp.Column) else None
    return None


def _aggregates(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Give the calls of aggregate functions that make groups: not those over windows, nor those of subqueries."""
    for node in tree.walk(prune=lambda one: isinstance(one, exp.Query | exp.Window)):
        if isinstance(node, exp.Anonymous) and function_name(node) in AGGREGATES:
            yield node
