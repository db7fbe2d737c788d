"""What the balance works on: a table as an item with a weight, and the group that it may share a pipeline with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.tables.ids import TableId
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.table import Table


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Tables that may share a pipeline: the same group-by key, schedule and connection."""

    key: str
    schedule: str
    connection: str


@dataclass(frozen=True, slots=True)
class Item:
    """A table as the balance sees it. `weight` is in seconds of pipeline time for one run."""

    table: TableId
    group: Group
    weight: float
    ingestion_type: str = ""

    @property
    def order(self) -> tuple[float, str, str]:
        """Heaviest first, then by name: an order that neither the order of rows nor capitals touch."""
        return (-self.weight, *self.table.order)


def items_of(
    tables: Sequence[Table], definition: Definition, weights: Mapping[TableId, float] | None = None
) -> tuple[Item, ...]:
    """Give an item for each table, in a definite order (heaviest first, then by name).

    `weights` are those that were observed or found otherwise; a table that is not among them has its own or its type's.
    """
    items = []
    for table in tables:
        one = table_id(table, definition)
        weight = weights.get(one) if weights else None
        weight = weight_of(table, definition) if weight is None else weight
        items.append(Item(one, group_of(table, definition), weight, table.ingestion_type))
    return tuple(sorted(items, key=lambda item: item.order))


def table_id(table: Table, definition: Definition) -> TableId:
    """Give what tells a row's table from others, the definition's defaults filled in."""
    catalog = table.destination_catalog or definition.destination.catalog
    schema = table.destination_schema or definition.destination.schema_name
    return TableId(table.source_table, f"{catalog}.{schema}.{table.destination_name}")


def group_of(table: Table, definition: Definition) -> Group:
    """Give the table's group: the one its row names, else by the definition's group_by. Streaming has no schedule."""
    key = table.pipeline_group or group_key(definition.group_by, table.category, table.ingestion_type)
    schedule = "" if definition.mode == "streaming" else table.schedule or _by_type(definition.schedules, table.ingestion_type)
    own = definition.connection.name
    named = table.connection_name or own
    return Group(key, schedule, own if folded(named) == folded(own) else named)


def majority(items: Iterable[Item], key: str = "") -> Group:
    """Give the group of most of the items. In doubt the one that has the key `key`, as it was before; then by name.

    Weights have no say: they change daily.
    """
    votes = Counter(item.group for item in items)
    return min(votes, key=lambda group: (-votes[group], group.key != key, group))


def group_key(group_by: str, category: str, ingestion_type: str) -> str:
    """Give a group's name: `timeseries_append` by category and ingestion type, `all` by none."""
    parts = {"category": [category or "other"], "ingestion_type": [ingestion_type or "unknown"], "none": ["all"]}
    return "_".join(parts.get(group_by, [category or "other", ingestion_type or "unknown"]))


def weight_of(table: Table, definition: Definition) -> float:
    """Give the table's weight: its own, else the definition's for its ingestion type."""
    return table.weight if table.weight is not None else float(_by_type(definition.balance.weights, table.ingestion_type))


def _by_type(settings: object, ingestion_type: str) -> str:
    name = "cdc" if ingestion_type == "cdc_with_deletes" else ingestion_type or "unknown"
    return str(getattr(settings, name))
