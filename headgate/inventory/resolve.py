"""From the rows of an inventory to tables: defaults filled in, groups and weights found, once for all that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.inventory.defaults import table_id
from headgate.inventory.grouping import groups_of
from headgate.inventory.loads import loads_of
from headgate.inventory.weighing import weigh
from headgate.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.grouping import LockedGroups
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run


def resolve(
    rows: Sequence[TableRow], definition: Definition, runs: Sequence[Run] = (), locked: LockedGroups | None = None
) -> tuple[Table, ...]:
    """Give a table for each row, heaviest first, then by name, whatever the order of the rows.

    `runs` are the tables' past ones; without them weights are as the rows say, else by ingestion type. `locked`: the groups
    of the layout that was agreed, where there is one.
    """
    by_id = {table_id(row, definition): row for row in rows}
    weights, loads = weigh(by_id, definition, runs), loads_of(by_id, definition, runs)
    tables = [
        Table(
            one,
            group,
            weights[one],
            row.ingestion_type,
            {**definition.table_options, **row.options},
            own_group=bool(row.pipeline_group),
            gone=row.status == "gone",
            loads=loads[one],
        )
        for (one, row), group in zip(by_id.items(), groups_of(list(by_id.values()), definition, locked), strict=True)
    ]
    return tuple(sorted(tables, key=lambda table: table.order))
