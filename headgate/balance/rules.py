"""What the definition says of single tables: which share a pipeline, which must not, which are pinned, what a move costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from headgate.problems import InputError, Problem, did_you_mean
from headgate.tables.names import Names, blurred

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.balance.items import Item
    from headgate.definition.model import Definition, MoveCosts

_MOST_COST = 10**9  # seconds; keeps sums of them exact


@dataclass(frozen=True, slots=True)
class Apart:
    """Tables no two of which may share a pipeline, and why: a place in the definition, or empty for one source table."""

    items: tuple[Item, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """together: sets of two or more items. apart: sets likewise. pinned: item → pipeline id. costs: item → seconds."""

    together: tuple[tuple[Item, ...], ...] = ()
    apart: tuple[Apart, ...] = ()
    pinned: Mapping[Item, str] = field(default_factory=dict)
    costs: Mapping[Item, int] = field(default_factory=dict)


def rules_of(items: Sequence[Item], definition: Definition) -> Rules:
    """Give the rules for a connector's items. Raises InputError for every name that is no table's, or that is two tables'."""
    settings = definition.balance
    names = _Named(items)
    together = [names.all(f"balance.together[{number}]", entry) for number, entry in enumerate(settings.together)]
    apart = [Apart(names.all(path, entry), path) for path, entry in _numbered("balance.apart", settings.apart)]
    pinned = {item: pipeline for name, pipeline in settings.pinned.items() for item in names.one("balance.pinned", name)}
    given = {item: seconds for name, seconds in settings.move_costs.tables.items()
             for item in names.one("balance.move_costs.tables", name)}  # fmt: skip
    problems = [*names.problems, *_across_groups(settings.together, together)]
    if problems:
        raise InputError(problems)
    costs = {item: _cost(item, settings.move_costs, given) for item in items}
    return Rules(tuple(_joined(together)), (*(_copies(items)), *(one for one in apart if len(one.items) > 1)), pinned, costs)


class _Named:
    """The items by the names that a definition may use, and the problems with those that it did use."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.problems: list[Problem] = []
        self._names = Names((name, item) for item in items for name in item.table.names())

    def one(self, path: str, name: str) -> list[Item]:
        """Give the item of that name in a list; an empty one, and a problem more, where there is none or a doubt."""
        found = self._names.find(name)
        if len(found) == 1:
            return found
        if found:
            choice = " or ".join(item.table.destination for item in found)
            self.problems.append(Problem(f"'{name}' is read by {len(found)} tables", f"name one: {choice}", path=path))
        else:
            cure = did_you_mean(name, self._names.known)
            self.problems.append(Problem(f"'{name}' is no table of the inventory", cure, path=path))
        return []

    def all(self, path: str, names: Iterable[str]) -> tuple[Item, ...]:
        """Give the items of those names, each once, in their own order."""
        return tuple(sorted({item for name in names for item in self.one(path, name)}, key=lambda item: item.order))


def _numbered(path: str, entries: Sequence[Sequence[str]]) -> Iterable[tuple[str, Sequence[str]]]:
    return ((f"{path}[{number}]", entry) for number, entry in enumerate(entries))


def _across_groups(entries: Sequence[Sequence[str]], together: Sequence[tuple[Item, ...]]) -> Iterable[Problem]:
    """Say which tables are to share a pipeline and can't, since their group, schedule or connection is not the same."""
    for number, (entry, items) in enumerate(zip(entries, together, strict=True)):
        for one, two in pairwise(items):
            differ = [
                what for what in ("key", "schedule", "connection") if getattr(one.group, what) != getattr(two.group, what)
            ]
            if differ and len(entry) > 1:
                what = {"key": "group", "schedule": "schedule", "connection": "connection"}[differ[0]]
                values = " and ".join(repr(getattr(item.group, differ[0])) for item in (one, two))
                yield Problem(
                    f"{one.table.source_table} and {two.table.source_table} are to share a pipeline, and their {what} differs: "
                    f"{values}",
                    f"give both one {what}, or take one out of the list",
                    path=f"balance.together[{number}]",
                )


def _joined(sets: Iterable[tuple[Item, ...]]) -> list[tuple[Item, ...]]:
    """Give disjoint sets: those that have an item in common are one."""
    joined: list[set[Item]] = []
    for items in sets:
        touching = [one for one in joined if one & set(items)]
        joined = [one for one in joined if one not in touching] + [set(items).union(*touching)]
    found = [tuple(sorted(one, key=lambda item: item.order)) for one in joined if len(one) > 1]
    return sorted(found, key=lambda items: items[0].order)


def _copies(items: Iterable[Item]) -> list[Apart]:
    """Give the rows that read one source table: of two in a pipeline, the second would be lost without a word.

    So are two source tables that differ in capitals alone: `ingest` names views after them, and Spark's views know no
    capitals.
    """
    copies: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        copies[blurred(item.table.source_table)].append(item)
    return [Apart(tuple(same)) for _, same in sorted(copies.items()) if len(same) > 1]


def _cost(item: Item, costs: MoveCosts, given: Mapping[Item, float]) -> int:
    """Give what moving the table costs, in whole seconds, at least one."""
    name = "cdc" if item.ingestion_type == "cdc_with_deletes" else item.ingestion_type or "unknown"
    seconds = given.get(item)
    if seconds is None:
        seconds = costs.handover_seconds + item.weight * getattr(costs, name)
    return max(1, min(round(seconds), _MOST_COST))
