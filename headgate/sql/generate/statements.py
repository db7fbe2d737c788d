"""From a pipeline file to its statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.sql.generate.clauses import Clauses
from headgate.sql.generate.lines import Line, ended, indented, lines, listed
from headgate.sql.generate.queries import Queries
from headgate.sql.generate.sinks import sinks_text
from headgate.sql.generate.steps import Steps
from headgate.sql.language.graph import is_plain
from headgate.sql.language.made import FAILED, changes_view, quarantined, sink_view
from headgate.sql.quoting import identifier, literal, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.definition.yaml import Path
    from headgate.sql.language.load import LoadedPipeline
    from headgate.sql.language.target import Flow, Table

_CREATE = {"streaming_table": "STREAMING TABLE", "materialized_view": "MATERIALIZED VIEW"}


@dataclass(frozen=True, slots=True)
class Generated:
    """What a pipeline file becomes. lines: its SQL. python: the code of its sinks, which SQL can't say; empty without any."""

    lines: tuple[Line, ...]
    python: str

    @property
    def sql(self) -> str:
        """The SQL as a file holds it."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def with_text(self, sql: str) -> Generated:
        """Give it with other SQL, which has as many lines."""
        texts = sql.removesuffix("\n").split("\n")
        found = (replace(line, text=text) for line, text in zip(self.lines, texts, strict=True))
        return replace(self, lines=tuple(found))

    def origin(self, line: int) -> int:
        """Give the line of the pipeline file (from 1) that a line of the SQL (from 1) was made of."""
        return self.lines[min(line, len(self.lines)) - 1].origin if self.lines else 1


def generate(loaded: LoadedPipeline, tables: Mapping[str, tuple[str, ...]]) -> Generated:
    """Give a pipeline file's SQL. tables: source → catalog, schema and table, of sources that name a connector."""
    statements = _Statements(loaded, tables)
    found: list[Line] = []
    for statement in statements.all():
        if found:
            found.append(Line("", statement[0].origin))
        found += ended(statement, ";")
    return Generated(tuple(found), sinks_text(loaded.file, statements.queries))


