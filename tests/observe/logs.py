"""Event logs to read, in the forms that the platform gives them.

Facts, re-typed with values of our own. Databricks documentation, "Pipeline event log schema": fields of an event, of its
origin, details of create_update, update_progress and flow_progress. "Pipeline events system table reference": more columns.
databricks/cli, pull request 330: the order of a triggered update's events. Databricks documentation, "Monitor ingestion gateway
progress with event logs": metrics with upserted and deleted rows. databrickslabs/lakeflow-community-connectors,
pipeline/ingestion_pipeline.py: the names of flows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from headgate.observe.updates import ObservedConnector
from headgate.tables.ids import TableId

BEGIN = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
PIPELINE = "5f0c7a52-9a3e-4c1d-8f5e-2f6c0a4b7d11"
ORDERS, ITEMS, EVENTS = (TableId(name, f"main.bronze.{name}") for name in ("orders", "items", "events"))
WHOSE = ObservedConnector("crm", "dev", {"all_1": (ORDERS, ITEMS, EVENTS)}, {PIPELINE: "all_1"}, {"CRM_all_1": "all_1"})

Row = dict[str, Any]


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def event(seconds: float, kind: str, update: str, details: object, **more: Any) -> Row:
    """Give an event as REST does: objects, and a time with a Z."""
    origin = {
        "cloud": "AWS",
        "region": "eu-west-1",
        "org_id": 4711,
        "pipeline_id": PIPELINE,
        "pipeline_type": "WORKSPACE",
        "pipeline_name": "CRM_all_1",
        "update_id": update,
        "request_id": update,
        **more.pop("origin", {}),
    }
    return {
        "id": f"{kind}-{update}-{seconds}-{origin.get('flow_name', '')}-{details}",
        "sequence": {"data_plane_id": {"instance": "execution", "seq_no": 17}},
        "origin": origin,
        "timestamp": at(seconds),
        "message": "…",
        "level": "INFO",
        "maturity_level": "STABLE",
        "event_type": kind,
        "details": {kind: details},
        **more,
    }


def created(seconds: float, update: str, **details: Any) -> Row:
    return event(seconds, "create_update", update, {"cause": "JOB_TASK", "full_refresh": False, **details})


def state(seconds: float, update: str, name: str) -> Row:
    return event(seconds, "update_progress", update, {"state": name})


def flow(seconds: float, update: str, name: str, status: str | None, metrics: Row | None = None, **more: Any) -> Row:
    details = {"status": status, "metrics": metrics, "data_quality": None}
    origin = {"flow_id": "a0b1", "flow_name": name, **more.pop("origin", {})}
    return event(seconds, "flow_progress", update, details, origin=origin, **more)


def update_of(update: str, begin: float = 0, *flows: Row, **details: Any) -> list[Row]:
    """Give a triggered update: 5 s until there is a machine, 3 s of setting up, flows for at most 100 s."""
    return [
        created(begin, update, **details),
        state(begin + 1, update, "WAITING_FOR_RESOURCES"),
        state(begin + 5, update, "INITIALIZING"),
        state(begin + 7, update, "SETTING_UP_TABLES"),
        state(begin + 8, update, "RUNNING"),
        *flows,
        state(begin + 108, update, "COMPLETED"),
    ]


def table_flow(update: str, name: str, start: float, end: float, rows: int | None = 10, last: str = "COMPLETED") -> list[Row]:
    return [
        flow(8, update, name, "QUEUED"),
        flow(start, update, name, "STARTING"),
        flow(start, update, name, "RUNNING"),
        flow(end, update, name, last, None if rows is None else {"num_output_rows": rows}),
    ]
