"""What a row leaves out, as the connector's definition has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.inventory.row import rule_of
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow


def table_id(row: TableRow, definition: Definition) -> TableId:
    """Give what tells a row's table from others."""
    catalog = row.destination_catalog or definition.destination.catalog
    schema = row.destination_schema or definition.destination.schema_name
    return TableId(row.source_table, f"{catalog}.{schema}.{row.destination_name}")


def declared_seconds(row: TableRow, definition: Definition) -> float:
    """Give the weight that the committed files say: the row's own, else the definition's for its ingestion type."""
    return row.weight if row.weight is not None else float(by_type(definition.balance.weights, row.ingestion_type))


def by_type(settings: object, ingestion_type: str) -> str:
    """Give what settings by ingestion type say for one."""
    return str(getattr(settings, rule_of(ingestion_type)))
