"""What a layout looks like and how it differs from the one before: data, for text, JSON, CSV and a page to render."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from headgate.balance.counts import startup_of
from headgate.balance.draft import match, natural
from headgate.balance.items import Group, Item, items_of, majority
from headgate.balance.notes import group_notes, layout_notes, starts_notes
from headgate.balance.starts import Timeline, timeline
from headgate.balance.steps import Step, steps_between
from headgate.partition.bound import lower_bound
from headgate.partition.instance import exact_weights
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.balance.arrange import Arranged
    from headgate.balance.weighing import Weighed
    from headgate.definition.model import Definition
    from headgate.inventory.table import Table
    from headgate.layout.model import Layout


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline. Weights in seconds of one run; `bound` is its group's lower bound, which no layout can beat.

    `before`: the weight of what the layout before had in it, with the weights of today. `offset` in minutes.
    """

    pipeline: str
    group: str
    stack: int
    tables: int
    weight: float
    before: float
    moves_in: int
    moves_out: int
    schedule: str
    offset: int
    bound: float

    @property
    def share(self) -> float:
        """The weight as a share of the lower bound: 1 is best for the heaviest pipeline of a group."""
        return self.weight / self.bound if self.bound else 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A table: where it is to be and was before (empty: nowhere), and its weight in seconds of one run.

    `weight_from`: given, observed or type; `confidence` from 0 to 1.
    """

    source_table: str
    destination: str
    pipeline: str
    before: str
    weight: float
    weight_from: str
    confidence: float

    @property
    def table(self) -> TableId:
        """What tells the table from others."""
        return TableId(self.source_table, self.destination)


@dataclass(frozen=True, slots=True)
class Report:
    """A connector's layout, pipeline by pipeline and table by table, and the steps to it from the layout before."""

    connector: str
    rows: tuple[Row, ...]
    entries: tuple[Entry, ...]
    groups: tuple[Arranged, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    timeline: Timeline | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the report for a machine: `format` counts up when a field changes its meaning."""
        rows = [asdict(row) | {"share": round(row.share, 6)} for row in self.rows]
        return {
            "format": 1,
            "connector": self.connector,
            "pipelines": rows,
            "groups": [asdict(group) for group in self.groups],
            "tables": [asdict(entry) for entry in self.entries],
            "steps": [asdict(step) for step in self.steps],
            "notes": list(self.notes),
            "starts": self.timeline.as_json() if self.timeline else None,
        }


def report(
    tables: Sequence[Table],
    definition: Definition,
    layout: Layout,
    before: Layout | None,
    weighed: Mapping[TableId, Weighed],
    arranged: Sequence[Arranged] = (),
) -> Report:
    """Give the report of a layout that fits the inventory, with the steps from the layout before it."""
    items = items_of(tables, definition, {key: one.weight for key, one in weighed.items()})
    found = match(items, before) if before else {}
    homes = {placement.table: placement.agreed for placement in layout.tables}
    entries = [_entry(item, homes[item.table], found[item].agreed if item in found else "", weighed) for item in items]
    rows = tuple(_rows(items, entries, layout))
    shown = _timeline(items, homes, rows, layout, definition)
    return Report(
        definition.id,
        rows,
        tuple(sorted(entries, key=lambda entry: (entry.source_table, entry.destination))),
        tuple(arranged),
        tuple(steps_between(items, layout, before)),
        (*group_notes(arranged, definition), *starts_notes(shown), *layout_notes(tables, definition, layout)),
        shown,
    )


def _timeline(
    items: Sequence[Item], homes: Mapping[TableId, str], rows: Iterable[Row], layout: Layout, definition: Definition
) -> Timeline:
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        inside[homes[item.table]].append(item)
    named = {pipeline.id: pipeline.group for pipeline in layout.pipelines}
    groups = {name: majority(its, named[name]) for name, its in inside.items()}
    loads = {row.pipeline: row.weight for row in rows}
    return timeline(layout.pipelines, groups, loads, definition, startup_seconds=startup_of(definition.balance))


def _entry(item: Item, home: str, before: str, weighed: Mapping[TableId, Weighed]) -> Entry:
    one = weighed[item.table]
    return Entry(item.table.source_table, item.table.destination, home, before, item.weight, one.source, one.confidence)


def _rows(items: Sequence[Item], entries: Sequence[Entry], layout: Layout) -> Iterable[Row]:
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    past: defaultdict[str, list[Item]] = defaultdict(list)
    for item, entry in zip(items, entries, strict=True):
        inside[entry.pipeline].append(item)
        past[entry.before].append(item)
    moved = [entry for entry in entries if entry.before and entry.before != entry.pipeline]
    came, went = Counter(entry.pipeline for entry in moved), Counter(entry.before for entry in moved)
    named = {pipeline.id: pipeline.group for pipeline in layout.pipelines}
    groups = {name: majority(its, named[name]) for name, its in inside.items()}
    bounds = _bounds(groups, items)
    for pipeline in sorted(layout.pipelines, key=lambda pipeline: natural(pipeline.id)):
        emptied = majority(past[pipeline.id], pipeline.group) if past[pipeline.id] else None
        group = groups.get(pipeline.id, emptied)
        yield Row(
            pipeline=pipeline.id,
            group=group.key if group else pipeline.group,
            stack=pipeline.stack,
            tables=len(inside[pipeline.id]),
            weight=fsum(item.weight for item in inside[pipeline.id]),
            before=fsum(item.weight for item in past[pipeline.id]),
            moves_in=came[pipeline.id],
            moves_out=went[pipeline.id],
            schedule=group.schedule if group else "",
            offset=pipeline.offset,
            bound=bounds.get(group, 0.0) if group else 0.0,
        )


def _bounds(groups: Mapping[str, Group], items: Iterable[Item]) -> dict[Group, float]:
    weights: defaultdict[Group, list[float]] = defaultdict(list)
    for item in items:
        weights[item.group].append(item.weight)
    found = {}
    for group, pipelines in Counter(groups.values()).items():
        numbers, scale = exact_weights(weights[group])
        found[group] = lower_bound(numbers, pipelines) * scale
    return found
