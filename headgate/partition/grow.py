"""More pipelines: the new ones filled from the heaviest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.board import Board

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_DONORS = 32  # of the heaviest pipelines, how many are asked before a new one counts as full


def fill(
    instance: Instance,
    today: NDArray[np.int64],
    homes: NDArray[np.int64],
    costs: NDArray[np.int64],
    new: Sequence[int],
    *,
    tolerance: float,
) -> NDArray[np.int64]:
    """Give homes in which each pipeline of `new` has at least the mean load less `tolerance`, as far as units allow.

    today: (n,) where each unit was, -1 for a new one; homes: (n,) where it is to be so far. A new pipeline takes from the
    heaviest, each time the unit that brings the most weight for its cost and makes none heavier than the one it leaves;
    one that is still empty takes the lightest it can get. All that held of the instance's constraints holds after.
    """
    board = Board(instance, today, costs)
    board.restore(homes)
    mean = float(instance.weights.sum()) / instance.pipelines
    for pipeline in new:
        while board.loads[pipeline] < mean * (1 - tolerance) and _take(board, pipeline, mean * (1 + tolerance)):
            pass
        if not bool(np.any(board.homes == pipeline)):
            _take_any(board, pipeline)
    return board.homes


def _take(board: Board, pipeline: int, most: float) -> bool:
    """Move one unit to the pipeline, from the heaviest that has one to spare; False where none has."""
    room = most - float(board.loads[pipeline])
    for donor in np.argsort(-board.loads, kind="stable")[:_DONORS].tolist():
        gap = int(board.loads[donor] - board.loads[pipeline])
        units = board.inside(donor)
        weights = board.weights[units]
        able = units[(weights > 0) & (weights < gap) & (weights <= room)]
        worth = board.weights[able] / (board.leaving(able) + 1.0)
        for unit in able[np.argsort(-worth, kind="stable")].tolist():
            if board.attempt([(unit, pipeline)]):
                return True
    return False


def _take_any(board: Board, pipeline: int) -> None:
    """Move the cheapest unit that a pipeline of several can spare, of the heaviest that has one."""
    held = np.bincount(board.homes, minlength=board.instance.pipelines)
    for donor in np.argsort(-board.loads, kind="stable").tolist():
        units = board.inside(donor)
        if held[donor] > 1 and donor != pipeline:
            order = np.lexsort((units, board.weights[units], board.leaving(units)))
            if any(board.attempt([(unit, pipeline)]) for unit in units[order].tolist()):
                return
