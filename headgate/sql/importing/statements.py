"""From SQL to the data of a pipeline file, and what of the SQL such a file can't say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.problems import Problem
from headgate.sql.dialect.cursor import Cursor
from headgate.sql.dialect.place import FormError, Lines
from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.statements import Definition
from headgate.sql.dialect.tokens import span_of, tokens_of
from headgate.sql.importing.changes import ChangeClauses
from headgate.sql.importing.clauses import TableClauses
from headgate.sql.importing.queries import Inputs
from headgate.sql.importing.words import NotTaken, source_text
from headgate.sql.known import same_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.dialect.statements import Flow

_TYPES = {"streaming table": "streaming_table", "materialized view": "materialized_view", "view": "temporary_view"}


@dataclass(frozen=True, slots=True)
class Imported:
    """The data of a pipeline file, and what was not taken into it, by line."""

    data: dict[str, Any]
    not_taken: tuple[Problem, ...]


def import_sql(text: str, file: str, catalog: str, schema: str) -> Imported:
    """Give the pipeline file of a text of SQL. catalog, schema: of names that don't say them."""
    return _Import(read_file(file, text), catalog, schema).run()


class _Import:
    def __init__(self, read: ReadFile, catalog: str, schema: str) -> None:
        self.read, self.catalog, self.schema = read, catalog, schema
        self.definitions = [one for one in read.statements if isinstance(one, Definition) and one.kind in _TYPES]
        own = {one.name.key: one.name.parts[-1] for one in self.definitions}
        inner = frozenset(one.name.parts[-1] for one in self.definitions if one.private or one.kind == "view")
        self.inputs = Inputs(read.text, catalog, schema, own, inner)
        self.tables: dict[str, dict[str, Any]] = {}
        self.not_taken = self.inputs.not_taken
        self._tokens = tokens_of(read.text)

    def run(self) -> Imported:
        for error in self.read.errors:
            self.not_taken.append(NotTaken(error.span, f"{error.message}: {error.fix}" if error.fix else error.message))
        for statement in self.read.statements:
            try:
                self._statement(statement)
            except FormError as error:
                self.not_taken.append(NotTaken(error.span, error.message))
        self._others()
        for name, table in self.tables.items():
            if not (table.get("from") or table.get("flows")):
                span = next(one.name.span for one in self.definitions if one.name.parts[-1] == name)
                self.not_taken.append(NotTaken(span, f"nothing here says what goes into {name!r}"))
        data = {"catalog": self.catalog, "schema": self.schema}
        parts = {"sources": self.inputs.sources, "transforms": self.inputs.transforms, "tables": self.tables}
        return Imported(data | {key: part for key, part in parts.items() if part}, tuple(self._problems()))

    def _statement(self, statement: Definition | Flow) -> None:
        if not isinstance(statement, Definition):
            self._flow(statement)
        elif statement.kind in _TYPES:
            self._definition(statement)
        else:
            self.not_taken.append(
                NotTaken(statement.name.span, f"a {statement.kind} is made elsewhere than in SQL of a pipeline")
            )

    def _definition(self, found: Definition) -> None:
        name = found.name.parts[-1]
        if name in self.tables:
            self.not_taken.append(NotTaken(found.name.span, f"{name!r} is made twice"))
            return
        tokens = [token for token in self._tokens if found.span.start <= token.start < found.span.end]
        cursor = Cursor([token for token in tokens if token.start >= found.name.span.end])
        clauses = TableClauses(cursor, self.read.text)
        clauses.read()
        self.not_taken += clauses.not_taken
        table: dict[str, Any] = {"type": _TYPES[found.kind]}
        *before, _ = found.name.parts
        places = zip(("schema", "catalog"), reversed(before), (self.schema, self.catalog), strict=False)
        table |= {key: part for key, part, default in places if part.lower() not in (default.lower(), "live")}
        if found.private and found.kind != "view":
            table["private"] = True
        self.tables[name] = table | clauses.data
        if found.flow is not None:
            self._own_flow(name, found.flow, cursor)

    def _own_flow(self, name: str, flow: Flow, cursor: Cursor) -> None:
        table = self.tables[name]
        if flow.kind == "append":
            table["from"] = self.inputs.read(flow.query, name)
        elif flow.kind == "auto cdc":
            cursor.until("FROM")
            table["flows"] = [self._changes(name, flow, cursor)]
        elif flow.kind == "once":
            table["flows"] = [{"from": self.inputs.read(flow.query, name), "once": True}]
        else:
            cursor.until("WHERE", "USING")
            if not cursor.accept("WHERE"):
                self.not_taken.append(NotTaken(flow.span, "REPLACE USING has no place in a pipeline file"))
                return
            condition = source_text(cursor.until("BY", "SELECT", "WITH"), self.read.text)
            table["flows"] = [{"from": self.inputs.read(flow.query, name), "replace_where": condition}]

    def _changes(self, name: str, flow: Flow, cursor: Cursor) -> dict[str, Any]:
        clauses = ChangeClauses(cursor, self.read.text)
        clauses.read()
        self.not_taken += clauses.not_taken
        return {"from": self.inputs.read(flow.query, name), "cdc": clauses.data}

    def _flow(self, flow: Flow) -> None:
        target = next((one.name.parts[-1] for one in self.definitions if same_table(one.name.key, flow.target.key)), None)
        if target is None or target not in self.tables:
            self.not_taken.append(NotTaken(flow.target.span, f"the table {flow.target} of a flow is not made before it here"))
            return
        table = self.tables[target]
        if table.get("from"):
            self.not_taken.append(NotTaken(flow.span, f"{target!r} has a query of its own, and a flow beside it"))
            return
        cursor = Cursor([token for token in self._tokens if flow.span.start <= token.start < flow.span.end])
        entry: dict[str, Any] = {"name": flow.name or f"{target}_flow_{len(table.get('flows', [])) + 1}"}
        if flow.name and cursor.accept("CREATE", "FLOW"):
            cursor.name("the flow's name")
            if cursor.accept("COMMENT"):
                entry["comment"] = cursor.take().text
        if flow.kind == "auto cdc":
            cursor.until("FROM")
            entry |= self._changes(flow.name or target, flow, cursor)
        else:
            entry["from"] = self.inputs.read(flow.query, flow.name or target)
            if flow.kind == "once":
                entry["once"] = True
            elif flow.kind != "append":
                self.not_taken.append(
                    NotTaken(flow.span, "a flow that replaces rows has a place in its table's statement alone")
                )
                return
        table.setdefault("flows", []).append(entry)

    def _others(self) -> None:
        """Say which statements make nothing of a pipeline."""
        spans = [one.span for one in self.read.statements] + [error.span for error in self.read.errors]
        first = 0
        for number, token in enumerate([*self._tokens, None]):
            if token is None or token.text == ";":
                part = self._tokens[first:number]
                first = number + 1
                if part and not any(span.start < part[-1].end + 1 and part[0].start < span.end for span in spans):
                    begin = source_text(part[:2], self.read.text)
                    self.not_taken.append(NotTaken(span_of(part[:1]), f"{begin!r} makes no table, view or flow"))

    def _problems(self) -> Iterable[Problem]:
        lines = Lines(self.read.text)
        found: Sequence[NotTaken] = sorted(self.not_taken, key=lambda one: one.span.start)
        return [Problem(one.message, "", self.read.name, lines.at(one.span.start)[0]) for one in found]
