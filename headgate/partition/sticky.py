"""A repair by search: relieve what is overfull in several ways, then settle what moved. No solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.shed import Aim, change, relieve
from headgate.partition.tabu import tabu

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.board import Board

_TRIES = 64  # candidates put to the constraints, best first
_MANY = 200  # units away, from which on only the first way of searching is tried, and one round of settling
_SMALL = 10_000  # units x pipelines up to which units are held at home in turn, and the rest is tried again
_WORK = 600_000  # places of units that the tabu search looks at
_LOOSE_WORK = 200_000  # the same, where only new units move
_EQUAL = 1e-9


def settle(board: Board, aim: Aim) -> None:
    """Make the layout cheaper, then steadier at the same cost, without passing the limit.

    Each unit that is new or away tries: home again; home, and another unit of its home away instead; another pipeline.
    """
    for _ in range(4):
        away = np.flatnonzero(((board.origin < 0) | board.moved) & ~board.pinned)
        changed = False
        for unit in away[np.argsort(-board.costs[away], kind="stable")]:
            number = int(unit)
            changed |= _home(board, aim, number)
            if len(away) <= _MANY:
                changed |= _instead(board, aim, number) or _elsewhere(board, aim, number)
        if not changed or len(away) > _MANY:
            return


def polish(board: Board, aim: Aim, *, spend: bool = True) -> bool:
    """Make the layout cheaper, then steadier by tabu search where the case is small; give whether it is within the limit."""
    if len(board.weights) * board.instance.pipelines > _SMALL:
        return board.makespan <= aim.limit
    return tabu(board, aim, _WORK if spend else _LOOSE_WORK, spend=spend)


def search(board: Board, limit: int, least: int, tries: int = 8) -> bool:
    """Bring every load to the limit at a small cost, in several ways until one costs no more than `least`.

    After the ways of relieving, each unit that moved in the best is held at home in turn, `tries` times at most, and the rest
    is tried again; then tabu search goes on from the best. Leaves the cheapest on the board and gives True, or leaves the
    board as it was and gives False.
    """
    start = board.homes.copy()
    if len(start) * board.instance.pipelines > _SMALL:
        tries = 0
    best = _best(board, start, [_Way(limit, level, largest) for largest in (True, False) for level in (True, False)], least)
    while best is not None and best[0] > least and tries:
        better = None
        for unit in best[2]:
            if not tries or board.pinned[unit] or start[unit] != board.origin[unit]:
                continue
            tries -= 1
            board.pinned[unit] = True
            better = _best(board, start, [_Way(limit, level, largest_first=True) for level in (True, False)], best[0] - 1)
            board.pinned[unit] = False
            if better is not None and better[0] < best[0]:
                break
            better = None
        if better is None:
            break
        best = better
    board.restore(start if best is None else best[1])
    return polish(board, Aim(limit)) or best is not None


@dataclass(frozen=True, slots=True)
class _Way:
    limit: int
    level: bool
    largest_first: bool


def _best(
    board: Board, start: NDArray[np.int64], ways: list[_Way], enough: int
) -> tuple[int, NDArray[np.int64], list[int]] | None:
    """Give cost, homes and moved units (dearest first) of the best of these ways, the first that costs `enough` or less."""
    best: tuple[int, NDArray[np.int64], list[int]] | None = None
    for way in ways:
        board.restore(start)
        aim = Aim(way.limit, level=way.level)
        if not relieve(board, aim, largest_first=way.largest_first):
            continue
        settle(board, aim)
        moved = np.flatnonzero(board.moved)
        if best is None or board.cost < best[0]:
            dearest = moved[np.argsort(-board.costs[moved], kind="stable")]
            best = (board.cost, board.homes.copy(), dearest.tolist() if len(moved) <= _MANY else [])
        if best[0] <= enough or len(moved) > _MANY:
            break
    return best


def _home(board: Board, aim: Aim, unit: int) -> bool:
    home = int(board.origin[unit])
    if home < 0 or board.homes[unit] == home or board.loads[home] + board.weights[unit] > max(aim.limit, 0):
        return False
    return board.attempt([(unit, home)])


def _elsewhere(board: Board, aim: Aim, unit: int) -> bool:
    one = np.array([unit])
    source = int(board.homes[unit])
    to = np.flatnonzero(board.takes(one)[0] & (board.loads + board.weights[unit] <= aim.limit))
    if len(to) == 0:
        return False
    strain = change(board, aim, np.full(len(to), unit), source, to)
    best = int(np.argmin(strain))
    if strain[best] >= -_EQUAL:
        return False
    board.move(unit, int(to[best]))
    return True


def _instead(board: Board, aim: Aim, unit: int) -> bool:
    """Send the unit home and another one of that home away, where that costs less, or as much and strains less."""
    home, place = int(board.origin[unit]), int(board.homes[unit])
    if home < 0 or place == home:
        return False
    others = board.inside(home)
    out = board.leaving(others)
    others = others[out <= board.costs[unit]]
    if not len(others):
        return False
    out = board.leaving(others)
    weights, own = board.weights[others], int(board.weights[unit])
    loads = board.loads.copy()
    loads[place] -= own
    loads[home] += own
    fits = (loads[None, :] + weights[:, None] <= aim.limit) & (loads[home] - weights <= aim.limit)[:, None]
    fits[:, home] = False
    rows, columns = np.nonzero(fits)
    if not len(rows):
        return False
    lifted, squares = board.squares[others[rows]], board.squares[unit]
    spreads = board.spreads.copy()
    spreads[place] -= squares
    spreads[home] += squares
    moved = weights[rows]
    strain = aim.strain(loads[home] - moved, spreads[home] - lifted) + aim.strain(
        loads[columns] + moved, spreads[columns] + lifted
    )
    strain += np.where(columns == place, 0.0, aim.strain(loads[place], spreads[place]))
    every = np.array([home, place])
    strain -= aim.strain(board.loads[every], board.spreads[every]).sum()
    strain -= np.where(columns == place, 0.0, aim.strain(board.loads[columns], board.spreads[columns]))
    gain = out[rows] - board.costs[unit]
    order = np.lexsort((strain, gain))[:_TRIES]
    for k in order:
        if gain[k] == 0 and strain[k] >= -_EQUAL:
            return False
        if board.attempt([(unit, home), (int(others[rows[k]]), int(columns[k]))]):
            return True
    return False
