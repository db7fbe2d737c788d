"""What is to be placed, as numbers: units on pipelines, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.number[Any])

_MOST = 2**62
_BITS = 24  # of the heaviest: to a ten-millionth; finer differences are noise, and cost the search its end
_DECIMALS = 6  # more are noise of a measurement
_LARGEST_POWER = 1000  # 2^-1000 is still a normal float


@dataclass(frozen=True, slots=True)
class Dimension:
    """A load beside the weight. loads: (n,) int64, as weights are. limit: what a pipeline takes of it at most, None: any."""

    loads: NDArray[np.int64]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """Units to place on the pipelines 0 to `pipelines` - 1. A unit is a table, or several that must share a pipeline.

    weights: (n,) int64, at least 0, their sum below 2^62, so that sums are exact in any order. sizes: (n,) tables in each
    unit, None: 1 each. capacity: (pipelines,) tables that each pipeline takes at most, None: any number. anti_affinity: sets
    of units, no two of which may share a pipeline. fixed: unit → the pipeline it has to be in. forbidden: unit → pipelines
    it must not be in. precedence: pairs of units, the first of which is in no later pipeline than the second. dimensions: loads
    beside the weights, which `several` knows, and the methods of one load don't.
    """

    weights: NDArray[np.int64]
    pipelines: int
    sizes: NDArray[np.int64] | None = None
    capacity: NDArray[np.int64] | None = None
    anti_affinity: Sequence[Sequence[int]] = ()
    fixed: Mapping[int, int] = field(default_factory=dict)
    forbidden: Mapping[int, frozenset[int]] = field(default_factory=dict)
    precedence: Sequence[tuple[int, int]] = ()
    dimensions: Sequence[Dimension] = ()

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way but the weights."""
        return self.capacity is None and not (self.anti_affinity or self.fixed or self.forbidden or self.precedence)

    @property
    def tables(self) -> NDArray[np.int64]:
        """(n,) the tables in each unit."""
        return np.ones_like(self.weights) if self.sizes is None else self.sizes

    @property
    def fixed_places(self) -> NDArray[np.int64]:
        """(n,) the pipeline that each unit has to be in, -1 for any."""
        places = np.full(len(self.weights), -1)
        places[list(self.fixed)] = list(self.fixed.values())
        return places

    def loads(self, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give (pipelines,) the weight in each pipeline; units at -1 have no pipeline yet."""
        return summed(assignment, self.weights, self.pipelines)


def summed(assignment: NDArray[np.int64], values: NDArray[Number], pipelines: int) -> NDArray[Number]:
    """Give (pipelines, ...) the sum of the values (n, ...) of the units in each pipeline; units at -1 are in none."""
    sums = np.zeros((pipelines, *values.shape[1:]), dtype=values.dtype)
    there = assignment >= 0
    np.add.at(sums, assignment[there], values[there])
    return sums


def ascending(values: NDArray[np.number[Any]]) -> NDArray[np.int64]:
    """Give (n,) the places of the values, the least first; equal ones stay in their order, on every machine."""
    return np.argsort(values, kind="stable")


def exact_weights(weights: Sequence[float]) -> tuple[NDArray[np.int64], float]:
    """Give weights (n,) as int64 and the unit that one of them stands for: weight ≈ integer x unit.

    Weights with few decimals are whole multiples of a power of ten, and all are divided by what divides them all: so the
    numbers are as small as they can be, and sums meet where they should. Others are scaled by a power of two so that the
    heaviest has 24 bits, rounded to nearest; a weight above 0 gives at least 1. Integers make sums, and with them the layout,
    the same on every machine and in any order.
    """
    values = np.asarray(weights, dtype=np.float64)
    if not len(values) or values.max() == 0:
        return np.zeros(len(values), dtype=np.int64), 1.0
    heaviest = float(values.max())
    for decimals in range(_DECIMALS + 1):
        power_of_ten = 10.0**decimals
        if heaviest * power_of_ten * len(values) >= _MOST:
            break
        whole = np.rint(values * power_of_ten)
        if bool(np.all(whole / power_of_ten == values)):
            numbers = whole.astype(np.int64)
            divisor = int(np.gcd.reduce(numbers))
            return numbers // divisor, divisor / power_of_ten
    power = min(_BITS - int(np.frexp(heaviest)[1]), _LARGEST_POWER)
    scaled = np.rint(np.ldexp(values, power)).astype(np.int64)
    scaled[(values > 0) & (scaled == 0)] = 1
    return scaled, float(np.ldexp(1.0, -power))
