"""The columns that a SELECT gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.relations import Column
from headgate.sql.check.scope import lookup, names_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.sql.check.scope import Scope

WINDOWS = ("window", "session_window")
_TYPES = {
    "to_timestamp": "timestamp", "current_timestamp": "timestamp", "now": "timestamp", "timestamp": "timestamp",
    "date_trunc": "timestamp",
    "from_unixtime": "string", "to_date": "date", "date": "date", "current_date": "date", "timestamp_seconds": "timestamp",
    "timestamp_millis": "timestamp", "window_time": "timestamp", "make_timestamp": "timestamp", "count": "bigint",
    "approx_count_distinct": "bigint", "upper": "string", "lower": "string", "concat": "string", "trim": "string",
}  # fmt: skip


def output_columns(tree: exp.Select, scope: Scope, check: Callable[[exp.Expr], None]) -> tuple[list[Column], bool]:
    """Give a SELECT's columns, and whether they are all.

    check: each projection, before its alias is known to the later ones.
    """
    found: list[Column] = []
    complete = True
    for projection in tree.expressions:
        check(projection)
        if star := _star(projection):
            columns, known = _of_star(projection, star, scope)
            found += columns
            complete = complete and known
        else:
            column = _column(projection, scope)
            found.append(column)
            if isinstance(projection, exp.Alias):
                scope.aliases.setdefault(column.name.lower(), column)
            if isinstance(projection, exp.Aliases):
                found[-1:] = [Column(str(alias.name)) for alias in projection.aliases]
            complete = complete and bool(column.name)
    return found, complete


def _star(projection: exp.Expr) -> exp.Star | None:
    if isinstance(projection, exp.Star):
        return projection
    is_star = isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
    return projection.this if is_star else None


def _of_star(projection: exp.Expr, star: exp.Star, scope: Scope) -> tuple[list[Column], bool]:
    before = [part.name.lower() for part in projection.parts[:-1]] if isinstance(projection, exp.Column) else []
    sources = [source for source in scope.sources if not before or names_source(before, source)]
    left_out = {one.name.lower() for one in star.args.get("except_") or []}
    found: list[Column] = []
    for source in sources:
        for column in source.relation.columns:
            name = column.name.lower()
            is_again = not before and name in scope.merged and any(one.name.lower() == name for one in found)
            if name not in left_out and not is_again:
                found.append(column)
    return found, bool(sources) and all(source.relation.complete for source in sources)


def _column(projection: exp.Expr, scope: Scope) -> Column:
    name = projection.alias_or_name
    inner = projection.unalias()
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Column):
        known = lookup(inner, scope)
        if known is not None:
            return replace(known[1], name=name)
        return Column(name)
    if isinstance(inner, exp.Anonymous) and function_name(inner) in WINDOWS:
        return _of_window(inner, name, scope)
    return Column(name, type_of(inner))


def window_columns(group: exp.Group, scope: Scope) -> list[Column]:
    """Give the columns `window` and `session_window` that grouping by these functions makes."""
    found = [one for one in group.find_all(exp.Anonymous) if function_name(one) in WINDOWS]
    return [_of_window(one, function_name(one), scope) for one in found]


def _of_window(call: exp.Anonymous, name: str, scope: Scope) -> Column:
    time = call.expressions[0] if call.expressions else None
    known = lookup(time, scope) if isinstance(time, exp.Column) else None
    return Column(name or function_name(call), "struct", watermark=bool(known and known[1].watermark))


def type_of(tree: exp.Expr) -> str:
    """Give an expression's type where it says it itself."""
    if isinstance(tree, exp.Cast):
        return str(tree.to.sql("databricks")).lower()
    if isinstance(tree, exp.CurrentTimestamp):
        return "timestamp"
    if isinstance(tree, exp.Literal):
        return "string" if tree.is_string else "int" if tree.is_int else "decimal"
    return _TYPES.get(function_name(tree), "")


def function_name(tree: exp.Expr | None) -> str:
    """Give a function's name in lower case; nothing for what is none."""
    return str(tree.this).lower() if isinstance(tree, exp.Anonymous) else ""
