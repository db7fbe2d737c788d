"""What a row leaves out, as the connector's definition has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.tables.group import Group
from headgate.tables.ids import TableId
from headgate.tables.names import folded

if TYPE_CHECKING:
    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow


def table_id(row: TableRow, definition: Definition) -> TableId:
    """Give what tells a row's table from others."""
    catalog = row.destination_catalog or definition.destination.catalog
    schema = row.destination_schema or definition.destination.schema_name
    return TableId(row.source_table, f"{catalog}.{schema}.{row.destination_name}")


def group_of(row: TableRow, definition: Definition) -> Group:
    """Give a row's group: the one that it names, else by the definition's group_by. Streaming has no schedule."""
    key = row.pipeline_group or _group_key(definition.group_by, row.category, row.ingestion_type)
    schedule = "" if definition.mode == "streaming" else row.schedule or _by_type(definition.schedules, row.ingestion_type)
    own = definition.connection.name
    named = row.connection_name or own
    return Group(key, schedule, own if folded(named) == folded(own) else named)


def declared_seconds(row: TableRow, definition: Definition) -> float:
    """Give the weight that the committed files say: the row's own, else the definition's for its ingestion type."""
    return row.weight if row.weight is not None else float(_by_type(definition.balance.weights, row.ingestion_type))


def _group_key(group_by: str, category: str, ingestion_type: str) -> str:
    parts = {"category": [category or "other"], "ingestion_type": [ingestion_type or "unknown"], "none": ["all"]}
    return "_".join(parts.get(group_by, [category or "other", ingestion_type or "unknown"]))


def _by_type(settings: object, ingestion_type: str) -> str:
    name = "cdc" if ingestion_type == "cdc_with_deletes" else ingestion_type or "unknown"
    return str(getattr(settings, name))
