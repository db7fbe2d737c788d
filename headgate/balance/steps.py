"""How one layout differs from another: data, for text, JSON and a page to render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.balance.draft import match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.items import Item
    from headgate.layout.model import Layout


@dataclass(frozen=True, slots=True)
class Step:
    """A table that came, went or moves, or a pipeline that came, left or changes stack. Empty where it doesn't apply."""

    what: str  # table_added, table_gone, table_moves, table_renamed, pipeline_added, pipeline_leaves, pipeline_restacked
    name: str
    before: str = ""
    after: str = ""


def steps_between(items: Sequence[Item], layout: Layout, before: Layout | None) -> list[Step]:
    """Give the steps from the layout before to this one, for the items of this one; none where there was none before."""
    if before is None:
        return []
    steps = []
    found = match(items, before)
    placements = {placement.key: placement for placement in layout.tables}
    for item in sorted(items, key=lambda item: (item.key.source_table, item.key.destination)):
        now, old = placements[item.key], found.get(item)
        if old is None:
            steps.append(Step("table_added", str(item.key), "", now.agreed))
            continue
        if old.key != item.key:
            steps.append(Step("table_renamed", item.key.source_table, old.key.destination, item.key.destination))
        if old.agreed != now.agreed:
            steps.append(Step("table_moves", str(item.key), old.agreed, now.agreed))
    kept = {placement.key for placement in found.values()}
    steps += [Step("table_gone", str(p.key), p.agreed, "") for p in before.tables if p.key not in kept]
    old_ids, new_ids = ({p.id: p.stack for p in side.pipelines} for side in (before, layout))
    steps += [Step("pipeline_added", name, "", f"stack {stack}") for name, stack in new_ids.items() if name not in old_ids]
    steps += [Step("pipeline_leaves", name, f"stack {stack}", "") for name, stack in old_ids.items() if name not in new_ids]
    steps += [
        Step("pipeline_restacked", name, f"stack {old_ids[name]}", f"stack {stack}")
        for name, stack in new_ids.items()
        if name in old_ids and old_ids[name] != stack
    ]
    return steps
