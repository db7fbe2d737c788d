"""From overfull pipelines into those with room: the steps of a repair, each the cheapest for what it takes off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.board import Board

_OPEN = 32  # pipelines with the most room that a chain may go through
_PAIRS = 1_000_000  # pairs of units looked at for one chain
_TRIES = 64  # candidates put to the constraints, best first
_PUSHED = 6  # units, and pipelines for each, that a push tries


@dataclass(frozen=True, slots=True)
class Aim:
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
        room = (self.limit - loads) / np.maximum(1.0, self.drift * np.sqrt(np.maximum(squares, 0.0)))
        z = np.abs(room)
        tail = 1 + z * (0.196854 + z * (0.115194 + z * (0.000344 + z * 0.019527)))
        tail = 0.5 / (tail * tail * tail * tail)
        return np.where(room >= 0, tail, 1 - tail)


def relieve(board: Board, aim: Aim, *, spend: bool = True, largest_first: bool = True) -> bool:
    """Move units until no load is above the limit; give whether that was reached.

    With `spend` False only units move that cost nothing: new ones, and those that moved already. Each step takes from the
    fullest pipeline (or the one least above the limit) and overfills none, so the excess shrinks until it ends.
    """
    stuck: set[int] = set()
    while True:
        over = np.flatnonzero(board.loads > aim.limit)
        over = over[~np.isin(over, list(stuck))] if stuck else over
        if not len(over):
            return not stuck
        pick = np.argmax if largest_first else np.argmin
        pipeline = int(over[pick(board.loads[over])])
        if _shed(board, aim, pipeline, spend=spend):
            stuck.clear()
        else:
            stuck.add(pipeline)


def _shed(board: Board, aim: Aim, pipeline: int, *, spend: bool) -> bool:
    """Make the best step that takes weight from the pipeline: a unit elsewhere, or two units in a chain or a swap."""
    units = board.inside(pipeline)
    units = units[board.weights[units] > 0]
    out = board.leaving(units)
    if not spend:
        loose = board.loose(units)
        units, out = units[loose], out[loose]
    if not len(units):
        return False
    excess = int(board.loads[pipeline]) - aim.limit
    slack = aim.limit - board.loads
    weights = board.weights[units]
    fits = board.takes(units) & (weights[:, None] <= slack[None, :])
    price = _Price(weights, out)
    single = np.where(fits.any(axis=1), out + price.rest(excess - weights), np.inf)
    best = float(single.min())
    if best > out.min() and _chain(board, aim, pipeline, units, best, price, spend=spend):
        return True
    if best == np.inf:
        return spend and _push(board, aim, pipeline, units)
    rows, columns = np.nonzero(fits & (single == best)[:, None])
    moved = board.weights[units[rows]].astype(np.float64)
    if aim.level:
        choice = int(np.argmin(moved * (board.loads[columns] - board.loads[pipeline] + moved)))
    else:
        choice = int(np.lexsort((-slack[columns], moved))[0])
    board.move(int(units[rows[choice]]), int(columns[choice]))
    return True


def _push(board: Board, aim: Aim, source: int, units: NDArray[np.int64]) -> bool:
    """Move a unit into a pipeline that sheds as many of its own as make room; the cheapest of the few likeliest."""
    slack = aim.limit - board.loads
    excess = _excess(board, aim)
    best: tuple[int, int, tuple[tuple[int, int], ...]] | None = None
    heaviest = units[np.argsort(-board.weights[units], kind="stable")][:_PUSHED]
    for unit in heaviest:
        takers = np.flatnonzero(board.takes(heaviest[heaviest == unit])[0])
        for to in takers[np.argsort(-slack[takers], kind="stable")][:_PUSHED]:
            trail = [(int(unit), source, int(to))]
            board.move(int(unit), int(to))
            while board.loads[to] > aim.limit and (step := _next(board, aim, int(to), int(unit))):
                trail.append(step)
                board.move(step[0], step[2])
            if (left := _excess(board, aim)) < excess and board.loads[to] <= aim.limit:
                option = (board.cost, left, tuple((moved, target) for moved, _, target in trail))
                best = option if best is None else min(best, option)
            for moved, place, _ in reversed(trail):
                board.move(moved, place)
    return best is not None and board.attempt(best[2])


def _next(board: Board, aim: Aim, pipeline: int, but: int) -> tuple[int, int, int] | None:
    """Give the unit to leave the pipeline next, and where to."""
    units = board.inside(pipeline)
    units = units[(units != but) & (board.weights[units] > 0)]
    if not len(units):
        return None
    slack = aim.limit - board.loads
    weights = board.weights[units]
    fits = board.takes(units) & (weights[:, None] <= slack[None, :])
    excess = int(board.loads[pipeline]) - aim.limit
    out = board.leaving(units)
    price = np.where(fits.any(axis=1), out + _Price(weights, out).rest(excess - weights), np.inf)
    row = int(np.lexsort((weights, price))[0])
    if price[row] == np.inf:
        return None
    to = np.flatnonzero(fits[row])
    return int(units[row]), pipeline, int(to[np.argmax(slack[to])])


def _excess(board: Board, aim: Aim) -> int:
    return int(np.maximum(board.loads - aim.limit, 0).sum())


class _Price:
    """What it costs at least to take weight from a pipeline by units of these weights and costs."""

    def __init__(self, weights: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        self.least = float(out.min())
        self.ratio = float((out / weights).min())

    def rest(self, excess: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give what the excess that remains costs at least; nothing where none does."""
        return np.where(excess > 0, np.maximum(self.least, excess * self.ratio), 0.0)


