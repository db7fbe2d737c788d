"""From what a source says to rows of an inventory: category, group, destination name, schedule and weight. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.discovery import classify
from headgate.inventory.row import UNVERIFIED
from headgate.names import catalog_name, catalog_name_fault
from headgate.tables.names import blurred, respelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition, GroupBy
    from headgate.inventory.row import TableRow

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Rules:
    """How tables are arranged. `schedules` and `weights` are by ingestion type: snapshot, append, cdc, unknown.

    What is empty or missing stays empty in the inventory, so that the connector's definition decides.
    """

    group_by: GroupBy = "category_and_ingestion_type"
    prefixes: Mapping[str, str] = field(default_factory=dict)
    connection: str = ""
    catalog: str = ""
    schema: str = ""
    schedules: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    def without(self, definition: Definition) -> Rules:
        """Give the same, less what the definition says anyway."""
        schedules, weights = definition.schedules, definition.balance.weights
        return replace(
            self,
            connection="" if self.connection == definition.connection.name else self.connection,
            catalog="" if self.catalog == definition.destination.catalog else self.catalog,
            schema="" if self.schema == definition.destination.schema_name else self.schema,
            schedules={kind: cron for kind, cron in self.schedules.items() if cron != getattr(schedules, kind)},
            weights={kind: weight for kind, weight in self.weights.items() if weight != getattr(weights, kind)},
        )


def arrange(tables: Iterable[TableRow], rules: Rules, existing: Sequence[TableRow] = ()) -> tuple[TableRow, ...]:
    """Fill in what a table does not say itself; `existing` is the inventory so far, whose destination names are kept."""
    return _named(tuple(_arranged(table, rules) for table in tables), existing)


def _arranged(table: TableRow, rules: Rules) -> TableRow:
    category = table.category or classify.category(table.source_table, rules.prefixes)
    arranged = replace(
        table,
        category=category,
        connection_name=table.connection_name or rules.connection,
        destination_catalog=table.destination_catalog or rules.catalog,
        destination_schema=table.destination_schema or rules.schema,
    )
    if table.status == UNVERIFIED and not table.ingestion_type:
        # What hangs on the ingestion type is left to the definition, which goes by the type that a later discovery finds.
        return arranged
    kind = classify.rule_of(table.ingestion_type)
    return replace(
        arranged,
        pipeline_group=table.pipeline_group or classify.group(category, table.ingestion_type, rules.group_by),
        schedule=table.schedule or rules.schedules.get(kind, ""),
        weight=rules.weights.get(kind) if table.weight is None else table.weight,
    )


def _named(tables: tuple[TableRow, ...], existing: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """Give a destination name to each table whose own one Unity Catalog would not take, or takes for another's.

    Source: Unity Catalog keeps names in lower case, so `Users` and `users` are one table.
    """
    known = respelled((table.source_table for table in existing), (table.source_table for table in tables))
    names = {(table.source_table, _namespace(table)): table.destination_table for table in existing}
    before = {_identity(table): names.get((known.get(table.source_table, ""), _namespace(table))) for table in tables}
    tables = tuple(
        replace(table, destination_table=table.destination_table or before[_identity(table)] or "") for table in tables
    )
    taken = {blurred(table.destination_name) for table in existing}
    taken |= {blurred(table.destination_table) for table in tables if table.destination_table}
    named = []
    for table in tables:
        if table.destination_table or (before[_identity(table)] is not None and not catalog_name_fault(table.source_table)):
            named.append(table)
            continue
        name = _free(catalog_name(table.source_table), taken)
        taken.add(blurred(name))
        named.append(table if name == table.source_table else replace(table, destination_table=name))
    return tuple(named)


def _identity(table: TableRow) -> tuple[str, str]:
    return table.source_table, _namespace(table)


def _namespace(table: TableRow) -> str:
    return str(table.options.get("namespace", ""))


def _free(name: str, taken: set[str]) -> str:
    number = 1
    found = name
    while blurred(found) in taken:
        number += 1
        found = f"{name[: _LONGEST - len(str(number)) - 1]}_{number}"
    return found
