"""What a query gives, worked out from its sources upward; what a stream can't do is reported on the way.

The rules are those of Spark's UnsupportedOperationChecker in append mode, in which streaming tables are written (Spark 4.3.0:
org.apache.spark.sql.catalyst.analysis.UnsupportedOperationChecker); tests compare both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.aggregates import check_aggregation, check_distinct, is_aggregated
from headgate.sql.check.findings import Code, Edit
from headgate.sql.check.projections import function_name, output_columns, window_columns
from headgate.sql.check.relations import Relation
from headgate.sql.check.scope import Scope, check_names
from headgate.sql.check.set_operations import combined
from headgate.sql.check.sources import read_sources

if TYPE_CHECKING:
    from headgate.sql.check.context import Context

_SORTS = (("order", ("ORDER BY", "ORDER")), ("sort", ("SORT BY", "SORT")), ("cluster", ("CLUSTER BY", "CLUSTER")))

# What may name the columns that a SELECT gives, besides those that it reads.
_LATER = ("group", "having", "qualify", *(key for key, _ in _SORTS))


def evaluate(context: Context) -> Relation:
    """Give what the query gives, and report what is wrong with it."""
    found = of_query(context.query.tree, Scope(), context)
    for at, watermark in context.query.watermarks.items():
        if at not in context.watermarks_used:
            fix = "write it after the table, before its alias: FROM STREAM(t) WATERMARK ts DELAY OF … AS x"
            context.report.add(Code.syntax, watermark.span, "the WATERMARK is of no table", fix)
    return found


def of_query(tree: exp.Expr, around: Scope, context: Context) -> Relation:
    """Give what a part of a query gives, that is a query itself. around: what is known where it stands."""
    ctes = dict(around.ctes)
    if (with_ := tree.args.get("with_")) is not None:
        for cte in with_.expressions:
            found = of_query(cte.this, Scope(ctes=ctes, outer=around.outer), context)
            ctes[cte.alias.lower()] = found.renamed([column.name for column in cte.args["alias"].columns])
    scope = Scope(ctes=ctes, outer=around.outer)
    if isinstance(tree, exp.Subquery):
        found = of_query(tree.this, scope, context)
        _check_order(tree, found, context)
        return found
    if isinstance(tree, exp.SetOperation):
        left = of_query(tree.this, scope, context)
        right = of_query(tree.expression, scope, context)
        found = combined(tree, left, right, context)
        _check_order(tree, found, context)
        return found
    if isinstance(tree, exp.Select):
        return _of_select(tree, scope, context)
    return Relation()


def _of_select(tree: exp.Select, scope: Scope, context: Context) -> Relation:
    read_sources(tree, scope, context, of_query)
    if (where := tree.args.get("where")) is not None:
        _check_part(where.this, scope, context)
    if (group := tree.args.get("group")) is not None:
        scope.aliases |= {one.name: one for one in window_columns(group, scope)}
    columns, complete = output_columns(tree, scope, lambda part: _check_part(part, scope, context))
    for column in columns:
        scope.aliases.setdefault(column.name.lower(), column)
    for key in _LATER:
        if (part := tree.args.get(key)) is not None:
            _check_part(part, scope, context)
    found = Relation(tuple(columns), complete=complete, streaming=scope.streaming)
    if found.streaming:
        found = _of_stream(tree, found, scope, context)
    return found


def _of_stream(tree: exp.Select, found: Relation, scope: Scope, context: Context) -> Relation:
    """Report what a SELECT of a stream can't do; give what it gives, with those watermarks that it keeps."""
    _check_functions(tree, context)
    if is_aggregated(tree):
        found = replace(found, columns=check_aggregation(tree, scope, found.columns, context))
    if tree.args.get("distinct") is not None:
        check_distinct(tree, found, context)
    _check_order(tree, found, context)
    return found


def _check_part(part: exp.Expr, scope: Scope, context: Context) -> None:
    """Check the names of an expression, and its subqueries: none of them may read a stream."""
    check_names(part, scope, context.report)
    for node in part.walk(prune=lambda one: isinstance(one, exp.Query)):
        if isinstance(node, exp.Query):
            inner = of_query(node, Scope(ctes=scope.ctes, outer=scope), context)
            if inner.streaming:
                context.report.add(
                    Code.stream_in_subquery,
                    context.span(node, "STREAM"),
                    "a subquery in an expression reads a stream, which Spark refuses",
                    "read the table there without STREAM, or join the stream",
                )


def _check_functions(tree: exp.Select, context: Context) -> None:
    """Report functions that a stream can't have, above all those over windows; subqueries report their own."""
    for node in tree.walk(prune=lambda one: one is not tree and isinstance(one, exp.Query)):
        if isinstance(node, exp.Window):
            name = str(node.this.this if isinstance(node.this, exp.Anonymous) else node.this.sql("databricks"))
            fix = "compute it in a materialized view, which reads without STREAM; to keep a key's newest row, use AUTO CDC"
            message = f"{name}(…) OVER (…) needs all rows at once, and a stream never has them"
            context.report.add(Code.window_function, context.span(node), message, fix)
        elif function_name(node) == "monotonically_increasing_id":
            message = "monotonically_increasing_id() counts anew in each part of a stream, so Spark refuses it"
            context.report.add(Code.function, context.span(node), message, "write uuid(), or an identity column in the table")


def _check_order(tree: exp.Expr, found: Relation, context: Context) -> None:
    """Report a sort or an offset of a stream."""
    if not found.streaming:
        return
    for key, words in _SORTS:
        if (part := tree.args.get(key)) is not None:
            span = context.span(part.expressions[0], *words)
            message = "a stream has no last row, so it can't be sorted; a table keeps no order anyway"
            edits = [Edit(context.gap_before(span.start), context.end_of_clause(span.start), "")]
            context.report.add(Code.sort, span, message, f"leave {words[0]} out, and sort where the table is read", edits)
    if (part := tree.args.get("offset")) is not None:
        context.report.add(Code.offset, context.span(part, "OFFSET"), "OFFSET isn't possible on a stream", "leave it out")
