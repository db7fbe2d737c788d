"""From overfull pipelines into those with room: the steps of a repair, each the cheapest for what it takes off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.partial_assignment import PartialAssignment

_OPEN = 32  # pipelines with the most room that a chain may go through
_PAIRS = 1_000_000  # pairs of units looked at for one chain
_TRIES = 64  # candidates put to the constraints, best first
_PUSHED = 6  # units, and pipelines for each, that a push tries


@dataclass(frozen=True, slots=True)
class Objective:
    """What a search goes for: no load above `limit`, and of the layouts that cost the same the one least likely to pass it.

    `drift`: by how much a unit's weight is likely to change, as a share of it (one standard deviation; 0.03 moved least in
    a simulation with 0.1). `level`: of equal steps, whether the one that evens out the loads goes first, or the smallest unit.
    """

    limit: int
    drift: float = 0.03
    level: bool = True

    def strain(self, loads: NDArray[np.int64], squares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give (k,) about how likely these loads are to pass the limit as their units drift, each by itself.

        loads: (k,) weights; squares: (k,) the sum of the squared weights behind each, which tells its deviation: one heavy
        unit needs more room than many light ones. The normal tail is taken from a rational formula, so that the result
        is the same on every machine (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.18).
        """
        margin = (self.limit - loads) / np.maximum(1.0, self.drift * np.sqrt(np.maximum(squares, 0.0)))
        z = np.abs(margin)
        tail = 1 + z * (0.196854 + z * (0.115194 + z * (0.000344 + z * 0.019527)))
        tail = 0.5 / (tail * tail * tail * tail)
        return np.where(margin >= 0, tail, 1 - tail)


def relieve_overloads(
    state: PartialAssignment, objective: Objective, *, spend: bool = True, largest_first: bool = True
) -> bool:
    """Move units until no load is above the limit; give whether that was reached.

    With `spend` False only units move that cost nothing: new ones, and those that moved already. Each step takes from the
    fullest pipeline (or the one least above the limit) and overfills none, so the excess shrinks until it ends.
    """
    stuck: set[int] = set()
    while True:
        over = np.flatnonzero(state.loads > objective.limit)
        over = over[~np.isin(over, list(stuck))] if stuck else over
        if not len(over):
            return not stuck
        pick = np.argmax if largest_first else np.argmin
        pipeline = int(over[pick(state.loads[over])])
        if _relief_move(state, objective, pipeline, spend=spend):
            stuck.clear()
        else:
            stuck.add(pipeline)


def _relief_move(state: PartialAssignment, objective: Objective, pipeline: int, *, spend: bool) -> bool:
    """Make the best step that takes weight from the pipeline: a unit elsewhere, or two units in a chain or a swap."""
    units = state.inside(pipeline)
    units = units[state.weights[units] > 0]
    out = state.leaving(units)
    if not spend:
        loose = state.loose(units)
        units, out = units[loose], out[loose]
    if not len(units):
        return False
    excess = int(state.loads[pipeline]) - objective.limit
    slack = objective.limit - state.loads
    weights = state.weights[units]
    fits = state.takes(units) & (weights[:, None] <= slack[None, :])
    price = _Price(weights, out)
    single = np.where(fits.any(axis=1), out + price.rest(excess - weights), np.inf)
    best = float(single.min())
    if best > out.min() and _chain(state, objective, pipeline, units, best, price, spend=spend):
        return True
    if best == np.inf:
        return spend and _push(state, objective, pipeline, units)
    rows, columns = np.nonzero(fits & (single == best)[:, None])
    moved = state.weights[units[rows]].astype(np.float64)
    if objective.level:
        choice = int(np.argmin(moved * (state.loads[columns] - state.loads[pipeline] + moved)))
    else:
        choice = int(np.lexsort((-slack[columns], moved))[0])
    state.move(int(units[rows[choice]]), int(columns[choice]))
    return True


def _push(state: PartialAssignment, objective: Objective, source: int, units: NDArray[np.int64]) -> bool:
    """Move a unit into a pipeline that sheds as many of its own as make room; the cheapest of the few likeliest."""
    slack = objective.limit - state.loads
    excess = _excess(state, objective)
    best: tuple[int, int, tuple[tuple[int, int], ...]] | None = None
    heaviest = units[np.argsort(-state.weights[units], kind="stable")][:_PUSHED]
    for unit in heaviest:
        takers = np.flatnonzero(state.takes(heaviest[heaviest == unit])[0])
        for to in takers[np.argsort(-slack[takers], kind="stable")][:_PUSHED]:
            trail = [(int(unit), source, int(to))]
            state.move(int(unit), int(to))
            while state.loads[to] > objective.limit and (step := _next(state, objective, int(to), int(unit))):
                trail.append(step)
                state.move(step[0], step[2])
            if (left := _excess(state, objective)) < excess and state.loads[to] <= objective.limit:
                option = (state.cost, left, tuple((moved, target) for moved, _, target in trail))
                best = option if best is None else min(best, option)
            for moved, place, _ in reversed(trail):
                state.move(moved, place)
    return best is not None and state.attempt(best[2])


