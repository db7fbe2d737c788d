"""Placement under constraints: the heaviest pipeline as light as can be, with every rule kept."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.conflict import Infeasible, quick_conflict, smallest_conflict
from headgate.partition.ejection_chains import construct, eject
from headgate.partition.feasibility import decide
from headgate.partition.partial_assignment import PartialAssignment, is_feasible
from headgate.partition.spread import Split, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_LOOKS = 60_000  # pipelines that the ejection chains look at
_BUDGET = 4_000_000  # sums and units that the improvement looks at
_SEARCH = 2_000_000  # of that, once no pair of pipelines helps any more
_HALF = 10  # parts of a pair of pipelines of which all sums are tried, twice
_PAIR = 2  # pipelines that are filled again besides the heaviest
_NOISE = 1.0  # how much of a unit's place in that order is its weight; up to 1 is chance
_SMALL_GAP = 5000  # parts of the bound: a gap of one is not worth a search
_OVERHEAD = 1000  # of looking at a pair of pipelines


class NotFound(ValueError):  # noqa: N818 - what it is, not that it is an error, is what callers handle
    """The budget of work ran out before a placement was found, or the proof that there is none."""

    def __init__(self) -> None:
        super().__init__(
            "no placement was found that keeps every rule, and it is not proved that there is none; "
            "the optional extra headgate[exact] (OR-Tools) searches further"
        )


def place(instance: Instance) -> Split:
    """Place each unit so that every rule of the instance holds and the heaviest pipeline is as light as can be.

    Where the best spread without the rules keeps them, or does with pipelines renumbered, it is the result. Else it is
    mended: units that break a rule go longest-first to the lightest pipelines that take them, by ejection chains where
    none does; then the heaviest pipeline and another one are split again until none gets lighter. `bound` is the larger of
    the lower bound without rules and the heaviest sum of units fixed to a pipeline. The same for equal input; the work is
    bounded by counting. Raises Infeasible where it is proved that no placement keeps the rules, with the smallest set of
    constraints that can't hold together, and NotFound where neither a placement nor that proof was found.
    """
    if instance.free:
        return spread(instance.weights, instance.pipelines)
    conflict = quick_conflict(instance)
    if conflict:
        raise Infeasible(smallest_conflict(instance))
    split = spread(instance.weights, instance.pipelines)
    assignment = _renumbered(instance, split.assignment)
    if is_feasible(instance, assignment):
        return Split(assignment, split.makespan, split.bound, split.optimal)
    partial = _repaired(instance, assignment)
    bound = max(split.bound, _heaviest_fixed(instance), _heaviest_in_company(instance))
    improve(partial, bound)
    makespan = max(partial.loads)
    return Split(np.array(partial.assignment, dtype=np.int64), makespan, bound, makespan == bound)


def _repaired(instance: Instance, assignment: NDArray[np.int64]) -> PartialAssignment:
    """Give the placement nearest to the assignment that keeps the rules; of units in each other's way the heavier ones stay."""
    partial = PartialAssignment(instance)
    order = np.lexsort((np.arange(len(assignment)), -instance.weights)).tolist()
    waiting = construct(partial, assignment.tolist(), order)
    if not waiting or not eject(partial, waiting, _LOOKS):
        return partial
    answer = decide(instance)
    if answer.proved:
        raise Infeasible(smallest_conflict(instance))
    if answer.assignment is None:
        raise NotFound
    partial = PartialAssignment(instance)
    construct(partial, answer.assignment, range(len(answer.assignment)))
    return partial


def _heaviest_in_company(instance: Instance) -> int:
    """Give the weight of the heaviest unit and the lightest others that a pipeline must take for all to have room."""
    if instance.capacity is None or not len(instance.weights) or (instance.sizes is not None and instance.sizes.max() > 1):
        return 0
    spare = int(instance.capacity.sum()) - len(instance.weights)
    others = max(0, int(instance.capacity.min()) - spare - 1)
    weights = np.sort(instance.weights)
    return int(weights[-1] + weights[:-1][:others].sum())


def _heaviest_fixed(instance: Instance) -> int:
    sums = [0] * instance.pipelines
    for unit, pipeline in instance.fixed.items():
        sums[pipeline] += int(instance.weights[unit])
    return max(sums)


