"""Names in a query: which column each one is, and which can't be found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.problems import did_you_mean
from headgate.sql.check.findings import Code
from headgate.sql.check.report import Report, span_of_node
from headgate.sql.known import same_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.sql.check.relations import Column, Relation, Source

_UNITS = {"year", "quarter", "month", "week", "day", "dayofyear", "hour", "minute", "second", "millisecond", "microsecond"}
_OF_UNITS = {"dateadd", "date_add", "datediff", "date_diff", "timestampadd", "timestampdiff", "date_sub"}
# What every file and table has beside its columns.
_HIDDEN = {"_metadata", "_rescued_data", "_commit_version", "_commit_timestamp", "_change_type"}


@dataclass
class Scope:
    """What names may stand for in one SELECT.

    ctes: of WITH, in lower case. aliases: of the projections so far, in lower case. outer: the query around a subquery.
    merged: columns that USING made one. streaming: whether any source is a stream, those included that only filter.
    """

    ctes: dict[str, Relation] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    aliases: dict[str, Column] = field(default_factory=dict)
    outer: Scope | None = None
    merged: frozenset[str] = frozenset()
    streaming: bool = False

    @property
    def complete(self) -> bool:
        """Whether all columns of all sources are known."""
        return all(source.relation.complete for source in self.sources)

    def add(self, source: Source) -> None:
        """Add a source."""
        self.sources.append(source)
        self.streaming |= source.relation.streaming

    def columns(self) -> Iterator[tuple[Source, Column]]:
        """Give all columns that are known, with their sources."""
        for source in self.sources:
            for column in source.relation.columns:
                yield source, column


def parts_of(column: exp.Column) -> list[str]:
    """Give the parts of a column's name as written, without a struct's fields that came after four of them."""
    return [part.name for part in column.parts]


def lookup(column: exp.Column, scope: Scope) -> tuple[Source | None, Column] | None:
    """Give the column that a name stands for, and its source; None where it can't be known."""
    found = _matches(column, scope)
    if len(found) == 1 or (found and column.name.lower() in scope.merged):
        return found[0]
    if not found and len(parts_of(column)) == 1 and (alias := scope.aliases.get(column.name.lower())):
        return None, alias
    return None


def check_names(tree: exp.Expr, scope: Scope, report: Report) -> None:
    """Report the columns of an expression that no source has, or that several have; subqueries are left to themselves."""
    for column in columns_of(tree):
        is_parameter = any("{" in part for part in parts_of(column))
        if not isinstance(column.this, exp.Star) and not is_parameter and not _is_unit(column):
            _check_name(column, scope, report)


def columns_of(tree: exp.Expr) -> Iterator[exp.Column]:
    """Give the columns of an expression, without those of its subqueries, nor those that a star leaves out."""
    for node in tree.walk(prune=lambda one: (one is not tree and isinstance(one, exp.Query)) or isinstance(one, exp.Star)):
        if isinstance(node, exp.Column):
            yield node


def _check_name(column: exp.Column, scope: Scope, report: Report) -> None:
    parts = parts_of(column)
    if len(_matches(column, scope)) > 1 and column.name.lower() not in scope.merged and len(parts) == 1:
        sources = list(dict.fromkeys(source.alias for source, _ in _matches(column, scope)))
        if len(sources) > 1:
            span = span_of_node(column)
            if span:
                fix = f"write {sources[0]}.{column.name} or {sources[1]}.{column.name}"
                report.add(Code.ambiguous_column, span, f"'{column.name}' is a column of {' and of '.join(sources)}", fix)
        return
    around: Scope | None = scope
    while around is not None:
        if _may_be_in(parts, around):
            return
        around = around.outer
    span = span_of_node(column)
    if span is None:
        return
    source = next((one for one in scope.sources if one.alias.lower() == parts[0].lower()), None) if len(parts) > 1 else None
    known = [one.name for one in source.relation.columns] if source else [one.name for _, one in scope.columns()]
    if len(parts) > 1 and source is None:
        known = [one.alias for one in scope.sources] + known
    of = f" of {source.alias}" if source else f" of {', '.join(one.alias for one in scope.sources)}" if scope.sources else ""
    shown = ".".join(parts) if source is None else parts[1]
    report.add(Code.unknown_column, span, f"'{shown}' is no column{of}", did_you_mean(parts[-1 if source else 0], known))


def _matches(column: exp.Column, scope: Scope) -> list[tuple[Source, Column]]:
    parts = [part.lower() for part in parts_of(column)]
    if len(parts) > 1:
        for source in scope.sources:
            if names_source(parts[:-1], source):
                return [(source, one) for one in source.relation.find(parts[-1])][:1]
        return []
    return [(source, one) for source in scope.sources for one in source.relation.find(parts[0])]


def names_source(parts: list[str], source: Source) -> bool:
    """Give whether the parts before a column's name are a source's alias, or its name."""
    return parts == [source.alias.lower()] or (bool(source.parts) and same_table(tuple(parts), source.parts))


def _may_be_in(parts: list[str], scope: Scope) -> bool:
    """Give whether a name may be something of a scope: a column, a field of one, an alias, or of what isn't known."""
    first = parts[0].lower()
    for source in scope.sources:
        for count in range(1, len(parts)):
            if names_source([part.lower() for part in parts[:count]], source):
                return not source.relation.complete or bool(source.relation.find(parts[count])) or parts[count] in _HIDDEN
    if first in scope.aliases or first in _HIDDEN:
        return True
    return not scope.complete or any(source.relation.find(first) for source in scope.sources)


def _is_unit(column: exp.Column) -> bool:
    """Give whether a name is a unit of time, as the first argument of functions such as `dateadd(DAY, 1, d)`."""
    parent = column.parent
    is_of = isinstance(parent, exp.Anonymous) and str(parent.this).lower() in _OF_UNITS and column.arg_key == "expressions"
    return is_of and column.name.lower().removesuffix("s") in _UNITS
