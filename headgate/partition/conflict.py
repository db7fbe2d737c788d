"""Constraints that can't hold together: as data, proved, and the fewest of them that are in conflict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from headgate.partition.feasibility import Feasibility, decide
from headgate.partition.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

_TESTS = 400  # of sets of constraints, while looking for the smallest conflict
_TESTED = 200_000  # units and pipelines in all of them together
_HITS = 5_000  # steps to a set that hits all others, for each that is looked for
_FEW = 60  # constraints among which the smallest conflict is looked for
_PROVED_SMALLEST = 3  # `proofs` gives every conflict of so many constraints


@dataclass(frozen=True, slots=True)
class AntiAffinity:
    """No two of the units share a pipeline; as the instance has them."""

    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """The unit has to be in the pipeline."""

    unit: int
    pipeline: int


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The unit must not be in any of the pipelines, which are sorted."""

    unit: int
    pipelines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Each of the pipelines takes at most so many tables. There is one for each value of the instance's capacity."""

    pipelines: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Affinity:
    """The unit's tables share a pipeline. Without it, one of them keeps the unit's rules and the others are free."""

    unit: int


@dataclass(frozen=True, slots=True)
class Pipelines:
    """There are no more pipelines. Without it there are as many as it takes, of the largest capacity, none forbidden."""

    count: int


Constraint: TypeAlias = AntiAffinity | Fixed | Forbidden | Capacity | Affinity | Pipelines
_KINDS = (Pipelines, Capacity, Affinity, AntiAffinity, Forbidden, Fixed)


class Infeasible(ValueError):  # noqa: N818 - what it is, not that it is an error, is what callers handle
    """No placement exists. `conflict`: a set of constraints that can't hold together, though it can without any one of them."""

    def __init__(self, conflict: Iterable[Constraint]) -> None:
        self.conflict = tuple(conflict)
        super().__init__("these constraints can't hold together: " + ", ".join(map(str, self.conflict)))


def constraints_of(instance: Instance) -> tuple[Constraint, ...]:
    """Give the instance's constraints, each once, in a definite order."""
    sizes = () if instance.sizes is None else np.flatnonzero(instance.sizes > 1).tolist()
    capacities: defaultdict[int, list[int]] = defaultdict(list)
    for pipeline, most in enumerate(() if instance.capacity is None else instance.capacity.tolist()):
        capacities[most].append(pipeline)
    found: list[Constraint] = [Pipelines(instance.pipelines)]
    found += [Capacity(tuple(pipelines), most) for most, pipelines in sorted(capacities.items())]
    found += [Affinity(unit) for unit in sizes]
    found += [AntiAffinity(units) for units in sorted({tuple(units) for units in instance.anti_affinity})]
    found += [Forbidden(unit, tuple(sorted(pipelines))) for unit, pipelines in sorted(instance.forbidden.items()) if pipelines]
    found += [Fixed(unit, pipeline) for unit, pipeline in sorted(instance.fixed.items())]
    return tuple(found)


class ConstraintSubset:
    """Some of an instance's constraints, by kind: what the proofs look at. A unit that is not `together` has size 1."""

    def __init__(self, instance: Instance, constraints: Iterable[Constraint]) -> None:
        self.instance = instance
        kinds: defaultdict[type, list[Constraint]] = defaultdict(list)
        for constraint in constraints:
            kinds[type(constraint)].append(constraint)
        self.closed = bool(kinds[Pipelines])
        self.anti_affinity = [one for one in kinds[AntiAffinity] if isinstance(one, AntiAffinity)]
        self.forbidden = {one.unit: one for one in kinds[Forbidden] if isinstance(one, Forbidden)}
        self.fixed = {one.unit: one for one in kinds[Fixed] if isinstance(one, Fixed)}
        self.capacities = [one for one in kinds[Capacity] if isinstance(one, Capacity)]
        self.capacity = {pipeline: one for one in self.capacities for pipeline in one.pipelines}
        self.sizes: dict[int, int] = {}
        if instance.sizes is not None:
            self.sizes = {one.unit: int(instance.sizes[one.unit]) for one in kinds[Affinity] if isinstance(one, Affinity)}
        self.tables = len(instance.weights) if instance.sizes is None else int(instance.sizes.sum())

    @property
    def most(self) -> int | None:
        """Give the largest capacity, None where some pipeline has no limit."""
        whole = len(self.capacity) == self.instance.pipelines and self.capacity
        return max(one.most for one in self.capacities) if whole else None

    def refused(self, unit: int) -> dict[int, tuple[Constraint, ...]]:
        """Give the pipelines that an unfixed unit can't be in, being forbidden or too small: the fewest constraints each."""
        found: dict[int, tuple[Constraint, ...]] = {}
        size = self.sizes.get(unit, 1)
        for capacity in self.capacities:
            if capacity.most < size:
                found.update(dict.fromkeys(capacity.pipelines, (capacity, *((Affinity(unit),) if capacity.most else ()))))
        if unit in self.forbidden:
            found.update(dict.fromkeys(self.forbidden[unit].pipelines, (self.forbidden[unit],)))
        return found


