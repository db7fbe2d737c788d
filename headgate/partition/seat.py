"""Units that have no pipeline yet, or can't stay where they are: off the board and on again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition import feasible
from headgate.partition.clash import Clash, quick_clash, smallest
from headgate.partition.constrained import NotFound
from headgate.partition.exact_place import decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.partition.board import Board

_LOOKS = 60_000  # pipelines that the ejection chains look at


def evict(board: Board) -> None:
    """Take the units off the board that can't stay, and put those on it that are fixed.

    First those whose home is barred to them or that are fixed elsewhere; then, where a pipeline holds two that must be
    apart or more tables than it has room for, the cheapest to move (of those, the lightest).
    """
    instance = board.instance
    for unit, pipeline in sorted(instance.fixed.items()):
        board.move(unit, pipeline)
    for unit, pipelines in sorted(instance.barred.items()):
        if int(board.homes[unit]) in pipelines:
            board.move(unit, -1)
    for members in instance.apart:
        _part(board, members)
    if instance.room is not None:
        for pipeline in np.flatnonzero(board.counts > instance.room).tolist():
            _thin(board, pipeline, int(instance.room[pipeline]))


def _part(board: Board, members: Sequence[int]) -> None:
    """Leave one of these units in each pipeline."""
    seen: set[int] = set()
    for unit in sorted(members, key=lambda unit: _worth(board, unit), reverse=True):
        home = int(board.homes[unit])
        if home in seen:
            board.move(unit, -1)
        elif home >= 0:
            seen.add(home)


def _thin(board: Board, pipeline: int, room: int) -> None:
    """Take units off the pipeline until it holds no more tables than it has room for."""
    for unit in sorted(board.inside(pipeline).tolist(), key=lambda unit: _worth(board, unit)):
        if board.counts[pipeline] <= room:
            return
        board.move(unit, -1)


def _worth(board: Board, unit: int) -> tuple[bool, int, int, int]:
    return (bool(board.pinned[unit]), int(board.costs[unit]), int(board.weights[unit]), -unit)


def seat(board: Board) -> None:
    """Put each unit without a pipeline, heaviest first, on the one with the least load that takes it.

    Where none takes it by itself, another unit makes way; where that doesn't help, several do, by ejection chains. Raises
    Clash where it is proved that no layout keeps the rules, and NotFound where neither a layout nor that proof was found.
    """
    waiting = np.flatnonzero(board.homes < 0)
    for unit in waiting[np.argsort(-board.weights[waiting], kind="stable")]:
        fits = np.flatnonzero(board.takes(np.array([unit]))[0])
        if len(fits):
            board.move(int(unit), int(fits[np.lexsort((board.counts[fits], board.loads[fits]))[0]]))
        elif not _make_way(board, int(unit)):
            _rearrange(board)
            return


def _make_way(board: Board, unit: int) -> bool:
    """Put the unit on a pipeline that another unit leaves for it, the cheapest there is."""
    movable = np.flatnonzero((board.homes >= 0) & ~board.pinned)
    for other in movable[np.lexsort((board.weights[movable], board.leaving(movable)))]:
        home = int(board.homes[other])
        for to in np.argsort(board.loads, kind="stable"):
            if to != home and board.attempt([(int(other), int(to)), (unit, home)]):
                return True
    return False


def _rearrange(board: Board) -> None:
    """Find any layout that keeps the rules, from the one on the board, and take it."""
    instance = board.instance
    if quick_clash(instance):
        raise Clash(smallest(instance))
    rules = feasible.Packing(instance)
    order = np.lexsort((np.arange(len(board.homes)), -board.costs, board.homes < 0)).tolist()
    waiting = feasible.begin(rules, board.homes.tolist(), order)
    homes: Sequence[int] | None = rules.homes
    if waiting and feasible.eject(rules, waiting, _LOOKS):
        answer = decide(instance)
        if answer.proved:
            raise Clash(smallest(instance))
        homes = answer.homes
    if homes is None:
        raise NotFound
    board.restore(np.array(homes, dtype=np.int64))
