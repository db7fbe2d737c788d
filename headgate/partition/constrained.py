"""Placement under constraints: the heaviest pipeline as light as can be, with every rule kept."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.clash import Clash, quick_clash, smallest
from headgate.partition.exact_place import decide
from headgate.partition.feasible import Packing, begin, eject, holds
from headgate.partition.spread import Split, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_LOOKS = 60_000  # pipelines that the ejection chains look at
_WORK = 4_000_000  # sums and units that the improvement looks at
_SEARCH = 2_000_000  # of that, once no pair of pipelines helps any more
_HALF = 10  # parts of a pair of pipelines of which all sums are tried, twice
_PAIR = 2  # pipelines that are filled anew besides the heaviest
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
    none does; then the heaviest pipeline and another one are split anew until none gets lighter. `bound` is the larger of
    the lower bound without rules and the heaviest sum of units fixed to a pipeline. The same for equal input; the work is
    bounded by counting. Raises Clash where it is proved that no placement keeps the rules, with the smallest set of
    constraints that can't hold together, and NotFound where neither a placement nor that proof was found.
    """
    if instance.free:
        return spread(instance.weights, instance.pipelines)
    clash = quick_clash(instance)
    if clash:
        raise Clash(smallest(instance))
    split = spread(instance.weights, instance.pipelines)
    homes = _renumbered(instance, split.homes)
    if holds(instance, homes):
        return Split(homes, split.makespan, split.bound, split.optimal)
    packing = _mended(instance, homes)
    bound = max(split.bound, _heaviest_fixed(instance), _heaviest_in_company(instance))
    improve(packing, bound)
    makespan = max(packing.loads)
    return Split(np.array(packing.homes, dtype=np.int64), makespan, bound, makespan == bound)


def _mended(instance: Instance, homes: NDArray[np.int64]) -> Packing:
    """Give the placement nearest to the homes that keeps the rules; of units in each other's way the heavier ones stay."""
    packing = Packing(instance)
    order = np.lexsort((np.arange(len(homes)), -instance.weights)).tolist()
    waiting = begin(packing, homes.tolist(), order)
    if not waiting or not eject(packing, waiting, _LOOKS):
        return packing
    answer = decide(instance)
    if answer.proved:
        raise Clash(smallest(instance))
    if answer.homes is None:
        raise NotFound
    packing = Packing(instance)
    begin(packing, answer.homes, range(len(answer.homes)))
    return packing


def _heaviest_in_company(instance: Instance) -> int:
    """Give the weight of the heaviest unit and the lightest others that a pipeline must take for all to have room."""
    if instance.room is None or not len(instance.weights) or (instance.sizes is not None and instance.sizes.max() > 1):
        return 0
    spare = int(instance.room.sum()) - len(instance.weights)
    others = max(0, int(instance.room.min()) - spare - 1)
    weights = np.sort(instance.weights)
    return int(weights[-1] + weights[:-1][:others].sum())


def _heaviest_fixed(instance: Instance) -> int:
    sums = [0] * instance.pipelines
    for unit, pipeline in instance.fixed.items():
        sums[pipeline] += int(instance.weights[unit])
    return max(sums)


