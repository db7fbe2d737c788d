"""A placement that keeps every rule, found fast: longest-first with the rules in mind, then ejection chains."""

from __future__ import annotations

import heapq
from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_AT_ONCE = 8  # waiting units that are looked at before one of them is placed
_PLACES = 64  # pipelines that are looked at for each of them
_TENURE = 10  # steps for which a unit that had to leave a pipeline does not come back, at most twice that


class Packing:
    """Who is where while units are packed under rules. Nothing that is in it breaks a rule.

    `homes`: unit → pipeline, -1: nowhere. `loads`, `used`: weight and tables in each pipeline. `members`: pipeline → its
    units. `cliques`: sets of units apart; `cliques_of`: unit → their numbers; `inside`: number → pipeline → its unit there.
    """

    def __init__(self, instance: Instance) -> None:
        self.weights: list[int] = instance.weights.tolist()
        self.sizes: list[int] = [1] * len(self.weights) if instance.sizes is None else instance.sizes.tolist()
        self.room: list[int] = [sum(self.sizes)] * instance.pipelines if instance.room is None else instance.room.tolist()
        self.fixed = instance.fixed
        self.barred = instance.barred
        self.cliques_of: defaultdict[int, list[int]] = defaultdict(list)
        self.cliques = sorted({tuple(sorted(set(units))) for units in instance.apart})
        for number, units in enumerate(self.cliques):
            for unit in units:
                self.cliques_of[unit].append(number)
        self.inside: list[dict[int, int]] = [{} for _ in self.cliques]
        self.homes = [-1] * len(self.weights)
        self.loads = [0] * instance.pipelines
        self.used = [0] * instance.pipelines
        self.members: list[dict[int, None]] = [{} for _ in range(instance.pipelines)]

    def may(self, unit: int, pipeline: int) -> bool:
        """Whether the unit could be in the pipeline, were it empty."""
        if self.fixed.get(unit, pipeline) != pipeline or self.sizes[unit] > self.room[pipeline]:
            return False
        return unit not in self.barred or pipeline not in self.barred[unit]

    def takes(self, unit: int, pipeline: int) -> bool:
        """Whether the unit can be put into the pipeline as it is."""
        if self.used[pipeline] + self.sizes[unit] > self.room[pipeline] or not self.may(unit, pipeline):
            return False
        return unit not in self.cliques_of or not self.rivals(unit, pipeline)

    def rivals(self, unit: int, pipeline: int) -> list[int]:
        """Give the units in the pipeline that must not share one with the unit."""
        if unit not in self.cliques_of:
            return []
        there = (self.inside[number].get(pipeline, -1) for number in self.cliques_of[unit])
        return [mate for mate in dict.fromkeys(there) if mate not in {-1, unit}]

    def put(self, unit: int, pipeline: int) -> None:
        """Place the unit, which has no home."""
        self.homes[unit] = pipeline
        self.loads[pipeline] += self.weights[unit]
        self.used[pipeline] += self.sizes[unit]
        self.members[pipeline][unit] = None
        for number in self.cliques_of.get(unit, ()):
            self.inside[number][pipeline] = unit

    def take_out(self, unit: int) -> None:
        """Take the unit from its home."""
        pipeline, self.homes[unit] = self.homes[unit], -1
        self.loads[pipeline] -= self.weights[unit]
        self.used[pipeline] -= self.sizes[unit]
        del self.members[pipeline][unit]
        for number in self.cliques_of.get(unit, ()):
            del self.inside[number][pipeline]

    def in_the_way(self, unit: int, pipeline: int, moved: dict[int, int]) -> list[int] | None:
        """Give the units that have to leave the pipeline before the unit can come in, None where one of them can't.

        `moved`: unit → when it last moved; of those that would do, the smallest that has been there longest leaves.
        """
        leaving = self.rivals(unit, pipeline)
        need = self.used[pipeline] + self.sizes[unit] - self.room[pipeline] - sum(self.sizes[mate] for mate in leaving)
        if need > 0:
            others = [other for other in self.members[pipeline] if other not in self.fixed and other not in leaving]
            enough = [other for other in others if self.sizes[other] >= need]
            if enough:
                leaving.append(min(enough, key=lambda other: (self.sizes[other], moved.get(other, 0), self.weights[other])))
                need = 0
            for other in sorted(others, key=lambda other: (-self.sizes[other], moved.get(other, 0))):
                if need <= 0:
                    break
                leaving.append(other)
                need -= self.sizes[other]
        return None if need > 0 or any(other in self.fixed for other in leaving) else leaving


