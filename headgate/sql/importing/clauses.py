"""What the statement of a table says besides its query, as the keys of a table in a pipeline file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.sql.dialect.cursor import Cursor, listed
from headgate.sql.dialect.tokens import span_of
from headgate.sql.importing.words import NotTaken, names, properties, source_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Token

_ENDS = (
    "COMMENT", "TBLPROPERTIES", "PARTITIONED BY", "CLUSTER BY", "USING", "LOCATION", "SCHEDULE", "TRIGGER", "WITH", "DEFAULT",
    "REFRESH", "AS", "FLOW",
)  # fmt: skip
_OF_COLUMNS = (
    "COMMENT", "NOT", "MASK", "GENERATED", "DEFAULT", "PRIMARY KEY", "FOREIGN KEY", "CONSTRAINT", "COLLATE", "REFERENCES",
)  # fmt: skip
_VIOLATIONS = {"DROP": "drop", "FAIL": "fail"}


class TableClauses:
    """Reads the clauses of a CREATE, from behind its name on. data: the table's keys. not_taken: what they can't say."""

    def __init__(self, cursor: Cursor, text: str) -> None:
        self._cursor, self._text = cursor, text
        self.data: dict[str, Any] = {}
        self.not_taken: list[NotTaken] = []

    def read(self) -> None:
        """Read up to AS or FLOW. Raises FormError."""
        cursor = self._cursor
        if cursor.word == "(":
            for part in listed(cursor.group()):
                self._item(part)
        while cursor.token is not None and cursor.word not in ("AS", "FLOW"):
            self._clause()

    def _item(self, part: Sequence[Token]) -> None:
        cursor = Cursor(part)
        if cursor.word == "CONSTRAINT":
            self._constraints(cursor)
            return
        if cursor.word in ("PRIMARY KEY", "FOREIGN KEY"):
            self.not_taken.append(NotTaken(span_of(part), "a key of a table has no place in a pipeline file"))
            return
        name = str(cursor.name("a column's name"))
        kind = source_text(cursor.until(*_OF_COLUMNS), self._text) if cursor.word not in _OF_COLUMNS else ""
        column: dict[str, Any] = {"type": kind}
        while cursor.token is not None and cursor.word != "CONSTRAINT":
            if cursor.accept("NOT", "NULL"):
                column["not_null"] = True
            elif cursor.accept("COMMENT"):
                column["comment"] = cursor.take().text
            elif cursor.accept("MASK"):
                column["mask"] = {"function": ".".join(cursor.name("a function").parts)}
                if cursor.accept("USING", "COLUMNS"):
                    column["mask"]["columns"] = names(cursor.group())
            else:
                rest = cursor.until("COMMENT", "MASK", "CONSTRAINT") or (cursor.take(),)
                self.not_taken.append(NotTaken(span_of(rest), f"{source_text(rest, self._text)!r} of the column {name!r}"))
        if kind:
            self.data.setdefault("columns", {})[name] = column
        else:
            self.not_taken.append(NotTaken(span_of(part), f"the column {name!r} has no type, which a pipeline file wants"))
        self._constraints(cursor)

    def _constraints(self, cursor: Cursor) -> None:
        while cursor.accept("CONSTRAINT"):
            first = cursor.at
            name = str(cursor.name("the constraint's name"))
            if not cursor.accept("EXPECT"):
                rest = cursor.until("CONSTRAINT") or cursor.tokens[first:]
                self.not_taken.append(NotTaken(span_of(rest), f"the constraint {name!r} is no expectation"))
                continue
            check = source_text(cursor.group(), self._text)
            expectation = {"check": check}
            if cursor.accept("ON", "VIOLATION"):
                expectation["on_violation"] = _VIOLATIONS.get(cursor.word, "warn")
                cursor.until("CONSTRAINT")
            self.data.setdefault("expectations", {})[name] = expectation

    def _clause(self) -> None:
        cursor, first = self._cursor, self._cursor.at
        if cursor.accept("COMMENT"):
            self.data["comment"] = cursor.take().text
        elif cursor.accept("TBLPROPERTIES"):
            self.data["properties"] = dict(properties(cursor.group()))
        elif cursor.accept("CLUSTER BY"):
            self.data["cluster_by"] = "auto" if cursor.accept("AUTO") else names(cursor.group())
        elif cursor.accept("PARTITIONED BY"):
            self.data["partition_by"] = names(cursor.group())
        elif cursor.accept("USING", "DELTA"):
            pass
        elif cursor.accept("WITH", "ROW", "FILTER"):
            function = ".".join(cursor.name("a function").parts)
            cursor.expect("ON")
            self.data["row_filter"] = {"function": function, "columns": names(cursor.group())}
        else:
            cursor.take()
            cursor.until(*_ENDS)
            rest = cursor.tokens[first : cursor.at]
            self.not_taken.append(NotTaken(span_of(rest), f"{source_text(rest, self._text)!r} has no place in a pipeline file"))
