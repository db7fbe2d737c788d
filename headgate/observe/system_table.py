"""The event logs of a workspace's pipelines, as the system table of pipeline events has them, by a SQL warehouse.

Source: Databricks documentation, "Pipeline events system table reference" (Beta; to be `system.lakeflow.pipeline_events` once
it is generally available), and "to_json function", which writes structs with VARIANTs in them, and times with their offset.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.clients.databricks import Login
from headgate.clients.sql import text
from headgate.clients.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from databricks.sdk.clock import Clock

_TABLE = "system.lakeflow_pipeline_events_preview.pipeline_events"
_COLUMNS = "pipeline_event_id, pipeline_id, update_id, event_type, event_time, origin, level, message, error, details"
_TYPES = "'create_update', 'update_progress', 'flow_progress'"


class SystemTableEvents:
    """The system table, asked by a warehouse. `host` and `profile` are the target's, else the environment's. `clock` waits."""

    def __init__(self, host: str | None, profile: str | None, warehouse: str, clock: Clock | None = None) -> None:
        self._warehouse = Warehouse(Login(host, profile, clock), warehouse)

    def rows(self, pipeline_id: str, since: datetime | None) -> list[Mapping[str, Any]]:
        """Give a pipeline's events that say how long it took, oldest first, from a time on; none of one that it doesn't know.

        Raises SourceError where the warehouse can't be asked, or may not read the table.
        """
        after = f" AND event_time >= TIMESTAMP'{since:%Y-%m-%dT%H:%M:%S}Z'" if since else ""
        found = self._warehouse.rows(
            f"SELECT to_json(struct({_COLUMNS})) FROM {_TABLE} "  # noqa: S608  # the id is written as a literal
            f"WHERE pipeline_id = {text(pipeline_id)} AND event_type IN ({_TYPES}){after} ORDER BY event_time"
        )
        return [json.loads(row[0]) for row in found]
