"""The balance: inventory, definition and the lock in; the layout to agree on next out. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.balance.counts import fewest, share_out
from headgate.balance.draft import Draft, draft_of, natural
from headgate.balance.items import items_of
from headgate.balance.moves import evict, grow, replan, settle, shrink
from headgate.balance.stacks import assign_stacks
from headgate.layout.model import Asked, Layout, Left, Move, Pipeline, Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.items import Group, Item
    from headgate.definition.model import Definition
    from headgate.inventory.table import Table


def balance(
    tables: Sequence[Table],
    definition: Definition,
    lock: Layout | None = None,
    *,
    rebalance: bool = False,
    restack: bool = False,
) -> Layout:
    """Give the layout for an inventory: every table once, and where the lock has it.

    Tables that the lock doesn't know go where there is room, gone ones are dropped, emptied pipelines leave. Tables change
    pipelines (as planned moves) only where the number of pipelines asked for changed, a cap or their group forces them, or
    with `rebalance`; pipelines change stack only where theirs is no longer asked for, or with `restack`.
    The same for any order of rows. Raises RefusedError where a pipeline would change stack while it still does.
    """
    items = items_of(tables, definition)
    groups: defaultdict[Group, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.group].append(item)
    draft = draft_of(items, lock)
    place(draft, dict(sorted(groups.items())), definition, lock, rebalance=rebalance)
    return finish(draft, definition, lock, restack=restack)


def place(
    draft: Draft, groups: dict[Group, list[Item]], definition: Definition, lock: Layout | None, *, rebalance: bool
) -> None:
    """Give every item of the draft a home."""
    settings, cap = definition.balance, definition.balance.max_tables_per_pipeline
    evict(draft, cap)
    now = {group: len(draft.pipelines_of(group)) for group in groups}
    running = {group: count for group, count in now.items() if count}
    if lock is None or lock.asked.pipelines != settings.pipelines or rebalance:
        counts = share_out(groups, settings, None if rebalance else running)
    else:
        counts = {group: max(now[group], fewest(items, settings)) for group, items in groups.items()}
    for group, items in groups.items():
        if rebalance or not now[group]:
            replan(draft, group, items, counts[group], cap)
            continue
        shrink(draft, group, counts[group], cap)
        settle(draft, group, [item for item in items if item not in draft.homes], cap)
        grow(draft, group, counts[group], cap)


def finish(draft: Draft, definition: Definition, lock: Layout | None, *, restack: bool) -> Layout:
    """Give the draft as a layout: placements with their moves, pipelines with their stacks, and what left."""
    targets = definition.targets
    placements = sorted(
        (_placement(item, home, draft.found.get(item)) for item, home in draft.homes.items()),
        key=lambda placement: (placement.key.source_table, placement.key.destination),
    )
    loads: defaultdict[str, float] = defaultdict(float)
    for item, home in draft.homes.items():
        loads[home] += item.weight
    living = {name for placement in placements for name in (placement.pipeline, placement.agreed)}
    before = {pipeline.id: pipeline for pipeline in lock.pipelines} if lock else {}
    keys = {name: group.key for name, group in draft.groups.items()} | {
        name: pipeline.group for name, pipeline in before.items() if name not in draft.groups
    }
    pipelines = [
        Pipeline(name, keys[name], before[name].stack, before[name].name, before[name].restacked, before[name].renamed)
        if name in before
        else Pipeline(name, keys[name], 0)
        for name in sorted(living, key=natural)
    ]
    stacked = assign_stacks(pipelines, loads, definition.balance.stacks, tuple(targets), restack=restack)
    retired = {retirement.target for retirement in lock.retired if retirement.done} if lock else set()
    still = [target for target in targets if target not in retired]
    gone = [Left.of(pipeline, still) for name, pipeline in before.items() if name not in living]
    left = [*(lock.left if lock else ()), *gone]
    return Layout(
        connector=definition.id,
        asked=Asked(definition.balance.pipelines, definition.balance.stacks),
        pipelines=tuple(sorted(stacked, key=lambda pipeline: pipeline.id)),
        tables=tuple(placements),
        left=tuple(sorted(left, key=lambda entry: entry.id)),
        retired=lock.retired if lock else (),
    )


def _placement(item: Item, home: str, found: Placement | None) -> Placement:
    if found is None or found.pipeline == home:
        return Placement(item.key, home)
    move = found.move if found.move and found.move.to == home else Move(home)
    return Placement(item.key, found.pipeline, move)
