"""One group: its tables on its pipelines, with as few moves as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from headgate.balance.conflict_messages import conflict_problem
from headgate.balance.units import units_of
from headgate.names import natural
from headgate.partition.bound import lower_bound
from headgate.partition.conflict import Infeasible, Pipelines, require_feasible
from headgate.partition.constrained import NotFound
from headgate.partition.grow import fill
from headgate.partition.several import over_limit, place
from headgate.partition.vector_repair import fill_empty, repair, shrink
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.tables.group import Group  # noqa: TC001  # pydantic reads the fields of Arranged when a schema is made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headgate.balance.draft import Draft
    from headgate.balance.rules import Rules
    from headgate.balance.units import Units
    from headgate.definition.model import Balance
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class GroupLoad:
    """A load beside the weight in a group: its lower bound, its heaviest pipeline, and what a pipeline takes (None: any)."""

    name: str
    bound: float
    heaviest: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Arranged:
    """What became of a group. Weights in the tables' unit; `cost` of moves in seconds.

    `optimal`: proved that no layout has a lighter heaviest pipeline. `reached`: within the tolerance or the trigger, as
    asked. Where it is not, `wanted_moves` and `wanted_cost` say what getting within the tolerance takes (0: nothing can; of
    the cost also: moves are counted, not timed).
    `loads`: those beside the weight. With some, the largest ratio of a load to its bound is what is least, `optimal` and
    `reached` say it of that, and `reachable` is it times the bound.
    `obstacles`: what keeps the group from its deadline, in words. `reason`: why it has so many pipelines, where nobody said it.
    """

    group: Group
    pipelines: int
    bound: float
    makespan: float
    optimal: bool = False
    moved: int = 0
    cost: int = 0
    proved: bool = False
    reached: bool = True
    wanted_moves: int = 0
    wanted_cost: int = 0
    reachable: float = 0.0
    obstacles: tuple[str, ...] = ()
    reason: str = ""
    loads: tuple[GroupLoad, ...] = ()

    @property
    def heaviest(self) -> tuple[float, str]:
        """How far the largest ratio of a load to its bound is above 1, and which load that is: empty for the weight."""
        ratios = [(one.heaviest / one.bound, one.name) for one in self.loads if one.bound]
        weight = [(self.makespan / self.bound, "")] if self.bound else []
        ratio, name = max([*weight, *ratios], key=lambda pair: pair[0], default=(1.0, ""))
        return ratio - 1, name


def arrange(
    draft: Draft,
    group: Group,
    tables: Sequence[Table],
    rules: Rules,
    settings: Balance,
    count: int,
    *,
    now: bool,
    fresh: bool = False,
    exact: bool = True,
) -> Arranged:
    """Give each table of the group a home in the draft, on `count` pipelines or as many more as the rules need.

    `now`: get within the tolerance though the trigger is not passed, with any number of moves; `fresh`: with as many as the
    settings allow. `exact`: small repairs are
    proved by OR-Tools, where it is installed. Raises InputError where the rules contradict each other, with no more of them
    than do.
    """
    most = max(count, min(settings.max_pipelines or len(tables), len(tables)))
    running = draft.pipelines_of(group)
    for pipelines in range(count, most + 1):
        units = _units(draft, group, tables, rules, settings, pipelines)
        _refuse_unknown_pins(group, units, rules)
        try:
            assignment, result = _assignment(group, units, settings, pipelines, running, now=now, fresh=fresh, exact=exact)
        except Infeasible as infeasible:
            if pipelines == most or not any(isinstance(part, Pipelines) for part in infeasible.conflict):
                raise InputError(conflict_problem(infeasible, group, units, rules)) from None
        except NotFound as error:
            if pipelines == most:
                raise InputError(f"group '{group.key}': {error}", "loosen a rule, or allow more pipelines") from None
        else:
            if pipelines < most and over_limit(units.instance, assignment):
                continue
            draft.settle(group, units.names, units.placed(assignment))
            return result
    raise AssertionError("the last number of pipelines gives a result or raises")


def _assignment(
    group: Group,
    units: Units,
    settings: Balance,
    count: int,
    living: Sequence[str],
    *,
    now: bool,
    fresh: bool,
    exact: bool,
) -> tuple[NDArray[np.int64], Arranged]:
    """Give (units,) the number of each one's pipeline, and what became of the group."""
    instance, scale, running = units.instance, units.scale, len(living)
    tolerance, trigger = _thresholds(units, settings, now=now or fresh or count > running)
    if not running:
        split = place(instance)
        assignment = split.assignment if instance.fixed or instance.precedence else _in_order(split.assignment)
        nowhere = np.full_like(assignment, -1)
        empty = np.flatnonzero(np.bincount(assignment, minlength=count) == 0).tolist()
        assignment = _filled(units, nowhere, assignment, empty, tolerance)
        placed = Arranged(group, count, split.bound * scale, split.makespan * scale, split.optimal)
        return assignment, replace(placed, loads=_loads(units, assignment))
    require_feasible(instance)
    if count < running:
        assignment = shrink(instance, units.homes, units.costs, count, tolerance=tolerance, exact=exact)
        return assignment, _kept(group, units, assignment, len(set(assignment.tolist())))
    budget = None if now or count > running else settings.max_moves
    kept = repair(instance, units.homes, units.costs, tolerance=tolerance, trigger=trigger, budget=budget, exact=exact)
    new = [number for number, name in enumerate(units.names) if name not in living]
    assignment = _filled(units, units.homes, kept.assignment, new, tolerance) if new else kept.assignment
    needs = kept.needs
    return assignment, replace(
        _kept(group, units, assignment, count),
        reached=kept.reached,
        proved=kept.proved and bool(np.array_equal(assignment, kept.assignment)),
        wanted_moves=(needs.moves or 0) if needs else 0,
        wanted_cost=(needs.cost or 0) if needs and settings.move_by == "seconds" else 0,
        reachable=(needs.makespan if needs else kept.makespan) * scale,
    )


