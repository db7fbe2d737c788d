"""How one layout differs from another: data, for text, JSON and a page to render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.balance.draft import match
from headgate.tables.names import blurred

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.layout.model import Layout
    from headgate.tables.ids import TableId
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class Step:
    """A table that came, went, moves or is named otherwise, or a pipeline that came, left or changes stack.

    Empty where it doesn't apply.
    """

    # table_added, table_gone, table_moves, table_renamed (another destination), table_respelled, table_reads_another (source),
    # pipeline_added, pipeline_leaves, pipeline_restacked
    what: str
    name: str
    before: str = ""
    after: str = ""


def steps_between(tables: Sequence[Table], layout: Layout, before: Layout | None) -> list[Step]:
    """Give the steps from the layout before to this one, for the tables of this one; none where there was none before."""
    if before is None:
        return []
    steps = []
    found = match(tables, before)
    placements = {placement.table: placement for placement in layout.tables}
    for table in sorted(tables, key=lambda table: table.id.spelled):
        now, old = placements[table.id], found.get(table)
        if old is None:
            steps.append(Step("table_added", str(table.id), "", now.agreed))
            continue
        if old.table != table.id:
            steps.append(Step("table_renamed", table.id.source_table, old.table.destination, table.id.destination))
        elif old.table.spelled != table.id.spelled:
            steps.append(Step(_other_words(old.table, table.id), table.id.destination, str(old.table), str(table.id)))
        if old.agreed != now.agreed:
            steps.append(Step("table_moves", str(table.id), old.agreed, now.agreed))
    kept = {placement.table for placement in found.values()}
    steps += [Step("table_gone", str(p.table), p.agreed, "") for p in before.tables if p.table not in kept]
    old_ids, new_ids = ({p.id: p.stack for p in side.pipelines} for side in (before, layout))
    steps += [Step("pipeline_added", name, "", f"stack {stack}") for name, stack in new_ids.items() if name not in old_ids]
    steps += [Step("pipeline_leaves", name, f"stack {stack}", "") for name, stack in old_ids.items() if name not in new_ids]
    steps += [
        Step("pipeline_restacked", name, f"stack {old_ids[name]}", f"stack {stack}")
        for name, stack in new_ids.items()
        if name in old_ids and old_ids[name] != stack
    ]
    return steps


def _other_words(before: TableId, after: TableId) -> str:
    """Say what differs of a table that is still the same: its spelling, or what it is read from."""
    alike = blurred(before.source_table) == blurred(after.source_table)
    return "table_respelled" if alike else "table_reads_another"
