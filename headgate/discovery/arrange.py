"""From what a source says to rows of an inventory: category, destination name, schedule and weight. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.discovery import classify
from headgate.inventory.grouping import without_written
from headgate.inventory.row import UNVERIFIED, rule_of
from headgate.names import catalog_name, catalog_name_fault
from headgate.tables.names import blurred, respelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Rules:
    """How tables are arranged. `schedules` and `weights` are by ingestion type: snapshot, append, cdc, unknown.

    What is empty or missing stays empty in the inventory, so that the connector's definition decides.
    """

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
            connection="" if self.connection == definition.reads_through else self.connection,
            catalog="" if self.catalog == definition.destination.catalog else self.catalog,
            schema="" if self.schema == definition.destination.schema_name else self.schema,
            schedules={kind: cron for kind, cron in self.schedules.items() if cron != getattr(schedules, kind)},
            weights={kind: weight for kind, weight in self.weights.items() if weight != getattr(weights, kind)},
        )


def arrange(tables: Iterable[TableRow], rules: Rules, existing: Sequence[TableRow] = ()) -> tuple[TableRow, ...]:
    """Fill in what a table does not say itself; `existing` is the inventory so far, whose destination names are kept.

    Where its categories were once made of names, a new table's is too, so that it joins the others until groups are asked for.
    """
    by_names = _made_of_names(existing)
    return _named(tuple(_arranged(table, rules, by_names=any(by_names)) for table in tables), existing)


def ungrouped(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """Give an inventory's rows without the groups that a discovery wrote, and without categories that it made of names.

    Those were made for all rows, so they are taken for a person's unless at least half of the rows have such a one.
    """
    made = _made_of_names(rows)
    rows = without_written(rows)
    return tuple(replace(row, category="") if was_made else row for row, was_made in zip(rows, made, strict=True))


def _made_of_names(rows: Sequence[TableRow]) -> list[bool]:
    """Give of which rows a discovery made the category of the name."""
    made = [bool(row.category) and row.category == classify.invented(row.source_table) for row in rows]
    return made if sum(made) * 2 >= len(rows) else [False] * len(rows)


def _arranged(table: TableRow, rules: Rules, *, by_names: bool) -> TableRow:
    category = table.category or classify.category(table.source_table, rules.prefixes)
    arranged = replace(
        table,
        category=category or (classify.invented(table.source_table) if by_names else ""),
        connection_name=table.connection_name or rules.connection,
        destination_catalog=table.destination_catalog or rules.catalog,
        destination_schema=table.destination_schema or rules.schema,
    )
    if table.status == UNVERIFIED and not table.ingestion_type:
        # What hangs on the ingestion type is left to the definition, which goes by the type that a later discovery finds.
        return arranged
    kind = rule_of(table.ingestion_type)
    return replace(
        arranged,
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