def _filled(
    units: Units, homes: NDArray[np.int64], assignment: NDArray[np.int64], new: Sequence[int], tolerance: float
) -> NDArray[np.int64]:
    if units.instance.dimensions:
        return fill_empty(units.instance, homes, assignment, units.costs)
    return fill(units.instance, homes, assignment, units.costs, new, tolerance=tolerance)


def _loads(units: Units, assignment: NDArray[np.int64]) -> tuple[GroupLoad, ...]:
    found = []
    for (name, scale), one in zip(units.loads, units.instance.dimensions, strict=True):
        heaviest = int(np.bincount(assignment, one.loads).max(initial=0))
        bound = lower_bound(one.loads, units.instance.pipelines)
        found.append(GroupLoad(name, bound * scale, heaviest * scale, None if one.limit is None else one.limit * scale))
    return tuple(found)


def _kept(group: Group, units: Units, assignment: NDArray[np.int64], count: int) -> Arranged:
    moved = (units.homes >= 0) & (assignment != units.homes)
    loads = units.instance.loads(assignment)
    bound = lower_bound(units.instance.weights, count)
    further = _loads(units, assignment)
    return Arranged(
        group,
        count,
        bound * units.scale,
        int(loads.max(initial=0)) * units.scale,
        optimal=int(loads.max(initial=0)) == bound and all(one.heaviest <= one.bound for one in further),
        loads=further,
        moved=sum(len(units.members[unit]) for unit in np.flatnonzero(moved)),
        cost=int(units.seconds[moved].sum()),
    )


def _refuse_unknown_pins(group: Group, units: Units, rules: Rules) -> None:
    problems = [
        Problem(
            f"{table.id.source_table} is pinned to '{rules.pinned[table]}', and group '{group.key}' has no such pipeline",
            did_you_mean(rules.pinned[table], units.names),
            path="balance.pinned",
        )
        for unit in units.members
        for table in unit
        if table in rules.pinned and rules.pinned[table] not in units.names
    ]
    refuse(problems)


def _units(draft: Draft, group: Group, tables: Sequence[Table], rules: Rules, settings: Balance, count: int) -> Units:
    running = draft.pipelines_of(group)
    names = [*running, *draft.next_names(group, count - len(running))] if count > len(running) else running
    names = sorted(names, key=natural) if rules.after else names  # the order in which a job runs them
    ours = [table for table in tables if not draft.under_way(table) or draft.homes[table] in names]
    return units_of(draft, ours, rules, names, settings.max_tables_per_pipeline)


def _thresholds(units: Units, settings: Balance, *, now: bool) -> tuple[float, float]:
    """Give tolerance and trigger: a cap on weight that a pipeline exceeds is a trigger of its own."""
    tolerance, trigger = settings.tolerance, settings.tolerance if now else max(settings.trigger, settings.tolerance)
    if settings.max_weight_per_pipeline is None:
        return tolerance, trigger
    limit = settings.max_weight_per_pipeline / units.scale
    bound = lower_bound(units.instance.weights, units.instance.pipelines)
    if bound and limit >= bound:
        tolerance, trigger = min(tolerance, limit / bound - 1), min(trigger, limit / bound - 1)
    return tolerance, trigger


def _in_order(assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the pipelines' numbers by the first unit in each, so that the heaviest table is in the first."""
    found, first = np.unique(assignment, return_index=True)
    number = np.empty(int(assignment.max(initial=-1)) + 1, dtype=np.int64)
    number[found[np.argsort(first, kind="stable")]] = np.arange(len(found))
    return number[assignment]
