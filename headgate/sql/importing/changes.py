"""AUTO CDC, as the key `cdc` of a flow in a pipeline file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.sql.dialect.changes import CLAUSES
from headgate.sql.dialect.cursor import Cursor
from headgate.sql.dialect.tokens import span_of
from headgate.sql.importing.words import NotTaken, column_list, names, source_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token


class ChangeClauses:
    """Reads what comes after AUTO CDC INTO table. data: the keys of `cdc`. source: the tokens of what is read."""

    def __init__(self, cursor: Cursor, text: str) -> None:
        self._cursor, self._text = cursor, text
        self.data: dict[str, Any] = {}
        self.source: tuple[Token, ...] = ()
        self.not_taken: list[NotTaken] = []

    def read(self) -> None:
        """Read from FROM to the end. Raises FormError."""
        cursor = self._cursor
        cursor.expect("FROM")
        if cursor.word == "SNAPSHOT":
            self.not_taken.append(NotTaken(cursor.span, "changes from snapshots have no place in a pipeline file"))
        self.source = cursor.until(*CLAUSES)
        while cursor.token is not None:
            self._clause()

    def _clause(self) -> None:
        cursor, first = self._cursor, self._cursor.at
        if cursor.accept("KEYS"):
            self.data["keys"] = names(cursor.group())
        elif cursor.accept("IGNORE", "NULL", "UPDATES") and cursor.word != "ON":
            self.data["ignore_null_updates"] = True
        elif cursor.accept("APPLY", "AS", "DELETE", "WHEN"):
            self.data["delete_when"] = self._text_of(cursor.until(*CLAUSES))
        elif cursor.accept("APPLY", "AS", "TRUNCATE", "WHEN"):
            self.data["truncate_when"] = self._text_of(cursor.until(*CLAUSES))
        elif cursor.accept("SEQUENCE", "BY"):
            self._sequence(cursor.until(*CLAUSES))
        elif cursor.accept("COLUMNS"):
            self._columns("columns", "except_columns")
        elif cursor.accept("STORED", "AS", "SCD", "TYPE"):
            self.data["scd_type"] = int(cursor.take().text)
        elif cursor.accept("TRACK", "HISTORY", "ON"):
            self._columns("track_history", "track_history_except")
        else:
            cursor.take()
            cursor.until(*CLAUSES)
            rest = cursor.tokens[first : cursor.at]
            self.not_taken.append(NotTaken(span_of(rest), f"{self._text_of(rest)!r} has no place in a pipeline file"))

    def _columns(self, key: str, exceptions: str) -> None:
        found, is_except = column_list(self._cursor, CLAUSES)
        if found:
            self.data[exceptions if is_except else key] = found

    def _sequence(self, tokens: tuple[Token, ...]) -> None:
        cursor = Cursor(tokens)
        grouped = cursor.accept("STRUCT")
        try:
            self.data["sequence_by"] = names(cursor.group() if grouped else tokens)
        except ValueError:
            self.data["sequence_by"] = [self._text_of(tokens)]
        if not grouped and len(tokens) > 1:
            self.not_taken.append(NotTaken(span_of(tokens), "an order of changes by an expression: make it a column first"))

    def _text_of(self, tokens: Sequence[Token]) -> str:
        return source_text(tokens, self._text)