class _Statements:
    def __init__(self, loaded: LoadedPipeline, tables: Mapping[str, tuple[str, ...]]) -> None:
        self.loaded = loaded
        self.queries = Queries(loaded, tables)
        self._steps = Steps(loaded)
        self._clauses = Clauses(loaded, self._steps)

    def all(self) -> Iterator[list[Line]]:
        """Give the statements, in the order of the file."""
        for name, table in self.loaded.file.tables.items():
            if table.type == "temporary_view":
                yield self._view(name, table)
            elif names := quarantined(name, table):
                yield from self._quarantine(name, table, *names)
            else:
                yield from self._table(name, table)
        for name, sink in self.loaded.file.sinks.items():
            if not is_plain(self.loaded.file, sink.from_):
                yield self._helper(sink_view(name), ("sinks", name, "from"))

    def _view(self, name: str, table: Table) -> list[Line]:
        at = self.loaded.line(("tables", name))
        start = lines(f"CREATE TEMPORARY VIEW {identifier(name)}", at)
        return [*start, *self._clauses.table(table, name), Line("AS", at), *self.queries.query(("tables", name, "from"))]

    def _helper(self, name: str, path: Path) -> list[Line]:
        """Give a view of what a flow reads that takes only names."""
        at = self.loaded.line(path)
        return [*lines(f"CREATE TEMPORARY VIEW {identifier(name)}", at), Line("AS", at), *self.queries.query(path)]

    def _table(self, name: str, table: Table) -> Iterator[list[Line]]:
        at = self.loaded.line(("tables", name))
        head = self._clauses.head(self._create(table, self.queries.table_name(name)), table, name)
        head += self._clauses.table(table, name)
        if table.from_ is not None:
            yield [*head, Line("AS", at), *self.queries.query(("tables", name, "from"))]
            return
        for number, flow in enumerate(table.flows):
            path: Path = ("tables", name, "flows", number)
            if flow.cdc is not None and not is_plain(self.loaded.file, flow.from_):
                yield self._helper(changes_view(name, flow), (*path, "from"))
        if table.flows[0].name is None:
            yield [*head, *self._inline(name, table.flows[0])]
            return
        yield head
        for number, flow in enumerate(table.flows):
            yield self._named(name, flow, ("tables", name, "flows", number))

    @staticmethod
    def _create(table: Table, name: str) -> str:
        return f"CREATE OR REFRESH {'PRIVATE ' if table.private else ''}{_CREATE[table.type]} {name}"

    def _inline(self, name: str, flow: Flow) -> list[Line]:
        """Give a flow as a part of its table's statement."""
        path: Path = ("tables", name, "flows", 0)
        at = self.loaded.line(path)
        if flow.cdc is not None:
            return [*self._from("FLOW AUTO CDC", name, flow, path), *self._clauses.changes(flow.cdc, path)]
        if flow.replace_where is not None:
            condition = self._steps.expression(flow.replace_where)
            start = lines(f"FLOW REPLACE WHERE {condition} BY NAME", self.loaded.line((*path, "replace_where")))
        else:
            start = [Line(f"FLOW INSERT {'ONCE ' if flow.once else ''}BY NAME", at)]
        return [*start, *self.queries.query((*path, "from"))]

    def _named(self, name: str, flow: Flow, path: Path) -> list[Line]:
        """Give a flow as a statement of its own."""
        at = self.loaded.line(path)
        comment = f" COMMENT {literal(flow.comment)}" if flow.comment is not None else ""
        start = lines(f"CREATE FLOW {identifier(flow.name or '')}{comment} AS", at)
        into = self.queries.table_name(name)
        if flow.cdc is not None:
            return [*start, *self._from(f"AUTO CDC INTO {into}", name, flow, path), *self._clauses.changes(flow.cdc, path)]
        insert = lines(f"INSERT INTO {'ONCE ' if flow.once else ''}{into} BY NAME", at)
        return [*start, *insert, *self.queries.query((*path, "from"))]

    def _from(self, start: str, name: str, flow: Flow, path: Path) -> list[Line]:
        """Give the beginning of an AUTO CDC flow, up to what it reads."""
        own = flow.from_
        read = self.queries.plain_relation(own) if is_plain(self.loaded.file, own) else identifier(changes_view(name, flow))
        return [Line(start, self.loaded.line(path)), *lines(f"FROM STREAM {read}", self.loaded.line((*path, "from")))]

    def _quarantine(self, name: str, table: Table, checked: str, rejected: str) -> Iterator[list[Line]]:
        """Give three tables: a private one of all rows with what fails, and what reads it: the table, and the quarantine.

        All checks are evaluated once, and IF takes a NULL for a failure: so each row is in exactly one of the two.
        """
        path: Path = ("tables", name)
        at = self.loaded.line(path)
        kind = _CREATE[table.type]
        bad = {key: one for key, one in table.expectations.items() if one.on_violation == "quarantine"}
        constraints = [self._clauses.expectation((*path, "expectations", key), key, one) for key, one in bad.items()]
        tests = [
            lines(f"IF({self._steps.expression(one.check)}, NULL, {literal(key)})", self._check_line(name, key))
            for key, one in bad.items()
        ]
        yield [
            *lines(f"CREATE OR REFRESH PRIVATE {kind} {identifier(checked)} (", at),
            *indented(listed(constraints)),
            Line(")", at),
            Line("AS", at),
            Line("SELECT", at),
            Line("  *,", at),
            Line("  array_compact(array(", at),
            *indented(indented(listed(tests))),
            Line(f"  )) AS {FAILED}", at),
            Line("FROM (", at),
            *indented(self.queries.query((*path, "from"))),
            Line(") AS all_rows", at),
        ]
        read = f"{'STREAM ' if table.type == 'streaming_table' else ''}{identifier(checked)}"
        yield [
            *self._clauses.head(self._create(table, self.queries.table_name(name)), table, name),
            *self._clauses.table(table, name),
            Line("AS", at),
            *lines(f"SELECT * EXCEPT ({FAILED}) FROM {read} WHERE size({FAILED}) = 0", at),
        ]
        where = self.loaded.line((*path, "quarantine_table"))
        own = qualified(self.loaded.file.parts(rejected, table))
        yield [
            *lines(self._create(table, own), where),
            *lines(f"COMMENT {literal(f'Rows of {name} that fail its expectations, with the names of those')}", where),
            Line("AS", where),
            *lines(f"SELECT * FROM {read} WHERE size({FAILED}) > 0", where),
        ]

    def _check_line(self, table: str, expectation: str) -> int:
        return self.loaded.line(("tables", table, "expectations", expectation, "check"))
