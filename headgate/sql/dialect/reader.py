"""A file of SQL, statement by statement: what it defines, and what is wrong with its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType

from headgate.problems import did_you_mean
from headgate.sql.dialect.changes import read_changes
from headgate.sql.dialect.create import read_create
from headgate.sql.dialect.cursor import Cursor
from headgate.sql.dialect.place import FormError
from headgate.sql.dialect.query import QUERY_BEGINS, read_query
from headgate.sql.dialect.tokens import shown, span_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.problems import Problem
    from headgate.sql.dialect.statements import Statement

_CELL = "-- COMMAND ----------"  # between the cells of a notebook that was exported as SQL
# Statements that define nothing of a pipeline.
_OTHERS = (
    "USE", "SET", "RESET", "DROP", "ALTER", "GRANT", "REVOKE", "DESCRIBE", "DESC", "SHOW", "COMMENT", "INSERT", "MERGE",
    "UPDATE", "DELETE", "TRUNCATE", "REFRESH", "OPTIMIZE", "VACUUM", "ANALYZE", "CACHE", "UNCACHE", "CLEAR", "EXPLAIN",
    "DECLARE", "CALL", "EXECUTE", "COPY", "MSCK", "RESTORE", "LIST", "BEGIN", "FSCK", "CONVERT", "REPAIR", "UNDROP", "ADD",
    "SYNC",
)  # fmt: skip
_KNOWN = ("CREATE", "APPLY", "AUTO", "SELECT", "WITH")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's text, its statements in order, and statements that can't be read."""

    name: str
    text: str
    statements: tuple[Statement, ...]
    errors: tuple[FormError, ...]

    @property
    def problems(self) -> list[Problem]:
        """The errors as problems of the file."""
        return [error.problem(self.name, self.text) for error in self.errors]


def read_file(name: str, text: str) -> ReadFile:
    """Read a file of SQL."""
    try:
        tokens = tokens_of(text)
    except FormError as error:
        return ReadFile(name, text, (), (error,))
    found, errors = [], []
    for part in _parts(tokens, text):
        try:
            statement = _statement(part, text)
        except FormError as error:
            errors.append(error)
        else:
            found += [] if statement is None else [statement]
    return ReadFile(name, text, tuple(found), tuple(errors))


def _parts(tokens: Sequence[Token], text: str) -> Iterator[Sequence[Token]]:
    """Give the tokens of each statement: they end with `;`, and with a notebook's cell."""
    ends = _cells(text)
    first = 0
    for index, token in enumerate(tokens):
        new_cell = index > first and any(tokens[index - 1].end < end <= token.start for end in ends)
        if token.token_type is TokenType.SEMICOLON or new_cell:
            if index > first:
                yield tokens[first:index]
            first = index if new_cell and token.token_type is not TokenType.SEMICOLON else index + 1
    if first < len(tokens):
        yield tokens[first:]


def _cells(text: str) -> list[int]:
    """Give where a notebook's cells end. What stands in a string is within a token, where nothing ends."""
    found, offset = [], 0
    for line in text.split("\n"):
        if line.strip() == _CELL:
            found.append(offset)
        offset += len(line) + 1
    return found


def _statement(tokens: Sequence[Token], text: str) -> Statement | None:
    """Give a statement; None for one that defines nothing of a pipeline. Raises FormError."""
    cursor = Cursor(tokens)
    first = cursor.word
    if first == "CREATE":
        return read_create(cursor, text)
    if first in ("APPLY", "AUTO"):
        return read_changes(cursor, text, name="", span=span_of(tokens))
    if first in QUERY_BEGINS:
        read_query(tokens, text, span_of(tokens[:1]))
        return None
    if first in _OTHERS:
        return None
    fix = did_you_mean(first, [*_KNOWN, *_OTHERS], _KNOWN) if first else "begin it with CREATE"
    raise FormError(f"expected a statement, found {shown(tokens[0])}", span_of(tokens[:1]), fix)
