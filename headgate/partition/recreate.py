"""Putting units where that costs least: what is overfull sheds, what is nowhere goes in, and others make way for it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget
    from headgate.partition.partial_assignment import PartialAssignment

_OPEN = 32  # pipelines with the most room that are priced, where a unit fits nowhere
_STEPS = 4  # times as many units are put in as were out, before it is given up: others make way without end
_NOISE = 4  # one in so many choices is left to chance, and so large a part of a unit's weight in the order


@dataclass(frozen=True, slots=True)
class Objective:
    """What a search goes for: no load above `limit`, and of the layouts that cost the same the one least likely to pass it.

    `drift`: by how much a unit's weight is likely to change, as a share of it (one standard deviation; 0.03 moved least in
    a simulation with 0.1). `spend`: whether units may move that cost something; else only new ones, and those that moved
    already.
    """

    limit: int
    spend: bool = True
    drift: float = 0.03

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

    def may_leave(self, state: PartialAssignment, units: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Give (k,) whether each of these units may be sent elsewhere."""
        return ~state.pinned[units] & (state.loose(units) if not self.spend else True)


def recreate(state: PartialAssignment, objective: Objective, draw: Budget | None) -> bool:
    """Bring every load to the limit and every unit into a pipeline; give whether that was done.

    Each overfull pipeline sheds the cheapest set of units that is enough. Then the units that are nowhere go in, heaviest
    first: to their origin, where it has room; to the pipeline with room that strains it least; else where making room costs
    least, the units that make way going in later. `draw`: makes other choices each time; None: the best ones.
    """
    for pipeline in np.flatnonzero(state.loads > objective.limit).tolist():
        shed = _cheapest_cover(state, objective, state.inside(pipeline), int(state.loads[pipeline]) - objective.limit)
        if shed is None:
            return False
        for unit in shed:
            state.move(unit, -1)
    waiting = np.flatnonzero(state.assignment < 0).tolist()
    queue = [_ranked(state, unit, draw) for unit in waiting]
    heapq.heapify(queue)
    for _ in range(_STEPS * (len(queue) + len(state.loads))):
        if not queue:
            return True
        unit = heapq.heappop(queue)[1]
        place = _with_room(state, objective, unit, draw)
        leaving: list[int] = []
        if place is None:
            priced = _cheapest_eviction(state, objective, unit, draw)
            if priced is None:
                return False
            place, leaving = priced
        for other in leaving:
            state.move(other, -1)
            heapq.heappush(queue, _ranked(state, other, draw))
        state.move(unit, place)
    return not queue


def _ranked(state: PartialAssignment, unit: int, draw: Budget | None) -> tuple[float, int]:
    return -float(state.weights[unit]) * (1 + (draw.draw(100) / 100 / _NOISE if draw else 0)), unit


def _with_room(state: PartialAssignment, objective: Objective, unit: int, draw: Budget | None) -> int | None:
    """Give the pipeline that the unit goes to, where one has room for it."""
    weight = state.weights[unit]
    fits = np.flatnonzero(state.takes([unit])[0] & (state.loads + weight <= objective.limit))
    if not len(fits):
        return None
    if state.origin[unit] in fits:
        return int(state.origin[unit])
    loads, squares = state.loads[fits], state.spreads[fits]
    strain = objective.strain(loads + weight, squares + state.squares[unit]) - objective.strain(loads, squares)
    order = np.lexsort((loads, strain))
    return int(fits[order[_choice(len(fits), draw)]])


def _cheapest_eviction(
    state: PartialAssignment, objective: Objective, unit: int, draw: Budget | None
) -> tuple[int, list[int]] | None:
    """Give the pipeline where making room for the unit costs least, of those with the most room, and who has to leave it."""
    may = np.flatnonzero(state.may(unit))
    options = []
    for pipeline in may[ascending(state.loads[may])][:_OPEN].tolist():
        leaving = _evicted(state, objective, unit, pipeline)
        if leaving is not None:
            cost = int(state.leaving(np.array(leaving, dtype=np.int64)).sum())
            cost -= int(state.costs[unit]) if pipeline == state.origin[unit] else 0
            options.append((cost, int(state.weights[leaving].sum()), pipeline, leaving))
    if not options:
        return None
    _, _, pipeline, leaving = sorted(options)[_choice(len(options), draw)]
    return pipeline, leaving


def _choice(count: int, draw: Budget | None) -> int:
    """Give the place of the best of some options, or now and then of the second."""
    return 1 if draw and count > 1 and not draw.draw(_NOISE) else 0


def _evicted(state: PartialAssignment, objective: Objective, unit: int, pipeline: int) -> list[int] | None:
    """Give a cheap set of units, lighter than this one, that make way for it: by weight, by tables, and its rivals."""
    inside = state.inside(pipeline)
    rivals = state.rivals(unit)
    rivals = rivals[state.assignment[rivals] == pipeline]
    if not objective.may_leave(state, rivals).all():
        return None
    others = np.setdiff1d(inside[state.weights[inside] < state.weights[unit]], rivals)
    excess = int(state.loads[pipeline] + state.weights[unit] - state.weights[rivals].sum()) - objective.limit
    cover = _cheapest_cover(state, objective, others, excess)
    if cover is None:
        return None
    misplaced = state.out_of_order(unit, pipeline)
    if not objective.may_leave(state, np.array(misplaced, dtype=np.int64)).all():
        return None
    leaving: list[int] = [*rivals.tolist(), *cover]
    elsewhere = [other for other in misplaced if other not in leaving]
    if state.instance.capacity is None:
        return leaving + elsewhere
    short = int(state.counts[pipeline] + state.sizes[unit] - state.sizes[leaving].sum() - state.instance.capacity[pipeline])
    others = others[objective.may_leave(state, others) & ~np.isin(others, leaving)]
    for other in others[np.lexsort((state.weights[others], state.leaving(others)))].tolist():
        if short > 0:
            leaving.append(other)
            short -= int(state.sizes[other])
    return leaving + elsewhere if short <= 0 else None


def _cheapest_cover(state: PartialAssignment, objective: Objective, units: NDArray[np.int64], excess: int) -> list[int] | None:
    """Give some of the units that weigh the excess, at about the least cost; None: all together weigh less.

    The cheaper of the best single one, and as many as it takes by cost for their weight, without those that it does not take
    (Dantzig, Discrete-variable extremum problems, Operations Research 5, 1957).
    """
    if excess <= 0:
        return []
    units = units[(state.weights[units] > 0) & objective.may_leave(state, units)]
    weights, costs = state.weights[units], state.leaving(units)
    if int(weights.sum()) < excess:
        return None
    order = np.lexsort((-weights, costs / weights))
    chosen = order[: int(np.searchsorted(np.cumsum(weights[order]), excess)) + 1]
    spare = int(weights[chosen].sum()) - excess
    for number in chosen[np.lexsort((weights[chosen], -costs[chosen]))].tolist():
        if weights[number] <= spare:
            spare -= int(weights[number])
            chosen = chosen[chosen != number]
    alone = np.flatnonzero(weights >= excess)
    alone = alone[np.lexsort((weights[alone], costs[alone]))[:1]]
    best = min((its for its in (alone, chosen) if len(its)), key=lambda its: (int(costs[its].sum()), int(weights[its].sum())))
    cover: list[int] = units[best].tolist()
    return cover