def _next(state: PartialAssignment, objective: Objective, pipeline: int, but: int) -> tuple[int, int, int] | None:
    """Give the unit to leave the pipeline next, and where to."""
    units = state.inside(pipeline)
    units = units[(units != but) & (state.weights[units] > 0)]
    if not len(units):
        return None
    slack = objective.limit - state.loads
    weights = state.weights[units]
    fits = state.takes(units) & (weights[:, None] <= slack[None, :])
    excess = int(state.loads[pipeline]) - objective.limit
    out = state.leaving(units)
    price = np.where(fits.any(axis=1), out + _Price(weights, out).rest(excess - weights), np.inf)
    row = int(np.lexsort((weights, price))[0])
    if price[row] == np.inf:
        return None
    to = np.flatnonzero(fits[row])
    return int(units[row]), pipeline, int(to[np.argmax(slack[to])])


def _excess(state: PartialAssignment, objective: Objective) -> int:
    return int(np.maximum(state.loads - objective.limit, 0).sum())


class _Price:
    """What it costs at least to take weight from a pipeline by units of these weights and costs."""

    def __init__(self, weights: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        self.least = float(out.min())
        self.ratio = float((out / weights).min())

    def rest(self, excess: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give what the excess that remains costs at least; nothing where none does."""
        return np.where(excess > 0, np.maximum(self.least, excess * self.ratio), 0.0)


def change(
    state: PartialAssignment,
    objective: Objective,
    units: NDArray[np.int64],
    source: NDArray[np.int64] | int,
    to: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Give (k,) by how much the strain changes as each unit goes from `source` to `to`."""
    return shift(state, objective, source, -state.weights[units], -state.squares[units]) + shift(
        state, objective, to, state.weights[units], state.squares[units]
    )


def shift(
    state: PartialAssignment,
    objective: Objective,
    pipelines: NDArray[np.int64] | int,
    weights: NDArray[np.int64],
    squares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give (k,) by how much the strain of each pipeline changes as these weights come to it (below 0: go)."""
    loads, spreads = state.loads[pipelines], state.spreads[pipelines]
    return objective.strain(loads + weights, spreads + squares) - objective.strain(loads, spreads)


def _chain(
    state: PartialAssignment,
    objective: Objective,
    source: int,
    units: NDArray[np.int64],
    below: float,
    price: _Price,
    *,
    spend: bool,
) -> bool:
    """Move a unit into a pipeline that another leaves, for the source or a third, where that costs less than `below`."""
    slack = objective.limit - state.loads
    roomy = np.argsort(-slack, kind="stable")[:_OPEN]
    roomy = roomy[roomy != source]
    is_open = np.zeros(len(slack), dtype=bool)
    is_open[roomy] = True
    others = np.flatnonzero((state.assignment >= 0) & ~state.pinned)
    others = others[is_open[state.assignment[others]]]
    freed = state.leaving(others)
    if not spend:
        loose = state.loose(others)
        others, freed = others[loose], freed[loose]
    keep = freed < below
    others, freed = others[keep], freed[keep]
    units = units[np.argsort(state.leaving(units), kind="stable")][: max(1, _PAIRS // max(1, len(others)))]
    if not len(others) or not len(roomy):
        return False
    excess = int(state.loads[source]) - objective.limit
    heavy, light = state.weights[units][:, None], state.weights[others][None, :]
    between = state.assignment[others]
    enters = heavy - light <= slack[between][None, :]
    second = roomy[1] if len(roomy) > 1 else roomy[0]
    third = np.where(between == roomy[0], second, roomy[0])
    passes = (light <= slack[third][None, :]) & (third != between)[None, :]
    both = (state.leaving(units)[:, None] + freed[None, :]).astype(np.float64)
    onward = np.where(enters & passes, both + price.rest(excess - heavy), np.inf)
    back = np.where(enters & (heavy > light), both + price.rest(excess - heavy + light), np.inf)
    for _ in range(2):
        best = min(float(onward.min()), float(back.min()))
        if best >= below:
            return False
        candidates = []
        for kind, matrix in enumerate((onward, back)):
            rows, columns = np.nonzero(matrix == best)
            to = third[columns] if kind == 0 else np.full(len(columns), source)
            middle, weights, squares = between[columns], state.weights, state.squares
            unit, other = units[rows], others[columns]
            swap = weights[unit] - weights[other], squares[unit] - squares[other]
            strain = shift(state, objective, middle, *swap)
            if kind == 0:
                strain += shift(state, objective, source, -weights[unit], -squares[unit])
                strain += shift(state, objective, to, weights[other], squares[other])
            else:
                strain += shift(state, objective, source, -swap[0], -swap[1])
            order = np.argsort(strain, kind="stable")[:_TRIES]
            quintets = zip(strain[order], unit[order], other[order], middle[order], to[order], strict=True)
            candidates += [(float(a), int(b), int(c), int(d), int(e)) for a, b, c, d, e in quintets]
        for _, unit_, other_, middle_, to_ in sorted(candidates):
            if state.attempt([(other_, to_), (unit_, middle_)]):
                return True
        onward[onward == best] = np.inf
        back[back == best] = np.inf
    return False
