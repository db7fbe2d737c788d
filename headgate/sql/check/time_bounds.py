"""What the condition of a join says of the times of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.scope import columns_of, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.sql.check.relations import Column, Source
    from headgate.sql.check.scope import Scope

Found = tuple["Source | None", "Column"]


def has_equality(conditions: Sequence[exp.Expr], join: exp.Join, left: Sequence[Source], right: Source) -> bool:
    """Give whether something of one side has to equal something of the other."""
    if join.args.get("using") or join.method == "NATURAL":
        return True
    before = {source.alias.lower() for source in left}
    for condition in conditions:
        if not isinstance(condition, exp.EQ | exp.NullSafeEQ):
            continue
        tables = [{column.table.lower() for column in columns_of(side)} for side in (condition.this, condition.expression)]
        unnamed = any("" in names for names in tables)
        one, other = tables
        across = (one & before and right.alias.lower() in other) or (other & before and right.alias.lower() in one)
        if all(tables) and (unnamed or across):
            return True
    return False


def compared_by_watermark(conditions: Sequence[exp.Expr], join: exp.Join, sides: Scope) -> bool:
    """Give whether both sides are compared by a column that has a watermark."""
    for name in join.args.get("using") or []:
        if any(column.watermark for source in sides.sources for column in source.relation.find(name.name)):
            return True
    for condition in conditions:
        if isinstance(condition, exp.EQ | exp.NullSafeEQ):
            found = [_column(side, sides) for side in (condition.this, condition.expression)]
            if all(found) and any(one[1].watermark for one in found if one):
                return True
    return False


def bounds_from_above(conditions: Sequence[exp.Expr], late: Source, early: Sequence[Source], sides: Scope) -> bool:
    """Give whether the watermark column of `late` is at most a time of `early` and some interval.

    Then rows of `early` need not wait once the watermark of `late` is past that. Where the columns of `late` aren't known, any
    column of it that has a watermark by name counts.
    """
    for condition in conditions:
        for smaller, larger in _at_most(condition):
            sides_of = [list(_signed(smaller, 1)), list(_signed(larger, -1))]
            if any(len(side) > 1 for side in sides_of):
                continue  # Spark 4.3 makes nothing of the difference of two times
            signs = [*sides_of[0], *sides_of[1]]
            of_late = [
                sign for sign, column in signs if (known := lookup(column, sides)) and known[0] is late and known[1].watermark
            ]
            of_early = [
                sign
                for sign, column in signs
                if (known := lookup(column, sides)) and known[0] is not None and known[0] in early
            ] or [sign for sign, column in signs if column.table.lower() in {one.alias.lower() for one in early}]
            if of_late == [1] and of_early == [-1]:
                return True
    return False


def _at_most(condition: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Give pairs of which the first is at most the second."""
    if isinstance(condition, exp.LT | exp.LTE):
        yield condition.this, condition.expression
    elif isinstance(condition, exp.GT | exp.GTE):
        yield condition.expression, condition.this
    elif isinstance(condition, exp.Between):
        yield condition.args["low"], condition.this
        yield condition.this, condition.args["high"]


def _signed(tree: exp.Expr, sign: int) -> Iterator[tuple[int, exp.Column]]:
    """Give the columns of a sum with their signs; of what is no sum, none."""
    inner = tree.unnest()
    if isinstance(inner, exp.Column):
        yield sign, inner
    elif isinstance(inner, exp.Add | exp.Sub):
        yield from _signed(inner.this, sign)
        yield from _signed(inner.expression, -sign if isinstance(inner, exp.Sub) else sign)
    elif isinstance(inner, exp.Cast):
        yield from _signed(inner.this, sign)


def _column(side: exp.Expr, sides: Scope) -> Found | None:
    inner = side.unnest()
    return lookup(inner, sides) if isinstance(inner, exp.Column) else None
