"""A lake in DuckDB, where the monitoring's file runs as on Databricks: its SQL is translated by sqlglot."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

Rows = list[dict[str, Any]]
# DuckDB has a catalog `system` of its own.
_CATALOGS = {"system": "platform"}
_NOW = "2026-03-02 12:00:00"


def _as_here(node: exp.Expression) -> exp.Expression:
    """Give a node of a statement as DuckDB is to have it: all times are in UTC, and it is always the same time."""
    if isinstance(node, exp.Table) and node.catalog in _CATALOGS:
        node.set("catalog", exp.to_identifier(_CATALOGS[node.catalog]))
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.TIMESTAMPTZ:
        return exp.DataType.build("timestamp", dialect="duckdb")
    if isinstance(node, exp.CurrentTimestamp):
        return exp.cast(exp.Literal.string(_NOW), "timestamp", dialect="duckdb")
    return node


class Lake:
    """Catalogs `lake` and `system`, and what a pipeline keeps between its updates: how far each flow has read."""

    def __init__(self, *schemas: str) -> None:
        self._connection = duckdb.connect()
        for catalog, schema in [*(("lake", one) for one in schemas), ("platform", "lakeflow")]:
            self._connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {catalog}")
            self._connection.execute(f"CREATE SCHEMA {catalog}.{schema}")
        self._connection.execute(f"USE lake.{schemas[0]}")
        self.read: dict[str, int] = {}

    def sql(self, text: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement of Databricks SQL, and give its rows."""
        (tree,) = sqlglot.parse(text, read="databricks")
        assert tree
        found = self._connection.execute(tree.transform(_as_here).sql("duckdb"), values)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def has(self, table: str) -> bool:
        try:
            self.sql(f"SELECT * FROM {table} LIMIT 0")
        except duckdb.Error:
            return False
        return True

    def replace(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Make a table of some rows; `columns` are as in a CREATE TABLE."""
        self.sql(f"CREATE OR REPLACE TABLE {table} ({columns})")
        self.insert(table, *rows)

    def insert(self, table: str, *rows: Sequence[Any]) -> None:
        for row in rows:
            self.sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


@dataclass
class Stream:
    """A stream of a table, and what is selected of it."""

    table: str
    options: dict[str, str] = field(default_factory=dict)
    selected: tuple[str, ...] = ()

    def selectExpr(self, *selected: str) -> Stream:  # noqa: N802  # Spark's name
        return Stream(self.table, self.options, selected)


@dataclass
class Frame:
    """Rows, of a query or as they are."""

    query: str = ""
    rows: Sequence[Sequence[Any]] = ()
    columns: Any = ()


class Spark:
    """What the file asks of Spark. A table that is not there can't be read."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.read = self
        self._options: dict[str, str] = {}
        self._streams = False

    @property
    def readStream(self) -> Spark:  # noqa: N802  # Spark's name
        stream = Spark(self._lake)
        stream._streams = True
        return stream

    def option(self, name: str, value: str) -> Spark:
        self._options[name] = value
        return self

    def table(self, name: str) -> Stream | Frame:
        if not self._lake.has(name):
            raise RuntimeError(f"[TABLE_OR_VIEW_NOT_FOUND] {name}")
        return Stream(name, self._options) if self._streams else Frame(f"SELECT * FROM {name}")

    @staticmethod
    def sql(query: str) -> Frame:
        return Frame(query)

    @staticmethod
    def createDataFrame(rows: Sequence[Sequence[Any]], columns: str) -> Frame:  # noqa: N802  # Spark's name
        return Frame(rows=rows, columns=columns)


@dataclass
class Update:
    """What the file defined in an update: streaming tables, flow → (target, once, function), views in their order."""

    tables: dict[str, str] = field(default_factory=dict)
    flows: dict[str, tuple[str, bool, Callable[[], Any]]] = field(default_factory=dict)
    views: dict[str, Callable[[], Frame]] = field(default_factory=dict)

    def create_streaming_table(self, *, name: str, schema: str, comment: str) -> None:
        assert comment
        self.tables[name] = schema

    def append_flow(self, *, target: str, name: str, once: bool = False) -> Callable[[Any], Any]:
        def add(function: Callable[[], Any]) -> Callable[[], Any]:
            assert name not in self.flows
            self.flows[name] = target, once, function
            return function

        return add

    def view(self, *, name: str, comment: str) -> Callable[[Any], Any]:
        assert comment

        def add(function: Callable[[], Frame]) -> Callable[[], Frame]:
            self.views[name] = function
            return function

        return add


def run(text: str, lake: Lake, monkeypatch: pytest.MonkeyPatch, module: str = "pyspark") -> Update:
    """Run an update of the pipeline that has this file. `module`: under which of its names the runtime has the pipelines'."""
    update = Update()
    pipelines: Any = ModuleType("pipelines")
    for name in ("create_streaming_table", "append_flow"):
        setattr(pipelines, name, getattr(update, name))
    pipelines.table = update.view
    if module == "pyspark":
        pipelines.materialized_view = update.view
        spark: Any = ModuleType("pyspark")
        spark.pipelines = pipelines
        monkeypatch.setitem(sys.modules, "pyspark", spark)
    else:
        monkeypatch.setitem(sys.modules, "pyspark", None)
        monkeypatch.setitem(sys.modules, module, pipelines)
    exec(compile(text, "summaries.py", "exec"), {"spark": Spark(lake)})  # noqa: S102  # what the platform does with it
    _carry_out(update, lake)
    return update


def _carry_out(update: Update, lake: Lake) -> None:
    assert {target for target, _, _ in update.flows.values()} == set(update.tables)  # a table without a flow is refused
    for table, columns in update.tables.items():
        lake.sql(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    for name, (target, once, function) in update.flows.items():
        found = function()
        if once:
            assert (found.rows, found.columns) == ([], update.tables[target])
            continue
        assert found.options == {"skipChangeCommits": "true"}
        since = lake.read.get(name, 0)
        chosen = ", ".join(found.selected)
        lake.sql(f"INSERT INTO {target} SELECT {chosen} FROM (SELECT * FROM {found.table} LIMIT ALL OFFSET {since})")
        lake.read[name] = lake.sql(f"SELECT COUNT(*) AS rows FROM {found.table}")[0]["rows"]
    for name, made in update.views.items():
        frame = made()
        if frame.query:
            lake.sql(f"CREATE OR REPLACE TABLE {name} AS {frame.query}")
        else:
            lake.replace(name, frame.columns, frame.rows)
