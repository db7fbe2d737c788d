"""A placement that keeps every rule, found fast: longest-first with the rules in mind, then ejection chains."""

from __future__ import annotations

import heapq
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.partition.partial_assignment import PartialAssignment

_AT_ONCE = 8  # waiting units that are looked at before one of them is placed
_PLACES = 64  # pipelines that are looked at for each of them
_TENURE = 10  # steps for which a unit that had to leave a pipeline does not come back, at most twice that


def construct(partial: PartialAssignment, assignment: Iterable[int], order: Iterable[int]) -> list[int]:
    """Fill an empty one: fixed units first, then each of `order` at its pipeline in `assignment` (-1: none), then the rest.

    The rest goes, in the same order, each to the pipeline with the least load that takes it. Gives what none takes.
    """
    wanted = list(assignment)
    for unit, pipeline in sorted(partial.fixed.items()):
        if partial.takes(unit, pipeline):
            partial.put(unit, pipeline)
    rest = []
    for unit in order:
        if partial.assignment[unit] >= 0:
            continue
        if wanted[unit] >= 0 and partial.takes(unit, wanted[unit]):
            partial.put(unit, wanted[unit])
        else:
            rest.append(unit)
    return _lightest_first(partial, rest)


def _lightest_first(partial: PartialAssignment, units: Iterable[int]) -> list[int]:
    """Put each unit into the pipeline with the least load that takes it, and give those that none takes.

    Equal loads go by the number of tables, then by the pipeline's number.
    """
    heap = [(load, used, number) for number, (load, used) in enumerate(zip(partial.loads, partial.used, strict=True))]
    heapq.heapify(heap)
    refused = []
    for unit in units:
        passed = []
        while heap and not partial.takes(unit, heap[0][2]):
            entry = heapq.heappop(heap)
            if partial.used[entry[2]] < partial.capacity[entry[2]]:  # a full one takes nothing any more
                passed.append(entry)
        if heap:
            number = heap[0][2]
            partial.put(unit, number)
            heapq.heapreplace(heap, (partial.loads[number], partial.used[number], number))
        else:
            refused.append(unit)
        for entry in passed:
            heapq.heappush(heap, entry)
    return refused


def eject(partial: PartialAssignment, waiting: list[int], budget: int) -> list[int]:
    """Place units that no pipeline takes by sending others away, which then wait in their turn. Gives who still waits.

    In each step, the unit and pipeline that send the fewest tables away; who was sent away does not return there for some
    steps. `budget`: pipelines looked at. After Blöchliger and Zufferey, A graph coloring heuristic using partial solutions
    and a reactive tabu scheme, Computers & Operations Research 35, 2008.
    """
    draw = Random(1)  # noqa: S311 - for ties; the seed makes it the same on every machine
    back: dict[tuple[int, int], int] = {}
    moved: dict[int, int] = {}
    places = {unit: _places(partial, unit) for unit in waiting}
    step = 0
    while waiting and budget > 0:
        step += 1
        best: tuple[tuple[int, float], int, int, list[int]] | None = None
        for unit in waiting[:_AT_ONCE]:
            looked = _sample(places[unit], draw)
            budget -= len(looked) + 1
            for pipeline in looked:
                if back.get((unit, pipeline), 0) > step:
                    continue
                leaving = partial.in_the_way(unit, pipeline, moved)
                if leaving is None:
                    continue
                rank = (sum(partial.sizes[other] for other in leaving) - partial.sizes[unit], draw.random())
                if best is None or rank < best[0]:
                    best = (rank, unit, pipeline, leaving)
        if best is None:
            waiting = [*waiting[_AT_ONCE:], *waiting[:_AT_ONCE]]
            continue
        _, unit, pipeline, leaving = best
        for other in leaving:
            partial.take_out(other)
            back[other, pipeline] = step + 1 + int(_TENURE * (1 + draw.random()))
            places.setdefault(other, _places(partial, other))
        partial.put(unit, pipeline)
        moved[unit] = step
        waiting = [*(other for other in waiting if other != unit), *leaving]
    return waiting


def _places(partial: PartialAssignment, unit: int) -> list[int]:
    return [pipeline for pipeline in range(len(partial.loads)) if partial.may(unit, pipeline)]


def _sample(places: list[int], draw: Random) -> list[int]:
    if len(places) <= _PLACES:
        return places
    return [places[int(draw.random() * len(places))] for _ in range(_PLACES)]
