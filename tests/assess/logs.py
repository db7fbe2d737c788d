"""Event logs of a workspace whose every number is known: pipelines that start so often, with tables that take so long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, Any]
BEGIN = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
WAITING, SETUP = 20, 40  # seconds of every update


def row(at: float, kind: str, pipeline: str, update: str, details: Row, **origin: str) -> Row:
    """Give an event as REST does, at so many seconds after the beginning."""
    said = {"pipeline_id": f"id-{pipeline}", "pipeline_name": pipeline, "update_id": update, **origin}
    return {
        "id": f"{update}-{kind}-{at}-{details}-{origin}",
        "event_type": kind,
        "timestamp": (BEGIN + timedelta(seconds=at)).isoformat(),
        "level": "INFO",
        "message": "…",
        "origin": said,
        "details": {kind: details},
    }


def update(
    pipeline: str,
    number: int,
    at: float,
    tables: Mapping[str, float],
    *,
    rows: int = 10,
    state: str = "COMPLETED",
    **created: Any,
) -> Iterator[Row]:
    """Give an update, whose tables are loaded one after the other for so many seconds each."""
    id_ = f"{pipeline}-{number}"
    yield row(at, "create_update", pipeline, id_, {"cause": "JOB_TASK", **created})
    yield row(at, "update_progress", pipeline, id_, {"state": "WAITING_FOR_RESOURCES"})
    yield row(at + WAITING, "update_progress", pipeline, id_, {"state": "INITIALIZING"})
    at += WAITING + SETUP
    yield row(at, "update_progress", pipeline, id_, {"state": "RUNNING"})
    for table, seconds in tables.items():
        names = {"flow_name": table, "dataset_name": table}
        yield row(at, "flow_progress", pipeline, id_, {"status": "RUNNING"}, **names)
        at += seconds
        last = "FAILED" if state == "FAILED" else "COMPLETED"
        yield row(at, "flow_progress", pipeline, id_, {"status": last, "metrics": {"num_output_rows": rows}}, **names)
    yield row(at, "update_progress", pipeline, id_, {"state": state})


def every(hours: float, pipeline: str, tables: Mapping[str, float], *, times: int = 10, **more: Any) -> list[Row]:
    """Give the log of a pipeline that starts so often, so many times."""
    return [one for number in range(times) for one in update(pipeline, number, number * hours * 3600, tables, **more)]


# Two that start every day, of which one takes long, one that starts every hour and brings nothing, and one that loads what
# another one does.
CLOUD = {
    "heavy": every(24, "heavy", {"main.a.orders": 600, "main.a.items": 300, "main.a.notes": 100}),
    "light": every(24, "light", {"main.a.users": 60}),
    "nothing": every(1, "nothing", {"main.b.events": 30}, times=240, rows=0),
    "double": every(24, "double", {"main.a.users": 60, "main.c.own": 20}, times=3),
}
