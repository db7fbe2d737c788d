"""Units placed one after the other under rules: an assignment that keeps every rule and may be partial."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance


class PartialAssignment:
    """Who is where while units are packed under rules. Nothing in it breaks a rule.

    `assignment`: unit → pipeline, -1: nowhere. `loads`, `used`: weight and tables in each pipeline. `members`: pipeline → its
    units. `cliques`: sets of units apart; `cliques_of`: unit → their numbers; `inside`: number → pipeline → its unit there.
    """

    def __init__(self, instance: Instance) -> None:
        self.weights: list[int] = instance.weights.tolist()
        self.sizes: list[int] = [1] * len(self.weights) if instance.sizes is None else instance.sizes.tolist()
        self.capacity: list[int] = (
            [sum(self.sizes)] * instance.pipelines if instance.capacity is None else instance.capacity.tolist()
        )
        self.fixed = instance.fixed
        self.forbidden = instance.forbidden
        self.cliques_of: defaultdict[int, list[int]] = defaultdict(list)
        self.cliques = sorted({tuple(sorted(set(units))) for units in instance.anti_affinity})
        for number, units in enumerate(self.cliques):
            for unit in units:
                self.cliques_of[unit].append(number)
        self.inside: list[dict[int, int]] = [{} for _ in self.cliques]
        self.assignment = [-1] * len(self.weights)
        self.loads = [0] * instance.pipelines
        self.used = [0] * instance.pipelines
        self.members: list[dict[int, None]] = [{} for _ in range(instance.pipelines)]

    def may(self, unit: int, pipeline: int) -> bool:
        """Whether the unit could be in the pipeline, were it empty."""
        if self.fixed.get(unit, pipeline) != pipeline or self.sizes[unit] > self.capacity[pipeline]:
            return False
        return unit not in self.forbidden or pipeline not in self.forbidden[unit]

    def takes(self, unit: int, pipeline: int) -> bool:
        """Whether the unit can be put into the pipeline as it is."""
        if self.used[pipeline] + self.sizes[unit] > self.capacity[pipeline] or not self.may(unit, pipeline):
            return False
        return unit not in self.cliques_of or not self.rivals(unit, pipeline)

    def rivals(self, unit: int, pipeline: int) -> list[int]:
        """Give the units in the pipeline that must not share one with the unit."""
        if unit not in self.cliques_of:
            return []
        there = (self.inside[number].get(pipeline, -1) for number in self.cliques_of[unit])
        return [mate for mate in dict.fromkeys(there) if mate not in {-1, unit}]

    def put(self, unit: int, pipeline: int) -> None:
        """Place the unit, which has no pipeline."""
        self.assignment[unit] = pipeline
        self.loads[pipeline] += self.weights[unit]
        self.used[pipeline] += self.sizes[unit]
        self.members[pipeline][unit] = None
        for number in self.cliques_of.get(unit, ()):
            self.inside[number][pipeline] = unit

    def take_out(self, unit: int) -> None:
        """Take the unit from its pipeline."""
        pipeline, self.assignment[unit] = self.assignment[unit], -1
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
        need = self.used[pipeline] + self.sizes[unit] - self.capacity[pipeline] - sum(self.sizes[mate] for mate in leaving)
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


def is_feasible(instance: Instance, assignment: NDArray[np.int64]) -> bool:
    """Whether every unit has a pipeline and the assignment, (n,) with -1 for none, keeps all of the instance's rules."""
    if len(assignment) and int(assignment.min()) < 0:
        return False
    if instance.capacity is not None:
        used = np.zeros(instance.pipelines, dtype=np.int64)
        np.add.at(used, assignment, 1 if instance.sizes is None else instance.sizes)
        if bool(np.any(used > instance.capacity)):
            return False
    if any(assignment[unit] != pipeline for unit, pipeline in instance.fixed.items()):
        return False
    if any(int(assignment[unit]) in pipelines for unit, pipelines in instance.forbidden.items()):
        return False
    return all(len({int(assignment[unit]) for unit in units}) == len(set(units)) for units in instance.anti_affinity)