def change(
    board: Board, aim: Aim, units: NDArray[np.int64], source: NDArray[np.int64] | int, to: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give (k,) by how much the strain changes as each unit goes from `source` to `to`."""
    return shift(board, aim, source, -board.weights[units], -board.squares[units]) + shift(
        board, aim, to, board.weights[units], board.squares[units]
    )


def shift(
    board: Board,
    aim: Aim,
    pipelines: NDArray[np.int64] | int,
    weights: NDArray[np.int64],
    squares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give (k,) by how much the strain of each pipeline changes as these weights come to it (below 0: go)."""
    loads, spreads = board.loads[pipelines], board.spreads[pipelines]
    return aim.strain(loads + weights, spreads + squares) - aim.strain(loads, spreads)


def _chain(board: Board, aim: Aim, source: int, units: NDArray[np.int64], below: float, price: _Price, *, spend: bool) -> bool:
    """Move a unit into a pipeline that another leaves, for the source or a third, where that costs less than `below`."""
    slack = aim.limit - board.loads
    roomy = np.argsort(-slack, kind="stable")[:_OPEN]
    roomy = roomy[roomy != source]
    is_open = np.zeros(len(slack), dtype=bool)
    is_open[roomy] = True
    others = np.flatnonzero((board.homes >= 0) & ~board.pinned)
    others = others[is_open[board.homes[others]]]
    freed = board.leaving(others)
    if not spend:
        loose = board.loose(others)
        others, freed = others[loose], freed[loose]
    keep = freed < below
    others, freed = others[keep], freed[keep]
    units = units[np.argsort(board.leaving(units), kind="stable")][: max(1, _PAIRS // max(1, len(others)))]
    if not len(others) or not len(roomy):
        return False
    excess = int(board.loads[source]) - aim.limit
    heavy, light = board.weights[units][:, None], board.weights[others][None, :]
    between = board.homes[others]
    enters = heavy - light <= slack[between][None, :]
    second = roomy[1] if len(roomy) > 1 else roomy[0]
    third = np.where(between == roomy[0], second, roomy[0])
    passes = (light <= slack[third][None, :]) & (third != between)[None, :]
    both = (board.leaving(units)[:, None] + freed[None, :]).astype(np.float64)
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
            middle, weights, squares = between[columns], board.weights, board.squares
            unit, other = units[rows], others[columns]
            swap = weights[unit] - weights[other], squares[unit] - squares[other]
            strain = shift(board, aim, middle, *swap)
            if kind == 0:
                strain += shift(board, aim, source, -weights[unit], -squares[unit])
                strain += shift(board, aim, to, weights[other], squares[other])
            else:
                strain += shift(board, aim, source, -swap[0], -swap[1])
            order = np.argsort(strain, kind="stable")[:_TRIES]
            quintets = zip(strain[order], unit[order], other[order], middle[order], to[order], strict=True)
            candidates += [(float(a), int(b), int(c), int(d), int(e)) for a, b, c, d, e in quintets]
        for _, unit_, other_, middle_, to_ in sorted(candidates):
            if board.attempt([(other_, to_), (unit_, middle_)]):
                return True
        onward[onward == best] = np.inf
        back[back == best] = np.inf
    return False
