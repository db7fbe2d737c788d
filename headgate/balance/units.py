"""A group's tables as the numbers that the placement works on, and back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import Dimension, Instance, exact_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from headgate.balance.draft import Draft
    from headgate.balance.rules import Apart, Rules
    from headgate.tables.table import Table


_ROUNDING = 1e-9  # of a limit: it may be a sum of what is in it


@dataclass(frozen=True, slots=True)
class Units:
    """The units of one group. `members`: unit → its tables; `names`: pipeline's number → its id; `scale`: weight of 1.

    `homes`, `costs` and `seconds` are (units,): the number of the pipeline where each is (-1: nowhere yet), what moving it
    counts, which is to be least in all, and what it costs in seconds.
    `apart`: for each of the instance's sets of `apart`, the rule that it comes from. `loads`: the names of the instance's
    dimensions, and what 1 of each stands for.
    """

    members: tuple[tuple[Table, ...], ...]
    names: tuple[str, ...]
    instance: Instance
    homes: NDArray[np.int64]
    costs: NDArray[np.int64]
    seconds: NDArray[np.int64]
    scale: float
    apart: tuple[Apart, ...]
    loads: tuple[tuple[str, float], ...] = ()

    def placed(self, homes: Sequence[int] | NDArray[np.int64]) -> dict[Table, str]:
        """Give table → id of its pipeline. homes: (units,) each unit's pipeline, by its number in `names`."""
        return {table: self.names[home] for unit, home in zip(self.members, homes, strict=True) for table in unit}


def units_of(draft: Draft, tables: Sequence[Table], rules: Rules, names: Sequence[str], cap: int) -> Units:
    """Give the group's tables as units on the pipelines `names`, with all that must hold.

    What is under way stays so, whatever the rules say now: they get their say when it is done.
    """
    members = _members(draft, tables, rules)
    unit_of = {table: number for number, unit in enumerate(members) for table in unit}
    numbers = {name: number for number, name in enumerate(names)}
    weights, scale = exact_weights([table.weight.seconds for table in tables])
    by_table = dict(zip(tables, weights.tolist(), strict=True))
    room = _room(draft, names, cap) if len(tables) > cap else None
    fixed = _fixed(draft, members, rules, numbers)
    apart = [(rule, numbers_) for rule in rules.apart if len(numbers_ := _apart(draft, rule, unit_of, fixed)) > 1]
    pairs = {(unit_of[first], unit_of[then]) for first, then in rules.after
             if first in unit_of and then in unit_of and not (draft.under_way(first) and draft.under_way(then))}  # fmt: skip
    loads = [(name, *_dimension(members, name, limit)) for name, limit in rules.loads.items()]
    loads = [one for one in loads if one[1].loads.any()]  # of what nobody asks for, there is nothing to spread
    instance = Instance(
        weights=np.array([sum(by_table[table] for table in unit) for unit in members], dtype=np.int64),
        pipelines=len(names),
        sizes=np.array([len(unit) for unit in members], dtype=np.int64) if len(members) < len(tables) else None,
        capacity=room,
        anti_affinity=tuple(numbers_ for _, numbers_ in apart),
        fixed=fixed,
        forbidden=_barred(draft, rules, unit_of, numbers, fixed),
        precedence=sorted((first, then) for first, then in pairs if first != then),
        dimensions=tuple(dimension for _, dimension, _ in loads),
    )
    seconds = np.array([sum(rules.costs[table] for table in unit) for unit in members], dtype=np.int64)
    return Units(
        members=members,
        names=tuple(names),
        instance=instance,
        homes=np.array([_home(draft, unit, rules, numbers) for unit in members], dtype=np.int64),
        costs=seconds if rules.move_by == "seconds" else np.array([len(unit) for unit in members], dtype=np.int64),
        seconds=seconds,
        scale=scale,
        apart=tuple(rule for rule, _ in apart),
        loads=tuple((name, scale) for name, _, scale in loads),
    )


