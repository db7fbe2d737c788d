"""The steps that take a draft to a layout that fits what is asked for, each with as few moves as it needs."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.place import longest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.draft import Draft
    from headgate.balance.items import Group, Item


def grow(draft: Draft, group: Group, count: int, cap: int) -> None:
    """Add pipelines to a running group until it has `count`, each filled from the heaviest."""
    while len(draft.pipelines_of(group)) < count:
        running = draft.pipelines_of(group)
        fill(draft, draft.new_pipeline(group), running, cap)


def fill(draft: Draft, new: str, others: Sequence[str], cap: int) -> None:
    """Move tables from the heaviest of the others to the new pipeline, as long as that makes the heaviest lighter."""
    if not others:
        return
    bins = {bin_.id: bin_ for bin_ in draft.bins([*others, new])}
    while True:
        heavy = min((bins[name] for name in others), key=lambda bin_: (-bin_.load, -bin_.count, bin_.id))
        room = heavy.load - bins[new].load
        able = (item for item in draft.items_in(heavy.id) if 0 < item.weight < room)
        item = next((item for item in able if not draft.pinned(item) and bins[new].takes(item, cap)), None)
        if item is None:
            return
        draft.homes[item] = new
        bins[new].add(item)
        heavy.load -= item.weight


def shrink(draft: Draft, group: Group, count: int, cap: int) -> None:
    """Empty the group's pipelines that weigh least until it has `count`; one that can't be emptied stays."""
    names = draft.pipelines_of(group)
    if len(names) <= count:
        return
    for name in sorted(names, key=lambda name: (_load(draft, name), len(draft.items_in(name)), names.index(name))):
        if len(draft.pipelines_of(group)) <= count:
            return
        items = draft.items_in(name)
        bins = draft.bins(other for other in draft.pipelines_of(group) if other != name)
        placed, refused = longest_first(items, bins, cap)
        if not refused and not any(draft.pinned(item) for item in items):
            draft.homes.update(placed)
            del draft.groups[name]


def evict(draft: Draft, cap: int) -> list[Item]:
    """Take out what can't stay: tables of another group than their pipeline's, and the lightest above the cap."""
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    for item, home in draft.homes.items():
        inside[home].append(item)
    out = []
    for name, items in inside.items():
        free = sorted((item for item in items if not draft.pinned(item)), key=lambda item: item.order)
        strange = [item for item in free if item.group != draft.groups[name]]
        fitting = [item for item in free if item.group == draft.groups[name]]
        over = max(0, len(items) - len(strange) - cap)
        out += strange + fitting[max(0, len(fitting) - over) :]
    for item in out:
        del draft.homes[item]
    return out


def settle(draft: Draft, group: Group, items: Sequence[Item], cap: int) -> None:
    """Give each item without a home a pipeline of its group: the lightest with room, else a new one."""
    waiting = list(items)
    while waiting:
        placed, waiting = longest_first(waiting, draft.bins(draft.pipelines_of(group)), cap)
        draft.homes.update(placed)
        if waiting:
            draft.new_pipeline(group)


def replan(draft: Draft, group: Group, items: Sequence[Item], count: int, cap: int) -> None:
    """Spread a group anew over `count` pipelines; new loads take the names with which they share the most weight."""
    fixed = [item for item in items if draft.pinned(item)]
    free = [item for item in items if not draft.pinned(item)]
    before = {item: draft.homes.get(item) for item in free}
    for item in free:
        draft.homes.pop(item, None)
    kept = {draft.homes[item] for item in fixed}
    names = draft.pipelines_of(group)
    names = sorted(names, key=lambda name: (name not in kept, names.index(name)))
    for name in names[max(count, len(kept)) :]:
        del draft.groups[name]
    for _ in range(count - len(draft.pipelines_of(group))):
        draft.new_pipeline(group)
    settle(draft, group, free, cap)
    _keep_names(draft, before, kept)


def _keep_names(draft: Draft, before: dict[Item, str | None], kept: set[str]) -> None:
    shared: dict[tuple[str, str], float] = {}
    free = {draft.homes[item] for item in before} - kept
    for item, old in before.items():
        new = draft.homes[item]
        if old in free and new in free and old is not None:
            shared[new, old] = shared.get((new, old), 0.0) + item.weight + 1e-9
    names: dict[str, str] = {}
    for new, old in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if new not in names and old not in names.values():
            names[new] = old
    rest = sorted(free - set(names.values()))
    for new in sorted(free - set(names)):
        names[new] = rest.pop(0)
    renamed = {item: names.get(draft.homes[item], draft.homes[item]) for item in before}
    if not _meet(draft, renamed):
        draft.homes.update(renamed)


def _meet(draft: Draft, homes: dict[Item, str]) -> bool:
    """Whether one source table would be twice in a pipeline, its tables of today counted in."""
    seen: dict[tuple[str, str], Item] = {}
    places = [*(draft.homes | homes).items(), *((item, placement.pipeline) for item, placement in draft.found.items())]
    return any(seen.setdefault((name, item.key.source_table), item) != item for item, name in places)


def _load(draft: Draft, pipeline: str) -> float:
    return fsum(item.weight for item in draft.items_in(pipeline))