def holds(instance: Instance, homes: NDArray[np.int64]) -> bool:
    """Whether every unit has a home and the homes keep all of the instance's rules."""
    if len(homes) and int(homes.min()) < 0:
        return False
    if instance.room is not None:
        used = np.zeros(instance.pipelines, dtype=np.int64)
        np.add.at(used, homes, 1 if instance.sizes is None else instance.sizes)
        if bool(np.any(used > instance.room)):
            return False
    if any(homes[unit] != pipeline for unit, pipeline in instance.fixed.items()):
        return False
    if any(int(homes[unit]) in pipelines for unit, pipelines in instance.barred.items()):
        return False
    return all(len({int(homes[unit]) for unit in units}) == len(set(units)) for units in instance.apart)


def begin(packing: Packing, homes: Iterable[int], order: Iterable[int]) -> list[int]:
    """Fill an empty packing: fixed units first, then each of `order` at its home of `homes` (-1: none), then the rest.

    The rest goes, in the same order, each to the pipeline with the least load that takes it. Gives what none takes.
    """
    wanted = list(homes)
    for unit, pipeline in sorted(packing.fixed.items()):
        if packing.takes(unit, pipeline):
            packing.put(unit, pipeline)
    rest = []
    for unit in order:
        if packing.homes[unit] >= 0:
            continue
        if wanted[unit] >= 0 and packing.takes(unit, wanted[unit]):
            packing.put(unit, wanted[unit])
        else:
            rest.append(unit)
    return _lightest_first(packing, rest)


def _lightest_first(packing: Packing, units: Iterable[int]) -> list[int]:
    """Put each unit into the pipeline with the least load that takes it, and give those that none takes.

    Equal loads go by the number of tables, then by the pipeline's number.
    """
    heap = [(load, used, number) for number, (load, used) in enumerate(zip(packing.loads, packing.used, strict=True))]
    heapq.heapify(heap)
    refused = []
    for unit in units:
        passed = []
        while heap and not packing.takes(unit, heap[0][2]):
            entry = heapq.heappop(heap)
            if packing.used[entry[2]] < packing.room[entry[2]]:  # a full one takes nothing any more
                passed.append(entry)
        if heap:
            number = heap[0][2]
            packing.put(unit, number)
            heapq.heapreplace(heap, (packing.loads[number], packing.used[number], number))
        else:
            refused.append(unit)
        for entry in passed:
            heapq.heappush(heap, entry)
    return refused


def eject(packing: Packing, waiting: list[int], work: int) -> list[int]:
    """Place units that no pipeline takes by sending others away, which then wait in their turn. Gives who still waits.

    In each step, the unit and pipeline that send the fewest tables away; who was sent away does not return there for some
    steps. `work`: pipelines looked at. After Blöchliger and Zufferey, A graph coloring heuristic using partial solutions
    and a reactive tabu scheme, Computers & Operations Research 35, 2008.
    """
    draw = Random(1)  # noqa: S311 - for ties; the seed makes it the same on every machine
    back: dict[tuple[int, int], int] = {}
    moved: dict[int, int] = {}
    places = {unit: _places(packing, unit) for unit in waiting}
    step = 0
    while waiting and work > 0:
        step += 1
        best: tuple[tuple[int, float], int, int, list[int]] | None = None
        for unit in waiting[:_AT_ONCE]:
            looked = _sample(places[unit], draw)
            work -= len(looked) + 1
            for pipeline in looked:
                if back.get((unit, pipeline), 0) > step:
                    continue
                leaving = packing.in_the_way(unit, pipeline, moved)
                if leaving is None:
                    continue
                rank = (sum(packing.sizes[other] for other in leaving) - packing.sizes[unit], draw.random())
                if best is None or rank < best[0]:
                    best = (rank, unit, pipeline, leaving)
        if best is None:
            waiting = [*waiting[_AT_ONCE:], *waiting[:_AT_ONCE]]
            continue
        _, unit, pipeline, leaving = best
        for other in leaving:
            packing.take_out(other)
            back[other, pipeline] = step + 1 + int(_TENURE * (1 + draw.random()))
            places.setdefault(other, _places(packing, other))
        packing.put(unit, pipeline)
        moved[unit] = step
        waiting = [*(other for other in waiting if other != unit), *leaving]
    return waiting


def _places(packing: Packing, unit: int) -> list[int]:
    return [pipeline for pipeline in range(len(packing.loads)) if packing.may(unit, pipeline)]


def _sample(places: list[int], draw: Random) -> list[int]:
    if len(places) <= _PLACES:
        return places
    return [places[int(draw.random() * len(places))] for _ in range(_PLACES)]
