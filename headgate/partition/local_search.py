"""A repair by search: relieve what is overfull in several ways, then settle what moved. No solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.relief_moves import Objective, change, relieve_overloads
from headgate.partition.tabu import tabu

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.partial_assignment import PartialAssignment

_TRIES = 64  # candidates put to the constraints, best first
_MANY = 200  # units away, from which on only the first way of searching is tried, and one round of settling
_SMALL = 10_000  # units x pipelines up to which units are held at their origin in turn, and the rest is tried again
_BUDGET = 600_000  # places of units that the tabu search looks at
_LOOSE_BUDGET = 200_000  # the same, where only new units move
_EQUAL = 1e-9


def local_search(state: PartialAssignment, objective: Objective) -> None:
    """Make the layout cheaper, then steadier at the same cost, without passing the limit.

    Each unit that is new or away tries: its origin again; its origin, with another unit of that pipeline moved instead;
    another pipeline.
    """
    for _ in range(4):
        away = np.flatnonzero(((state.origin < 0) | state.moved) & ~state.pinned)
        changed = False
        for unit in away[np.argsort(-state.costs[away], kind="stable")]:
            number = int(unit)
            changed |= _return_to_origin(state, objective, number)
            if len(away) <= _MANY:
                changed |= _swap_back(state, objective, number) or _elsewhere(state, objective, number)
        if not changed or len(away) > _MANY:
            return


def polish(state: PartialAssignment, objective: Objective, *, spend: bool = True) -> bool:
    """Make the layout cheaper, then steadier by tabu search where the case is small; give whether it is within the limit."""
    if len(state.weights) * state.instance.pipelines > _SMALL:
        return state.makespan <= objective.limit
    return tabu(state, objective, _BUDGET if spend else _LOOSE_BUDGET, spend=spend)


def search(state: PartialAssignment, limit: int, least: int, tries: int = 8) -> bool:
    """Bring every load to the limit at a small cost, in several ways until one costs no more than `least`.

    After the ways of relieving, each unit that moved in the best is held at its origin in turn, `tries` times at most, and
    the rest is tried again; then tabu search goes on from the best. Leaves the cheapest in the state and gives True, or
    leaves the state as it was and gives False.
    """
    start = state.assignment.copy()
    if len(start) * state.instance.pipelines > _SMALL:
        tries = 0
    best = _best(state, start, [_Way(limit, level, largest) for largest in (True, False) for level in (True, False)], least)
    while best is not None and best[0] > least and tries:
        better = None
        for unit in best[2]:
            if not tries or state.pinned[unit] or start[unit] != state.origin[unit]:
                continue
            tries -= 1
            state.pinned[unit] = True
            better = _best(state, start, [_Way(limit, level, largest_first=True) for level in (True, False)], best[0] - 1)
            state.pinned[unit] = False
            if better is not None and better[0] < best[0]:
                break
            better = None
        if better is None:
            break
        best = better
    state.restore(start if best is None else best[1])
    return polish(state, Objective(limit)) or best is not None


@dataclass(frozen=True, slots=True)
class _Way:
    limit: int
    level: bool
    largest_first: bool


def _best(
    state: PartialAssignment, start: NDArray[np.int64], ways: list[_Way], enough: int
) -> tuple[int, NDArray[np.int64], list[int]] | None:
    """Give cost, assignment and moved units, dearest first, of the best of these ways, the first at `enough` or less."""
    best: tuple[int, NDArray[np.int64], list[int]] | None = None
    for way in ways:
        state.restore(start)
        objective = Objective(way.limit, level=way.level)
        if not relieve_overloads(state, objective, largest_first=way.largest_first):
            continue
        local_search(state, objective)
        moved = np.flatnonzero(state.moved)
        if best is None or state.cost < best[0]:
            dearest = moved[np.argsort(-state.costs[moved], kind="stable")]
            best = (state.cost, state.assignment.copy(), dearest.tolist() if len(moved) <= _MANY else [])
        if best[0] <= enough or len(moved) > _MANY:
            break
    return best


def _return_to_origin(state: PartialAssignment, objective: Objective, unit: int) -> bool:
    origin = int(state.origin[unit])
    if origin < 0 or state.assignment[unit] == origin or state.loads[origin] + state.weights[unit] > max(objective.limit, 0):
        return False
    return state.attempt([(unit, origin)])


def _elsewhere(state: PartialAssignment, objective: Objective, unit: int) -> bool:
    one = np.array([unit])
    source = int(state.assignment[unit])
    to = np.flatnonzero(state.takes(one)[0] & (state.loads + state.weights[unit] <= objective.limit))
    if len(to) == 0:
        return False
    strain = change(state, objective, np.full(len(to), unit), source, to)
    best = int(np.argmin(strain))
    if strain[best] >= -_EQUAL:
        return False
    state.move(unit, int(to[best]))
    return True


def _swap_back(state: PartialAssignment, objective: Objective, unit: int) -> bool:
    """Send the unit back to its origin, another one of that pipeline away, where it costs less, or as much and strains less."""
    origin, place = int(state.origin[unit]), int(state.assignment[unit])
    if origin < 0 or place == origin:
        return False
    others = state.inside(origin)
    out = state.leaving(others)
    others = others[out <= state.costs[unit]]
    if not len(others):
        return False
    out = state.leaving(others)
    weights, own = state.weights[others], int(state.weights[unit])
    loads = state.loads.copy()
    loads[place] -= own
    loads[origin] += own
    fits = (loads[None, :] + weights[:, None] <= objective.limit) & (loads[origin] - weights <= objective.limit)[:, None]
    fits[:, origin] = False
    rows, columns = np.nonzero(fits)
    if not len(rows):
        return False
    lifted, squares = state.squares[others[rows]], state.squares[unit]
    spreads = state.spreads.copy()
    spreads[place] -= squares
    spreads[origin] += squares
    moved = weights[rows]
    strain = objective.strain(loads[origin] - moved, spreads[origin] - lifted) + objective.strain(
        loads[columns] + moved, spreads[columns] + lifted
    )
    strain += np.where(columns == place, 0.0, objective.strain(loads[place], spreads[place]))
    every = np.array([origin, place])
    strain -= objective.strain(state.loads[every], state.spreads[every]).sum()
    strain -= np.where(columns == place, 0.0, objective.strain(state.loads[columns], state.spreads[columns]))
    gain = out[rows] - state.costs[unit]
    order = np.lexsort((strain, gain))[:_TRIES]
    for k in order:
        if gain[k] == 0 and strain[k] >= -_EQUAL:
            return False
        if state.attempt([(unit, origin), (int(others[rows[k]]), int(columns[k]))]):
            return True
    return False
