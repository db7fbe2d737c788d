"""An event of a workspace's pipeline event log, in whichever of its forms it comes: REST, `event_log(…)` or the system table.

Sources: Databricks documentation, "Pipeline event log schema" (event types, details, origin), "Pipeline events system table
reference" (event_time, pipeline_event_id, pipeline_id and update_id beside origin), REST API reference, "List pipeline events".
Objects are JSON text where SQL exports them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from headgate.files import json_or_none
from headgate.problems import short
from headgate.redaction.tokens import token_free
from headgate.visible import seen

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

# Those of the documentation that say nothing of how long a table took.
_BESIDE = frozenset(
    {
        "autoscale", "cluster_resources", "dataset_definition", "deprecation", "flow_definition", "hook_progress",
        "maintenance_progress", "operation_progress", "planning_information", "runtime_details", "sink_definition",
        "stream_progress", "user_action",
    }
)  # fmt: skip
_MOST_OF_ERROR = 500
_READ = frozenset({"create_update", "update_progress", "flow_progress"})


class LogEvent(NamedTuple):
    """An event that says something of an update or of a flow in it. `details` are those of its type.

    id: the log's own, so that an event that two files have is one. flow, dataset: as the log names them, with catalog and
    schema where it has them. A tuple, for a year's log has millions.
    """

    id: str
    at: datetime
    type: str
    pipeline_id: str
    pipeline_name: str
    update: str
    flow: str
    dataset: str
    details: Mapping[str, Any] = MappingProxyType({})
    error: str = ""


def log_event(row: Mapping[str, Any], unknown: Counter[str]) -> LogEvent | None:
    """Give the event that a row says; None for one that says nothing of updates and flows, or is counted in `unknown`."""
    kind = str(row.get("event_type") or "")
    if kind in _BESIDE:
        return None
    if kind not in _READ:
        unknown[f"events of type {short(kind)}" if kind else "rows without event_type"] += 1
        return None
    origin = object_of(row.get("origin"))
    at = instant_of(row.get("timestamp") or row.get("event_time"))
    update = str(row.get("update_id") or origin.get("update_id") or "")
    details = object_of(object_of(row.get("details")).get(kind))
    if at is None or not update or not (details or kind == "create_update"):
        missing = "a time" if at is None else "details" if update else "an update_id"
        unknown[f"{kind} without {missing}"] += 1
        return None
    return LogEvent(
        str(row.get("id") or row.get("pipeline_event_id") or sorted(map(str, row.items()))),
        at,
        kind,
        str(row.get("pipeline_id") or origin.get("pipeline_id") or ""),
        str(origin.get("pipeline_name") or ""),
        update,
        _full(origin.get("flow_name"), origin),
        _full(origin.get("dataset_name") or origin.get("table_name"), origin),
        details,
        _error(row),
    )


def object_of(value: object) -> Mapping[str, Any]:
    """Give an object that may be there as JSON text; what is none gives an empty one."""
    value = json_or_none(value) if isinstance(value, str) else value
    return value if isinstance(value, dict) else {}


def exceptions_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the exceptions of a row's error, in their order; none of a row without."""
    found = object_of(row.get("error")).get("exceptions")
    return [object_of(one) for one in found] if isinstance(found, list) else []


def instant_of(value: object) -> datetime | None:
    """Give a time in UTC, which a text without an offset is in; None for what is none."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if found is None or found.tzinfo is UTC:
            return found
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _full(name: object, origin: Mapping[str, Any]) -> str:
    """Give a name with catalog and schema, where the origin has them beside it."""
    text = str(name or "")
    if not text or "." in text:
        return text
    around = [str(origin.get(part) or "") for part in ("catalog_name", "schema_name")]
    return ".".join([*around, text]) if all(around) else text


def _error(row: Mapping[str, Any]) -> str:
    """Give the first message of an error, else the event's own message where that tells of an error."""
    failed = row.get("level") == "ERROR"
    if not row.get("error") and not failed:
        return ""
    first = next(iter(exceptions_of(row)), {})
    said = first.get("message") or (row.get("message") if failed else "")
    return token_free(seen(said or ""))[:_MOST_OF_ERROR]
