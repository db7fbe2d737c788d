"""What the definition says of single tables: which share a pipeline, which must not, which are pinned, what a move costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeVar

from headgate.grouped import grouped
from headgate.inventory.row import rule_of
from headgate.problems import Problem, did_you_mean, refuse
from headgate.tables.names import Names, blurred

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.definition.model import Definition, MoveCosts
    from headgate.tables.table import Table

T = TypeVar("T")
_MOST_COST = 10**9  # seconds; keeps sums of them exact


@dataclass(frozen=True, slots=True)
class Apart:
    """Tables no two of which may share a pipeline, and why: a place in the definition, or empty for one source table."""

    tables: tuple[Table, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """together: sets of two or more tables. apart: sets likewise. pinned: table → pipeline id. costs: table → seconds.

    move_by: what moves are to cost least of. loads: load → what a pipeline takes of it at most, None: any amount. after: pairs
    of tables, the first of which is in no later pipeline than the second.
    """

    together: tuple[tuple[Table, ...], ...] = ()
    apart: tuple[Apart, ...] = ()
    pinned: Mapping[Table, str] = field(default_factory=dict)
    costs: Mapping[Table, int] = field(default_factory=dict)
    move_by: Literal["tables", "seconds"] = "seconds"
    loads: Mapping[str, float | None] = field(default_factory=dict)
    after: tuple[tuple[Table, Table], ...] = ()


def rules_of(tables: Sequence[Table], definition: Definition) -> Rules:
    """Give the rules for a connector's tables. Raises InputError for every name that is no table's, or that is two tables'."""
    settings = definition.balance
    names = _Named(tables)
    together = [names.all(f"balance.together[{number}]", entry) for number, entry in enumerate(settings.together)]
    numbered = ((f"balance.apart[{number}]", entry) for number, entry in enumerate(settings.apart))
    apart = [Apart(names.all(path, entry), path) for path, entry in numbered]
    pinned = names.said("balance.pinned", settings.pinned)
    given = names.said("balance.move_costs.tables", settings.move_costs.tables)
    after = list(_pairs(names, settings.after))
    problems = [*names.problems, *_across_groups(settings.together, together), *_after_across_groups(after)]
    refuse(problems)
    costs = {table: _cost(table, settings.move_costs, given) for table in tables}
    kept_apart = (*_copies(tables), *(one for one in apart if len(one.tables) > 1))
    loads = {name: settings.loads[name].per_pipeline for name in sorted(settings.loads)}
    return Rules(
        tuple(_joined(together)),
        kept_apart,
        pinned,
        costs,
        settings.move_by,
        loads,
        tuple((first, then) for _, first, then in after),
    )


class _Named:
    """The tables by the names that a definition may use, and the problems with those that it did use."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.problems: list[Problem] = []
        listed = list(tables)
        self._names = Names((name, table) for table in listed for name in table.id.names())
        self._sources = [table.id.source_table for table in listed]

    def one(self, path: str, name: str) -> list[Table]:
        """Give the table of that name in a list; an empty one, and a problem more, where there is none or a doubt."""
        found = self._names.find(name)
        if len(found) == 1:
            return found
        if found:
            choice = " or ".join(table.id.destination for table in found)
            self.problems.append(Problem(f"'{name}' is read by {len(found)} tables", f"name one: {choice}", path=path))
        else:
            fix = did_you_mean(name, self._names.known, self._sources)
            self.problems.append(Problem(f"'{name}' is not in the inventory", fix, path=path))
        return []

    def said(self, path: str, said: Mapping[str, T]) -> dict[Table, T]:
        """Give what is said of tables by their names; a problem more for a table of which two things are said."""
        found: dict[Table, tuple[str, T]] = {}
        for name, value in said.items():
            for table in self.one(path, name):
                other, before = found.setdefault(table, (name, value))
                if before != value:
                    message = f"'{other}' and '{name}' are one table, and have {before} and {value}"
                    self.problems.append(Problem(message, "keep one of them", path=path))
        return {table: value for table, (_, value) in found.items()}

    def all(self, path: str, names: Iterable[str]) -> tuple[Table, ...]:
        """Give the tables of those names, each once, in their own order."""
        return tuple(sorted({table for name in names for table in self.one(path, name)}, key=lambda table: table.order))


def _across_groups(entries: Sequence[Sequence[str]], together: Sequence[tuple[Table, ...]]) -> Iterable[Problem]:
    """Say which tables are to share a pipeline and can't, since their group, schedule or connection is not the same."""
    for number, (entry, tables) in enumerate(zip(entries, together, strict=True)):
        for one, two in pairwise(tables):
            differ = _differ(one, two)
            if differ and len(entry) > 1:
                yield Problem(
                    f"{one.id.source_table} and {two.id.source_table} are to share a pipeline, and their {differ}",
                    f"give both one {differ.partition(' ')[0]}, or take one out of the list",
                    path=f"balance.together[{number}]",
                )


def _pairs(names: _Named, after: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Table, Table]]:
    """Give each pair of tables, the one that comes first before the other, and where the definition has it."""
    for name, entries in after.items():
        thens = names.one(f"balance.after.{name}", name)
        for number, entry in enumerate(entries):
            path = f"balance.after.{name}[{number}]"
            yield from ((path, first, then) for first in names.one(path, entry) for then in thens if first != then)


def _after_across_groups(after: Sequence[tuple[str, Table, Table]]) -> Iterable[Problem]:
    """Say which tables are to come one after the other and are in no job together."""
    for path, first, then in after:
        differ = _differ(first, then)
        if differ:
            yield Problem(
                f"{then.id.source_table} is to come after {first.id.source_table}, and their {differ}",
                "give both one group, schedule and connection, or take it out",
                path=path,
            )


def _differ(one: Table, two: Table) -> str:
    """Say in what the groups of two tables differ, with both values; empty where they are one."""
    for what, words in (("key", "group"), ("schedule", "schedule"), ("connection", "connection")):
        values = [getattr(table.group, what) for table in (one, two)]
        if values[0] != values[1]:
            return f"{words} differs: {values[0]!r} and {values[1]!r}"
    return ""


def _joined(sets: Iterable[tuple[Table, ...]]) -> list[tuple[Table, ...]]:
    """Give disjoint sets: those that have an table in common are one."""
    joined: list[set[Table]] = []
    for tables in sets:
        touching = [one for one in joined if one & set(tables)]
        joined = [one for one in joined if one not in touching] + [set(tables).union(*touching)]
    found = [tuple(sorted(one, key=lambda table: table.order)) for one in joined if len(one) > 1]
    return sorted(found, key=lambda tables: tables[0].order)


def _copies(tables: Iterable[Table]) -> list[Apart]:
    """Give the rows that read one source table: of two in a pipeline, the second would be lost without a word.

    So are two source tables that differ in capitals alone: `ingest` names views after them, and Spark's views know no
    capitals.
    """
    copies = grouped((blurred(table.id.source_table), table) for table in tables)
    return [Apart(tuple(same)) for _, same in sorted(copies.items()) if len(same) > 1]


def _cost(table: Table, costs: MoveCosts, given: Mapping[Table, float]) -> int:
    """Give what moving the table costs, in whole seconds, at least one."""
    seconds = given.get(table)
    if seconds is None:
        seconds = costs.handover_seconds + table.weight.seconds * getattr(costs, rule_of(table.ingestion_type))
    return max(1, min(round(seconds), _MOST_COST))