def _renumbered(instance: Instance, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the same split with each part on the pipeline that the most weight of it is fixed to.

    The other parts go by their number of tables to the pipelines by their room.
    """
    shared: dict[tuple[int, int], int] = {}
    for unit, pipeline in sorted(instance.fixed.items()):
        key = (int(assignment[unit]), pipeline)
        shared[key] = shared.get(key, 0) + int(instance.weights[unit])
    number: dict[int, int] = {}
    taken: set[int] = set()
    for part, pipeline in sorted(shared, key=lambda key: (-shared[key], key)):
        if part not in number and pipeline not in taken:
            number[part] = pipeline
            taken.add(pipeline)
    tables = np.zeros(instance.pipelines, dtype=np.int64)
    np.add.at(tables, assignment, 1 if instance.sizes is None else instance.sizes)
    capacity = tables if instance.capacity is None else instance.capacity
    parts = sorted(set(range(instance.pipelines)) - set(number), key=lambda part: (-int(tables[part]), part))
    free = sorted(set(range(instance.pipelines)) - taken, key=lambda pipeline: (-int(capacity[pipeline]), pipeline))
    number.update(zip(parts, free, strict=True))
    return np.array([number[part] for part in range(instance.pipelines)], dtype=np.int64)[assignment]


def improve(partial: PartialAssignment, bound: int, budget: int = _BUDGET) -> None:
    """Make the heaviest pipeline lighter until it is at the bound, or the work (sums and units looked at) is done.

    Every rule that holds in the assignment still does. Where no pair of pipelines helps any more and the gap is not small, a
    few pipelines are filled again in another order and mended again: an iterated local search (Lourenço, Martin and Stützle,
    Iterated local search, Handbook of Metaheuristics, 2003), which goes on from the best placement.
    """
    budget = _local_search(partial, bound, budget)
    draw = Random(2)  # noqa: S311 - the seed makes it the same on every machine
    best, assignment = _rank(partial), list(partial.assignment)
    budget = min(budget, _SEARCH)
    while budget > 0 and (best[0] - bound) * _SMALL_GAP > bound and len(partial.loads) > _PAIR:
        budget -= _refill(partial, draw)
        budget = _local_search(partial, bound, budget)
        if min(partial.assignment) >= 0 and _rank(partial) <= best:
            best, assignment = _rank(partial), list(partial.assignment)
        else:
            _restore(partial, assignment)


def _rank(partial: PartialAssignment) -> tuple[int, int]:
    """Give how good a placement is: the heaviest load, then how many pipelines have it."""
    heaviest = max(partial.loads)
    return heaviest, partial.loads.count(heaviest)


def _refill(partial: PartialAssignment, draw: Random) -> int:
    """Empty the heaviest pipeline and some others, and place their units again in a random order; give the work it was."""
    heavy = partial.loads.index(max(partial.loads))
    others = sorted((p for p in range(len(partial.loads)) if p != heavy), key=lambda _: draw.random())[:_PAIR]
    emptied = [heavy, *others]
    units = [unit for pipeline in emptied for unit in partial.members[pipeline] if unit not in partial.fixed]
    for unit in units:
        partial.take_out(unit)
    for unit in sorted(units, key=lambda unit: (-partial.weights[unit] * (_NOISE + draw.random()), unit)):
        able = [pipeline for pipeline in emptied if partial.takes(unit, pipeline)]
        if able:
            partial.put(unit, min(able, key=lambda pipeline: (partial.loads[pipeline], pipeline)))
    return _OVERHEAD + len(partial.assignment) + len(units)


def _restore(partial: PartialAssignment, assignment: list[int]) -> None:
    changed = [unit for unit, pipeline in enumerate(assignment) if partial.assignment[unit] != pipeline]
    for unit in changed:
        if partial.assignment[unit] >= 0:
            partial.take_out(unit)
    for unit in changed:
        partial.put(unit, assignment[unit])


def _local_search(partial: PartialAssignment, bound: int, budget: int) -> int:
    """Split the heaviest pipeline again with another, lightest first, until that helps no more; give the work left."""
    pipelines = range(len(partial.loads))
    while budget > 0:
        heavy = max(pipelines, key=lambda pipeline: (partial.loads[pipeline], -pipeline))
        if partial.loads[heavy] <= bound:
            return budget
        for partner in sorted(pipelines, key=lambda pipeline: (partial.loads[pipeline], pipeline)):
            units = len(partial.members[heavy]) + len(partial.members[partner])
            budget -= _OVERHEAD + units + (2 << min(_HALF, units // 2))
            if budget <= 0 or resplit_pair(partial, heavy, partner):
                break
        else:
            return budget
    return budget


def resplit_pair(partial: PartialAssignment, heavy: int, light: int) -> bool:
    """Exchange units between two pipelines so that the heavier of the two gets lighter; say whether it did.

    All exchanges of up to 20 parts are tried, by the sums of two halves (Horowitz and Sahni, Computing partitions with
    applications to the knapsack problem, J. ACM 21, 1974). A part is a unit, or units that are in each other's way.
    """
    gap = partial.loads[heavy] - partial.loads[light]
    if gap <= 1:
        return False
    parts = _chosen(list(_parts(partial, heavy, light)))
    first, second = _sums(partial, parts[::2], heavy), _sums(partial, parts[1::2], heavy)
    order = np.argsort(second[0], kind="stable")
    weights, sizes = second[0][order], second[1][order]
    low, high = partial.used[heavy] - partial.capacity[heavy], partial.capacity[light] - partial.used[light]
    best: tuple[int, int, int] | None = None  # how far from an even split, the subsets of either half
    for size in np.unique(first[1]).tolist():
        ours = np.flatnonzero(first[1] == size)
        theirs = np.flatnonzero((low <= sizes + size) & (sizes + size <= high))
        if len(theirs):
            miss, one, two = _nearest(first[0][ours], weights[theirs], gap)
            if best is None or miss < best[0]:
                best = (miss, int(ours[one]), int(order[theirs[two]]))
    if best is None or best[0] >= gap:
        return False
    moving = [unit for bit, part in enumerate(parts[::2]) if best[1] >> bit & 1 for unit in part]
    moving += [unit for bit, part in enumerate(parts[1::2]) if best[2] >> bit & 1 for unit in part]
    goals = [(unit, light if partial.assignment[unit] == heavy else heavy) for unit in moving]
    for unit in moving:
        partial.take_out(unit)
    for unit, goal in goals:
        partial.put(unit, goal)
    return True


def _nearest(ours: NDArray[np.int64], theirs: NDArray[np.int64], gap: int) -> tuple[int, int, int]:
    """Give the pair whose sum is nearest to half the gap: |gap - 2 sum|, and where the two are. `theirs` is sorted."""
    after = np.searchsorted(theirs, gap // 2 - ours)
    places = np.concatenate([np.minimum(after, len(theirs) - 1), np.maximum(after - 1, 0)])
    misses = np.abs(gap - 2 * (np.concatenate([ours, ours]) + theirs[places]))
    where = int(misses.argmin())
    return int(misses[where]), where % len(ours), int(places[where])


def _sums(partial: PartialAssignment, parts: Iterable[list[int]], heavy: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give, for each subset of the parts, the weight and the tables that leave the heavy pipeline when it changes sides."""
    weights = sizes = np.zeros(1, dtype=np.int64)
    for part in parts:
        weight, size = _shift(partial, part, heavy)
        weights = np.concatenate([weights, weights + weight])
        sizes = np.concatenate([sizes, sizes + size])
    return weights, sizes


def _shift(partial: PartialAssignment, part: Iterable[int], heavy: int) -> tuple[int, int]:
    signs = [(1 if partial.assignment[unit] == heavy else -1, unit) for unit in part]
    return sum(sign * partial.weights[unit] for sign, unit in signs), sum(sign * partial.sizes[unit] for sign, unit in signs)


def _parts(partial: PartialAssignment, heavy: int, light: int) -> Iterable[list[int]]:
    """Give the units of two pipelines that can change sides, with those that they can only change with."""
    seen: set[int] = set()
    for here, there in ((heavy, light), (light, heavy)):
        for unit in partial.members[here]:
            if unit in seen:
                continue
            part = _with_rivals(partial, unit, here, there)
            seen.update(part)
            if all(partial.may(one, there if partial.assignment[one] == here else here) for one in part):
                yield part


def _with_rivals(partial: PartialAssignment, unit: int, here: int, there: int) -> list[int]:
    part = [unit]
    for one in part:  # grows on the way
        part += [
            rival for rival in partial.rivals(one, there if partial.assignment[one] == here else here) if rival not in part
        ]
    return part


def _chosen(parts: list[list[int]]) -> list[list[int]]:
    """Give up to 2 x _HALF of the parts, evenly over the order in which they are."""
    most = 2 * _HALF
    if len(parts) <= most:
        return parts
    return [parts[number * len(parts) // most] for number in range(most)]
