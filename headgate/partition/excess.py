"""What a repair costs at least: every overfull pipeline has to shed its excess, and who comes in makes the excess larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.partial_assignment import PartialAssignment

_GRID = 8_000  # costs distinguished by the exact bound of one pipeline: more are rounded down, so that it stays a bound
_EXACT = 200  # units in a pipeline up to which that bound is found; of more, one unit makes little difference


def least_cost(state: PartialAssignment, limit: int) -> int:
    """Give a cost that any repair down to the limit has at least, whatever comes into which pipeline."""
    forced = _Forced.of(state)
    total = forced.cost
    for pipeline in np.flatnonzero(forced.kept > limit).tolist():
        weights, costs = _movable(state, forced, pipeline)
        total += _cover(weights, costs, int(forced.kept[pipeline]) - limit)
    return total


@dataclass(frozen=True, slots=True)
class CostBounds:
    """What repairs cost at least, `below` standing for that or more.

    total: (n, pipelines) a repair that has the unit in the pipeline. sheds: (pipelines,) what a pipeline sheds in any repair.
    rise: (n, pipelines) by how much that is more where the unit comes in.
    """

    total: NDArray[np.int64]
    relief: NDArray[np.int64]
    rise: NDArray[np.int64]

    @property
    def cost(self) -> int:
        """What any repair costs: each unit has to be somewhere."""
        return int(self.total.min(axis=1).max(initial=0))


def least_by_place(state: PartialAssignment, limit: int, below: int) -> CostBounds:
    """Give what a repair down to the limit costs at least that has each unit in each pipeline, all distinguished up to `below`.

    A unit that comes in adds to what the others in the pipeline have to shed, and one that leaves takes from it. A place
    that costs `below` can be left out of a search for something cheaper. Capacity, and what must be apart, only makes it
    dearer.
    """
    forced = _Forced.of(state)
    excess = forced.kept - limit
    knapsacks = [_ReliefCosts.of(*_movable(state, forced, pipeline), below) for pipeline in range(len(excess))]
    relief = np.array([int(its.cost(excess[pipeline, None])[0]) for pipeline, its in enumerate(knapsacks)])
    rise = np.empty((len(state.weights), len(excess)), dtype=np.int64)
    leaves = np.zeros(len(state.weights), dtype=np.int64)
    for pipeline, its in enumerate(knapsacks):
        rise[:, pipeline] = its.cost(excess[pipeline] + state.weights) - relief[pipeline]
        inside = np.flatnonzero((state.origin == pipeline) & ~forced.leave)
        leaves[inside] = state.costs[inside] + its.cost(excess[pipeline] - state.weights[inside]) - relief[pipeline]
    stays = np.flatnonzero((state.origin >= 0) & ~forced.leave)
    rise[stays, state.origin[stays]] = 0
    rise[list(state.instance.fixed)] = 0  # their weight is counted already
    total = rise + leaves[:, None]
    total[stays, state.origin[stays]] = 0
    total[list(state.instance.fixed)] = 0
    return CostBounds(np.minimum(below, total + forced.cost + int(relief.sum())), relief, rise)


@dataclass(frozen=True, slots=True)
class _Forced:
    """What the rules leave no choice in.

    leave: (n,) who can't stay. kept: (pipelines,) the load without them, and with those that are fixed there. cost: what it
    costs that they leave.
    """

    leave: NDArray[np.bool_]
    kept: NDArray[np.int64]
    cost: int

    @classmethod
    def of(cls, state: PartialAssignment) -> _Forced:
        origin, fixed, forbidden = state.origin, state.instance.fixed, state.instance.forbidden
        leave = np.zeros(len(origin), dtype=bool)
        leave[[unit for unit, pipeline in fixed.items() if 0 <= origin[unit] != pipeline]] = True
        leave[[unit for unit, pipelines in forbidden.items() if int(origin[unit]) in pipelines]] = True
        assignment = np.where(leave, -1, origin)
        assignment[list(fixed)] = list(fixed.values())
        return cls(leave, state.instance.loads(assignment), int(state.costs[leave].sum()))


def _movable(state: PartialAssignment, forced: _Forced, pipeline: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give weights and costs of the units by which the pipeline can shed."""
    units = (state.origin == pipeline) & ~forced.leave & ~state.pinned & (state.weights > 0)
    return state.weights[units], state.costs[units]


@dataclass(frozen=True, slots=True)
class _ReliefCosts:
    """`most[k]`: the most weight that units of one pipeline take away at a cost of about k x `grain`, rounded in their favour.

    Knapsack by costs: Ibarra and Kim, Fast approximation algorithms for the knapsack and sum of subset problems, Journal of
    the ACM 22, 1975. `below`: what more than all of it costs.
    """

    most: NDArray[np.int64]
    grain: int
    below: int

    @classmethod
    def of(cls, weights: NDArray[np.int64], costs: NDArray[np.int64], below: int) -> _ReliefCosts:
        if len(weights) > _EXACT:  # too many to distinguish: all together, for nothing
            return cls(np.array([int(weights.sum())]), below, below)
        grain = max(1, -(-below // _GRID))
        most = np.zeros(below // grain + 1, dtype=np.int64)
        for weight, cost in np.column_stack([weights, costs // grain]).tolist():
            if cost < len(most):
                most[cost:] = np.maximum(most[cost:], most[: len(most) - cost] + weight)
        return cls(np.maximum.accumulate(most), grain, below)

    def cost(self, excess: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give (k,) what it costs at least to shed each excess, `below` at most."""
        return np.minimum(self.below, np.searchsorted(self.most, excess) * self.grain)


def _cover(weights: NDArray[np.int64], costs: NDArray[np.int64], excess: int) -> int:
    """Give what it costs at least to take the excess off by units of these weights.

    As many of the cheapest as the heaviest needed to cover the excess; the best rate by weight, the last unit cut (the
    relaxed knapsack of Dantzig, Operations Research 5, 1957); and where units are few, the knapsack itself.
    """
    heaviest = np.cumsum(np.sort(weights)[::-1])
    count = int(np.searchsorted(heaviest, excess)) + 1
    by_count = int(np.sort(costs)[:count].sum())
    left, by_weight, whole = excess, 0.0, 0
    for unit in ascending(costs / weights):
        taken = min(left, int(weights[unit]))
        by_weight += float(costs[unit]) * taken / float(weights[unit])
        whole += int(costs[unit])
        left -= taken
        if not left:
            break
    relaxed = max(by_count, int(np.ceil(by_weight - 1e-6)))
    if left or len(weights) > _EXACT or relaxed == whole:
        return relaxed
    return max(relaxed, int(_ReliefCosts.of(weights, costs, whole).cost(np.array([excess]))[0]))
