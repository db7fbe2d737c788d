"""What the REST API answers of pipelines and jobs, as values. Pure.

Source: Databricks REST API reference: a list says of an update when it was made as a text, an update by itself in milliseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from headgate.deployment.tags import tag_in
from headgate.observe.log_event import instant_of
from headgate.operate.model import Details, Listed, Update
from headgate.operate.schedule import JobFound, Timing

if TYPE_CHECKING:
    from collections.abc import Mapping


def listed_in(entry: Mapping[str, Any]) -> Listed:
    """Give a pipeline of a list, or by itself."""
    updates = tuple(
        Update(str(one["update_id"]), str(one.get("state") or ""), created_at(one.get("creation_time")))
        for one in entry.get("latest_updates") or ()
    )
    return Listed(str(entry["pipeline_id"]), str(entry.get("name") or ""), str(entry.get("state") or ""), updates)


def created_at(said: object) -> datetime | None:
    """Give the time that the service says of an update: as a text, or in milliseconds since 1970."""
    if isinstance(said, int) or (isinstance(said, str) and said.isdigit()):
        return datetime.fromtimestamp(int(said) / 1000, UTC)
    return instant_of(said)


def details_in(id_: str, found: Mapping[str, Any]) -> Details:
    """Give what a pipeline's settings say."""
    spec: Mapping[str, Any] = found.get("spec") or {}
    catalog = str(spec.get("catalog") or "")
    schema = str(spec.get("schema") or spec.get("target") or "")
    entries = [entry["table"] for entry in (spec.get("ingestion_definition") or {}).get("objects") or () if entry.get("table")]
    names = [
        (
            one.get("destination_catalog") or catalog,
            one.get("destination_schema") or schema,
            one.get("destination_table") or one.get("source_table") or "",
        )
        for one in entries
    ]
    tables = tuple(".".join(parts) for parts in names)
    tags = {str(name): str(value) for name, value in (spec.get("tags") or {}).items()}
    continuous = bool(spec.get("continuous"))
    return Details(id_, str(found.get("name") or ""), catalog, schema, continuous, not catalog, tables, tags)


def job_in(entry: Mapping[str, Any]) -> JobFound:
    """Give a job of a list."""
    settings: Mapping[str, Any] = entry.get("settings") or {}
    tasks = settings.get("tasks") or ()
    ids = [(task.get("pipeline_task") or {}).get("pipeline_id") for task in tasks]
    schedule = settings.get("schedule")
    timing = schedule and Timing(
        str(schedule.get("quartz_cron_expression") or ""),
        str(schedule.get("timezone_id") or ""),
        paused=schedule.get("pause_status") == "PAUSED",
    )
    others = [words for words in ("trigger", "continuous") if settings.get(words)]
    return JobFound(
        str(entry["job_id"]),
        str(settings.get("name") or ""),
        tuple(str(id_) for id_ in ids if id_),
        len(tasks),
        timing or None,
        others[0] if others else "",
        tag_in(settings.get("tags")),
    )


def schedule_body(timing: Timing) -> dict[str, str]:
    """Give a schedule as the API takes it."""
    return {
        "quartz_cron_expression": timing.quartz,
        "timezone_id": timing.timezone,
        "pause_status": "PAUSED" if timing.paused else "UNPAUSED",
    }
