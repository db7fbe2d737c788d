"""The columns of a definition, and its expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headgate.sql.dialect.cursor import Cursor, listed
from headgate.sql.dialect.place import FormError, Span
from headgate.sql.dialect.query import read_expression
from headgate.sql.dialect.statements import ColumnDefinition, Expectation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token

_PROPERTIES = ("COMMENT", "NOT", "MASK", "GENERATED", "DEFAULT", "PRIMARY KEY", "CONSTRAINT", "COLLATE", "REFERENCES")
_KEYS = ("PRIMARY KEY", "FOREIGN KEY")
Found = tuple[tuple[ColumnDefinition, ...], tuple[Expectation, ...]]


def read_columns(tokens: Sequence[Token], text: str, near: Span) -> Found:
    """Read what stands in the parentheses after a name. Raises FormError."""
    columns: list[ColumnDefinition] = []
    expectations: list[Expectation] = []
    for part in listed(tokens):
        cursor = Cursor(part, near)
        if cursor.word != "CONSTRAINT":
            if cursor.word in _KEYS:
                continue
            columns.append(_column(cursor))
        while cursor.token is not None:
            if cursor.accept("CONSTRAINT"):
                expectations += _constraint(cursor, text)
            else:
                cursor.take()
    _refuse_twice([(one.name, one.span) for one in columns], "column")
    _refuse_twice([(one.name, one.span) for one in expectations], "expectation")
    return tuple(columns), tuple(expectations)


def _column(cursor: Cursor) -> ColumnDefinition:
    name = cursor.name("a column's name")
    tokens = cursor.until(*_PROPERTIES) if cursor.token is not None and cursor.word not in _PROPERTIES else ()
    return ColumnDefinition(str(name), " ".join(token.text.lower() for token in tokens), name.span)


def _constraint(cursor: Cursor, text: str) -> list[Expectation]:
    """Read what comes after CONSTRAINT; nothing for a key."""
    name = cursor.name("the constraint's name")
    if cursor.word in (*_KEYS, "REFERENCES", "CHECK", "UNIQUE"):
        cursor.until("CONSTRAINT")
        return []
    cursor.expect("EXPECT")
    near = cursor.span
    condition = read_expression(cursor.group(), text, near)
    action: Literal["warn", "drop", "fail"] = "warn"
    if cursor.accept("ON"):
        cursor.expect("VIOLATION")
        if cursor.accept("DROP", "ROW") or cursor.accept("DROP"):
            action = "drop"
        elif cursor.accept("FAIL", "UPDATE") or cursor.accept("FAIL"):
            action = "fail"
        else:
            cursor.fail("DROP ROW or FAIL UPDATE", ("DROP ROW", "FAIL UPDATE"))
    if cursor.token is not None and cursor.word not in ("CONSTRAINT", *_PROPERTIES):
        cursor.fail("ON VIOLATION, a comma, or the end of the list", ("ON VIOLATION",))
    return [Expectation(str(name), condition, action, name.span)]


def _refuse_twice(found: Sequence[tuple[str, Span]], what: str) -> None:
    seen: set[str] = set()
    for name, span in found:
        if name.lower() in seen:
            raise FormError(f"the {what} '{name}' is there twice", span, "take one out, or give it another name")
        seen.add(name.lower())
