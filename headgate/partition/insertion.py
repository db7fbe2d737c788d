"""Units that have no pipeline yet, or can't stay where they are: taken out and put in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.conflict import Infeasible, quick_conflict, smallest_conflict
from headgate.partition.constrained import NotFound
from headgate.partition.ejection_chains import construct, eject
from headgate.partition.feasibility import decide
from headgate.partition.partial_assignment import PartialAssignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.partition.repair_state import RepairState

_LOOKS = 60_000  # pipelines that the ejection chains look at


def evict(state: RepairState) -> None:
    """Take the units out of the state that can't stay, and put those in that are fixed.

    First those whose pipeline is forbidden to them or that are fixed elsewhere; then, where a pipeline holds two that must be
    apart or more tables than it has room for, the cheapest to move (of those, the lightest).
    """
    instance = state.instance
    for unit, pipeline in sorted(instance.fixed.items()):
        state.move(unit, pipeline)
    for unit, pipelines in sorted(instance.forbidden.items()):
        if int(state.assignment[unit]) in pipelines:
            state.move(unit, -1)
    for members in instance.anti_affinity:
        _part(state, members)
    if instance.capacity is not None:
        for pipeline in np.flatnonzero(state.counts > instance.capacity).tolist():
            _thin(state, pipeline, int(instance.capacity[pipeline]))


def _part(state: RepairState, members: Sequence[int]) -> None:
    """Leave one of these units in each pipeline."""
    seen: set[int] = set()
    for unit in sorted(members, key=lambda unit: _worth(state, unit), reverse=True):
        pipeline = int(state.assignment[unit])
        if pipeline in seen:
            state.move(unit, -1)
        elif pipeline >= 0:
            seen.add(pipeline)


def _thin(state: RepairState, pipeline: int, capacity: int) -> None:
    """Take units off the pipeline until it holds no more tables than it has room for."""
    for unit in sorted(state.inside(pipeline).tolist(), key=lambda unit: _worth(state, unit)):
        if state.counts[pipeline] <= capacity:
            return
        state.move(unit, -1)


def _worth(state: RepairState, unit: int) -> tuple[bool, int, int, int]:
    return (bool(state.pinned[unit]), int(state.costs[unit]), int(state.weights[unit]), -unit)


def insert(state: RepairState) -> None:
    """Put each unit without a pipeline, heaviest first, on the one with the least load that takes it.

    Where none takes it by itself, another unit makes way; where that doesn't help, several do, by ejection chains. Raises
    Infeasible where it is proved that no layout keeps the rules, and NotFound where neither a layout nor that proof was found.
    """
    waiting = np.flatnonzero(state.assignment < 0)
    for unit in waiting[np.argsort(-state.weights[waiting], kind="stable")]:
        fits = np.flatnonzero(state.takes(np.array([unit]))[0])
        if len(fits):
            state.move(int(unit), int(fits[np.lexsort((state.counts[fits], state.loads[fits]))[0]]))
        elif not _make_way(state, int(unit)):
            _rearrange(state)
            return


def _make_way(state: RepairState, unit: int) -> bool:
    """Put the unit on a pipeline that another unit leaves for it, the cheapest there is."""
    movable = np.flatnonzero((state.assignment >= 0) & ~state.pinned)
    for other in movable[np.lexsort((state.weights[movable], state.leaving(movable)))]:
        pipeline = int(state.assignment[other])
        for to in np.argsort(state.loads, kind="stable"):
            if to != pipeline and state.attempt([(int(other), int(to)), (unit, pipeline)]):
                return True
    return False


def _rearrange(state: RepairState) -> None:
    """Find any layout that keeps the rules, from the one in the state, and take it."""
    instance = state.instance
    if quick_conflict(instance):
        raise Infeasible(smallest_conflict(instance))
    rules = PartialAssignment(instance)
    order = np.lexsort((np.arange(len(state.assignment)), -state.costs, state.assignment < 0)).tolist()
    waiting = construct(rules, state.assignment.tolist(), order)
    assignment: Sequence[int] | None = rules.assignment
    if waiting and eject(rules, waiting, _LOOKS):
        answer = decide(instance)
        if answer.proved:
            raise Infeasible(smallest_conflict(instance))
        assignment = answer.assignment
    if assignment is None:
        raise NotFound
    state.restore(np.array(assignment, dtype=np.int64))
