"""Whether a lock fits the inventory and the definition: what `headgate balance` would have to change, loads left aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.balance.rules import rules_of
from headgate.layout.resolved import resolve_layout
from headgate.names import natural
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.balance.rules import Rules
    from headgate.definition.model import Definition
    from headgate.layout.model import Layout, Placement
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.table import Table


def misfits(tables: Sequence[Table], definition: Definition, layout: Layout) -> list[str]:
    """Give what in the lock does not fit, a sentence each; an empty list where all does.

    Loads have no say: a pipeline that grew too heavy is no reason to refuse a deployment. Tables that are under way to
    another pipeline may be where no rule would have them. Raises InputError where a rule names no table.
    """
    by_id = {table.id: table for table in tables}
    placements = {placement.table: placement for placement in layout.tables}
    found = [f"{key} is not in it" for key in sorted(set(by_id) - set(placements), key=str)]
    found += [f"{key} is no longer in the inventory" for key in sorted(set(placements) - set(by_id), key=str)]
    if found:
        return found
    found += _numbers(definition, layout)
    pipelines = resolve_layout(layout, tables)
    free = {by_id[placement.table] for placement in layout.tables if not _under_way(placement)}
    found += _groups(pipelines, free)
    found += _rules(rules_of(tables, definition), pipelines, free)
    cap = definition.balance.max_tables_per_pipeline
    found += [
        f"pipeline '{one.pipeline.id}' has {counted(len(one.tables), 'table')}, {cap} at most"
        for one in pipelines
        if len(one.tables) > cap and free.issuperset(one.tables)
    ]
    return found


def _under_way(placement: Placement) -> bool:
    return bool(placement.move and set(placement.move.states.values()) - {"planned"})


def _numbers(definition: Definition, layout: Layout) -> Iterator[str]:
    settings = definition.balance
    for what, before, now in (
        ("pipelines", layout.asked.pipelines, settings.pipelines), ("stacks", layout.asked.stacks, settings.stacks)
    ):  # fmt: skip
        if before != now:
            yield f"it was made for {before or 'any number of'} {what}, and balance.{what} is {now or 'not set'}"
    for pipeline in layout.pipelines:
        if pipeline.stack > settings.stacks:
            yield f"pipeline '{pipeline.id}' is in stack {pipeline.stack} of {settings.stacks}"


def _groups(pipelines: Sequence[ResolvedPipeline], free: set[Table]) -> Iterator[str]:
    for one in pipelines:
        name, before, group = one.pipeline.id, one.pipeline.group, one.group
        if one.tables and group and before != group.key:
            yield f"the tables of pipeline '{name}' are of group '{group.key}' now, not of '{before}'"
        for table in one.tables:
            if table.group != group and table in free:
                yield f"{table.id} can't stay in pipeline '{name}': its group, schedule or connection is another"


def _rules(rules: Rules, pipelines: Sequence[ResolvedPipeline], free: set[Table]) -> Iterator[str]:
    homes = {table: one.pipeline.id for one in pipelines for table in one.tables}
    for together in rules.together:
        if free.issuperset(together) and len({homes[table] for table in together}) > 1:
            yield f"{', '.join(table.id.source_table for table in together)} must share a pipeline, and don't"
    for rule in rules.apart:
        held = [homes[table] for table in rule.tables if table in free]
        if len(set(held)) < len(held):
            yield f"{', '.join(table.id.source_table for table in rule.tables)} must not share a pipeline, and do"
    for first, then in rules.after:
        if {first, then} <= free and natural(homes[then]) < natural(homes[first]):
            yield f"{then.id.source_table} is in an earlier pipeline than {first.id.source_table}, which it is to come after"
    for table, name in rules.pinned.items():
        if table in free and homes[table] != name:
            yield f"{table.id} is pinned to pipeline '{name}', and is in '{homes[table]}'"
