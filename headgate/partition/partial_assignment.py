"""Units on pipelines while they are moved about: loads, what a move costs, and whether the rules take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from headgate.grouped import grouped
from headgate.partition.instance import summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance


class PartialAssignment:
    """A layout in the making. `origin`: (n,) each unit's pipeline today, -1 for a new one; a unit away from it costs.

    `assignment` is where each unit is now (-1: nowhere yet), `loads` and `counts` the weight and the tables in each pipeline,
    `spreads` the sum of the squared weights, `taken` how many units of each set that must be apart. `rivals`: unit → those
    that it must not share a pipeline with.
    """

    def __init__(self, instance: Instance, origin: NDArray[np.int64], costs: NDArray[np.int64]) -> None:
        self.instance, self.origin = instance, origin
        self.weights = instance.weights
        self.costs = np.where(origin >= 0, costs, 0)
        self.sizes = instance.tables
        numbered = enumerate(instance.anti_affinity)
        self.sets = grouped((unit, number) for number, members in numbered for unit in dict.fromkeys(members))
        self.order: dict[int, list[tuple[int, bool]]] = {}  # unit → those that it is before (True) or after
        for first, then in instance.precedence:
            self.order.setdefault(first, []).append((then, True))
            self.order.setdefault(then, []).append((first, False))
        self.pinned = np.zeros(len(origin), dtype=bool)
        self.pinned[list(instance.fixed)] = True
        self.squares = self.weights.astype(np.float64) ** 2
        self.restore(origin)

    @classmethod
    def empty(cls, instance: Instance) -> Self:
        """Give a layout in which every unit is new, and nowhere yet."""
        nowhere = np.full(len(instance.weights), -1)
        return cls(instance, nowhere, np.zeros_like(nowhere))

    def restore(self, assignment: NDArray[np.int64]) -> None:
        """Put every unit where `assignment` says: (n,), -1 for nowhere yet."""
        self.assignment = assignment.copy()
        self.loads = self.instance.loads(assignment)
        self.counts = summed(assignment, self.sizes, self.instance.pipelines)
        self.spreads = summed(assignment, self.squares, self.instance.pipelines)
        self.taken = np.zeros((len(self.instance.anti_affinity), self.instance.pipelines), dtype=np.int32)
        for unit, numbers in self.sets.items():
            if assignment[unit] >= 0:
                self.taken[numbers, assignment[unit]] += 1

    @property
    def makespan(self) -> int:
        """The heaviest pipeline's load."""
        return int(self.loads.max())

    @property
    def moved(self) -> NDArray[np.bool_]:
        """(n,) whether the unit has a pipeline and is elsewhere."""
        moved: NDArray[np.bool_] = (self.origin >= 0) & (self.assignment != self.origin)
        return moved

    @property
    def cost(self) -> int:
        """The summed cost of the moved units."""
        return int(self.costs[self.moved].sum())

    def leaving(self, units: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give (k,) what it costs that these units go elsewhere: nothing for one that is new or away already."""
        return np.where(self.assignment[units] == self.origin[units], self.costs[units], 0)

    def loose(self, units: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Give (k,) whether each of these units is new or away already, so that it goes elsewhere without one more move."""
        loose: NDArray[np.bool_] = self.assignment[units] != self.origin[units]
        return loose

    def inside(self, pipeline: int) -> NDArray[np.int64]:
        """Give (k,) the units in the pipeline that may leave it, in their order."""
        return np.flatnonzero((self.assignment == pipeline) & ~self.pinned)

    def rivals(self, unit: int) -> NDArray[np.int64]:
        """Give (k,) the units that must not share a pipeline with this one, ascending."""
        sets = (self.instance.anti_affinity[number] for number in self.sets.get(unit, ()))
        return np.array(sorted({mate for members in sets for mate in members} - {unit}), dtype=np.int64)

    def move(self, unit: int, pipeline: int) -> None:
        """Move the unit, whatever the rules say; -1 takes it out."""
        for place, sign in ((int(self.assignment[unit]), -1), (pipeline, 1)):
            if place >= 0:
                self.loads[place] += sign * self.weights[unit]
                self.counts[place] += sign * self.sizes[unit]
                self.spreads[place] += sign * self.squares[unit]
                if unit in self.sets:
                    self.taken[self.sets[unit], place] += sign
        self.assignment[unit] = pipeline

    def may(self, unit: int) -> NDArray[np.bool_]:
        """Give (pipelines,) whether the unit could be in each, were it empty."""
        instance = self.instance
        answer = np.ones(instance.pipelines, dtype=bool)
        if instance.capacity is not None:
            answer &= instance.capacity >= self.sizes[unit]
        if unit in instance.fixed:
            answer &= np.arange(instance.pipelines) == instance.fixed[unit]
        if unit in instance.forbidden:
            answer[list(instance.forbidden[unit])] = False
        return answer

    def takes(self, units: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Give (k, pipelines) whether each of these units may go to each pipeline by all but the weights, itself apart."""
        instance = self.instance
        assignment = self.assignment[units]
        answer = np.ones((len(units), instance.pipelines), dtype=bool)
        if not instance.free:
            if instance.capacity is not None:
                answer &= self.counts[None, :] + self.sizes[units][:, None] <= instance.capacity[None, :]
            for row, unit in enumerate(units):
                number = int(unit)
                if number in instance.fixed or number in instance.forbidden:
                    answer[row] &= self.may(number)
                if number in self.sets:
                    answer[row] &= ~self.taken[self.sets[number]].any(axis=0)
                if number in self.order:
                    first, last = self.between(number)
                    answer[row, :first] = answer[row, last + 1 :] = False
        away = np.flatnonzero(assignment >= 0)
        answer[away, assignment[away]] = False
        return answer

    def between(self, unit: int) -> tuple[int, int]:
        """Give the first and the last pipeline that the unit may be in by those that it is before and after."""
        first, last = 0, self.instance.pipelines - 1
        for other, is_before in self.order.get(unit, ()):
            place = int(self.assignment[other])
            if place >= 0:
                first, last = (first, min(last, place)) if is_before else (max(first, place), last)
        return first, last

    def out_of_order(self, unit: int, pipeline: int) -> list[int]:
        """Give the units that can't stay where they are with this one in the pipeline, by what is before and after what."""
        return [
            other
            for other, is_before in self.order.get(unit, ())
            if (place := int(self.assignment[other])) >= 0 and (place < pipeline if is_before else place > pipeline)
        ]

    def satisfies(self, unit: int) -> bool:
        """Whether the unit's pipeline holds all rules that concern the unit where it is now."""
        instance, pipeline = self.instance, int(self.assignment[unit])
        return (
            (instance.capacity is None or bool(self.counts[pipeline] <= instance.capacity[pipeline]))
            and instance.fixed.get(unit, pipeline) == pipeline
            and pipeline not in instance.forbidden.get(unit, ())
            and (unit not in self.sets or bool((self.taken[self.sets[unit], pipeline] <= 1).all()))
            and not self.out_of_order(unit, pipeline)
        )

    def attempt(self, moves: Iterable[tuple[int, int]]) -> bool:
        """Make the moves together; take them all back and give False where a rule does not take them."""
        moves = list(moves)
        before = [(unit, int(self.assignment[unit])) for unit, _ in moves]
        for unit, pipeline in moves:
            self.move(unit, pipeline)
        if self.instance.free or all(self.satisfies(unit) for unit, _ in moves):
            return True
        for unit, pipeline in reversed(before):
            self.move(unit, pipeline)
        return False
