"""What a layout looks like and how it differs from the one before: data, for text, JSON, CSV and a page to render."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003  # pydantic reads the fields of Row when a schema is made
from dataclasses import dataclass, field, replace
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.bounds import group_bounds
from headgate.balance.counts import startup_of
from headgate.balance.draft import match
from headgate.balance.feasibility import infeasible
from headgate.balance.grouping_cost import GroupingCost, grouping_costs
from headgate.balance.limits import demands_of
from headgate.balance.notes import chain_notes, group_notes, grouping_notes, layout_notes, load_notes, move_notes, starts_notes
from headgate.balance.rules import rules_of
from headgate.balance.starts import Timeline, timeline
from headgate.balance.steps import Step, steps_between
from headgate.grouped import grouped
from headgate.layout.chains import chains_in
from headgate.layout.resolved import resolve_layout
from headgate.names import natural
from headgate.numbers import rounded
from headgate.tables.group import majority
from headgate.tables.ids import TableId
from headgate.tables.weight import Load  # noqa: TC001  # and those of Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.balance.arrange import Arranged
    from headgate.definition.model import Definition
    from headgate.layout.chains import Chain
    from headgate.layout.model import Layout
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline. Weights in seconds of one run, rounded; `bound` is its group's lower bound, which no layout can beat.

    `before`: the weight of what the layout before had in it, with the weights of today. `offset` in minutes. `share`: the
    weight as a share of the bound: 1 is best for the heaviest pipeline of a group. `loads`: what its tables ask for beside
    the weight in a run, by name.
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
    share: float
    loads: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A table: where it is to be and was before (empty: nowhere), and its weight in seconds of one run.

    `weight_from`: given, observed, estimate or type; `confidence` from 0 to 1. `loads`: what it asks for beside that, by name.
    `increment`: seconds that its runs take, `first_load`: that its last load from nothing took; None where none is known.
    """

    source_table: str
    destination: str
    pipeline: str
    before: str
    weight: float
    weight_from: str
    confidence: float
    loads: Mapping[str, Load] = field(default_factory=dict)
    increment: float | None = None
    first_load: float | None = None

    @property
    def table(self) -> TableId:
        """What tells the table from others."""
        return TableId(self.source_table, self.destination)


@dataclass(frozen=True, slots=True)
class Report:
    """A connector's layout, pipeline by pipeline and table by table, and the steps to it from the layout before.

    problems: what it can't keep, a sentence each. notes: what else to know.
    """

    connector: str
    rows: tuple[Row, ...]
    entries: tuple[Entry, ...]
    groups: tuple[Arranged, ...]
    steps: tuple[Step, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    grouping: tuple[GroupingCost, ...] = ()
    timeline: Timeline | None = None

    @property
    def stacks(self) -> int:
        """How many stacks hold pipelines: one more holds what all pipelines share."""
        return len({row.stack for row in self.rows})


def report(
    tables: Sequence[Table],
    definition: Definition,
    layout: Layout,
    before: Layout | None,
    arranged: Sequence[Arranged] = (),
) -> Report:
    """Give the report of a layout that fits the tables, with the steps from the layout before it."""
    found = match(tables, before) if before else {}
    pipelines = resolve_layout(layout, tables)
    entries = [
        _entry(table, one.pipeline.id, found[table].agreed if table in found else "")
        for one in pipelines
        for table in one.tables
    ]
    past = grouped((placement.agreed, table) for table, placement in found.items())
    rows = tuple(_rows(tables, entries, pipelines, past))
    chains = chains_in(layout, definition.balance.after)
    shown = _timeline(pipelines, definition, chains)
    steps = tuple(steps_between(tables, layout, before))
    rules = rules_of(tables, definition)
    obstacles = {one.group: one.obstacles for one in arranged}
    return Report(
        connector=definition.id,
        rows=rows,
        entries=tuple(sorted(entries, key=lambda entry: (entry.source_table, entry.destination))),
        groups=tuple(_rounded(one) for one in arranged),
        steps=steps,
        problems=tuple(infeasible(pipelines, rules, definition, shown, obstacles, chains)),
        notes=(
            *grouping_notes(layout, before, steps),
            *group_notes(arranged, definition),
            *starts_notes(shown),
            *load_notes(tables, definition),
            *chain_notes(chains),
            *layout_notes(tables, definition, layout),
            *move_notes(layout, steps),
        ),
        grouping=tuple(grouping_costs(pipelines, rules, definition.balance)),
        timeline=shown,
    )


def _rounded(one: Arranged) -> Arranged:
    weights = {name: rounded(getattr(one, name)) for name in ("bound", "makespan", "reachable")}
    loads = tuple(replace(load, bound=rounded(load.bound), heaviest=rounded(load.heaviest)) for load in one.loads)
    return replace(one, loads=loads, **weights)  # type: ignore[arg-type]  # all three are weights


def _timeline(pipelines: Sequence[ResolvedPipeline], definition: Definition, chains: Sequence[Chain]) -> Timeline:
    groups = {one.pipeline.id: one.group for one in pipelines if one.tables and one.group}
    loads = {one.pipeline.id: one.seconds for one in pipelines}
    every = [one.pipeline for one in pipelines]
    demands = demands_of({one.pipeline.id: one.tables for one in pipelines}, definition)
    startup = startup_of(definition.balance)
    return timeline(every, groups, loads, definition, startup_seconds=startup, demands=demands, chains=chains)


def _entry(table: Table, home: str, before: str) -> Entry:
    weight = table.weight
    return Entry(
        table.id.source_table, table.id.destination, home, before, weight.seconds, weight.source, weight.confidence,
        table.loads, weight.increment, weight.first_load,
    )  # fmt: skip


def _rows(
    tables: Sequence[Table],
    entries: Sequence[Entry],
    pipelines: Sequence[ResolvedPipeline],
    past: Mapping[str, Sequence[Table]],
) -> Iterable[Row]:
    moved = [entry for entry in entries if entry.before and entry.before != entry.pipeline]
    came, went = Counter(entry.pipeline for entry in moved), Counter(entry.before for entry in moved)
    names = sorted({name for table in tables for name in table.loads})
    bounds = group_bounds(Counter(one.group for one in pipelines if one.tables and one.group), tables)
    for one in sorted(pipelines, key=lambda one: natural(one.pipeline.id)):
        pipeline, gone = one.pipeline, past.get(one.pipeline.id, ())
        emptied = majority((table.group for table in gone), pipeline.group) if gone else None
        group = one.group if one.tables else emptied
        bound = bounds.get(group, 0.0) if group else 0.0
        yield Row(
            pipeline=pipeline.id,
            group=group.key if group else pipeline.group,
            stack=pipeline.stack,
            tables=len(one.tables),
            weight=rounded(one.seconds),
            before=rounded(fsum(table.weight.seconds for table in gone)),
            moves_in=came[pipeline.id],
            moves_out=went[pipeline.id],
            schedule=group.schedule if group else "",
            offset=pipeline.offset,
            bound=rounded(bound),
            share=rounded(one.seconds / bound) if bound else 1.0,
            loads={name: rounded(one.load(name)) for name in names},
        )