def _renumbered(instance: Instance, homes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the same split with each part on the pipeline that the most weight of it is fixed to.

    The other parts go by their number of tables to the pipelines by their room.
    """
    shared: dict[tuple[int, int], int] = {}
    for unit, pipeline in sorted(instance.fixed.items()):
        key = (int(homes[unit]), pipeline)
        shared[key] = shared.get(key, 0) + int(instance.weights[unit])
    number: dict[int, int] = {}
    taken: set[int] = set()
    for part, pipeline in sorted(shared, key=lambda key: (-shared[key], key)):
        if part not in number and pipeline not in taken:
            number[part] = pipeline
            taken.add(pipeline)
    tables = np.zeros(instance.pipelines, dtype=np.int64)
    np.add.at(tables, homes, 1 if instance.sizes is None else instance.sizes)
    room = tables if instance.room is None else instance.room
    parts = sorted(set(range(instance.pipelines)) - set(number), key=lambda part: (-int(tables[part]), part))
    free = sorted(set(range(instance.pipelines)) - taken, key=lambda pipeline: (-int(room[pipeline]), pipeline))
    number.update(zip(parts, free, strict=True))
    return np.array([number[part] for part in range(instance.pipelines)], dtype=np.int64)[homes]


def improve(packing: Packing, bound: int, work: int = _WORK) -> None:
    """Make the heaviest pipeline lighter until it is at the bound, or the work (sums and units looked at) is done.

    Every rule that holds in the packing still does. Where no pair of pipelines helps any more and the gap is not small, a few
    pipelines are filled anew in another order and mended again: an iterated local search (Lourenço, Martin and Stützle,
    Iterated local search, Handbook of Metaheuristics, 2003), which goes on from the best placement.
    """
    work = _settle(packing, bound, work)
    draw = Random(2)  # noqa: S311 - the seed makes it the same on every machine
    best, homes = _rank(packing), list(packing.homes)
    work = min(work, _SEARCH)
    while work > 0 and (best[0] - bound) * _SMALL_GAP > bound and len(packing.loads) > _PAIR:
        work -= _refill(packing, draw)
        work = _settle(packing, bound, work)
        if min(packing.homes) >= 0 and _rank(packing) <= best:
            best, homes = _rank(packing), list(packing.homes)
        else:
            _restore(packing, homes)


def _rank(packing: Packing) -> tuple[int, int]:
    """Give how good a placement is: the heaviest load, then how many pipelines have it."""
    heaviest = max(packing.loads)
    return heaviest, packing.loads.count(heaviest)


def _refill(packing: Packing, draw: Random) -> int:
    """Empty the heaviest pipeline and some others, and place their units again in a random order; give the work it was."""
    heavy = packing.loads.index(max(packing.loads))
    others = sorted((p for p in range(len(packing.loads)) if p != heavy), key=lambda _: draw.random())[:_PAIR]
    emptied = [heavy, *others]
    units = [unit for pipeline in emptied for unit in packing.members[pipeline] if unit not in packing.fixed]
    for unit in units:
        packing.take_out(unit)
    for unit in sorted(units, key=lambda unit: (-packing.weights[unit] * (_NOISE + draw.random()), unit)):
        able = [pipeline for pipeline in emptied if packing.takes(unit, pipeline)]
        if able:
            packing.put(unit, min(able, key=lambda pipeline: (packing.loads[pipeline], pipeline)))
    return _OVERHEAD + len(packing.homes) + len(units)


def _restore(packing: Packing, homes: list[int]) -> None:
    changed = [unit for unit, home in enumerate(homes) if packing.homes[unit] != home]
    for unit in changed:
        if packing.homes[unit] >= 0:
            packing.take_out(unit)
    for unit in changed:
        packing.put(unit, homes[unit])


def _settle(packing: Packing, bound: int, work: int) -> int:
    """Split the heaviest pipeline anew with another, lightest first, until that helps no more; give the work left."""
    pipelines = range(len(packing.loads))
    while work > 0:
        heavy = max(pipelines, key=lambda pipeline: (packing.loads[pipeline], -pipeline))
        if packing.loads[heavy] <= bound:
            return work
        for partner in sorted(pipelines, key=lambda pipeline: (packing.loads[pipeline], pipeline)):
            units = len(packing.members[heavy]) + len(packing.members[partner])
            work -= _OVERHEAD + units + (2 << min(_HALF, units // 2))
            if work <= 0 or split_anew(packing, heavy, partner):
                break
        else:
            return work
    return work


def split_anew(packing: Packing, heavy: int, light: int) -> bool:
    """Exchange units between two pipelines so that the heavier of the two gets lighter; say whether it did.

    All exchanges of up to 20 parts are tried, by the sums of two halves (Horowitz and Sahni, Computing partitions with
    applications to the knapsack problem, J. ACM 21, 1974). A part is a unit, or units that are in each other's way.
    """
    gap = packing.loads[heavy] - packing.loads[light]
    if gap <= 1:
        return False
    parts = _chosen(list(_parts(packing, heavy, light)))
    first, second = _sums(packing, parts[::2], heavy), _sums(packing, parts[1::2], heavy)
    order = np.argsort(second[0], kind="stable")
    weights, sizes = second[0][order], second[1][order]
    low, high = packing.used[heavy] - packing.room[heavy], packing.room[light] - packing.used[light]
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
    goals = [(unit, light if packing.homes[unit] == heavy else heavy) for unit in moving]
    for unit in moving:
        packing.take_out(unit)
    for unit, goal in goals:
        packing.put(unit, goal)
    return True


def _nearest(ours: NDArray[np.int64], theirs: NDArray[np.int64], gap: int) -> tuple[int, int, int]:
    """Give the pair whose sum is nearest to half the gap: |gap - 2 sum|, and where the two are. `theirs` is sorted."""
    after = np.searchsorted(theirs, gap // 2 - ours)
    places = np.concatenate([np.minimum(after, len(theirs) - 1), np.maximum(after - 1, 0)])
    misses = np.abs(gap - 2 * (np.concatenate([ours, ours]) + theirs[places]))
    where = int(misses.argmin())
    return int(misses[where]), where % len(ours), int(places[where])


def _sums(packing: Packing, parts: Iterable[list[int]], heavy: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give, for each subset of the parts, the weight and the tables that leave the heavy pipeline when it changes sides."""
    weights = sizes = np.zeros(1, dtype=np.int64)
    for part in parts:
        weight, size = _shift(packing, part, heavy)
        weights = np.concatenate([weights, weights + weight])
        sizes = np.concatenate([sizes, sizes + size])
    return weights, sizes


def _shift(packing: Packing, part: Iterable[int], heavy: int) -> tuple[int, int]:
    signs = [(1 if packing.homes[unit] == heavy else -1, unit) for unit in part]
    return sum(sign * packing.weights[unit] for sign, unit in signs), sum(sign * packing.sizes[unit] for sign, unit in signs)


def _parts(packing: Packing, heavy: int, light: int) -> Iterable[list[int]]:
    """Give the units of two pipelines that can change sides, with those that they can only change with."""
    seen: set[int] = set()
    for here, there in ((heavy, light), (light, heavy)):
        for unit in packing.members[here]:
            if unit in seen:
                continue
            part = _with_rivals(packing, unit, here, there)
            seen.update(part)
            if all(packing.may(one, there if packing.homes[one] == here else here) for one in part):
                yield part


def _with_rivals(packing: Packing, unit: int, here: int, there: int) -> list[int]:
    part = [unit]
    for one in part:  # grows on the way
        part += [rival for rival in packing.rivals(one, there if packing.homes[one] == here else here) if rival not in part]
    return part


def _chosen(parts: list[list[int]]) -> list[list[int]]:
    """Give up to 2 x _HALF of the parts, evenly over the order in which they are."""
    most = 2 * _HALF
    if len(parts) <= most:
        return parts
    return [parts[number * len(parts) // most] for number in range(most)]
