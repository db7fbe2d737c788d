"""Bringing several loads under their caps: moves and exchanges by tabu search, at a small cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget
    from headgate.partition.vector_assignment import VectorAssignment

_TENURE = 5  # steps for which a unit does not return, at most three times that
_PAIRS = 6_000  # exchanges that a step looks at
_OPTIONS = 12  # of them that are put to the rules, the best first
_COST = 0.01  # what a move of the usual cost counts, as a share of a bound
_TRIES = 3  # moved units that go home at once, at most


def fit(state: VectorAssignment, caps: NDArray[np.int64], steps: int, draw: Budget) -> bool:
    """Move units until no pipeline passes the caps, (loads,); give whether that was done, else leave the best that was found.

    Each step takes, of a pipeline that passes a cap, the unit that moves, or changes places with one of another pipeline, so
    that least is passed in all, though it be more than before; who moved does not come back for some steps (Glover, Tabu
    search, part I, ORSA Journal on Computing 1, 1989). It stops after `steps` steps without one that is better.
    """
    tabu = np.zeros((len(state.weights), state.instance.pipelines), dtype=np.int64)
    best, kept = _passed(state, caps), state.assignment.copy()
    step = last = 0
    while best > 0 and step - last < steps:
        step += 1
        if not _step(state, caps, tabu, step, draw, best):
            break
        passed = _passed(state, caps)
        if passed < best:
            best, kept, last = passed, state.assignment.copy(), step
    state.restore(kept)
    return bool((state.totals <= caps).all())


def cheapen(state: VectorAssignment, caps: NDArray[np.int64], rounds: int, draw: Budget) -> None:
    """Make a layout within the caps cheaper: moved units go home, and others mend what that breaks."""
    for unit in _by_cost(state):
        _go_home(state, [unit], caps, 0, draw)
    steps = 2 * state.instance.pipelines + 10
    for _ in range(rounds):
        moved = _by_cost(state)
        if not moved:
            return
        count = min(len(moved), 1 + draw.draw(_TRIES))
        _go_home(state, [moved[number] for number in draw.sample(count, len(moved))], caps, steps, draw)


def _by_cost(state: VectorAssignment) -> list[int]:
    moved = np.flatnonzero(state.moved & ~state.pinned)
    return [int(unit) for unit in moved[ascending(-state.costs[moved])]]


def _go_home(state: VectorAssignment, units: list[int], caps: NDArray[np.int64], steps: int, draw: Budget) -> None:
    """Send units home, and have others mend that; take it back where it is not cheaper."""
    before, cost = state.assignment.copy(), state.cost
    able = [unit for unit in units if state.attempt([(unit, int(state.origin[unit]))])]
    state.pinned[able] = True
    found = fit(state, caps, steps, draw)
    state.pinned[able] = False
    if not found or state.cost >= cost:
        state.restore(before)


def _passed(state: VectorAssignment, caps: NDArray[np.int64]) -> float:
    return float(state.over(state.totals, caps).sum())


def _step(
    state: VectorAssignment, caps: NDArray[np.int64], tabu: NDArray[np.int64], step: int, draw: Budget, best: float
) -> bool:
    """Make the best move or exchange of one pipeline that passes a cap; give whether there was one."""
    passed = state.over(state.totals, caps)
    over = np.flatnonzero(passed > 0)
    heavy = int(over[np.argmax(passed[over])]) if draw.draw(2) else int(over[draw.draw(len(over))])
    units = state.inside(heavy)
    if not len(units):
        return len(over) > 1
    others = _partners(state, heavy, len(units), draw)
    moves = _moves(state, caps, heavy, units, others)
    mates = np.flatnonzero(np.isin(state.assignment, others) & ~state.pinned)
    swaps = _swaps(state, caps, heavy, units, mates)
    allowed = best - float(passed.sum())
    moves[(tabu[np.ix_(units, others)] >= step) & (moves >= allowed)] = np.inf
    held = (tabu[np.ix_(units, np.arange(state.instance.pipelines))][:, state.assignment[mates]] >= step) | (
        tabu[mates, heavy] >= step
    )
    swaps[held & (swaps >= allowed)] = np.inf
    scores = np.concatenate([moves.ravel(), swaps.ravel()])
    count = min(_OPTIONS, len(scores))
    first = np.argpartition(scores, count - 1)[:count]
    for number in first[np.lexsort((first, scores[first]))].tolist():
        if scores[number] == np.inf:
            break
        if number < moves.size:
            row, column = divmod(number, len(others))
            made = [(int(units[row]), int(others[column]))]
        else:
            row, column = divmod(number - moves.size, len(mates))
            made = [(int(units[row]), int(state.assignment[mates[column]])), (int(mates[column]), heavy)]
        before = [(unit, int(state.assignment[unit])) for unit, _ in made]
        if state.attempt(made):
            for unit, pipeline in before:
                tabu[unit, pipeline] = step + _TENURE + draw.draw(2 * _TENURE)
            return True
    return len(over) > 1


def _partners(state: VectorAssignment, heavy: int, count: int, draw: Budget) -> NDArray[np.int64]:
    """Give the other pipelines, or as many of them, at random, as can be looked at."""
    others = np.delete(np.arange(state.instance.pipelines), heavy)
    most = max(2, _PAIRS * state.instance.pipelines // max(1, count * len(state.weights)))
    if len(others) <= most:
        return others
    return np.sort(others[draw.sample(most, len(others))])


def _moves(
    state: VectorAssignment, caps: NDArray[np.int64], heavy: int, units: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give (units, others) what is passed more or less where each unit moves to each pipeline, with what that costs."""
    vectors, totals = state.vectors[units], state.totals
    left = state.over(totals[heavy] - vectors, caps) - state.over(totals[heavy], caps)
    came = state.over(totals[others] + vectors[:, None], caps) - state.over(totals[others], caps)
    prices: NDArray[np.float64] = left[:, None] + came + _price(state, units[:, None], others[None, :])
    return prices


def _swaps(
    state: VectorAssignment, caps: NDArray[np.int64], heavy: int, units: NDArray[np.int64], mates: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give (units, mates) the same where each unit changes places with each mate, which are in other pipelines."""
    totals, places = state.totals, state.assignment[mates]
    shift = state.vectors[units][:, None] - state.vectors[mates]
    ours = state.over(totals[heavy] - shift, caps) - state.over(totals[heavy], caps)
    theirs = state.over(totals[places] + shift, caps) - state.over(totals[places], caps)
    prices: NDArray[np.float64] = (
        ours + theirs + _price(state, units[:, None], places[None, :]) + _price(state, mates, np.array(heavy))
    )
    return prices


def _price(state: VectorAssignment, units: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what it costs more, or less, that units go to places, in shares of a bound."""
    mean = max(1.0, float(state.costs.mean())) / _COST
    at_home = state.assignment[units] == state.origin[units]
    returns = places == state.origin[units]
    price: NDArray[np.float64] = state.costs[units] * (at_home.astype(np.float64) - returns) / mean
    return price
