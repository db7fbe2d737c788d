"""/api/2.0/sql/statements: those that a handover and a backfill run, and those for the day something was lost.

A streaming table's owner is its property pipelines.pipelineId (Databricks, "Move tables between pipelines"); an update's
runtime stands in the event log; a dropped table comes back by UNDROP. Where the workspace has data, queries run for real; of
those one waits 5 to 50 seconds or not at all, and their rows come in parts, inline (25 MiB) or by links that take no login.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import duckdb

from tests.workspace.merging import FORM, merge
from tests.workspace.messages import Answer, RefusedError, Routes
from tests.workspace.model import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workspace.messages import Json, Request
    from tests.workspace.model import Table
    from tests.workspace.workspace import Workspace

    Rows = list[list[str | None]]

routes = Routes()
STORAGE = "/storage/"
_PART = 25  # rows of a part of a result
_MOST_INLINE = 25 * 1024 * 1024
_WAITS = re.compile(r"(0|[5-9]|[1-4]\d|50)s")


class FailedError(Exception):
    """A statement fails in the warehouse, with these words."""


@routes.on("POST", "/api/2.0/sql/statements")
def execute(workspace: Workspace, request: Request) -> Json:
    if request.need("warehouse_id") not in workspace.warehouses:
        raise RefusedError(404, "NOT_FOUND", f"{request.need('warehouse_id')} is not a valid endpoint id.")
    text = request.need("statement")
    wait = request.body.get("wait_timeout", "10s")
    if not _WAITS.fullmatch(wait):
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"wait_timeout must be 0s or between 5s and 50s, found {wait}")
    one = Statement(workspace.uuid(), text, workspace.pending if text.startswith("ALTER") else 0)
    one.parameters = request.body.get("parameters", [])
    one.by_links = request.body.get("disposition") == "EXTERNAL_LINKS"
    workspace.statements[one.id] = one
    if workspace.data and workspace.unending:
        workspace.unending -= 1
        one.looks = 1_000_000
        if request.body.get("on_wait_timeout") == "CANCEL":
            one.state = "CANCELED"
    return _look(workspace, one)


@routes.on("POST", "/api/2.0/sql/statements/{id}/cancel")
def cancel(workspace: Workspace, request: Request) -> Json:
    one = _found(workspace, request)
    if one.state == "PENDING":
        one.state = "CANCELED"
    return {}


@routes.on("GET", "/api/2.0/sql/statements/{id}/result/chunks/{number}")
def chunk(workspace: Workspace, request: Request) -> Json:
    return _part(workspace, _found(workspace, request), int(request.parts["number"]))


@routes.on("GET", f"{STORAGE}{{id}}/{{number}}")
def stored(workspace: Workspace, request: Request) -> Answer:
    """Give a part of a result from the storage, which refuses a login that is not its own."""
    if request.token:
        raise RefusedError(400, "InvalidArgument", "Only one auth mechanism allowed")
    first = _PART * int(request.parts["number"])
    rows = workspace.statements[request.parts["id"]].rows[first : first + _PART]
    return Answer(200, json.dumps(rows, separators=(",", ":")).encode())


@routes.on("GET", "/api/2.0/sql/statements/{id}")
def get(workspace: Workspace, request: Request) -> Json:
    return _look(workspace, _found(workspace, request))


def _found(workspace: Workspace, request: Request) -> Statement:
    id_ = request.parts["id"]
    if id_ not in workspace.statements:
        raise RefusedError(404, "NOT_FOUND", f"The statement {id_} was not found.")
    return workspace.statements[id_]


def _look(workspace: Workspace, one: Statement) -> Json:
    """Let time pass for a statement: it runs once it was looked at often enough."""
    if one.state == "PENDING" and one.looks:
        one.looks -= 1
    elif one.state == "PENDING":
        try:
            one.rows, one.state = _done(workspace, one), "SUCCEEDED"
        except FailedError as error:
            one.error, one.state = str(error), "FAILED"
    status: Json = {"state": one.state} | ({"error": {"error_code": "BAD_REQUEST", "message": one.error}} if one.error else {})
    answer: Json = {"statement_id": one.id, "status": status}
    if one.state == "SUCCEEDED":
        parts = len(_parts(one))
        answer["manifest"] = {"format": "JSON_ARRAY", "total_row_count": len(one.rows), "total_chunk_count": parts}
        answer["manifest"]["schema"] = {"column_count": len(one.columns), "columns": one.columns}
        answer["result"] = _part(workspace, one, 0) if parts else {}
    return answer


def _parts(one: Statement) -> list[Rows]:
    if not one.columns:
        return [one.rows]
    return [one.rows[first : first + _PART] for first in range(0, len(one.rows), _PART)]


def _part(workspace: Workspace, one: Statement, number: int) -> Json:
    rows = _parts(one)[number]
    following = {"next_chunk_index": number + 1} if number + 1 < len(_parts(one)) else {}
    whole: Json = {"chunk_index": number, "row_count": len(rows), **following}
    if one.by_links:
        link = {"external_link": f"{workspace.address}{STORAGE}{one.id}/{number}"}
        return {"external_links": [whole | link]}
    return whole | {"data_array": rows}


def _done(workspace: Workspace, one: Statement) -> Rows:
    """Carry a statement out; a query for real, where there is data."""
    if not workspace.data or not one.text.startswith("SELECT"):
        return _run(workspace, one.text)
    from tests.workspace import queries  # noqa: PLC0415  # sqlglot is not everywhere

    if words := workspace.on_statement(one.text):
        raise FailedError(words)
    try:
        found = queries.run_query(workspace.data, one.text, one.parameters, workspace.zone)
    except queries.FailedError as error:
        raise FailedError(str(error)) from None
    one.columns = [column | {"position": place} for place, column in enumerate(found.columns)]
    if not one.by_links and len(json.dumps(found.rows)) > _MOST_INLINE:
        raise FailedError("[RESULT_TOO_LARGE] Inline byte limit exceeded. Statements executed with disposition=INLINE: 25 MiB.")
    return found.rows


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
