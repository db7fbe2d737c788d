"""Units with several loads on pipelines while they are moved about: the totals of each load beside the rules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.bound import lower_bound
from headgate.partition.instance import summed
from headgate.partition.partial_assignment import PartialAssignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance


def vectors_of(instance: Instance) -> NDArray[np.int64]:
    """Give (n, loads) what each unit weighs, the weight first."""
    return np.stack([instance.weights, *(one.loads for one in instance.dimensions)], axis=1)


def bounds_of(instance: Instance) -> NDArray[np.int64]:
    """Give (loads,) the lower bound of each load by itself."""
    return np.array([lower_bound(column, instance.pipelines) for column in vectors_of(instance).T], dtype=np.int64)


class VectorAssignment(PartialAssignment):
    """A layout in the making. `vectors`: (n, loads); `totals`: (pipelines, loads); `bounds`: (loads,).

    `limits`: (loads,) what a pipeline takes at most, more than all there is where there is no limit.
    """

    def __init__(self, instance: Instance, origin: NDArray[np.int64], costs: NDArray[np.int64]) -> None:
        self.vectors, self.bounds = vectors_of(instance), bounds_of(instance)
        self.limits: NDArray[np.int64] = self.vectors.sum(axis=0) + 1
        for load, one in enumerate(instance.dimensions, 1):
            if one.limit is not None:
                self.limits[load] = min(one.limit, int(self.limits[load]))
        self.units = np.maximum(1, self.bounds).astype(np.float64)
        super().__init__(instance, origin, costs)

    def restore(self, assignment: NDArray[np.int64]) -> None:
        """Put every unit where `assignment` says: (n,), -1 for nowhere yet."""
        super().restore(assignment)
        self.totals = summed(assignment, self.vectors, self.instance.pipelines)

    def move(self, unit: int, pipeline: int) -> None:
        """Move the unit, whatever the rules say; -1 takes it out."""
        before = int(self.assignment[unit])
        if before >= 0:
            self.totals[before] -= self.vectors[unit]
        if pipeline >= 0:
            self.totals[pipeline] += self.vectors[unit]
        super().move(unit, pipeline)

    def over(self, totals: NDArray[np.int64], caps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give (...,) by how much totals (..., loads) pass the caps (loads,), as shares of the bounds, added up."""
        passed: NDArray[np.float64] = (np.maximum(totals - caps, 0) / self.units).sum(axis=-1)
        return passed

    @property
    def ratio(self) -> Fraction:
        """The largest ratio of a load to its bound; a load of which there is nothing has none."""
        heaviest = self.totals.max(axis=0).tolist()
        return max((Fraction(load, bound) for load, bound in zip(heaviest, self.bounds.tolist(), strict=True) if bound),
                   default=Fraction(0))  # fmt: skip

    def caps(self, ratio: Fraction, *, below: bool = False) -> NDArray[np.int64]:
        """Give (loads,) what a pipeline may hold where no ratio is above this one, or all are below it, within the limits."""
        shares = [ratio * bound for bound in self.bounds.tolist()]
        most = [-(-share.numerator // share.denominator) - 1 if below else share.numerator // share.denominator
                for share in shares]  # fmt: skip
        caps = np.minimum(self.limits, most)
        return np.maximum(caps, np.minimum(self.limits, self.bounds)) if below else caps

    @property
    def within_limits(self) -> bool:
        """Whether no pipeline passes a limit."""
        return bool((self.totals <= self.limits).all())
