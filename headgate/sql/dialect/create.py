"""`CREATE` of tables, views, flows and sinks.

Source of the syntax: docs.databricks.com/aws/en/ldp/developer/ldp-sql-ref-create-streaming-table, …-create-materialized-view,
…-create-temporary-view, …-create-view and …-create-flow; `LIVE` and `INCREMENTAL` are of older pipelines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.sql.dialect.changes import read_changes
from headgate.sql.dialect.columns import read_columns
from headgate.sql.dialect.place import FormError, Span
from headgate.sql.dialect.query import QUERY_BEGINS, read_expression, read_query
from headgate.sql.dialect.statements import Definition, Flow, Kind, Name
from headgate.sql.dialect.tokens import shown, span_of, word

if TYPE_CHECKING:
    from headgate.sql.dialect.cursor import Cursor
    from headgate.sql.dialect.statements import Statement

# What is created beside a pipeline's tables: nothing that is checked here.
_OTHERS = (
    "SCHEMA", "DATABASE", "CATALOG", "FUNCTION", "VOLUME", "CONNECTION", "EXTERNAL", "LOCATION", "SHARE", "RECIPIENT",
    "GROUP", "ROLE", "WIDGET", "BLOOMFILTER", "CREDENTIAL", "STORAGE", "FOREIGN", "SERVER", "PROCEDURE", "VARIABLE", "POLICY",
    "INDEX", "WAREHOUSE",
)  # fmt: skip
_KINDS = ("STREAMING TABLE", "MATERIALIZED VIEW", "TEMPORARY VIEW", "FLOW", "SINK")
# What begins a query, and no clause. Before it AS may be left out in older pipelines, and where Spark makes tables.
_PLAIN_BEGINS = tuple(one for one in QUERY_BEGINS if one not in ("WITH", "("))
# Clauses between a table's columns and its query, each with how it is read on.
_VALUES = ("COMMENT", "LOCATION")
_LISTS = ("TBLPROPERTIES", "PARTITIONED BY", "CLUSTER BY", "OPTIONS")
_CLAUSES = (
    *_VALUES,
    *_LISTS,
    "USING",
    "SCHEDULE",
    "TRIGGER",
    "WITH",
    "DEFAULT",
    "REFRESH",
    "FORMAT",
    "RETAIN",
    "AS",
    "FLOW",
    "ROW",
)


def read_create(cursor: Cursor, text: str) -> Statement | None:
    """Read a CREATE; None for one that defines nothing of a pipeline. Raises FormError."""
    span, start = span_of(cursor.tokens), cursor.span.start
    cursor.expect("CREATE")
    if cursor.accept("OR") and not (cursor.accept("REFRESH") or cursor.accept("REPLACE")):
        cursor.fail("OR REFRESH", ("REFRESH", "REPLACE"))
    if cursor.accept("FLOW"):
        return _flow(cursor, text, span)
    if cursor.accept("SINK"):
        name = cursor.name("the sink's name")
        return Definition("sink", name, Span(start, name.span.start), span)
    kind, private = _kind(cursor)
    if kind is None:
        return None
    if cursor.accept("IF"):
        cursor.expect("NOT", "EXISTS")
    name = cursor.name("a name")
    found = Definition(kind, name, Span(start, name.span.start), span, private)
    if cursor.word == "(":
        near = cursor.span
        columns, expectations = read_columns(cursor.group(), text, near)
        found = replace(found, columns=columns, expectations=expectations)
    return _rest(cursor, text, found)


def _kind(cursor: Cursor) -> tuple[Kind | None, bool]:
    """Read what is created, and whether it is the pipeline's own; None for what defines nothing of one."""
    private = False
    while cursor.word in ("PRIVATE", "TEMPORARY", "TEMP", "GLOBAL"):
        private |= cursor.take() is not None
    if cursor.word in _OTHERS:
        return None, private
    streaming = cursor.accept("STREAMING") or cursor.accept("INCREMENTAL")
    live = cursor.accept("LIVE")
    if cursor.accept("TABLE"):
        return "streaming table" if streaming else "materialized view" if live or private else "table", private
    if cursor.accept("MATERIALIZED", "VIEW"):
        return "materialized view", private
    if cursor.accept("VIEW"):
        return "view", private or live
    cursor.fail("what to create", _KINDS)
    return None, private


