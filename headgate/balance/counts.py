"""How many pipelines each group gets."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, fsum
from typing import TYPE_CHECKING

import numpy as np

from headgate.balance.deadline import Choice, Limits, Obstacle, choose
from headgate.balance.draft import Draft
from headgate.balance.sizing import workers
from headgate.balance.units import units_of
from headgate.definition.model import Deadline
from headgate.partition.conflict import Infeasible
from headgate.partition.constrained import NotFound
from headgate.partition.instance import exact_weights
from headgate.partition.several import place
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.balance.rules import Rules
    from headgate.definition.model import Balance, Definition
    from headgate.tables.group import Group
    from headgate.tables.table import Table

_QUICK = 12  # searches for a placement that is only looked at, where tables have several loads

Groups = dict["Group", list["Table"]]


def fewest(tables: Sequence[Table], rules: Rules, settings: Balance) -> int:
    """Give the fewest pipelines that a group's tables fit in by each cap and limit, and the sets of tables that must be apart.

    A table heavier than `max_weight_per_pipeline` stands alone: no number of pipelines mends that. Never more than the
    tables, nor than `max_pipelines`; at least `min_pipelines` where there are so many tables.
    """
    inside = set(tables)
    apart = max((len(inside.intersection(rule.tables)) for rule in rules.apart), default=1)
    count = max(settings.min_pipelines, ceil(len(tables) / settings.max_tables_per_pipeline), apart)
    if settings.max_weight_per_pipeline is not None:
        count = max(count, _by_weight([table.weight.seconds for table in tables], settings.max_weight_per_pipeline))
    for name, limit in rules.loads.items():
        if limit is not None:
            count = max(count, _by_weight([table.loads[name].amount for table in tables], limit))
    return max(1, min(count, len(tables), settings.max_pipelines or len(tables)))


def by_deadline(
    tables: Sequence[Table], rules: Rules, definition: Definition, deadline: Deadline, least: int, *, reserve: float
) -> Choice:
    """Choose the number of pipelines of a group, from `least`, whose run meets the deadline.

    Layouts are let be within the tolerance, so loads are taken larger than they are placed by `reserve`, a share of them; not
    that of a table alone in its pipeline, which nothing joins. Where only the reserve is in the way, it is left out and is
    the one obstacle named. What is cheapest counts the workers of classic clusters that are sized by weight.
    """
    settings, sizing = definition.balance, definition.compute.sizing
    loads_on = placement_of(tables, rules, settings)

    most = min(len(tables), settings.max_pipelines or len(tables))
    weights = [table.weight.seconds for table in tables]
    total = fsum(weights)

    def machines_of(load: float) -> float:
        return 1 + workers(sizing, load, ceil(len(tables) * load / total)) if sizing and total else 1

    def chosen(kept_free: float) -> Choice:
        return choose(
            weights, limits, lambda number: loads_on(number, kept_free), goal=deadline.goal, least=least, most=max(least, most),
            machines_of=machines_of,
        )  # fmt: skip

    limits = limits_of(deadline)
    found = chosen(reserve)
    if found.meets or not reserve or not (bare := chosen(0.0)).meets:
        return found
    return replace(bare, obstacles=(Obstacle("reserve", bare.seconds, share=reserve),))


def placement_of(tables: Sequence[Table], rules: Rules, settings: Balance) -> Callable[[int, float], list[float]]:
    """Give a function: a number of pipelines and a reserve → the load of each, in seconds, with the tables placed anew.

    The reserve is a share by which loads are taken larger where tables share a pipeline. Where the rules allow no placement,
    each load is that of all tables.
    """
    units = units_of(Draft(), tables, replace(rules, pinned={}), [], settings.max_tables_per_pipeline)
    sizes = np.array([len(unit) for unit in units.members], dtype=np.int64)
    cap = settings.max_tables_per_pipeline

    def loads_on(number: int, reserve: float) -> list[float]:
        capacity = np.full(number, cap, dtype=np.int64) if len(tables) > cap else None
        instance = replace(units.instance, pipelines=number, capacity=capacity, sizes=sizes)
        try:
            assignment = place(instance, rounds=_QUICK).assignment
        except (Infeasible, NotFound):
            return [fsum(table.weight.seconds for table in tables)] * number
        held = np.bincount(assignment, minlength=number).tolist()
        return [
            load * units.scale * (1 + reserve if count > 1 else 1)
            for load, count in zip(instance.loads(assignment).tolist(), held, strict=True)
        ]

    return loads_on


def limits_of(deadline: Deadline) -> Limits:
    """Give the definition's deadline as what a run is held to."""
    return Limits(
        deadline.minutes * 60,
        deadline.startup_seconds,
        deadline.concurrent_updates,
        deadline.requests_per_minute,
        deadline.requests_per_second,
    )


def startup_or_usual(settings: Balance) -> float:
    """Give the seconds that a pipeline takes before it reads its first table: as the definition says, else what is usual."""
    return (settings.deadline or Deadline(minutes=1)).startup_seconds


def startup_of(settings: Balance) -> float:
    """Give the seconds that a pipeline takes before it reads its first table, where the definition says so."""
    return settings.deadline.startup_seconds if settings.deadline else 0.0


def share_out(groups: Groups, rules: Rules, settings: Balance, now: Mapping[Group, int] | None = None) -> dict[Group, int]:
    """Give each group its number of pipelines: `settings.pipelines` in all, at least the fewest that each group needs.

    What is to spare goes one by one to the group whose pipelines are the most loaded; `now` (a running layout's numbers) is
    changed one by one likewise, so that as few pipelines as can be come or go. A group gets no more pipelines than tables.
    """
    least = {group: fewest(tables, rules, settings) for group, tables in groups.items()}
    most = {group: min(len(tables), settings.max_pipelines or len(tables)) for group, tables in groups.items()}
    counts = {group: max(least[group], (now or least).get(group, 1)) for group in groups}
    weights = {group: fsum(table.weight.seconds for table in tables) for group, tables in groups.items()}
    asked = settings.pipelines or sum(least.values())
    while sum(counts.values()) < asked:
        able = [group for group in groups if counts[group] < most[group]]
        if not able:
            break
        counts[min(able, key=lambda group: (-_gain(groups[group], counts[group], weights[group]), group))] += 1
    while sum(counts.values()) > asked:
        able = [group for group in groups if counts[group] > least[group]]
        if not able:
            break
        counts[min(able, key=lambda group: (weights[group] / (counts[group] - 1), group))] -= 1
    return counts


def _gain(tables: Sequence[Table], count: int, weight: float) -> float:
    """Give what one pipeline has too much: nothing where a single table makes it so heavy already."""
    mean = weight / count
    return mean if mean > tables[0].weight.seconds else 0.0


def _by_weight(weights: Sequence[float], limit: float) -> int:
    """Give how many pipelines keep all within the limit, those alone that are heavier by themselves."""
    alone = sum(weight > limit for weight in weights)
    numbers, scale = exact_weights([weight for weight in weights if weight <= limit])
    most = limit / scale
    count = ceil(int(numbers.sum()) / most)
    while 0 < count < len(numbers) and spread(numbers, count).makespan > most:
        count += 1
    return alone + count
