"""Whether a lock fits the inventory and the definition: what `headgate balance` would have to change, loads left aside."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.balance.items import items_of, majority
from headgate.balance.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.balance.items import Item
    from headgate.balance.rules import Rules
    from headgate.definition.model import Definition
    from headgate.inventory.table import Table
    from headgate.layout.model import Layout, Placement


def misfits(tables: Sequence[Table], definition: Definition, layout: Layout) -> list[str]:
    """Give what in the lock does not fit, a sentence each; an empty list where all does.

    Loads have no say: a pipeline that grew too heavy is no reason to refuse a deployment. Tables that are under way to
    another pipeline may be where no rule would have them. Raises InputError where a rule names no table.
    """
    items = {item.table: item for item in items_of(tables, definition)}
    placements = {placement.table: placement for placement in layout.tables}
    found = [f"{key} is not in it" for key in sorted(set(items) - set(placements), key=str)]
    found += [f"{key} is no longer in the inventory" for key in sorted(set(placements) - set(items), key=str)]
    if found:
        return found
    found += _numbers(definition, layout)
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    for placement in layout.tables:
        inside[placement.agreed].append(items[placement.table])
    free = {items[placement.table] for placement in layout.tables if not _under_way(placement)}
    found += _groups(layout, inside, free)
    found += _rules(rules_of(list(items.values()), definition), inside, free)
    cap = definition.balance.max_tables_per_pipeline
    found += [
        f"pipeline '{name}' has {len(held)} tables, {cap} at most"
        for name, held in inside.items()
        if len(held) > cap and free.issuperset(held)
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


def _groups(layout: Layout, inside: dict[str, list[Item]], free: set[Item]) -> Iterator[str]:
    named = {pipeline.id: pipeline.group for pipeline in layout.pipelines}
    for name, held in inside.items():
        group = majority(held, named[name])
        if named[name] != group.key:
            yield f"the tables of pipeline '{name}' are of group '{group.key}' now, not of '{named[name]}'"
        for item in held:
            if item.group != group and item in free:
                yield f"{item.table} can't stay in pipeline '{name}': its group, schedule or connection is another"


def _rules(rules: Rules, inside: dict[str, list[Item]], free: set[Item]) -> Iterator[str]:
    homes = {item: name for name, held in inside.items() for item in held}
    for together in rules.together:
        if free.issuperset(together) and len({homes[item] for item in together}) > 1:
            yield f"{', '.join(item.table.source_table for item in together)} must share a pipeline, and don't"
    for rule in rules.apart:
        held = [homes[item] for item in rule.items if item in free]
        if len(set(held)) < len(held):
            yield f"{', '.join(item.table.source_table for item in rule.items)} must not share a pipeline, and do"
    for item, name in rules.pinned.items():
        if item in free and homes[item] != name:
            yield f"{item.table} is pinned to pipeline '{name}', and is in '{homes[item]}'"
