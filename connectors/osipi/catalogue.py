"""The tables that OSI PI is read as, in five lists, with how each is ingested.

`snapshot` tables are read whole at each run; `append` tables from where the last run left off by their cursor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class PiTable:
    """A table: its name, how it is ingested, the columns that identify a row, and the column that time goes by."""

    name: str
    ingestion_type: Literal["snapshot", "append"]
    primary_keys: tuple[str, ...]
    cursor_field: str | None = None


# Servers of PI Data Archive and their points.
DISCOVERY_INVENTORY = (
    PiTable("pi_dataservers", "snapshot", ("webid",)),
    PiTable("pi_points", "snapshot", ("webid",)),
    PiTable("pi_point_attributes", "snapshot", ("point_webid", "name")),
    PiTable("pi_point_type_catalog", "snapshot", ("point_type", "engineering_units")),
)

# An archive may hold several values of one instant, and instants 100 ns apart, which a timestamp of Spark's can't tell.
_RECORDED_KEY = ("tag_webid", "timestamp", "sub_microsecond", "occurrence")

# Values of points: recorded, computed by the server, or the last one.
TIME_SERIES = (
    PiTable("pi_timeseries", "append", _RECORDED_KEY, "timestamp"),
    PiTable("pi_streamset_recorded", "append", _RECORDED_KEY, "timestamp"),
    PiTable("pi_interpolated", "append", ("tag_webid", "timestamp"), "timestamp"),
    PiTable("pi_streamset_interpolated", "append", ("tag_webid", "timestamp"), "timestamp"),
    PiTable("pi_plot", "append", _RECORDED_KEY, "timestamp"),
    PiTable("pi_streamset_plot", "append", _RECORDED_KEY, "timestamp"),
    PiTable("pi_summary", "snapshot", ("tag_webid", "summary_type")),
    PiTable("pi_streamset_summary", "append", ("tag_webid", "summary_type", "timestamp", "interval_start"), "timestamp"),
    PiTable("pi_current_value", "snapshot", ("tag_webid",)),
    PiTable("pi_value_at_time", "snapshot", ("tag_webid", "timestamp")),
    PiTable("pi_recorded_at_time", "snapshot", ("tag_webid", "query_time")),
    PiTable("pi_end", "snapshot", ("tag_webid",)),
    PiTable("pi_streamset_end", "snapshot", ("tag_webid",)),
    PiTable("pi_calculated", "append", ("tag_webid", "timestamp", "calculation_type"), "timestamp"),
)

# The asset model: servers, databases, elements, templates, analyses.
ASSET_FRAMEWORK = (
    PiTable("pi_assetservers", "snapshot", ("webid",)),
    PiTable("pi_assetdatabases", "snapshot", ("webid",)),
    PiTable("pi_af_hierarchy", "snapshot", ("element_webid",)),
    PiTable("pi_element_attributes", "snapshot", ("element_webid", "attribute_webid")),
    PiTable("pi_element_templates", "snapshot", ("webid",)),
    PiTable("pi_element_template_attributes", "snapshot", ("webid",)),
    PiTable("pi_attribute_templates", "snapshot", ("webid",)),
    PiTable("pi_categories", "snapshot", ("webid",)),
    PiTable("pi_analyses", "snapshot", ("webid",)),
    PiTable("pi_analysis_templates", "snapshot", ("webid",)),
    PiTable("pi_af_tables", "snapshot", ("webid",)),
    PiTable("pi_af_table_rows", "snapshot", ("table_webid", "row_index")),
    PiTable("pi_units_of_measure", "snapshot", ("webid",)),
)

# Events with a beginning and an end, and what belongs to them.
EVENT_FRAMES = (
    PiTable("pi_event_frames", "append", ("event_frame_webid", "start_time"), "start_time"),
    PiTable("pi_eventframe_attributes", "snapshot", ("event_frame_webid", "attribute_webid")),
    PiTable("pi_eventframe_templates", "snapshot", ("webid",)),
    PiTable("pi_eventframe_template_attributes", "snapshot", ("webid",)),
    PiTable("pi_eventframe_referenced_elements", "append", ("event_frame_webid", "element_webid"), "start_time"),
    PiTable("pi_eventframe_acknowledgements", "snapshot", ("event_frame_webid", "ack_id")),
    PiTable("pi_eventframe_annotations", "snapshot", ("event_frame_webid", "annotation_id")),
)

# What helps to check the others.
GOVERNANCE_DIAGNOSTICS = (PiTable("pi_links", "snapshot", ("entity_type", "webid", "rel")),)

CATALOGUE = (*DISCOVERY_INVENTORY, *TIME_SERIES, *ASSET_FRAMEWORK, *EVENT_FRAMES, *GOVERNANCE_DIAGNOSTICS)
RECORDED = frozenset({"pi_timeseries", "pi_streamset_recorded"})
BY_NAME = {table.name: table for table in CATALOGUE}

TABLES_DISCOVERY_INVENTORY = [table.name for table in DISCOVERY_INVENTORY]
TABLES_TIME_SERIES = [table.name for table in TIME_SERIES]
TABLES_ASSET_FRAMEWORK = [table.name for table in ASSET_FRAMEWORK]
TABLES_EVENT_FRAMES = [table.name for table in EVENT_FRAMES]
TABLES_GOVERNANCE_DIAGNOSTICS = [table.name for table in GOVERNANCE_DIAGNOSTICS]
