"""A layout while it is being made: where each table is to be, where it is today, and which pipelines there are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from headgate.grouped import grouped
from headgate.names import natural, slug
from headgate.tables.group import majority
from headgate.tables.names import respelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.layout.model import Layout, Left, Pipeline, Placement
    from headgate.tables.group import Group
    from headgate.tables.ids import TableId
    from headgate.tables.table import Table

_LONGEST_GROUP = 50
Held = TypeVar("Held")


@dataclass(slots=True)
class Draft:
    """`homes`: table → pipeline to be in; `found`: table → its placement in the lock; `groups`: pipeline → its group.

    A table that is under way was given to its new pipeline in some target, so it stays on its way there.
    """

    homes: dict[Table, str] = field(default_factory=dict)
    found: dict[Table, Placement] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def next_names(self, group: Group, count: int) -> list[str]:
        """Give ids for new pipelines of the group: an id is never given twice, whatever became of the first."""
        stem = slug(group.key, "group")[:_LONGEST_GROUP]
        free = (name for number in itertools.count(1) if (name := f"{stem}_{number}") not in self.taken)
        return list(itertools.islice(free, count))

    def settle(self, group: Group, names: Sequence[str], homes: Mapping[Table, str]) -> None:
        """Take over where the group's tables are to be; of its pipelines `names`, those that hold none are none any more."""
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

    def under_way(self, table: Table) -> bool:
        """Whether a handover of the table was made in some target, so that its way can't be changed."""
        placement = self.found.get(table)
        return bool(placement and placement.move and set(placement.move.states.values()) - {"planned"})


def draft_of(tables: Sequence[Table], lock: Layout | None) -> Draft:
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
    draft.found = match(tables, lock)
    draft.homes = {table: placement.agreed for table, placement in draft.found.items()}
    inside = grouped((home, table) for table, home in draft.homes.items())
    named = {pipeline.id: pipeline.group for pipeline in lock.pipelines}
    draft.groups = {name: majority((table.group for table in its), named.get(name, "")) for name, its in inside.items()}
    return draft


def match(tables: Sequence[Table], lock: Layout) -> dict[Table, Placement]:
    """Give table → its placement in the lock: the same table, else by source table where one of each is left.

    A source table may be spelled otherwise than the lock has it, where that leaves no doubt.
    """
    placements = {placement.table: placement for placement in lock.tables}
    found = {table: placements.pop(table.id) for table in tables if table.id in placements}
    rest = [table for table in tables if table not in found]
    before = _by_source((placement.table, placement) for placement in placements.values())
    now = _by_source((table.id, table) for table in rest)
    for name, old in respelled(before, now).items():
        if len(before[old]) == 1 and len(now[name]) == 1:
            found[now[name][0]] = before[old][0]
    return found


def _by_source(held: Iterable[tuple[TableId, Held]]) -> dict[str, list[Held]]:
    return grouped((table.source_table, one) for table, one in held)