def _dimension(members: Sequence[Sequence[Table]], name: str, limit: float | None) -> tuple[Dimension, float]:
    """Give what each unit asks for of a load, and what 1 of it stands for."""
    amounts, scale = exact_weights([table.loads[name].amount for unit in members for table in unit])
    ends = np.cumsum([len(unit) for unit in members])
    sums = np.concatenate(([0], np.cumsum(amounts)))[np.concatenate(([0], ends))]
    most = None if limit is None else min(int(limit / scale * (1 + _ROUNDING)), 2**62)
    return Dimension(np.diff(sums), most), scale


def _members(draft: Draft, tables: Sequence[Table], rules: Rules) -> tuple[tuple[Table, ...], ...]:
    """Give the tables, those that must share a pipeline as one; one on its way elsewhere than the first waits to join them."""
    inside, joined = set(tables), {}
    for together in rules.together:
        held = next((draft.homes[table] for table in together if draft.under_way(table)), None)
        able = [table for table in together if table in inside and not (draft.under_way(table) and draft.homes[table] != held)]
        joined.update(dict.fromkeys(able, tuple(able)))
    seen: set[Table] = set()
    members = []
    for table in tables:
        if table not in seen:
            members.append(joined.get(table, (table,)))
            seen.update(members[-1])
    return tuple(members)


def _home(draft: Draft, unit: Sequence[Table], rules: Rules, numbers: Mapping[str, int]) -> int:
    """Give where the unit is: where most of it is, by what moving it would cost; -1 where it is nowhere."""
    votes: defaultdict[int, int] = defaultdict(int)
    for table in unit:
        if draft.homes.get(table) in numbers:
            votes[numbers[draft.homes[table]]] += rules.costs[table]
    return min(votes, key=lambda number: (-votes[number], number)) if votes else -1


def _fixed(draft: Draft, members: Sequence[Sequence[Table]], rules: Rules, numbers: Mapping[str, int]) -> dict[int, int]:
    fixed = {}
    for number, unit in enumerate(members):
        held = [draft.homes[table] for table in unit if draft.under_way(table)]
        pinned = [rules.pinned[table] for table in unit if table in rules.pinned]
        home = next((name for name in (*held, *pinned) if name in numbers), None)
        if home is not None:
            fixed[number] = numbers[home]
    return fixed


def _apart(draft: Draft, rule: Apart, unit_of: Mapping[Table, int], fixed: Mapping[int, int]) -> tuple[int, ...]:
    """Give the units that the rule parts; of those that are under way to one pipeline, the first."""
    found: list[int] = []
    taken: set[int] = set()
    for table in rule.tables:
        unit = unit_of.get(table)
        if unit is None or (draft.under_way(table) and fixed.get(unit, -1) in taken):
            continue
        found.append(unit)
        if draft.under_way(table) and unit in fixed:
            taken.add(fixed[unit])
    return tuple(found)


def _barred(
    draft: Draft, rules: Rules, unit_of: Mapping[Table, int], numbers: Mapping[str, int], fixed: Mapping[int, int]
) -> dict[int, frozenset[int]]:
    """Keep each copy of a source table out of the pipelines where another one is today, until that one was handed over."""
    barred: defaultdict[int, set[int]] = defaultdict(set)
    for rule in rules.apart:
        if rule.path:
            continue
        for table in rule.tables:
            if table not in unit_of or unit_of[table] in fixed:
                continue
            places = {draft.found[other].pipeline for other in rule.tables if other != table and other in draft.found}
            barred[unit_of[table]] |= {numbers[name] for name in places if name in numbers}
    return {unit: frozenset(places) for unit, places in barred.items() if places}


def _room(draft: Draft, names: Sequence[str], cap: int) -> NDArray[np.int64]:
    """Give how many tables each pipeline takes: the cap, and no less than are under way to it."""
    held = Counter(home for table, home in draft.homes.items() if draft.under_way(table))
    return np.array([max(cap, held[name]) for name in names], dtype=np.int64)
