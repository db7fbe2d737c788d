"""Pieces of SQL that users write: each is one expression, one type or one query, taken as it is written or refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from headgate.problems import short
from headgate.sql.reading import OPERAND, FragmentError, clean, compare, masked, only, parsed, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL as it is put into a statement, without comments, and what sqlglot reads in it.

    parameters: where `:name` stands in the text (start, end and name), in order.
    """

    text: str
    tree: exp.Expr
    parameters: tuple[tuple[int, int, str], ...]

    def with_values(self, literals: dict[str, str]) -> str:
        """Give the text with each parameter as the literal of its value. Raises KeyError for one that has none."""
        parts, at = [], 0
        for start, end, name in self.parameters:
            parts += [self.text[at:start], literals[name]]
            at = end
        return "".join([*parts, self.text[at:]])


@lru_cache(maxsize=4096)
def expression(text: str, *, item: bool = False) -> Fragment:
    """Read one expression; with `item`, one of a SELECT's list, such as `*` or `orders.*`. Raises FragmentError."""
    piece, found = clean(text)
    tree = _inside("SELECT ", piece, "expression")
    if isinstance(tree, exp.Alias | exp.Aliases):
        raise FragmentError("expected an expression without a name; write `name: expression`")
    if not item and tree.is_star and isinstance(tree, exp.Star | exp.Column):
        raise FragmentError("expected an expression, found *")
    compare(found, tree)
    return Fragment(piece, tree, _parameters(found, tree))


def window_function(text: str) -> Fragment:
    """Read a call of a function, before an OVER. Raises FragmentError."""
    found = expression(text)
    if not isinstance(found.tree, exp.Func | exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        raise FragmentError("expected one call of a window function, such as `lag(amount)`")
    return found


@lru_cache(maxsize=1024)
def ordering(text: str) -> Fragment:
    """Read an expression by which rows are ordered: `updated_at DESC NULLS LAST`. Raises FragmentError."""
    piece, found = clean(text)
    tree = _inside("SELECT 1 ORDER BY ", piece, "expression to order by, such as `updated_at DESC`")
    compare(found, tree)
    return Fragment(piece, tree, _parameters(found, tree))


@lru_cache(maxsize=1024)
def column_type(text: str) -> str:
    """Give a column's type as it is put into a statement. Raises FragmentError."""
    piece, _ = clean(text)
    try:
        cast = _inside("SELECT ", f"CAST(NULL AS {piece})", "type")
    except FragmentError:
        cast = None
    if not isinstance(cast, exp.Cast) or set(_clauses(cast)) != {"this", "to"}:
        raise FragmentError(f"expected a SQL type such as STRING or DECIMAL(18, 2), found {short(text)}")
    return piece


@lru_cache(maxsize=1024)
def query(text: str) -> Fragment:
    """Read one query. Raises FragmentError for any other statement, and for several."""
    piece, found = clean(text, query=True)
    tree = only(parsed(*masked(piece, found)), "query")
    if not isinstance(tree, exp.Query):
        raise FragmentError("expected one query: SELECT …, or WITH … SELECT …")
    compare(tokens(masked(piece, found)[0]), tree)
    return Fragment(piece, tree, _parameters(found, tree))


def inputs(tree: exp.Expr) -> list[exp.Table]:
    """Give the tables that a query names, less those that it defines itself by WITH."""
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    return [table for table in tables if table.db or table.name.lower() not in own]


def inner_lines(text: str) -> set[int]:
    """Give the numbers (from 0) of a text's lines that begin inside a value or a name."""
    found: set[int] = set()
    for token in tokens(text):
        before, inner = text.count("\n", 0, token.start), text.count("\n", token.start, token.end + 1)
        found.update(range(before + 1, before + inner + 1))
    return found


def _inside(before: str, text: str, what: str) -> exp.Expr:
    """Give what the text is behind a SELECT's first words, where it is one thing and nothing else."""
    select = only(parsed(before + text, tokens(before + text)), what)
    order = select.args.get("order")
    listed = order.expressions if order else select.expressions
    if not isinstance(select, exp.Select) or len(listed) != 1 or set(_clauses(select)) - {"expressions", "order"}:
        raise FragmentError(f"expected one {what}")
    if order and not before.endswith("BY "):
        raise FragmentError(f"expected one {what}, found ORDER BY")
    found: exp.Expr = listed[0]
    return found


def _clauses(tree: exp.Expr) -> list[str]:
    return [name for name, value in tree.args.items() if value]


def _parameters(found: Sequence[Token], tree: exp.Expr) -> tuple[tuple[int, int, str], ...]:
    """Find the parameters: a colon after what is no operand, and a name right after it."""
    places = []
    for number, token in enumerate(found[:-1]):
        after, before = found[number + 1], found[number - 1] if number else None
        is_name = after.start == token.end + 1 and after.text.isidentifier()
        if token.token_type is TokenType.COLON and is_name and (before is None or before.token_type not in OPERAND):
            places.append((token.start, after.end + 1, after.text))
    read = sorted(str(one.name) for one in tree.find_all(exp.Placeholder))
    if sorted(name for _, _, name in places) != read:
        raise FragmentError("a parameter's place in it is not clear: put it in parentheses")
    return tuple(places)
