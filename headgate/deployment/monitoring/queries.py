"""The SQL of the summaries and of the dashboard on top of them, in files beside this one, and what they read and make.

`origin` and `error` of an event are of a form that grows with the platform, so the union keeps them as JSON.

Source: Databricks, "Pipeline event log schema" (PipelineEvent, Origin, create_update, update_progress, flow_progress), and
"Jobs system table reference" (pipeline_update_timeline, job_task_run_timeline, job_run_timeline).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the monitoring's pipeline makes: the union of all events, what is expected of pipelines, and the summaries.
TABLES = ("events", "pipelines", "job_runs", "updates", "table_updates")
# The union's columns after `pipeline`, which is headgate's own id: name, type, and how a row of an event log gives it.
COLUMNS = (
    ("id", "STRING", "id"),
    ("timestamp", "TIMESTAMP", "timestamp"),
    ("level", "STRING", "level"),
    ("event_type", "STRING", "event_type"),
    ("message", "STRING", "message"),
    ("origin", "STRING", "to_json(struct(origin))"),
    ("details", "STRING", "details"),
    ("error", "STRING", "to_json(struct(error))"),
)
# What the platform tells of jobs, whoever may read it.
SYSTEM_TABLES = (
    "system.lakeflow.pipeline_update_timeline",
    "system.lakeflow.job_task_run_timeline",
    "system.lakeflow.job_run_timeline",
)
JOB_RUN_COLUMNS = (
    "update_id STRING, job_id STRING, job_run_id STRING, job_started_at TIMESTAMP, job_ended_at TIMESTAMP, job_state STRING"
)
# Query → those that it is made of.
_PARTS = {"updates": ("known",), "table_updates": ("known",), "measures": ("load",)}
_FOLDER = Path(__file__).parent / "sql"


def query(name: str, names: Mapping[str, str]) -> str:
    """Give a query of the folder. names: each of TABLES → its name in SQL."""
    parts = {part: query(part, names).rstrip() for part in _PARTS.get(name, ())}
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").format(**names, **parts)
