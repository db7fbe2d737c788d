"""Units that have no pipeline yet, or can't stay where they are: taken out, and put in again by ejection chains."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from headgate.partition.partial_assignment import PartialAssignment

_EJECTIONS = 3_000  # units that are placed with others sent away, before it is given up
_TENURE = 7  # ejections for which a unit that was sent away does not come back, at most twice that


def evict(state: PartialAssignment) -> None:
    """Take the units out of the state that can't stay, and put those in that are fixed.

    First those whose pipeline is forbidden to them or that are fixed elsewhere; then, where a pipeline holds two that must be
    apart or more tables than it has room for, or one is in a later pipeline than another that it is before, the cheapest to
    move (of those, the lightest).
    """
    instance = state.instance
    for unit, pipeline in sorted(instance.fixed.items()):
        state.move(unit, pipeline)
    for unit, pipelines in sorted(instance.forbidden.items()):
        if int(state.assignment[unit]) in pipelines:
            state.move(unit, -1)
    for members in instance.anti_affinity:
        _part(state, members)
    for pair in instance.precedence:
        places = [int(state.assignment[unit]) for unit in pair]
        if 0 <= places[1] < places[0]:
            state.move(min(pair, key=lambda unit: _worth(state, unit)), -1)
    if instance.capacity is not None:
        for pipeline in np.flatnonzero(state.counts > instance.capacity).tolist():
            _thin(state, pipeline, int(instance.capacity[pipeline]))


def _part(state: PartialAssignment, members: Sequence[int]) -> None:
    """Leave one of these units in each pipeline."""
    seen: set[int] = set()
    for unit in sorted(set(members), key=lambda unit: _worth(state, unit), reverse=True):
        pipeline = int(state.assignment[unit])
        if pipeline in seen:
            state.move(unit, -1)
        elif pipeline >= 0:
            seen.add(pipeline)


def _thin(state: PartialAssignment, pipeline: int, capacity: int) -> None:
    """Take units off the pipeline until it holds no more tables than it has room for."""
    for unit in sorted(state.inside(pipeline).tolist(), key=lambda unit: _worth(state, unit)):
        if state.counts[pipeline] <= capacity:
            return
        state.move(unit, -1)


def _worth(state: PartialAssignment, unit: int) -> tuple[bool, int, int, int]:
    return (bool(state.pinned[unit]), int(state.costs[unit]), int(state.weights[unit]), -unit)


def insert(state: PartialAssignment, units: Iterable[int]) -> bool:
    """Put each unit, in this order, on the pipeline with the least load that takes it; give whether all have one.

    Units that no pipeline takes send others away, which then wait in their turn: at the pipeline that fewest tables have to
    leave. Who was sent away does not return there for some steps. After Blöchliger and Zufferey, A graph coloring heuristic
    using partial solutions and a reactive tabu scheme, Computers & Operations Research 35, 2008.
    """
    waiting = deque(unit for unit in units if not _put(state, unit))
    draw = Budget(_EJECTIONS)
    tabu: defaultdict[int, NDArray[np.int64]] = defaultdict(lambda: np.zeros(state.instance.pipelines, dtype=np.int64))
    entered = np.zeros(len(state.weights), dtype=np.int64)
    for step in range(1, _EJECTIONS + 1):
        if not waiting:
            return True
        unit = waiting.popleft()
        tables = np.where(tabu[unit] < step, _displaced(state, unit), np.inf)
        best = np.flatnonzero(tables == tables.min()).tolist()
        if tables.min() == np.inf:
            waiting.append(unit)
            continue
        pipeline = best[draw.draw(len(best))]
        for other in _in_the_way(state, unit, pipeline, entered):
            left = int(state.assignment[other])
            state.move(other, -1)
            tabu[other][left] = step + _TENURE + draw.draw(_TENURE)
            waiting.append(other)
        state.move(unit, pipeline)
        entered[unit] = step
    return not waiting


def _put(state: PartialAssignment, unit: int) -> bool:
    fits = np.flatnonzero(state.takes([unit])[0])
    if len(fits):
        state.move(unit, int(fits[np.lexsort((state.counts[fits], state.loads[fits]))[0]]))
    return len(fits) > 0


def _displaced(state: PartialAssignment, unit: int) -> NDArray[np.float64]:
    """Give (pipelines,) how many tables have to leave each before the unit can come in; infinite where they can't."""
    pipelines, rivals = state.instance.pipelines, state.rivals(unit)
    rivals = rivals[state.assignment[rivals] >= 0]
    leaving = np.bincount(state.assignment[rivals], state.sizes[rivals], pipelines)
    answer = np.where(state.may(unit), leaving, np.inf)
    for pipeline in range(pipelines) if unit in state.order else ():
        misplaced = state.out_of_order(unit, pipeline)
        answer[pipeline] += np.inf if state.pinned[misplaced].any() else state.sizes[misplaced].sum()
    answer[state.assignment[rivals[state.pinned[rivals]]]] = np.inf
    if state.instance.capacity is not None:
        free = (state.assignment >= 0) & ~state.pinned
        movable = np.bincount(state.assignment[free], state.sizes[free], pipelines)
        leaving = np.maximum(leaving, state.counts + state.sizes[unit] - state.instance.capacity)
        answer = np.where(leaving <= movable, np.maximum(answer, leaving), np.inf)
    return answer


def _in_the_way(state: PartialAssignment, unit: int, pipeline: int, entered: NDArray[np.int64]) -> list[int]:
    """Give the units that leave the pipeline for this one: its rivals, then the smallest that makes room, else the largest.

    Of those that would do as well, the cheapest, then the one that has been there longest.
    """
    rivals, inside = state.rivals(unit), state.inside(pipeline)
    leaving: list[int] = rivals[state.assignment[rivals] == pipeline].tolist()
    leaving += [other for other in state.out_of_order(unit, pipeline) if other not in leaving]
    if state.instance.capacity is None:
        return leaving
    inside_leaving = [other for other in leaving if state.assignment[other] == pipeline]
    need = int(state.counts[pipeline] + state.sizes[unit] - state.instance.capacity[pipeline])
    need -= int(state.sizes[inside_leaving].sum())
    others = np.setdiff1d(inside, rivals)
    others = others[np.lexsort((entered[others], state.costs[others], state.sizes[others]))]
    enough = others[state.sizes[others] >= need]
    for other in (enough[:1] if len(enough) else others[::-1]).tolist():
        if need > 0:
            leaving.append(other)
            need -= int(state.sizes[other])
    return leaving
