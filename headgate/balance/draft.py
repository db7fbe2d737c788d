"""A layout while it is being made: where each table is to be, where it is today, and which pipelines there are."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from headgate.balance.items import Item, majority
from headgate.layout.model import Placement
from headgate.names import slug
from headgate.tables.names import respelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.balance.items import Group
    from headgate.layout.model import Layout, Left, Pipeline

_LONGEST_GROUP = 50
Held = TypeVar("Held", Item, Placement)


@dataclass(slots=True)
class Draft:
    """`homes`: item → pipeline to be in; `found`: item → its placement in the lock; `groups`: pipeline → its group.

    An item that is under way was given to its new pipeline in some target, so it stays on its way there.
    """

    homes: dict[Item, str] = field(default_factory=dict)
    found: dict[Item, Placement] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def next_names(self, group: Group, count: int) -> list[str]:
        """Give ids for new pipelines of the group: an id is never given twice, whatever became of the first."""
        stem = slug(group.key, "group")[:_LONGEST_GROUP]
        free = (name for number in itertools.count(1) if (name := f"{stem}_{number}") not in self.taken)
        return list(itertools.islice(free, count))

    def settle(self, group: Group, names: Sequence[str], homes: Mapping[Item, str]) -> None:
        """Take over where the group's items are to be; of its pipelines `names`, those that hold none are none any more."""
        self.homes.update(homes)
        held = set(self.homes.values())
        for name in names:
            if name in held:
                self.taken.add(name)
                self.groups[name] = group
            else:
                self.groups.pop(name, None)

    def copy(self) -> Draft:
        """Give a draft of the same, which goes its own way."""
        return Draft(dict(self.homes), self.found, dict(self.groups), set(self.taken))

    def take(self, other: Draft) -> None:
        """Become as the other is."""
        self.homes, self.groups, self.taken = other.homes, other.groups, other.taken

    def pipelines_of(self, group: Group) -> list[str]:
        """Give the group's pipelines, by id (`a_2` before `a_10`)."""
        return sorted((name for name, its in self.groups.items() if its == group), key=natural)

    def under_way(self, item: Item) -> bool:
        """Whether a handover of the table was made in some target, so that its way can't be changed."""
        placement = self.found.get(item)
        return bool(placement and placement.move and set(placement.move.states.values()) - {"planned"})


def natural(name: str) -> tuple[str, int]:
    """Give a sort key that puts `a_2` before `a_10`."""
    stem, _, number = name.rpartition("_")
    return (stem, int(number)) if number.isdecimal() else (name, 0)


def draft_of(items: Sequence[Item], lock: Layout | None) -> Draft:
    """Give the draft in which each table is where the lock has it; tables that the lock doesn't know have no home yet.

    A table whose destination changed is the same one where its source table leaves no doubt. A pipeline belongs to the
    group of most of its tables, so a group or schedule that changed for all of them moves none.
    """
    draft = Draft()
    if lock is None:
        return draft
    draft.taken = {pipeline.id for pipeline in lock.pipelines} | {left.id for left in lock.left}
    traced: list[Pipeline | Left] = [*lock.pipelines, *lock.left]
    draft.taken |= {entry.renamed.before for entry in traced if entry.renamed}
    draft.found = match(items, lock)
    draft.homes = {item: placement.agreed for item, placement in draft.found.items()}
    inside: defaultdict[str, list[Item]] = defaultdict(list)
    for item, home in draft.homes.items():
        inside[home].append(item)
    named = {pipeline.id: pipeline.group for pipeline in lock.pipelines}
    draft.groups = {name: majority(its, named.get(name, "")) for name, its in inside.items()}
    return draft


def match(items: Sequence[Item], lock: Layout) -> dict[Item, Placement]:
    """Give item → its placement in the lock: the same table, else by source table where one of each is left.

    A source table may be spelled otherwise than the lock has it, where that leaves no doubt.
    """
    placements = {placement.table: placement for placement in lock.tables}
    found = {item: placements.pop(item.table) for item in items if item.table in placements}
    rest = [item for item in items if item not in found]
    before, now = _by_source(placements.values()), _by_source(rest)
    for name, old in respelled(before, now).items():
        if len(before[old]) == 1 and len(now[name]) == 1:
            found[now[name][0]] = before[old][0]
    return found


def _by_source(held: Iterable[Held]) -> dict[str, list[Held]]:
    found: defaultdict[str, list[Held]] = defaultdict(list)
    for one in held:
        found[one.table.source_table].append(one)
    return found
