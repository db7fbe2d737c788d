"""Each table's columns, and what reads it: the one place that knows all 39."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import assets, events, links, points, sampled, streams
from .reading import Reading
from .values import Block

if TYPE_CHECKING:
    from .columns import Column

Rows = Iterator[dict[str, Any]]
Snapshot = Callable[[Reading], Rows]
Append = Callable[[Reading, Mapping[str, Any] | None], tuple[Rows, dict[str, Any]]]
Blocks = Callable[[Reading, Mapping[str, Any] | None], tuple[list[Block], dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `snapshot` reads it whole, `append` on from an offset; it has one of them. `by_tag`: its rows are of tags.

    `blocks` is `append` before rows are made, where they may be made columns instead.
    """

    columns: Sequence[Column]
    snapshot: Snapshot | None = None
    append: Append | None = None
    blocks: Blocks | None = None
    by_tag: bool = False


TABLES: dict[str, Table] = {
    "pi_dataservers": Table(points.DATASERVERS, points.dataservers),
    "pi_points": Table(points.POINTS, points.points),
    "pi_point_attributes": Table(points.POINT_ATTRIBUTES, points.point_attributes, by_tag=True),
    "pi_point_type_catalog": Table(points.POINT_TYPES, points.point_types),
    "pi_timeseries": Table(streams.RECORDED, append=streams.read_recorded, blocks=streams.read_blocks, by_tag=True),
    "pi_streamset_recorded": Table(streams.RECORDED, append=streams.read_recorded, blocks=streams.read_blocks, by_tag=True),
    "pi_interpolated": Table(sampled.SAMPLED, append=sampled.interpolated, by_tag=True),
    "pi_streamset_interpolated": Table(sampled.SAMPLED, append=sampled.interpolated, by_tag=True),
    "pi_plot": Table(streams.RECORDED, append=sampled.plot, by_tag=True),
    "pi_streamset_plot": Table(streams.RECORDED, append=sampled.plot, by_tag=True),
    "pi_summary": Table(sampled.SUMMARY, sampled.summary, by_tag=True),
    "pi_streamset_summary": Table(sampled.SUMMARY, append=sampled.streamset_summary, by_tag=True),
    "pi_current_value": Table(sampled.MOMENT, sampled.current_value, by_tag=True),
    "pi_value_at_time": Table(sampled.MOMENT, sampled.value_at_time, by_tag=True),
    "pi_recorded_at_time": Table(sampled.AT_TIME, sampled.recorded_at_time, by_tag=True),
    "pi_end": Table(sampled.MOMENT, sampled.end_value, by_tag=True),
    "pi_streamset_end": Table(sampled.MOMENT, sampled.end_value, by_tag=True),
    "pi_calculated": Table(sampled.CALCULATED, append=sampled.calculated, by_tag=True),
    "pi_assetservers": Table(assets.SERVERS, assets.servers),
    "pi_assetdatabases": Table(assets.DATABASES, assets.databases),
    "pi_af_hierarchy": Table(assets.HIERARCHY, assets.hierarchy),
    "pi_element_attributes": Table(assets.ATTRIBUTES, assets.element_attributes),
    "pi_element_templates": Table(assets.TEMPLATES, assets.element_templates),
    "pi_element_template_attributes": Table(assets.TEMPLATE_ATTRIBUTES, assets.element_template_attributes),
    "pi_attribute_templates": Table(assets.TEMPLATE_ATTRIBUTES, assets.attribute_templates),
    "pi_categories": Table(assets.CATEGORIES, assets.categories),
    "pi_analyses": Table(assets.ANALYSES, assets.analyses),
    "pi_analysis_templates": Table(assets.ANALYSIS_TEMPLATES, assets.analysis_templates),
    "pi_af_tables": Table(assets.TABLES, assets.tables),
    "pi_af_table_rows": Table(assets.TABLE_ROWS, assets.table_rows),
    "pi_units_of_measure": Table(assets.UNITS, assets.units),
    "pi_event_frames": Table(events.FRAMES, append=events.frames),
    "pi_eventframe_attributes": Table(events.FRAME_ATTRIBUTES, events.frame_attributes),
    "pi_eventframe_templates": Table(assets.TEMPLATES, events.frame_templates),
    "pi_eventframe_template_attributes": Table(assets.TEMPLATE_ATTRIBUTES, events.frame_template_attributes),
    "pi_eventframe_referenced_elements": Table(events.REFERENCED, append=events.referenced_elements),
    "pi_eventframe_acknowledgements": Table(events.ACKNOWLEDGEMENTS, events.acknowledgements),
    "pi_eventframe_annotations": Table(events.ANNOTATIONS, events.frame_annotations),
    "pi_links": Table(links.LINKS, links.links),
}