def _rest(cursor: Cursor, text: str, found: Definition) -> Definition:
    """Read what comes after a definition's columns."""
    clauses: dict[str, str] = {}
    while cursor.token is not None:
        near, first = cursor.span, cursor.at
        if cursor.accept("AS"):
            query = read_query(cursor.tokens[cursor.at :], text, near)
            return replace(found, flow=Flow("append", found.name, query, found.span), clauses=clauses)
        if cursor.accept("FLOW"):
            return replace(found, flow=_inline_flow(cursor, text, found), clauses=clauses)
        if cursor.word in _PLAIN_BEGINS:
            if found.kind == "table" or "LIVE" in (word(token) for token in cursor.tokens if token.start < found.head.end):
                query = read_query(cursor.tokens[cursor.at :], text, near)
                return replace(found, flow=Flow("append", found.name, query, found.span), clauses=clauses)
            raise FormError(f"expected AS before {shown(cursor.token)}", near, "write AS before the query")
        name = cursor.word
        _clause(cursor)
        clauses[name] = " ".join(token.text.lower() for token in cursor.tokens[first : cursor.at])
    if found.kind in ("materialized view", "view"):
        raise FormError(f"the {found.kind} has no query", found.name.span, "write AS SELECT … after it")
    return replace(found, clauses=clauses)


def _clause(cursor: Cursor) -> None:
    """Read a clause that says nothing of rows. Raises FormError for an unknown one."""
    if cursor.word in _VALUES:
        cursor.take()
        cursor.take()
    elif cursor.accept("TBLPROPERTIES") or cursor.accept("OPTIONS") or cursor.accept("PARTITIONED BY"):
        cursor.group()
    elif cursor.accept("CLUSTER BY"):
        if not (cursor.accept("AUTO") or cursor.accept("NONE")):
            cursor.group()
    elif cursor.accept("USING"):
        cursor.name("a format")
    elif cursor.word in ("SCHEDULE", "TRIGGER", "DEFAULT", "REFRESH", "FORMAT", "RETAIN"):
        cursor.until(*_CLAUSES)
    elif cursor.accept("WITH", "ROW", "FILTER") or cursor.accept("ROW", "FILTER"):
        cursor.name("a function")
        cursor.expect("ON")
        cursor.group()
    elif cursor.accept("WITH", "SCHEMA"):
        cursor.take()
    else:
        cursor.fail("a clause, or AS and a query", _CLAUSES)


def _inline_flow(cursor: Cursor, text: str, found: Definition) -> Flow:
    """Read what comes after FLOW in a streaming table's definition."""
    if cursor.accept("AUTO", "CDC"):
        cursor.accept("ONCE")
        return read_changes(cursor, text, name="", span=found.span, target=found.name)
    return _insert(cursor, text, "", found.span, found.name)


def _flow(cursor: Cursor, text: str, span: Span) -> Flow:
    """Read what comes after CREATE FLOW."""
    name = cursor.name("the flow's name")
    if cursor.accept("COMMENT"):
        cursor.take()
    cursor.expect("AS")
    if cursor.word in ("AUTO", "APPLY"):
        return read_changes(cursor, text, name=str(name), span=span)
    return _insert(cursor, text, str(name), span, None)


def _insert(cursor: Cursor, text: str, name: str, span: Span, target: Name | None) -> Flow:
    """Read `INSERT [ONCE] [INTO target] [BY NAME] [REPLACE WHERE …] query`."""
    inserts = cursor.accept("INSERT")
    if not inserts and not cursor.looks_at("REPLACE"):
        cursor.fail("INSERT INTO, or AUTO CDC INTO", ("INSERT", "AUTO", "APPLY", "REPLACE"))
    once = cursor.accept("ONCE")
    if target is None:
        cursor.expect("INTO")
        once |= cursor.accept("ONCE")
        target = cursor.name("the table that rows go into")
    cursor.accept("BY", "NAME")
    replaces = cursor.accept("REPLACE")
    if replaces and cursor.accept("WHERE"):
        near = cursor.span
        read_expression(cursor.until("BY", "SELECT", "WITH"), text, near)
    elif replaces:
        cursor.expect("USING")
        cursor.group()
        if cursor.accept("SEQUENCE", "BY"):
            cursor.until("BY", "SELECT", "WITH")
    cursor.accept("BY", "NAME")
    near = cursor.span
    query = read_query(cursor.tokens[cursor.at :], text, near)
    return Flow("replace" if replaces else "once" if once else "append", target, query, span, name)
