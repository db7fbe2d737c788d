"""What a layout looks like and how it differs from the one before: data, for text and JSON to render."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from headgate.balance.bound import lower_bound
from headgate.balance.draft import match, natural
from headgate.balance.items import Group, Item, items_of, majority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.table import Table
    from headgate.layout.model import Layout


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline. `weight` in seconds of one run; `bound` is its group's lower bound, which no layout can beat."""

    pipeline: str
    stack: int
    tables: int
    weight: float
    schedule: str
    bound: float

    @property
    def share(self) -> float:
        """The weight as a share of the lower bound: 1 is best for the heaviest pipeline of a group."""
        return self.weight / self.bound if self.bound else 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """A table that came, went or moves, or a pipeline that came, left or changes stack. Empty where it doesn't apply."""

    what: str  # table_added, table_gone, table_moves, table_renamed, pipeline_added, pipeline_leaves, pipeline_restacked
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A connector's layout, pipeline by pipeline, and the steps to it from the layout before."""

    connector: str
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the report for a machine: `format` counts up when a field changes its meaning."""
        rows = [asdict(row) | {"share": round(row.share, 6)} for row in self.rows]
        return {
            "format": 1,
            "connector": self.connector,
            "pipelines": rows,
            "steps": [asdict(step) for step in self.steps],
            "notes": list(self.notes),
        }


def report(tables: Sequence[Table], definition: Definition, layout: Layout, before: Layout | None) -> Report:
    """Give the report of a layout that fits the inventory, with the steps from the layout before it."""
    items = {item.key: item for item in items_of(tables, definition)}
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    for placement in layout.tables:
        inside[placement.agreed].append(items[placement.key])
    groups = {name: majority(its) for name, its in inside.items()}
    bounds = _bounds(groups, items.values())
    rows = []
    for pipeline in sorted(layout.pipelines, key=lambda pipeline: natural(pipeline.id)):
        its = inside[pipeline.id]
        group = groups.get(pipeline.id)
        load = fsum(item.weight for item in its)
        schedule, bound = (group.schedule, bounds[group]) if group else ("", 0.0)
        rows.append(Row(pipeline.id, pipeline.stack, len(its), load, schedule, bound))
    return Report(
        definition.id,
        tuple(rows),
        tuple(_steps(list(items.values()), layout, before)),
        tuple(_notes(tables, definition, layout)),
    )


def _bounds(groups: dict[str, Group], items: Sequence[Item] | Any) -> dict[Group, float]:
    weights: defaultdict[Group, list[float]] = defaultdict(list)
    for item in items:
        weights[item.group].append(item.weight)
    pipelines = list(groups.values())
    return {group: lower_bound(weights[group], pipelines.count(group)) for group in set(pipelines)}


def _steps(items: Sequence[Item], layout: Layout, before: Layout | None) -> list[Step]:
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


def _notes(tables: Sequence[Table], definition: Definition, layout: Layout) -> list[str]:
    notes = []
    asked, count = definition.balance.pipelines, len({placement.agreed for placement in layout.tables})
    if asked is not None and asked != count:
        notes.append(
            f"{asked} pipelines were asked for and there are {count}: each group needs one, and no more than it has tables"
        )
    empty = sorted(set(range(1, definition.balance.stacks + 1)) - {pipeline.stack for pipeline in layout.pipelines})
    if empty:
        names = ", ".join(str(number) for number in empty)
        notes.append(f"stack {names} holds no pipeline: new pipelines go there, or all are spread anew with --restack")
    gone = sum(1 for table in tables if table.status == "gone")
    if gone:
        notes.append(f"{gone} tables are marked gone in the inventory and still read: delete their rows to stop that")
    waiting = sum(1 for placement in layout.tables if placement.move)
    if waiting:
        notes.append(f"{waiting} tables are on their way to another pipeline: files change as their handover is recorded")
    return notes
