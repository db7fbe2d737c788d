"""/api/2.0/sql/statements: those that a handover and a backfill run, and those for the day something was lost.

A streaming table's owner is its property pipelines.pipelineId (Databricks, "Move tables between pipelines"); an update's
runtime stands in the event log; a dropped table comes back by UNDROP.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import duckdb

from tests.workspace.merging import FORM, merge
from tests.workspace.messages import RefusedError, Routes
from tests.workspace.model import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workspace.messages import Json, Request
    from tests.workspace.model import Table
    from tests.workspace.workspace import Workspace

    Rows = list[list[str | None]]

routes = Routes()


class FailedError(Exception):
    """A statement fails in the warehouse, with these words."""


@routes.on("POST", "/api/2.0/sql/statements")
def execute(workspace: Workspace, request: Request) -> Json:
    if request.need("warehouse_id") not in workspace.warehouses:
        raise RefusedError(404, "NOT_FOUND", f"{request.need('warehouse_id')} is not a valid endpoint id.")
    text = request.need("statement")
    one = Statement(workspace.uuid(), text, workspace.pending if text.startswith("ALTER") else 0)
    workspace.statements[one.id] = one
    return _look(workspace, one)


@routes.on("GET", "/api/2.0/sql/statements/{id}")
def get(workspace: Workspace, request: Request) -> Json:
    id_ = request.parts["id"]
    if id_ not in workspace.statements:
        raise RefusedError(404, "NOT_FOUND", f"The statement {id_} was not found.")
    return _look(workspace, workspace.statements[id_])


def _look(workspace: Workspace, one: Statement) -> Json:
    """Let time pass for a statement: it runs once it was looked at often enough."""
    if one.state == "PENDING" and one.looks:
        one.looks -= 1
    elif one.state == "PENDING":
        try:
            one.rows, one.state = _run(workspace, one.text), "SUCCEEDED"
        except FailedError as error:
            one.error, one.state = str(error), "FAILED"
    status: Json = {"state": one.state} | ({"error": {"error_code": "BAD_REQUEST", "message": one.error}} if one.error else {})
    answer: Json = {"statement_id": one.id, "status": status}
    if one.state == "SUCCEEDED":
        answer["manifest"] = {"format": "JSON_ARRAY", "total_row_count": len(one.rows), "total_chunk_count": 1}
        answer["result"] = {"chunk_index": 0, "row_count": len(one.rows), "data_array": one.rows}
    return answer


def _run(workspace: Workspace, text: str) -> Rows:
    if words := workspace.on_statement(text):
        raise FailedError(words)
    if told := re.fullmatch(FORM, text):
        try:
            return [[str(number) for number in merge(_table(workspace.tables, told["table"]), told)]]
        except ValueError as error:
            raise FailedError(str(error)) from None
    for pattern, meant in MEANT.items():
        if matched := re.fullmatch(pattern, text.strip()):
            return meant(workspace, *matched.groups())
    raise FailedError(f"[PARSE_SYNTAX_ERROR] Syntax error at or near '{text.split(maxsplit=1)[0]}'")


def _table(tables: dict[str, Table], name: str) -> Table:
    plain = re.sub(r"`((?:[^`]|``)*)`", lambda quoted: quoted[1].replace("``", "`"), name)
    if plain.lower() not in tables:
        raise FailedError(f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found.")
    return tables[plain.lower()]


def _alter(workspace: Workspace, name: str, pipeline: str) -> Rows:
    _table(workspace.tables, name).properties["pipelines.pipelineId"] = pipeline
    return []


def _properties(workspace: Workspace, name: str) -> Rows:
    return [[key, value] for key, value in sorted(_table(workspace.tables, name).properties.items())]


def _release(workspace: Workspace, pipeline: str) -> Rows:
    if pipeline not in workspace.pipelines:
        raise FailedError(f"[PIPELINE_NOT_FOUND] {pipeline}")
    return [[workspace.pipelines[pipeline].release]]


def _events(workspace: Workspace, pipeline: str, since: str | None) -> Rows:
    """Give the system table's rows as to_json writes them. Source: Databricks, "Pipeline events system table reference"."""
    if workspace.pipelines.get(pipeline) is None:
        return []
    log = sorted(workspace.pipelines[pipeline].events, key=lambda event: str(event["timestamp"]))
    rows: list[Json] = [
        {
            "pipeline_event_id": event["id"],
            "pipeline_id": pipeline,
            "update_id": event["origin"]["update_id"],
            "event_time": event["timestamp"],
            **{name: event[name] for name in ("event_type", "origin", "level", "message", "details")},
        }
        for event in log
    ]
    return [[json.dumps(row)] for row in rows if row["event_time"] >= (since or "")]


def _drop(workspace: Workspace, name: str) -> Rows:
    table = _table(workspace.tables, name)
    workspace.dropped[table.name.lower()] = workspace.tables.pop(table.name.lower())
    return []


def _undrop(workspace: Workspace, name: str) -> Rows:
    table = _table(workspace.dropped, name)
    workspace.tables[table.name.lower()] = workspace.dropped.pop(table.name.lower())
    return []


def _distinct(workspace: Workspace, column: str, name: str) -> Rows:
    return [[value] for value in sorted({row[column] for row in _table(workspace.tables, name).rows})]


def _billed(workspace: Workspace, text: str) -> Rows:
    """Run a query of the billed usage on its columns, as they are documented."""
    columns = {"usage_date": "DATE", "usage_unit": "VARCHAR", "usage_quantity": "DECIMAL(38, 18)", "record_type": "VARCHAR"}
    columns["usage_metadata"] = "STRUCT(dlt_pipeline_id VARCHAR, dlt_maintenance_id VARCHAR)"
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE usage ({', '.join(map(' '.join, columns.items()))})")
        for row in _table(workspace.tables, "system.billing.usage").rows:
            database.execute("INSERT INTO usage VALUES (?, ?, ?, ?, ?)", [row[name] for name in columns])
        found = database.execute(text.replace("system.billing.usage", "usage")).fetchall()
    return [[None if cell is None else str(cell) for cell in row] for row in sorted(found, key=str)]


MEANT: dict[str, Callable[..., Rows]] = {
    r'ALTER STREAMING TABLE (\S+) SET TBLPROPERTIES\("pipelines\.pipelineId"="([^"]+)"\)': _alter,
    r"SHOW TBLPROPERTIES (\S+)": _properties,
    r"SELECT .* FROM event_log\('([^']+)'\).*create_update.*": _release,
    r"SELECT to_json\(struct\(.*\)\) FROM system\.lakeflow_pipeline_events_preview\.pipeline_events "
    r"WHERE pipeline_id = '([^']+)' AND event_type IN \([^)]*\)"
    r"(?: AND event_time >= TIMESTAMP'([^']+)Z')? ORDER BY event_time": _events,
    r"DROP TABLE (\S+)": _drop,
    r"UNDROP TABLE (\S+)": _undrop,
    r"(SELECT .* FROM system\.billing\.usage .*)": _billed,
    r"SELECT DISTINCT `(\w+)` FROM (\S+)": _distinct,
}
