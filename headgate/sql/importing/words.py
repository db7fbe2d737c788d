"""Small parts of statements, as the pipeline file says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlglot import TokenType

from headgate.sql.dialect.cursor import Cursor, listed
from headgate.sql.dialect.tokens import span_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot import Token

    from headgate.sql.dialect.place import Span


class NotTaken(NamedTuple):
    """Something of the SQL that a pipeline file can't say, or says in another way."""

    span: Span
    message: str


def names(tokens: Sequence[Token]) -> list[str]:
    """Give the names of a list of columns."""
    return [str(Cursor(part).name("a column")) for part in listed(tokens)]


def column_list(cursor: Cursor, ends: Sequence[str]) -> tuple[list[str], bool]:
    """Read `a, b`, `(a, b)` or `* EXCEPT (a, b)`; give the names, and whether they are exceptions."""
    if cursor.accept("*"):
        return (names(cursor.group()), True) if cursor.accept("EXCEPT") else ([], True)
    if cursor.word == "(":
        return names(cursor.group()), False
    return names(cursor.until(*ends)), False


def source_text(tokens: Sequence[Token], text: str) -> str:
    """Give the words of tokens as they are written."""
    if not tokens:
        return ""
    span = span_of(tokens)
    return text[span.start : span.end]


def properties(tokens: Sequence[Token]) -> Iterator[tuple[str, Any]]:
    """Give the pairs of TBLPROPERTIES; keys in quotes or with full stops."""
    for part in listed(tokens):
        at = next((number for number, token in enumerate(part) if token.token_type is TokenType.EQ), None)
        key = part[:at] if at is not None else part[:-1]
        yield "".join(token.text for token in key), part[-1].text
