"""`AUTO CDC INTO` and, as it was called before, `APPLY CHANGES INTO`.

Source of the syntax: docs.databricks.com/aws/en/ldp/developer/ldp-sql-ref-apply-changes-into and …-create-flow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.dialect.cursor import listed
from headgate.sql.dialect.place import FormError, Span
from headgate.sql.dialect.query import read_expression, read_query, read_relation
from headgate.sql.dialect.statements import ChangeDetails, ChangeRules, ColumnChoice, Flow, Name
from headgate.sql.dialect.tokens import span_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token

    from headgate.sql.dialect.cursor import Cursor

CLAUSES = ("KEYS", "WHERE", "IGNORE", "APPLY", "SEQUENCE", "COLUMNS", "STORED", "TRACK", "WITH")
_SAID = ("KEYS (…)", "SEQUENCE BY …", "APPLY AS DELETE WHEN …", "COLUMNS …", "STORED AS SCD TYPE 1 or 2", "TRACK HISTORY ON …")


def read_changes(cursor: Cursor, text: str, *, name: str, span: Span, target: Name | None = None) -> Flow:
    """Read `AUTO CDC [ONCE] INTO target FROM source KEYS (…) …`; with a `target`, what comes after `FLOW AUTO CDC`.

    name: of the flow. span: of the whole statement. Raises FormError.
    """
    if target is None:
        if not cursor.accept("APPLY", "CHANGES"):
            cursor.expect("AUTO", "CDC")
        cursor.accept("ONCE")
        cursor.expect("INTO")
        target = cursor.name("the table that changes go into")
    cursor.expect("FROM")
    snapshot = cursor.accept("SNAPSHOT")
    start = cursor.span
    if snapshot:
        query = read_query(cursor.group(), text, start)
        if cursor.accept("WITH", "VERSION"):
            read_query(cursor.group(), text, cursor.span)
    else:
        query = read_relation(cursor.until(*CLAUSES), text, start)
    rules = _Rules(cursor, text, snapshot=snapshot)
    return Flow("auto cdc", target, query, span, name, rules.read(start))


class _Rules:
    """The clauses after a source."""

    def __init__(self, cursor: Cursor, text: str, *, snapshot: bool) -> None:
        self._cursor, self._text, self._snapshot = cursor, text, snapshot
        self._keys: list[str] = []
        self._sequence = ""
        self._scd = 1
        self._history = ""
        self._columns: list[exp.Column] = []
        self._details = ChangeDetails()

    def read(self, near: Span) -> ChangeRules:
        cursor = self._cursor
        while cursor.token is not None:
            self._clause()
        if not self._keys:
            raise FormError("KEYS is missing: which columns tell rows apart", near, "write KEYS (id) after the source")
        if not self._sequence and not self._snapshot:
            fix = "write SEQUENCE BY and the column that orders changes"
            raise FormError("SEQUENCE BY is missing: which of two changes is later", near, fix)
        if self._history and self._scd == 1:
            raise FormError("TRACK HISTORY needs STORED AS SCD TYPE 2", near, "write STORED AS SCD TYPE 2 before it")
        columns = tuple(self._columns)
        return ChangeRules(tuple(self._keys), self._sequence, self._scd, columns, self._history, self._snapshot, self._details)

    def _clause(self) -> None:
        cursor = self._cursor
        if cursor.accept("KEYS"):
            self._keys = [column.name for column in self._list()]
        elif cursor.accept("WHERE"):
            self._details = replace(self._details, where=self._condition()[1])
        elif cursor.accept("IGNORE", "NULL", "UPDATES"):
            self._details = replace(self._details, ignores_nulls=True)
            if cursor.accept("ON"):
                self._column_list()
        elif cursor.accept("APPLY", "AS", "DELETE", "WHEN"):
            self._details = replace(self._details, deletes=self._condition()[1])
        elif cursor.accept("APPLY", "AS", "TRUNCATE", "WHEN"):
            self._details = replace(self._details, truncates=self._condition()[1])
        elif cursor.accept("SEQUENCE", "BY"):
            self._sequence, order = self._condition()
            self._details = replace(self._details, sequence=order)
        elif cursor.accept("COLUMNS"):
            self._details = replace(self._details, kept=self._column_list())
        else:
            self._clause_of_history()

    def _clause_of_history(self) -> None:
        cursor = self._cursor
        if cursor.accept("STORED", "AS", "SCD", "TYPE"):
            number = cursor.take()
            if number.text not in ("1", "2"):
                raise FormError(f"expected SCD TYPE 1 or 2, found {number.text}", span_of([number]), "write 1 or 2")
            self._scd = int(number.text)
        elif cursor.accept("TRACK", "HISTORY", "ON"):
            first = cursor.at
            self._details = replace(self._details, tracked=self._column_list())
            self._history = " ".join(token.text.lower() for token in cursor.tokens[first : cursor.at])
        else:
            cursor.fail("a clause of AUTO CDC", _SAID)

    def _condition(self) -> tuple[str, exp.Expr]:
        """Read an expression; give it as it is compared, and as a tree."""
        near = self._cursor.span
        tokens = self._cursor.until(*CLAUSES)
        found = read_expression(tokens, self._text, near)
        self._columns += [] if isinstance(found, exp.Column) and _is_made(found) else list(found.find_all(exp.Column))
        return " ".join(token.text.lower() for token in tokens), found

    def _column_list(self) -> ColumnChoice:
        cursor = self._cursor
        excepted = cursor.accept("*")
        if excepted and not cursor.accept("EXCEPT"):
            return ColumnChoice()
        if excepted or cursor.word == "(":
            found = self._list()
        else:
            first = cursor.span
            found = self._add(cursor.until(*CLAUSES), first)
        return ColumnChoice(tuple(one.name for one in found), excepted)

    def _list(self) -> list[exp.Column]:
        near = self._cursor.span
        return self._add(self._cursor.group(), near)

    def _add(self, tokens: Sequence[Token], near: Span) -> list[exp.Column]:
        found = []
        for part in listed(tokens):
            column = read_expression(part, self._text, near)
            if not isinstance(column, exp.Column):
                raise FormError("expected a column", span_of(part), "name columns of the source")
            found.append(column)
        if not found:
            raise FormError("expected columns, found nothing", near, "name columns of the source")
        self._columns += found
        return found


def _is_made(column: exp.Column) -> bool:
    """Give whether AUTO CDC makes a column of this name itself."""
    return column.name.lower() in ("__start_at", "__end_at")
