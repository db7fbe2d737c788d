"""A repair by search: a part of it is undone and made again in another way, as long as that makes it cheaper or steadier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.budget import Budget
from headgate.partition.recreate import Objective, recreate

if TYPE_CHECKING:
    from headgate.partition.partial_assignment import PartialAssignment

_ROUNDS = 100
_EACH = 4  # rounds for each unit: small cases end soon
_PLACES = 20_000_000  # units x pipelines in all rounds together, but
_FEWEST = 4  # rounds at least
_STEADIER = 10  # rounds that one counts for once nothing can be cheaper, only steadier
_EQUAL = 1e-9


def search(state: PartialAssignment, objective: Objective, least: int) -> bool:
    """Bring every load to the limit at a small cost; give whether that was found, else leave the state as it was.

    Destroy operators: one or two moved units go home and stay there for the round; a few pipelines lose their loose units.
    Repair operator: `recreate`. Acceptance: cheaper, or as cheap and less strained. It stops after a hundred rounds, fewer
    where units times pipelines are many, ten where the cost is `least`, below which there is none. After Schrimpf, Schneider,
    Stamm-Wilbrandt and Dueck, Record breaking optimization results using the ruin and recreate principle, Journal of
    Computational Physics 159, 2000.
    """
    units, pipelines = len(state.weights), state.instance.pipelines
    rounds = Budget(min(_ROUNDS, _EACH * units, max(_FEWEST, _PLACES // max(1, units * pipelines))))
    kept, best = state.assignment.copy(), None
    held: list[int] = []
    draw = None  # the first layout is the one that looks best at each step
    while rounds.left > 0:
        state.pinned[held] = True
        found = recreate(state, objective, draw)
        state.pinned[held] = False
        value = state.cost, float(objective.strain(state.loads, state.spreads).sum())
        if found and (best is None or value < (best[0], best[1] - _EQUAL)):
            best, kept = value, state.assignment.copy()
        rounds.spend(1 if best is None or best[0] > least else _STEADIER)
        state.restore(kept)
        draw, held = rounds, _ruin(state, rounds)
    state.restore(kept)
    return best is not None


def _ruin(state: PartialAssignment, draw: Budget) -> list[int]:
    """Undo a part; give the units that went home."""
    pipelines = state.instance.pipelines
    chosen = set(draw.sample(min(pipelines, 1 + draw.draw(3)), pipelines))
    moved = np.flatnonzero(state.moved & ~state.pinned).tolist()
    held = []
    for number in draw.sample(min(len(moved), draw.draw(3)), len(moved)):
        unit, home = moved[number], int(state.origin[moved[number]])
        chosen |= {home, int(state.assignment[unit])}
        state.move(unit, -1)
        if state.takes([unit])[0][home]:
            state.move(unit, home)
            held.append(unit)
    loose = np.flatnonzero((state.assignment >= 0) & ~state.pinned)
    loose = loose[state.loose(loose)]
    for unit in loose[np.isin(state.assignment[loose], sorted(chosen))].tolist():
        state.move(unit, -1)
    return held
