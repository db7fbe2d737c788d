"""What it costs that tables are in groups: the heaviest pipeline beside what as many could reach without them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.balance.counts import placement_of, share_out
from headgate.grouped import grouped
from headgate.numbers import rounded
from headgate.partition.instance import exact_weights
from headgate.partition.longest import longest_first
from headgate.tables.group import Group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.rules import Rules
    from headgate.definition.model import Balance
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.table import Table


_MANY = 200  # tables that longest first spreads about as well as any search, at a hundredth of its time


@dataclass(frozen=True, slots=True)
class GroupingCost:
    """Groups that are on one schedule and connection, or all of a connector (`whole`), with their pipelines.

    heaviest: the load of the heaviest of them, in seconds. reachable: what was found for the heaviest of as many pipelines
    where tables are kept apart by schedule, connection and rules alone; `heaviest` where nothing lighter was found.
    """

    schedule: str
    connection: str
    groups: int
    pipelines: int
    heaviest: float
    reachable: float
    whole: bool = False


def grouping_costs(pipelines: Sequence[ResolvedPipeline], rules: Rules, settings: Balance) -> list[GroupingCost]:
    """Give what groups cost on each schedule and connection that has several, then for the connector where it has several.

    pipelines: a layout's, with their tables; those that hold none have no part in it.
    """
    filled = ((one, one.group) for one in pipelines if one.tables and one.group)
    held = grouped((Group("", group.schedule, group.connection), one) for one, group in filled)
    costs = [
        _cost(place, its, _reachable({place: _tables(its)}, rules, settings, len(its)))
        for place, its in sorted(held.items())
        if len({one.group for one in its}) > 1
    ]
    every = [one for its in held.values() for one in its]
    if len({one.group for one in every}) > 1 and len(held) > 1:
        reachable = _reachable({place: _tables(its) for place, its in sorted(held.items())}, rules, settings, len(every))
        costs.append(_cost(Group("", "", ""), every, reachable, whole=True))
    return costs


def _cost(place: Group, its: Sequence[ResolvedPipeline], reachable: float, *, whole: bool = False) -> GroupingCost:
    heaviest = rounded(max(one.seconds for one in its))
    groups = len({one.group for one in its})
    return GroupingCost(place.schedule, place.connection, groups, len(its), heaviest, min(heaviest, rounded(reachable)), whole)


def _reachable(groups: dict[Group, list[Table]], rules: Rules, settings: Balance, pipelines: int) -> float:
    """Give the heaviest load of so many pipelines, shared out over the groups."""
    free = settings.model_copy(update={"pipelines": pipelines, "min_pipelines": 1})
    counts = share_out(groups, rules, free)
    return max(_heaviest(tables, rules, settings, counts[group]) for group, tables in groups.items())


def _heaviest(tables: Sequence[Table], rules: Rules, settings: Balance, pipelines: int) -> float:
    """Give the heaviest load of tables, heaviest first, on so many pipelines; of many, longest first is near enough."""
    bound = {table for one in (*rules.together, *(rule.tables for rule in rules.apart)) for table in one}
    if len(tables) > _MANY and bound.isdisjoint(tables) and not rules.loads:
        weights, scale = exact_weights([table.weight.seconds for table in tables])
        assignment = longest_first(weights, pipelines)
        if np.bincount(assignment).max() <= settings.max_tables_per_pipeline:
            return float(np.bincount(assignment, weights).max() * scale)
    return max(placement_of(tables, rules, settings)(pipelines, 0.0))


def _tables(pipelines: Sequence[ResolvedPipeline]) -> list[Table]:
    return sorted((table for one in pipelines for table in one.tables), key=lambda table: table.order)
