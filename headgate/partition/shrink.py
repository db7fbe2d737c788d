"""Fewer pipelines: empty those that cost least to empty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.conflict import Infeasible
from headgate.partition.constrained import NotFound
from headgate.partition.exact_repair import solvable
from headgate.partition.instance import summed
from headgate.partition.repair import Repaired, repair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_ALL = 16  # up to so many pipelines each is tried; of more, the two that are cheapest to empty by themselves
_FEW = 2


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A layout on fewer pipelines.

    emptied: the pipelines that hold nothing any more, ascending. assignment: (n,) each unit's pipeline, in the numbers of
    before. moved: the units that had a pipeline and are elsewhere now. cost: theirs. reached: whether the pipelines that
    stay are within tolerance of their lower bound; makespan and bound say how far.
    """

    emptied: tuple[int, ...]
    assignment: NDArray[np.int64]
    moved: tuple[int, ...]
    cost: int
    makespan: int
    bound: int
    reached: bool


def shrink(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    count: int,
    *,
    tolerance: float,
    exact: bool = True,
) -> Shrunk:
    """Empty all but `count` of the instance's pipelines, at the least cost, with the others within tolerance afterwards.

    assignment: (n,) where each unit is today, -1 for a new one; costs: (n,) what it costs to move each. The cost is that of
    emptying and of the repair that it makes necessary. Pipelines are chosen one after the other, each the best together with
    those chosen before; one that a unit is fixed to stays, and so do those without which the others lack capacity: then more
    than `count` are left. Raises ValueError for a count that is no part of the pipelines, Infeasible and NotFound as `repair`.
    """
    if not 1 <= count <= instance.pipelines:
        raise ValueError(f"{instance.pipelines} pipelines can't shrink to {count}")
    emptied: tuple[int, ...] = ()
    last: Repaired | None = None
    while instance.pipelines - len(emptied) > count:
        options: list[tuple[bool, int, int, int]] = []
        results: dict[int, Repaired] = {}
        for pipeline in _candidates(instance, assignment, costs, emptied):
            trial = (*emptied, pipeline)
            if options and min(options)[:2] < (False, int(costs[np.isin(assignment, trial)].sum())):
                break  # this one and those after it cost more, whatever repair they make necessary
            try:
                result = _without(instance, assignment, costs, trial, tolerance, exact=False)
            except (Infeasible, NotFound):
                continue
            options.append((not result.reached, result.cost, result.makespan, pipeline))
            results[pipeline] = result
        if not options:
            break
        best = min(options)[3]
        emptied, last = (*emptied, best), results[best]
    if last is not None and not (exact and solvable(instance)):
        result = last
    else:
        result = _without(instance, assignment, costs, emptied, tolerance, exact=exact)
    return Shrunk(
        tuple(sorted(emptied)), result.assignment, result.moved, result.cost, result.makespan, result.bound, result.reached
    )  # fmt: skip


def _candidates(
    instance: Instance, assignment: NDArray[np.int64], costs: NDArray[np.int64], emptied: tuple[int, ...]
) -> list[int]:
    """Give the pipelines that may be emptied next, cheapest first by their own units' cost, then by weight."""
    price = summed(assignment, costs, instance.pipelines)
    loads = instance.loads(assignment)
    keep = {*emptied, *instance.fixed.values()}
    order = [int(pipeline) for pipeline in np.lexsort((loads, price)) if int(pipeline) not in keep]
    return order if instance.pipelines <= _ALL else order[:_FEW]


def _without(
    instance: Instance,
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    emptied: tuple[int, ...],
    tolerance: float,
    *,
    exact: bool,
) -> Repaired:
    """Repair the layout on the pipelines that stay. Moves and cost count the units of the emptied ones too."""
    stays = np.setdiff1d(np.arange(instance.pipelines), emptied)
    fewer, number = on_fewer(instance, stays)
    result = repair(fewer, number[assignment], costs, tolerance=tolerance, trigger=tolerance, exact=exact)
    out = np.flatnonzero(np.isin(assignment, emptied))
    return replace(
        result,
        assignment=stays[result.assignment],
        moved=tuple(sorted({*result.moved, *(int(unit) for unit in out)})),
        cost=result.cost + int(costs[out].sum()),
    )


def on_fewer(instance: Instance, stays: NDArray[np.int64]) -> tuple[Instance, NDArray[np.int64]]:
    """Give the instance on the pipelines that stay, and (pipelines + 1,) their new numbers; -1 for others, and for none."""
    number = np.full(instance.pipelines + 1, -1)  # the last stands for no pipeline
    number[stays] = np.arange(len(stays))
    fewer = replace(
        instance,
        pipelines=len(stays),
        capacity=None if instance.capacity is None else instance.capacity[stays],
        fixed={unit: int(number[pipeline]) for unit, pipeline in instance.fixed.items()},
        forbidden={
            unit: frozenset(int(number[pipeline]) for pipeline in pipelines if number[pipeline] >= 0)
            for unit, pipelines in instance.forbidden.items()
        },
    )
    return fewer, number
