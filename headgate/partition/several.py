"""Units with several loads: the largest ratio of a load to its bound as small as can be found, with every limit kept.

With one load all is left to the methods for one, whose layouts stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition import constrained
from headgate.partition.budget import Budget
from headgate.partition.conflict import require_feasible
from headgate.partition.constrained import mend, renumbered
from headgate.partition.instance import ascending, summed
from headgate.partition.spread import Split
from headgate.partition.vector_assignment import VectorAssignment
from headgate.partition.vector_search import fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_STEPS = 400  # of a search without one that is better
_FEWEST = 40  # of those, where units are many
_UNITS = 60_000  # steps times units, in between
_SMALL = 60  # units up to which every start is bettered, of more only the best
_SHAKES = 24  # times that some pipelines are filled anew, at most
_ROUNDS = 60  # searches, each for a smaller ratio
_NEAR = Fraction(1, 2000)  # ratios that are nearer are not told apart, until the end


def place(instance: Instance, *, rounds: int = _ROUNDS) -> Split:
    """Place each unit so that every rule holds, no limit is passed, and the largest ratio of a load to its bound is least.

    Minimised is max over pipelines p and loads d of load(p, d) / bound(d), where bound(d) is the lower bound of load d by
    itself: so no ratio is below 1, and a layout whose largest ratio is 1 is `optimal`. `makespan` and `bound` are of the
    weight. Units start one by one where the squares of the ratios grow least, in three orders: by the largest, the sum and the
    sum of squares of their shares of the bounds; the best start, or each where units are few, is bettered by
    tabu search, in so many `rounds`. Where no
    layout was found that keeps the limits, it is the one that passes them least: see `over_limit`. Raises Infeasible and
    NotFound as `constrained.place` does.
    """
    if not instance.dimensions:
        return constrained.place(instance)
    require_feasible(instance)
    state = VectorAssignment.empty(instance)
    given = state.limits
    starts = sorted((_start(state, sizes) for sizes in _sizes(state)), key=lambda start: start[:2])
    bettered = []
    for _, _, start in starts[: 1 if len(instance.weights) > _SMALL else None]:
        state.restore(start)
        state.limits = given
        improve(state, rounds)
        bettered.append((float(state.over(state.totals, given).sum()), state.ratio, state.assignment.copy()))
        if bettered[-1][:2] <= (0, 1):
            break
    state.restore(min(bettered, key=lambda one: one[:2])[2])
    makespan, kept = int(state.totals[:, 0].max(initial=0)), not over_limit(instance, state.assignment)
    return Split(state.assignment, makespan, int(state.bounds[0]), optimal=kept and state.ratio <= 1)


def improve(state: VectorAssignment, rounds: int = _ROUNDS) -> None:
    """Make the limits be kept, as far as that is found, then the largest ratio smaller, until it is 1 or no better is found.

    It is asked for half of what is above 1, then for half of what that leaves out of reach; at last for anything better.
    """
    draw, steps = Budget(), steps_for(state)
    keep_limits(state, draw)
    low, best, kept = Fraction(1), state.ratio, state.assignment.copy()
    for _ in range(rounds):
        if best <= 1:
            break
        asked = (low + best) / 2
        is_last = best - low <= _NEAR
        caps = state.caps(best, below=True) if is_last else state.caps(asked)
        found = fit(state, caps, steps if is_last else _FEWEST, draw)
        if state.within_limits and state.ratio < best:
            best, kept = state.ratio, state.assignment.copy()
        elif is_last:
            break
        if not found:
            low = asked
            state.restore(kept)
    state.restore(kept)
    if len(kept) > _SMALL:  # of fewer, every start is bettered
        _shake(state, rounds, draw)


def _shake(state: VectorAssignment, rounds: int, draw: Budget) -> None:
    """Take up some pipelines' units and put them in anew, and mend that by a search, as long as the largest ratio gets less."""
    best, kept = state.ratio, state.assignment.copy()
    count, pipelines = len(kept), state.instance.pipelines
    for _ in range(min(rounds, _SHAKES, _UNITS // count)):
        if best <= 1 or pipelines < 2:  # noqa: PLR2004 - two to exchange units
            break
        heavy = int((state.totals / state.units).max(axis=1).argmax())
        chosen = {heavy, *draw.sample(min(pipelines, 1 + draw.draw(3)), pipelines)}
        loose = np.flatnonzero(np.isin(state.assignment, sorted(chosen)) & ~state.pinned)
        sizes = (state.vectors[loose] / state.units).max(axis=1) * [1 + draw.draw(100) / 100 for _ in loose]
        for unit in loose.tolist():
            state.move(unit, -1)
        put_in(state, loose[ascending(-sizes)].tolist())
        fit(state, state.caps(best, below=True), _FEWEST, draw)
        if state.within_limits and state.ratio < best:
            best, kept = state.ratio, state.assignment.copy()
        state.restore(kept)


def keep_limits(state: VectorAssignment, draw: Budget) -> None:
    """Make the limits be kept; one that no layout was found to keep becomes what was reached of it."""
    if not fit(state, state.limits, steps_for(state), draw):
        state.limits = np.maximum(state.limits, state.totals.max(axis=0))


def put_in(state: VectorAssignment, units: Iterable[int]) -> None:
    """Put each unit, in this order, where the rules take it and least is passed, then the squares of the ratios grow least."""
    for unit in units:
        fits = np.flatnonzero(state.takes([unit])[0])
        if not len(fits):
            continue
        before, after = state.totals[fits], state.totals[fits] + state.vectors[unit]
        passed = state.over(after, state.limits) - state.over(before, state.limits)
        grows = ((after / state.units) ** 2 - (before / state.units) ** 2).sum(axis=1)
        state.move(unit, int(fits[np.lexsort((grows, passed))[0]]))
    mend(state)


def steps_for(state: VectorAssignment) -> int:
    """Give how many steps a search makes without one that is better."""
    return max(_FEWEST, min(_STEPS, _UNITS // max(1, len(state.weights))))


def over_limit(instance: Instance, assignment: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Give (dimension, load) of the heaviest pipeline for each limit that an assignment passes, by dimension."""
    found = []
    for number, one in enumerate(instance.dimensions):
        load = int(summed(assignment, one.loads, instance.pipelines).max())
        if one.limit is not None and load > one.limit:
            found.append((number, load))
    return found


def _sizes(state: VectorAssignment) -> Iterator[NDArray[np.float64]]:
    shares = state.vectors / state.units
    yield from (shares.max(axis=1), shares.sum(axis=1), (shares**2).sum(axis=1))


def _start(state: VectorAssignment, sizes: NDArray[np.float64]) -> tuple[float, Fraction, NDArray[np.int64]]:
    """Give by how much a start passes the limits, its largest ratio, and the start."""
    instance = state.instance
    if instance.precedence:  # numbers for it are found once units are together
        free = VectorAssignment(replace(instance, precedence=()), state.origin, state.costs)
        state.restore(renumbered(instance, _start(free, sizes)[2]))
        mend(state)
        return float(state.over(state.totals, state.limits).sum()), state.ratio, state.assignment.copy()
    state.restore(state.origin)
    for unit, pipeline in sorted(instance.fixed.items()):
        state.move(unit, pipeline)
    order = ascending(-sizes)
    put_in(state, order[state.assignment[order] < 0].tolist())
    return float(state.over(state.totals, state.limits).sum()), state.ratio, state.assignment.copy()
