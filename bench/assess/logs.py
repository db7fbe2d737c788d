"""Event logs of many pipelines over a year, as the REST API gives their rows, in JSON lines: a file for each pipeline."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BEGIN = datetime(2025, 11, 1, tzinfo=UTC)
_SETUP = 90  # seconds


def write_logs(folder: Path, pipelines: int, days: int, tables: int) -> int:
    """Write the logs of pipelines that start once a day, each with so many tables, and give how many rows that is."""
    folder.mkdir(parents=True)
    count = 0
    for number in range(pipelines):
        with (folder / f"{number:04}.jsonl").open("w") as file:
            for row in _log(number, days, tables):
                file.write(json.dumps(row, separators=(",", ":")) + "\n")
                count += 1
    return count


def _log(number: int, days: int, tables: int) -> Iterator[dict[str, Any]]:
    random = Random(number)  # noqa: S311  # the same in each run
    pipeline = {"pipeline_id": f"5f0c7a52-9a3e-4c1d-8f5e-{number:012x}", "pipeline_name": f"CRM_{number:04}"}
    start = _BEGIN + timedelta(minutes=random.randrange(1440))
    usual = [random.expovariate(1 / 60) + 5 for _ in range(tables)]
    for day in range(days):
        at, origin = start + timedelta(days=day), {**pipeline, "update_id": f"{number:08x}-{day:04x}-4000-8000-000000000000"}
        yield _row(at, "create_update", {"cause": "JOB_TASK", "full_refresh": False}, origin)
        yield _row(at + timedelta(seconds=1), "update_progress", {"state": "WAITING_FOR_RESOURCES"}, origin)
        yield _row(at + timedelta(seconds=60), "update_progress", {"state": "INITIALIZING"}, origin)
        at += timedelta(seconds=_SETUP)
        yield _row(at, "update_progress", {"state": "RUNNING"}, origin)
        for table in range(tables):
            name = f"main.bronze.t{number}_{table}"
            flow = {**origin, "flow_id": "a0b1", "flow_name": name, "dataset_name": name}
            yield _row(at, "flow_progress", {"status": "RUNNING", "metrics": None, "data_quality": None}, flow)
            at += timedelta(seconds=usual[table] * random.uniform(0.8, 1.2))
            metrics = {"num_output_rows": random.randrange(1000)}
            yield _row(at, "flow_progress", {"status": "COMPLETED", "metrics": metrics, "data_quality": None}, flow)
        yield _row(at, "update_progress", {"state": "COMPLETED"}, origin)


def _row(at: datetime, kind: str, details: dict[str, Any], origin: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{origin['update_id']}-{kind}-{at.timestamp()}-{origin.get('flow_name', '')}",
        "sequence": {"data_plane_id": {"instance": "execution", "seq_no": 17}},
        "origin": {"cloud": "AWS", "region": "eu-west-1", "org_id": 4711, "pipeline_type": "WORKSPACE", **origin},
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "message": "What is told of an event in words.",
        "level": "INFO",
        "maturity_level": "STABLE",
        "event_type": kind,
        "details": {kind: details},
    }
