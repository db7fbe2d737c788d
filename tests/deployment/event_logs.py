"""Event logs of the documented form, in the lake.

Source: Databricks, "Pipeline event log schema" (the columns, Origin, and the details of create_update, update_progress and
flow_progress); "Monitor ingestion gateway progress with event logs" (num_upserted_rows and num_deleted_rows).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.deployment.lake import Lake

# Those of its fields that the summaries may ask for, and some that they don't.
ORIGIN = ("cloud", "region", "pipeline_id", "pipeline_type", "pipeline_name", "update_id", "dataset_name", "flow_name")
COLUMNS = f"""
    id STRING,
    sequence STRUCT<data_plane_id: STRUCT<instance: STRING, seq_no: BIGINT>, control_plane_seq_no: BIGINT>,
    origin STRUCT<{", ".join(f"{name}: STRING" for name in ORIGIN)}>,
    timestamp TIMESTAMP,
    message STRING,
    level STRING,
    error STRUCT<fatal: BOOLEAN, exceptions: ARRAY<STRUCT<class_name: STRING, message: STRING>>>,
    details STRING,
    event_type STRING,
    maturity_level STRING
"""
START = datetime(2026, 3, 2, 2, 0, 0)  # noqa: DTZ001  # the platform's, in UTC


@dataclass
class EventLog:
    """The published log of a pipeline. Times are seconds after START."""

    lake: Lake
    table: str
    pipeline_id: str
    written: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if not self.lake.has(self.table):
            self.lake.sql(f"CREATE TABLE {self.table} ({COLUMNS})")

    def say(
        self,
        second: float,
        kind: str,
        update: str = "",
        *,
        level: str = "INFO",
        flow: str = "",
        dataset: str = "",
        **details: Any,
    ) -> None:
        """Say something; of a flow, whose table is the dataset where that has another name."""
        self.written += 1
        message = "out of luck" if level == "ERROR" else kind
        error = {"fatal": True, "exceptions": [{"class_name": "X", "message": message}]} if level == "ERROR" else None
        known = {"pipeline_id": self.pipeline_id, "update_id": update or None, "dataset_name": dataset or flow or None}
        origin = dict.fromkeys(ORIGIN) | known | {"flow_name": flow or None}
        sequence = {"data_plane_id": {"instance": "execution", "seq_no": self.written}, "control_plane_seq_no": None}
        self.lake.insert(
            self.table,
            (
                f"{self.pipeline_id}-{self.written}", sequence, origin, START + timedelta(seconds=second), message, level,
                error, json.dumps({kind: details}), kind, "STABLE",
            ),
        )  # fmt: skip

    def update(self, id_: str, second: float, seconds: float, state: str = "COMPLETED", **create: Any) -> None:
        """Say what an update says around its flows: it waits ten seconds, and then runs for some."""
        said: dict[str, Any] = {"cause": "JOB_TASK", "full_refresh": False} | create
        self.say(second, "create_update", id_, **said)
        for after, name in ((1, "WAITING_FOR_RESOURCES"), (4, "INITIALIZING"), (10, "RUNNING"), (10 + seconds, state)):
            level = "ERROR" if name == "FAILED" else "INFO"
            self.say(second + after, "update_progress", id_, level=level, state=name)

    def flow(self, update: str, table: str, second: float, seconds: float, state: str = "COMPLETED", **metrics: int) -> None:
        """Say what a flow says: some rows, and that it has ended."""
        for after, status in ((0, "QUEUED"), (1, "STARTING"), (2, "RUNNING")):
            self.say(second + after, "flow_progress", update, flow=table, status=status)
        if metrics:
            self.say(second + 3, "flow_progress", update, flow=table, status="RUNNING", metrics=metrics)
        self.say(second + 2 + seconds, "flow_progress", update, flow=table, status=state)
