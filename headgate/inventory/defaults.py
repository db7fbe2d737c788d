"""What a row leaves out, as the connector's definition has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.inventory.cells import MOST_WEIGHT
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
    """Give the weight that the committed files say: the row's own, else by its size, else by its ingestion type."""
    if row.weight is not None:
        return row.weight
    estimate = estimated_seconds(row, definition)
    return float(by_type(definition.balance.weights, row.ingestion_type)) if estimate is None else estimate


def estimated_seconds(row: TableRow, definition: Definition) -> float | None:
    """Give the seconds that one run of a table of its estimated size takes, at least one; None where no size is known.

    Rows and bytes each have their rate, and the slower of the two counts. A snapshot is read whole each time, of others a
    share. To three digits: an estimate knows no more.
    """
    sizes = definition.balance.sizes
    known = [
        size / rate
        for size, rate in ((row.estimated_rows, sizes.rows_per_second), (row.estimated_bytes, sizes.bytes_per_second))
        if size is not None
    ]
    if not known:
        return None
    share = 1.0 if row.ingestion_type == "snapshot" else sizes.share_a_run
    return min(max(1.0, float(f"{max(known) * share:.3g}")), MOST_WEIGHT)


def by_type(settings: object, ingestion_type: str) -> str:
    """Give what settings by ingestion type say for one."""
    return str(getattr(settings, rule_of(ingestion_type)))
