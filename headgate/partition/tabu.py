"""A repair made cheaper, and steadier at the same cost: a search that also passes through layouts above the limit."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from headgate.partition.partial_assignment import PartialAssignment
    from headgate.partition.relief_moves import Objective

_STEP = 500  # what a step costs beside the places that it looks at
_PASSES = 2  # steps for each unit and pipeline, at most
_TENURE = 6  # steps for which a unit does not come back to where it was, at most twice that
_STIFFER, _SOFTER = 1.15, 0.85  # of the price of excess: after a step above the limit, and after one within
_PRICES = (1e-2, 1e3)
_EQUAL = 1e-9


def tabu(state: PartialAssignment, objective: Objective, budget: int, *, spend: bool = True) -> bool:
    """Take the cheapest layout within the limit that is met, of those the one with the least strain.

    Gives whether there was one; where not, the state stays as it was. Never worse than the layout in the state, where that
    is within the limit. `budget`: places of units looked at. With `spend` False only units move that cost nothing: new ones
    and those away already. In each step the unit and pipeline that are best by cost, strain and excess, also where that is
    worse than before; the price of excess goes up above the limit and down within it. After Glover, Tabu search,
    part I, ORSA Journal on Computing 1, 1989.
    """
    units = np.flatnonzero(~state.pinned)
    if not spend:
        units = units[state.loose(units)]
    start, best = state.assignment.copy(), _Best(state, objective)
    if len(units) and state.instance.pipelines > 1:
        places = len(units) * state.instance.pipelines
        for _ in _walk(state, objective, units, min(budget // (places + _STEP), _PASSES * places)):
            best.offer(state)
    state.restore(start if best.assignment is None else best.assignment)
    return best.assignment is not None


class _Best:
    """The best layout so far within the limit, by cost, then strain."""

    def __init__(self, state: PartialAssignment, objective: Objective) -> None:
        self.objective = objective
        self.cost, self.strain = 0, 0.0
        self.assignment: NDArray[np.int64] | None = None
        self.offer(state)

    def offer(self, state: PartialAssignment) -> None:
        if state.loads.max() > self.objective.limit:
            return
        cost, strain = state.cost, float(self.objective.strain(state.loads, state.spreads).sum())
        if self.assignment is None or cost < self.cost or (cost == self.cost and strain < self.strain - _EQUAL):
            self.cost, self.strain, self.assignment = cost, strain, state.assignment.copy()


def _walk(state: PartialAssignment, objective: Objective, units: NDArray[np.int64], steps: int) -> Iterator[None]:
    """Make a move at a time, and yield after each."""
    values = _Values(state, objective, units)
    draw = Random(1)  # noqa: S311 - for the tenures; the seed makes them the same on every machine
    until = np.zeros(values.price.shape, dtype=np.int64)
    stiffness = 1.0
    for step in range(1, steps + 1):
        value = values.of_moves(stiffness)
        value[until >= step] = np.inf
        if not state.instance.free:
            value[~state.takes(units)] = np.inf
        row, to = divmod(int(np.argmin(value)), value.shape[1])
        if value[row, to] == np.inf:
            continue
        source = int(state.assignment[units[row]])
        state.move(int(units[row]), to)
        values.update(row, source, to)
        tenure = _TENURE + int(_TENURE * draw.random())
        until[row] = np.maximum(until[row], step + tenure // 3)
        until[row, source] = step + tenure
        stiffness *= _SOFTER if state.loads.max() <= objective.limit else _STIFFER
        stiffness = min(max(stiffness, _PRICES[0]), _PRICES[1])
        yield


class _Values:
    """What a move of each of k units to each pipeline changes: cost (in usual moves), strain and excess (in usual units).

    One matrix (k, pipelines) each for what changes where the unit comes to, one vector (k,) each for where it leaves.
    """

    def __init__(self, state: PartialAssignment, objective: Objective, units: NDArray[np.int64]) -> None:
        self.state, self.objective, self.units = state, objective, units
        self.weights, self.squares = state.weights[units], state.squares[units]
        usual = state.costs[state.moved] if state.moved.any() else state.costs
        self.costs = state.costs[units] / max(1.0, float(np.median(usual)))
        self.scale = max(1.0, float(self.weights.mean()))
        shape = (len(units), state.instance.pipelines)
        self.price, self.strain_in, self.excess_in = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.strain_out, self.excess_out = np.zeros(len(units)), np.zeros(len(units))
        for pipeline in range(shape[1]):
            self._column(pipeline)
        for row in range(shape[0]):
            self._row(row)

    def of_moves(self, stiffness: float) -> NDArray[np.float64]:
        """Give (k, pipelines) the worth of each move, the least is the best; infinite where the unit is already."""
        stiffness /= self.scale
        out = self.strain_out + stiffness * self.excess_out
        value: NDArray[np.float64] = self.price + self.strain_in + stiffness * self.excess_in + out[:, None]
        return value

    def update(self, row: int, source: int, to: int) -> None:
        """Take in that the unit of this row went from `source` to `to`."""
        self._column(source)
        self._column(to)
        self._row(row)

    def _row(self, row: int) -> None:
        unit = self.units[row]
        current, origin = int(self.state.assignment[unit]), int(self.state.origin[unit])
        self.price[row] = self.costs[row] if current == origin else 0.0
        if 0 <= origin != current:
            self.price[row, origin] = -self.costs[row]
        self.price[row, current] = np.inf

    def _column(self, pipeline: int) -> None:
        objective, load, spread = self.objective, self.state.loads[pipeline], self.state.spreads[pipeline]
        strain, excess = objective.strain(load, spread), max(0, load - objective.limit)
        self.strain_in[:, pipeline] = objective.strain(load + self.weights, spread + self.squares) - strain
        self.excess_in[:, pipeline] = np.maximum(0, load + self.weights - objective.limit) - excess
        inside = self.state.assignment[self.units] == pipeline
        weights = self.weights[inside]
        self.strain_out[inside] = objective.strain(load - weights, spread - self.squares[inside]) - strain
        self.excess_out[inside] = np.maximum(0, load - weights - objective.limit) - excess
