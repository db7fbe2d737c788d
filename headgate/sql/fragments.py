"""Pieces of SQL that users write: each is one expression, one type or one query, taken as it is written or refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import TokenType, exp

from headgate.problems import short
from headgate.sql.dialect.place import FormError
from headgate.sql.dialect.query import read_expression, read_query
from headgate.sql.dialect.tokens import span_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token

_FIX = "mend the SQL; it is read as Databricks reads it"
# What a value may end with: a colon after it leads into JSON, any other one begins a parameter.
_VALUE_ENDS = {
    TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.R_PAREN, TokenType.R_BRACKET,
}  # fmt: skip


class FragmentError(ValueError):
    """A piece of SQL that is not what it should be; the text says why, `fix` how to mend it."""

    def __init__(self, message: str, fix: str = _FIX) -> None:
        self.fix = fix
        super().__init__(message)


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
    piece, tokens = _clean(text)
    try:
        tree = read_expression(tokens, piece, span_of(tokens))
    except FormError as error:
        if len(tokens) > len("AS") and tokens[-2].token_type is TokenType.ALIAS:
            raise FragmentError("expected an expression without a name", f"write it as `{tokens[-1].text}: …`") from None
        raise _located(error, piece) from None
    if not item and tree.is_star and isinstance(tree, exp.Star | exp.Column):
        raise FragmentError("expected an expression, found *", "name the columns")
    return Fragment(piece, tree, _parameters(tokens, tree))


def window_function(text: str) -> Fragment:
    """Read a call of a function, before an OVER. Raises FragmentError."""
    found = expression(text)
    if not isinstance(found.tree, exp.Func | exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        raise FragmentError("expected one call of a window function", "write it as `lag(amount)`; compute with it in a select")
    return found


@lru_cache(maxsize=1024)
def ordering(text: str) -> Fragment:
    """Read an expression by which rows are ordered: `updated_at DESC NULLS LAST`. Raises FragmentError."""
    piece, tokens = _clean(text)
    whole = f"SELECT 1 ORDER BY {piece}"
    try:
        select = read_query(tokens_of(whole), whole, span_of(tokens)).tree
    except FormError as error:
        raise FragmentError(str(error.message), error.fix) from None
    order = select.args.get("order")
    if order is None or len(order.expressions) != 1 or {name for name, value in select.args.items() if value} - _ORDERED:
        raise FragmentError("expected one expression to order by", "write it as `updated_at DESC`, one a line")
    return Fragment(piece, order, _parameters(tokens, order))


_ORDERED = {"expressions", "order"}


@lru_cache(maxsize=1024)
def query(text: str) -> Fragment:
    """Read one query. Raises FragmentError for any other statement, and for several."""
    piece, tokens = _clean(text, query=True)
    try:
        tree = read_query(tokens, piece, span_of(tokens)).tree
    except FormError as error:
        raise _located(error, piece) from None
    return Fragment(piece, tree, _parameters(tokens, tree))


@lru_cache(maxsize=1024)
def column_type(text: str) -> str:
    """Give a column's type as it is put into a statement. Raises FragmentError."""
    piece, _ = _clean(text)
    whole = f"CAST(NULL AS {piece})"
    try:
        tokens = tokens_of(whole)
        cast = read_expression(tokens, whole, span_of(tokens))
    except FormError:
        cast = None
    if not isinstance(cast, exp.Cast) or {name for name, value in cast.args.items() if value} != {"this", "to"}:
        raise FragmentError(f"expected a SQL type, found {short(text)}", "write one such as STRING or DECIMAL(18, 2)")
    return piece


def inner_lines(text: str) -> set[int]:
    """Give the numbers (from 0) of a text's lines that begin inside a value or a name."""
    found: set[int] = set()
    for token in tokens_of(text):
        before, inner = text.count("\n", 0, token.start), text.count("\n", token.start, token.end + 1)
        found.update(range(before + 1, before + inner + 1))
    return found


def _located(error: FormError, text: str) -> FragmentError:
    """Give what is wrong, with the line of the text where that has several."""
    line = text.count("\n", 0, error.span.start) + 1
    where = f"in line {line} of the SQL, " if "\n" in text else ""
    return FragmentError(f"{where}{error.message}", error.fix or _FIX)


def _clean(text: str, *, query: bool = False) -> tuple[str, list[Token]]:
    """Give a text without its comments and, of a query, without the `;` at its end; and its tokens."""
    if "${" in text:
        raise FragmentError("holds `${`", "in SQL a parameter is written :name")
    try:
        found = tokens_of(text)
    except FormError as error:
        raise FragmentError(error.message, error.fix) from None
    if query and found and found[-1].token_type is TokenType.SEMICOLON:
        found = found[:-1]
    if not found:
        raise FragmentError("is empty", "write it, or take the key out")
    if any(token.token_type is TokenType.SEMICOLON for token in found):
        raise FragmentError("holds a `;`", "write one piece of SQL, without `;`")
    parts, at = [], found[0].start
    for token in found:
        gap = text[at : token.start]
        parts += [gap if not gap.strip() else "\n" if "\n" in gap else " ", text[token.start : token.end + 1]]
        at = token.end + 1
    piece = "".join(parts)
    return piece, tokens_of(piece)


def _parameters(tokens: Sequence[Token], tree: exp.Expr) -> tuple[tuple[int, int, str], ...]:
    """Find the parameters: a colon after what is no value, and a name right after it."""
    places = []
    for number, token in enumerate(tokens[:-1]):
        after, before = tokens[number + 1], tokens[number - 1] if number else None
        is_name = after.start == token.end + 1 and after.text.isidentifier()
        if token.token_type is TokenType.COLON and is_name and (before is None or before.token_type not in _VALUE_ENDS):
            places.append((token.start, after.end + 1, after.text))
    read = sorted(str(one.name) for one in tree.find_all(exp.Placeholder))
    if sorted(name for _, _, name in places) != read:
        raise FragmentError("it is not clear where its parameters are", "put each into parentheses: (:name)")
    return tuple(places)
