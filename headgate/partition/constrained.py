"""Placement under constraints: the heaviest pipeline as light as can be, with every rule kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.budget import Budget
from headgate.partition.conflict import Infeasible, irreducible_conflict, require_feasible
from headgate.partition.feasibility import decide
from headgate.partition.improve import improve
from headgate.partition.insertion import evict, insert
from headgate.partition.instance import ascending, summed
from headgate.partition.partial_assignment import PartialAssignment
from headgate.partition.resplit import subsets_within
from headgate.partition.spread import Split, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_EFFORT = 1_000_000  # steps of the improvement, each about a microsecond
_PARTS = 24  # of two pipelines of which all exchanges are tried
_TRIES = 64  # exchanges that are put to the capacity, the most even first


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
    none does; then two pipelines at a time exchange units until the heaviest gets no lighter. `bound` is the larger of
    the lower bound without rules and the heaviest sum of units fixed to a pipeline. The same for equal input; the work is
    bounded by counting. Raises Infeasible where it is proved that no placement keeps the rules, with constraints that can't
    hold together, and NotFound where neither a placement nor that proof was found.
    """
    split = spread(instance.weights, instance.pipelines)
    if instance.free:
        return split
    require_feasible(instance)
    state = PartialAssignment.empty(instance)
    state.restore(renumbered(instance, split.assignment))
    before = state.assignment.copy()
    mend(state)
    if bool((state.assignment == before).all()):
        return Split(before, split.makespan, split.bound, split.optimal)
    bound = max(split.bound, int(instance.loads(instance.fixed_places).max()), _heaviest_in_company(instance))
    budget = Budget(_EFFORT)
    improve(state.loads, lambda pipelines, _: _exchange(state, pipelines, budget), bound, budget)
    return Split(state.assignment, state.makespan, bound, state.makespan == bound)


def mend(state: PartialAssignment) -> None:
    """Move units until every rule holds, in a state whose rules `require_feasible` lets pass.

    Who breaks a rule, or is nowhere, goes longest-first to the lightest pipelines, by ejection chains where none takes it;
    where these fail, any placement that keeps the rules is taken. Raises Infeasible where it is proved that there is none,
    and NotFound where neither was found.
    """
    evict(state)
    waiting = np.flatnonzero(state.assignment < 0)
    if insert(state, waiting[ascending(-state.weights[waiting])].tolist()):
        return
    answer = decide(state.instance)
    if answer.proved:
        raise Infeasible(irreducible_conflict(state.instance))
    if answer.assignment is None:
        raise NotFound
    state.restore(answer.assignment)


def _heaviest_in_company(instance: Instance) -> int:
    """Give the weight of the heaviest unit and the lightest others that a pipeline must take for all to have room."""
    if instance.capacity is None or not len(instance.weights) or (instance.sizes is not None and instance.sizes.max() > 1):
        return 0
    spare = int(instance.capacity.sum()) - len(instance.weights)
    others = max(0, int(instance.capacity.min()) - spare - 1)
    weights = np.sort(instance.weights)
    return int(weights[-1] + weights[:-1][:others].sum())


def renumbered(instance: Instance, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the same split with each part on the pipeline that the most weight of it is fixed to.

    The other parts go by their number of tables to the pipelines by their room, or by what is to come after what.
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
    tables = summed(assignment, instance.tables, instance.pipelines)
    capacity = tables if instance.capacity is None else instance.capacity
    parts = sorted(set(range(instance.pipelines)) - set(number), key=lambda part: (-int(tables[part]), part))
    free = sorted(set(range(instance.pipelines)) - taken, key=lambda pipeline: (-int(capacity[pipeline]), pipeline))
    if instance.precedence:
        parts, free = _by_precedence(instance, assignment, parts), sorted(free)
    number.update(zip(parts, free, strict=True))
    return np.array([number[part] for part in range(instance.pipelines)], dtype=np.int64)[assignment]


def _by_precedence(instance: Instance, assignment: NDArray[np.int64], parts: list[int]) -> list[int]:
    """Give the parts so that those come first which others come after; where that goes round, those that wait for fewest."""
    waits: dict[int, set[int]] = {part: set() for part in parts}
    for first, then in instance.precedence:
        one, other = int(assignment[first]), int(assignment[then])
        if one != other and one in waits and other in waits:
            waits[other].add(one)
    ordered: list[int] = []
    while waits:
        part = min(waits, key=lambda part: (len(waits[part]), parts.index(part)))
        ordered.append(part)
        del waits[part]
        for others in waits.values():
            others.discard(part)
    return ordered


def _exchange(state: PartialAssignment, pipelines: list[int], budget: Budget) -> bool:
    """Exchange units between the first of the pipelines and one of the others so that the heavier of the two gets lighter.

    Gives whether that was found. All exchanges of up to 24 parts are tried, of more those of a sample. A part is a unit, or
    units that are in each other's way.
    """
    return any(_exchange_two(state, pipelines[0], other, budget) for other in pipelines[1:])


def _exchange_two(state: PartialAssignment, one: int, other: int, budget: Budget) -> bool:
    heavy, light = (one, other) if state.loads[one] > state.loads[other] else (other, one)
    gap = int(state.loads[heavy] - state.loads[light])
    parts = _parts(state, heavy, light)
    budget.spend(100 + 20 * len(parts))
    if gap <= 1 or not parts:
        return False
    if len(parts) > _PARTS:
        parts = [parts[number] for number in sorted(budget.sample(_PARTS, len(parts)))]
    shifts = [[(unit, 1 if state.assignment[unit] == heavy else -1) for unit in part] for part in parts]
    weights = np.array([sum(sign * state.weights[unit] for unit, sign in part) for part in shifts], dtype=np.int64)
    sizes = np.array([sum(sign * state.sizes[unit] for unit, sign in part) for part in shifts], dtype=np.int64)
    budget.spend((2 << len(parts) // 2) // 40)
    capacity = state.instance.capacity
    for mask in subsets_within(weights, 1, gap - 1, _TRIES):
        out = int(sizes[mask].sum())
        if capacity is None or state.counts[light] - capacity[light] <= -out <= capacity[heavy] - state.counts[heavy]:
            moves = [one for number in np.flatnonzero(mask).tolist() for one in shifts[number]]
            if state.attempt((unit, light if sign > 0 else heavy) for unit, sign in moves):
                return True
    return False


def _parts(state: PartialAssignment, heavy: int, light: int) -> list[list[int]]:
    """Give the units of two pipelines that can change sides, with those that they can only change with."""
    seen: set[int] = set()
    parts = []
    for unit in [*state.inside(heavy).tolist(), *state.inside(light).tolist()]:
        if unit in seen:
            continue
        part = [unit]
        for one in part:  # grows on the way
            rivals, there = state.rivals(one), heavy + light - state.assignment[one]
            part += [mate for mate in rivals[state.assignment[rivals] == there].tolist() if mate not in part]
        seen.update(part)
        if all(state.may(one)[heavy + light - state.assignment[one]] and not state.pinned[one] for one in part):
            parts.append(part)
    return parts