def proofs(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    """Give conflicts that need no search: all of up to three constraints, and some larger ones.

    They are all that there are where `Pipelines` is not among the constraints.
    """
    yield from _doubled(given)
    yield from _fixed_wrongly(given)
    yield from _fixed_too_many(given)
    yield from _too_large(given)
    if given.closed:
        yield from _too_few_pipelines(given)
        yield from _nowhere(given)
        for anti_affinity in given.anti_affinity:
            yield from _no_matching(given, anti_affinity)


def _doubled(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    """Two tables of a unit that must be apart: the unit is twice in the set."""
    for anti_affinity in given.anti_affinity:
        if len(set(anti_affinity.units)) < len(anti_affinity.units):
            twice = (unit for unit in anti_affinity.units if anti_affinity.units.count(unit) > 1 and unit in given.sizes)
            yield from ((Affinity(unit), anti_affinity) for unit in dict.fromkeys(twice))


def _fixed_wrongly(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    for unit, fixed in given.fixed.items():
        if unit in given.forbidden and fixed.pipeline in given.forbidden[unit].pipelines:
            yield given.forbidden[unit], fixed
    for anti_affinity in given.anti_affinity:
        there: dict[int, Fixed] = {}
        for unit in dict.fromkeys(anti_affinity.units):
            if unit in given.fixed:
                first = there.setdefault(given.fixed[unit].pipeline, given.fixed[unit])
                if first.unit != unit:
                    yield anti_affinity, first, given.fixed[unit]


def _fixed_too_many(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    """More tables fixed to a pipeline than it takes: the fewest, by how many of the largest units count whole."""
    there: defaultdict[int, list[Fixed]] = defaultdict(list)
    for fixed in given.fixed.values():
        if fixed.pipeline in given.capacity:
            there[fixed.pipeline].append(fixed)
    for pipeline, units in there.items():
        capacity = given.capacity[pipeline]
        largest = sorted(units, key=lambda one: (-given.sizes.get(one.unit, 1), one.unit))
        best: tuple[Constraint, ...] = ()
        tables = 0
        for whole in range(len(largest) + 1):
            rest = max(0, capacity.most + 1 - tables)
            if rest <= len(largest) - whole and (not best or 1 + 2 * whole + rest < len(best)):
                joined = [Affinity(one.unit) for one in largest[:whole]]
                best = (capacity, *joined, *largest[: whole + rest])
            if whole == len(largest) or given.sizes.get(largest[whole].unit, 1) == 1:
                break
            tables += given.sizes[largest[whole].unit]
        if best:
            yield best


def _too_large(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    most = given.most
    if most is None:
        return
    if most == 0 and given.tables:
        yield tuple(given.capacities)
    for unit, size in given.sizes.items():
        if size > most > 0:
            yield *given.capacities, Affinity(unit)


def _too_few_pipelines(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    count = Pipelines(given.instance.pipelines)
    for anti_affinity in given.anti_affinity:
        if len(set(anti_affinity.units)) > count.count:
            yield count, anti_affinity
    if given.most is not None and sum(capacity.most * len(capacity.pipelines) for capacity in given.capacities) < given.tables:
        yield count, *given.capacities


def _nowhere(given: ConstraintSubset) -> Iterator[tuple[Constraint, ...]]:
    """Give units that are forbidden, or too large, everywhere."""
    for unit in {**given.forbidden, **given.sizes}:
        closed = given.refused(unit)
        if len(closed) == given.instance.pipelines:
            yield Pipelines(len(closed)), *_once(part for parts in closed.values() for part in parts)


def _no_matching(given: ConstraintSubset, anti_affinity: AntiAffinity) -> Iterator[tuple[Constraint, ...]]:
    """Units of a set with fewer pipelines open to them than they are (Hall). Those without a limit find one in the end."""
    pipelines = given.instance.pipelines
    refused: dict[int, dict[int, tuple[Constraint, ...]]] = {}
    for unit in dict.fromkeys(anti_affinity.units):
        if unit in given.fixed:
            others = (pipeline for pipeline in range(pipelines) if pipeline != given.fixed[unit].pipeline)
            refused[unit] = dict.fromkeys(others, (given.fixed[unit],))
        elif closed := given.refused(unit):
            refused[unit] = closed
    holder: dict[int, int] = {}
    for unit in refused:
        short = _unmatched(unit, refused, holder, pipelines)
        if short:
            yield (
                Pipelines(pipelines),
                anti_affinity,
                *_once(part for one in short for parts in refused[one].values() for part in parts),
            )
            return


def _unmatched(unit: int, refused: Mapping[int, Container[int]], holder: dict[int, int], pipelines: int) -> list[int]:
    """Find the unit a pipeline in `holder` (pipeline → unit), others making way for it: an augmenting path.

    Where there is none, gives units that have one pipeline fewer open to them than they are; else none.
    """
    asked_by: dict[int, int] = {}
    queue = [unit]
    for asking in queue:  # grows on the way
        for pipeline in range(pipelines):
            if pipeline in refused[asking] or pipeline in asked_by:
                continue
            asked_by[pipeline] = asking
            if pipeline in holder:
                queue.append(holder[pipeline])
                continue
            matched = {one: taken for taken, one in holder.items()}
            taken: int | None = pipeline
            while taken is not None:
                one = asked_by[taken]
                holder[taken] = one
                taken = matched.get(one)
            return []
    return queue


def _once(parts: Iterable[Constraint]) -> tuple[Constraint, ...]:
    return tuple(dict.fromkeys(parts))


def quick_conflict(instance: Instance) -> tuple[Constraint, ...]:
    """Give the smallest conflict that needs no search, empty where none was found. It may not be minimal beyond 3."""
    return min(proofs(ConstraintSubset(instance, constraints_of(instance))), key=len, default=())


def smallest_conflict(instance: Instance) -> tuple[Constraint, ...]:
    """Give a conflict of an instance that was proved infeasible, in a definite order.

    It is minimal, and smallest where it has up to three constraints or was looked for among few, as far as the budget of
    work goes: a set that is neither placed nor proved infeasible counts as feasible. A deletion filter, then implicit
    hitting sets: Ignatiev, Previti, Liffiton and Marques-Silva, Smallest MUS extraction with minimal hitting set
    dualization, CP 2015.
    """
    tests = _Tests(instance)
    every = constraints_of(instance)
    found: Sequence[Constraint] = _minimal(quick_conflict(instance) or every, tests.infeasible)
    if len(found) > _PROVED_SMALLEST and len(every) <= _FEW:
        found = _by_hitting_sets(every, found, tests)
    return tuple(one for one in every if one in set(found))


class _Tests:
    """Whether constraints can hold together; each set is tried once."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.left = min(_TESTS, max(1, _TESTED // (len(instance.weights) + instance.pipelines)))
        self._known: dict[frozenset[Constraint], Feasibility] = {}

    def answer(self, constraints: Iterable[Constraint]) -> Feasibility:
        """Give a placement, for what the search places only, or the proof that there is none, or neither."""
        key = frozenset(constraints)
        if key not in self._known:
            given = ConstraintSubset(self.instance, sorted(key, key=lambda one: (_KINDS.index(type(one)), repr(one))))
            if next(proofs(given), None) is not None:
                self._known[key] = Feasibility(proved=True)
            elif not given.closed:
                return Feasibility(assignment=())
            elif self.left <= 0:
                return Feasibility()
            else:
                self.left -= 1
                self._known[key] = decide(_relaxed(given))
        return self._known[key]

    def infeasible(self, constraints: Iterable[Constraint]) -> bool:
        """Whether it is proved that the constraints can't hold together."""
        return self.answer(constraints).proved


def _relaxed(given: ConstraintSubset) -> Instance:
    """Give the instance with these constraints only; tables that need not share a pipeline are units of size 1."""
    sizes = np.ones(given.tables - sum(size - 1 for size in given.sizes.values()), dtype=np.int64)
    for unit, size in given.sizes.items():
        sizes[unit] = size
    capacity = [given.capacity[p].most if p in given.capacity else given.tables for p in range(given.instance.pipelines)]
    return Instance(
        weights=np.zeros(len(sizes), dtype=np.int64),
        pipelines=given.instance.pipelines,
        sizes=sizes,
        capacity=np.array(capacity, dtype=np.int64),
        anti_affinity=tuple(tuple(dict.fromkeys(one.units)) for one in given.anti_affinity),
        fixed={unit: one.pipeline for unit, one in given.fixed.items()},
        forbidden={unit: frozenset(one.pipelines) for unit, one in given.forbidden.items()},
    )


def _minimal(constraints: Sequence[Constraint], infeasible: Callable[[Sequence[Constraint]], bool]) -> tuple[Constraint, ...]:
    """Give a part of a conflict from which none can be left out: leave out halves, quarters, and so on to single ones."""
    kept = list(constraints)
    step = max(1, len(kept) // 2)
    while step:
        start = 0
        while start < len(kept):
            trial = kept[:start] + kept[start + step :]
            if infeasible(trial):
                kept = trial
            else:
                start += step
        step //= 2
    return tuple(kept)


def _by_hitting_sets(every: Sequence[Constraint], found: Sequence[Constraint], tests: _Tests) -> Sequence[Constraint]:
    """Give a smallest conflict, `found` where it is one.

    A conflict has a constraint in common with the rest of each set that can hold together. So the smallest set that has one
    with each such rest seen so far is no larger than any conflict; where it is a conflict itself, none is smaller.
    """
    rests: list[frozenset[Constraint]] = []
    while tests.left > 0:
        hitting = _smallest_hitting(rests, every, len(found) - 1)
        if hitting is None:
            return found
        if tests.infeasible(hitting):
            return hitting
        held = list(hitting)
        for one in every:
            if one not in hitting and tests.answer([*held, one]).assignment is not None:
                held.append(one)
        rests.append(frozenset(every) - frozenset(held))
        if not rests[-1]:
            return found
    return found


def _smallest_hitting(
    rests: Sequence[frozenset[Constraint]], every: Sequence[Constraint], most: int
) -> tuple[Constraint, ...] | None:
    """Give a smallest set of up to `most` that has an element in common with each of the rests.

    None where there is none, or none was found within the budget.
    """
    budget = iter(range(_HITS))
    for size in range(most + 1):
        chosen = _hit(rests, every, size, budget)
        if chosen is not None:
            return chosen
    return None


def _hit(
    rests: Sequence[frozenset[Constraint]], every: Sequence[Constraint], size: int, budget: Iterator[int]
) -> tuple[Constraint, ...] | None:
    if not rests:
        return ()
    if _disjoint(rests) > size or next(budget, None) is None:
        return None
    least = min(rests, key=len)
    for one in every:
        if one in least:
            below = _hit([rest for rest in rests if one not in rest], every, size - 1, budget)
            if below is not None:
                return one, *below
    return None


def _disjoint(rests: Sequence[frozenset[Constraint]]) -> int:
    """Give a number of the rests that have nothing in common: so many elements a hitting set has at least."""
    seen: set[Constraint] = set()
    count = 0
    for rest in sorted(rests, key=len):
        if seen.isdisjoint(rest):
            seen |= rest
            count += 1
    return count
