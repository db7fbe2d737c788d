"""What a SELECT reads: tables, subqueries, joins and table functions, each under its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.aggregates import check_pivot
from headgate.sql.check.findings import Code
from headgate.sql.check.joins import check_join, joined
from headgate.sql.check.projections import function_name
from headgate.sql.check.relations import Column, Relation, Source
from headgate.sql.check.report import span_of_node
from headgate.sql.check.scope import Scope, check_names
from headgate.sql.dialect.place import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.sql.check.context import Context

# Table functions that are streams with or without the word STREAM.
_ALWAYS_STREAMS = {"cloud_files"}


def read_sources(
    tree: exp.Select, scope: Scope, context: Context, evaluate: Callable[[exp.Expr, Scope, Context], Relation]
) -> None:
    """Put what a SELECT reads into its scope, and report what is wrong with its joins."""
    if (from_ := tree.args.get("from_")) is not None:
        _add(from_.this, scope, context, evaluate)
    for join in tree.args.get("joins") or []:
        _join(tree, join, scope, context, evaluate)
    for lateral in tree.args.get("laterals") or []:
        check_names(lateral.this, scope, context.report)
        scope.add(_lateral(lateral))


def _add(node: exp.Expr, scope: Scope, context: Context, evaluate: Callable[[exp.Expr, Scope, Context], Relation]) -> None:
    """Put a relation with its own joins into a scope."""
    scope.add(_source(node, scope, context, evaluate))
    for join in node.args.get("joins") or []:
        _join(None, join, scope, context, evaluate)


def _join(
    tree: exp.Select | None,
    join: exp.Join,
    scope: Scope,
    context: Context,
    evaluate: Callable[[exp.Expr, Scope, Context], Relation],
) -> None:
    left = list(scope.sources)
    right = _source(join.this, scope, context, evaluate)
    scope.add(right)
    if (condition := join.args.get("on")) is not None:
        check_names(condition, scope, context.report)
        for query in condition.find_all(exp.Query):
            evaluate(query, Scope(ctes=scope.ctes, outer=scope), context)
    check_join(tree, join, left, right, context)
    joined(join, left, right, scope)


def _source(node: exp.Expr, scope: Scope, context: Context, evaluate: Callable[[exp.Expr, Scope, Context], Relation]) -> Source:
    if isinstance(node, exp.Lateral):
        check_names(node.this, scope, context.report)
        return _lateral(node)
    found = _plain_source(node, scope, context, evaluate)
    if node.args.get("sample") is not None and found.relation.streaming:
        span = context.span(node.args["sample"], "TABLESAMPLE")
        context.report.add(Code.sample, span, "TABLESAMPLE isn't possible on a stream", "leave it out, or filter by a hash")
    if pivots := node.args.get("pivots"):
        if found.relation.streaming:
            check_pivot(pivots[0], found, context)
        return Source(pivots[-1].alias or found.alias, Relation(streaming=found.relation.streaming))
    return found


def _plain_source(
    node: exp.Expr, scope: Scope, context: Context, evaluate: Callable[[exp.Expr, Scope, Context], Relation]
) -> Source:
    names = [column.name for column in alias.columns] if (alias := node.args.get("alias")) else []
    if isinstance(node, exp.Subquery):
        at = _opening(node, context)
        if isinstance(node.this, exp.Table):
            inner = _plain_source(node.this, scope, context, evaluate)
            relation, at = inner.relation, inner.at
        else:
            relation = evaluate(node.this, Scope(ctes=scope.ctes, outer=scope.outer), context)
        if (watermark := context.watermark(at)) is not None and not isinstance(node.this, exp.Table):
            relation = relation.with_watermark(watermark)
        return Source(node.alias, relation.renamed(names), at=at)
    if isinstance(node, exp.Table):
        return _table(node, names, scope, context)
    return Source(node.alias, Relation(tuple(map(Column, names)), complete=bool(names)))


def _table(node: exp.Table, names: list[str], scope: Scope, context: Context) -> Source:
    span = span_of_node(node.this) if isinstance(node.this, exp.Anonymous) else _name_span(node)
    if span is None:
        return Source(node.alias, Relation())
    streaming = span.start in context.query.streams
    if isinstance(node.this, exp.Anonymous):
        function = function_name(node.this)
        relation = Relation(streaming=streaming or function in _ALWAYS_STREAMS)
    else:
        parts = tuple(part.name.lower() for part in node.parts if part.name)
        cte = scope.ctes.get(parts[0]) if len(parts) == 1 else None
        relation = context.tables.read(parts, span, context) if cte is None else cte
    if (watermark := context.watermark(span.start)) is not None:
        if watermark.derived:
            of_table = Scope(sources=[Source(node.alias_or_name, relation)])
            check_names(watermark.expression, of_table, context.report)
        _check_watermark(relation, watermark.column, derived=watermark.derived, span=watermark.span, context=context)
        relation = relation.with_watermark(watermark)
    whole = tuple(part.name.lower() for part in node.parts if part.name) if not isinstance(node.this, exp.Anonymous) else ()
    return Source(node.alias_or_name, relation.renamed(names), whole if not node.alias else (), span.start)


def _check_watermark(relation: Relation, column: str, *, derived: bool, span: Span, context: Context) -> None:
    """Report a watermark of a column that isn't there, or is no timestamp."""
    found = relation.find(column)
    times = [one.name for one in relation.columns if one.is_time]
    fix = f"take {' or '.join(times)}" if times else "make one: WATERMARK to_timestamp(…) AS name DELAY OF …"
    if derived:
        return
    if not found and relation.complete:
        context.report.add(Code.unknown_column, span, f"'{column}', which the watermark is of, is no column of the table", fix)
    elif found and not found[0].may_be_time:
        message = f"the watermark is of '{column}', a {found[0].type}: it has to be a timestamp"
        context.report.add(Code.watermark_type, span, message, fix)


def _name_span(node: exp.Table) -> Span | None:
    places = [part.meta for part in node.parts if "start" in part.meta]
    return Span(min(one["start"] for one in places), max(one["end"] for one in places) + 1) if places else None


def _lateral(node: exp.Expr) -> Source:
    alias = node.args.get("alias")
    columns = tuple(Column(column.name) for column in alias.columns) if alias is not None else ()
    return Source(node.alias, Relation(columns, complete=bool(columns)))


def _opening(node: exp.Subquery, context: Context) -> int:
    """Give where the parenthesis of a subquery opens: the outermost one around its words that a watermark stands after."""
    place = span_of_node(node.this)
    if place is None:
        return -1
    opened: list[int] = []
    for token in context.query.tokens:
        if token.start >= place.start:
            break
        if token.text == "(":
            opened.append(token.start)
        elif token.text == ")" and opened:
            opened.pop()
    return next((start for start in reversed(opened) if start in context.query.watermarks), -1)
