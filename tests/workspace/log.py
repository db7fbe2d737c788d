"""What the event log of a pipeline says of its updates: when each began and ended, and what it did with which table.

Facts, from Databricks' documentation, "Pipeline event log schema": types of events, their details and origin; an error's
exceptions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.workspace.model import Json, Pipeline, Update

SETUP = 5_000  # milliseconds until tables are loaded


def instant(milliseconds: float) -> str:
    """Give a time as the platform writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def started(pipeline: Pipeline, update: Update) -> None:
    """Add what a log says at an update's beginning."""
    begin, asked = update.creation_time, {key: value for key, value in update.asked.items() if key.startswith("full")}
    _add(pipeline, update, begin, "create_update", {"cause": update.cause, **asked})
    _add(pipeline, update, begin, "update_progress", {"state": "INITIALIZING"})
    _add(pipeline, update, begin + SETUP, "update_progress", {"state": "RUNNING"})


def ended(pipeline: Pipeline, update: Update, tables: Sequence[str], at: int) -> None:
    """Add what it says of tables, one after the other in the time that they had, and of the end at a time."""
    begin = update.creation_time + SETUP
    each = max(0, at - begin) / (len(tables) or 1)
    for number, table in enumerate(tables):
        failed = bool(pipeline.error) and number == 0
        _flow(pipeline, update, table, begin + each * number, "RUNNING", None)
        metrics = None if failed else {"num_output_rows": pipeline.rows}
        last = "FAILED" if failed else "COMPLETED"
        _flow(pipeline, update, table, begin + each * (number + 1), last, metrics, pipeline.error if failed else "")
    error = pipeline.error if update.state == "FAILED" else ""
    _add(pipeline, update, max(at, begin), "update_progress", {"state": update.state}, error=error)


def _flow(
    pipeline: Pipeline, update: Update, table: str, at: float, status: str, metrics: Json | None, error: str = ""
) -> None:
    details = {"status": status, "metrics": metrics}
    _add(pipeline, update, at, "flow_progress", details, {"flow_name": table, "dataset_name": table}, error)


def _add(
    pipeline: Pipeline, update: Update, at: float, kind: str, details: Json, origin: Json | None = None, error: str = ""
) -> None:
    said: Json = {
        "id": f"{update.update_id}-{len(pipeline.events)}",
        "timestamp": instant(at),
        "level": "ERROR" if error else "INFO",
        "event_type": kind,
        "message": f"Update {update.update_id[:6]}: {kind} {details.get('state') or details.get('status') or ''}".rstrip(),
        "origin": {
            "pipeline_id": pipeline.id, "pipeline_name": pipeline.name, "update_id": update.update_id, **(origin or {}),
        },
        "details": {kind: details},
    }  # fmt: skip
    if error:
        said["error"] = {"fatal": True, "exceptions": [{"class_name": "Error", "message": error}]}
    pipeline.events.append(said)
