"""Queries that run for real: on DuckDB over Delta tables, from Databricks' SQL by sqlglot, which parses it as such.

Facts, from Databricks' REST API (Statement Execution): parameters have names and types; a result is columns with types, and
cells as text; errors begin with their class in brackets.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import duckdb_extension_delta  # type: ignore[import-untyped]  # it has none
import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from tests.workspace.messages import Json

    Rows = list[list[str | None]]

# DuckDB's type → Databricks' type as text, and as the API names it.
_TYPES = {
    "VARCHAR": ("STRING", "STRING"),
    "TIMESTAMP WITH TIME ZONE": ("TIMESTAMP", "TIMESTAMP"),
    "TIMESTAMP": ("TIMESTAMP_NTZ", "TIMESTAMP"),
    "INTEGER": ("INT", "INT"),
    "BIGINT": ("BIGINT", "LONG"),
    "HUGEINT": ("BIGINT", "LONG"),
    "DOUBLE": ("DOUBLE", "DOUBLE"),
    "BOOLEAN": ("BOOLEAN", "BOOLEAN"),
    "DATE": ("DATE", "DATE"),
}
_PARAMETERS = {"STRING": str, "INT": int, "BIGINT": int}


class FailedError(Exception):
    """A query fails in the warehouse, with these words."""


@dataclass(frozen=True)
class Result:
    """What a query gives: columns as the API tells them, and rows of text."""

    columns: list[Json]
    rows: Rows


def run_query(folder: Path, text: str, parameters: list[Json], zone: str = "UTC") -> Result:
    """Run a query of the tables <folder>/<catalog>/<schema>/<table>. Raises FailedError."""
    try:
        tree = sqlglot.parse_one(text, read="databricks")
    except sqlglot.ParseError as error:
        raise FailedError(f"[PARSE_SYNTAX_ERROR] {error}") from None
    tree = tree.transform(_table, folder.resolve()).transform(_whole_row)
    values = {one["name"]: _PARAMETERS[one.get("type", "STRING")](one["value"]) for one in parameters}
    with closing(_database(zone).cursor()) as database:
        try:
            found = database.execute(tree.sql("duckdb"), values)
            return Result([_column(*one[:2]) for one in found.description], [list(map(_text, row)) for row in found.fetchall()])
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise FailedError(f"[CAST_INVALID_INPUT] {str(error).splitlines()[0]}") from None
        except duckdb.Error as error:
            raise FailedError(f"[INTERNAL_ERROR] {str(error).splitlines()[0]}") from None


@cache
def _database(zone: str) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(f"LOAD '{next(Path(duckdb_extension_delta.__file__).parent.rglob('delta.duckdb_extension'))}'")
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.execute(f"CREATE MACRO current_timezone() AS '{zone}'")
    database.execute("CREATE MACRO timestamp_micros(since) AS make_timestamptz(since)")
    return database


def _table(node: exp.Expression, folder: Path) -> exp.Expression:
    """Give the scan of a table's folder in place of its name. Raises FailedError where there is none."""
    if not isinstance(node, exp.Table) or not node.catalog:
        return node
    place = folder.joinpath(*(part.name.lower() for part in node.parts))
    if not (place / "_delta_log").is_dir():
        name = ".".join(f"`{part.name}`" for part in node.parts)
        raise FailedError(f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found. SQLSTATE: 42P01")
    return exp.select("*").from_(exp.func("delta_scan", exp.Literal.string(str(place)))).subquery(node.alias or "its")


def _whole_row(node: exp.Expression) -> exp.Expression:
    """Give DuckDB's words for to_json(struct(*)), the row that the table's alias stands for."""
    if isinstance(node, exp.JSONFormat) and isinstance(node.this, exp.Struct) and node.this.find(exp.Star):
        return exp.cast(exp.func("to_json", exp.column("its")), "text")
    return node


def _column(name: str, kind: Any) -> Json:
    text, called = _TYPES.get(str(kind), (str(kind), "STRING"))
    if str(kind).startswith("DECIMAL"):
        called = "DECIMAL"
    return {"name": name, "type_text": text, "type_name": called}


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
