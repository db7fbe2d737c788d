"""Constraints that can't hold together: as data, and no more of them than are in conflict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from headgate.grouped import grouped
from headgate.partition.feasibility import decide, domains_of, refuted
from headgate.partition.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_TESTS = 400  # of sets of constraints, for the smallest instances, and
_TESTED = 200_000  # units and pipelines in all of them together


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
class Precedence:
    """The first unit is in no later pipeline than the second."""

    first: int
    then: int


@dataclass(frozen=True, slots=True)
class Pipelines:
    """There are no more pipelines. Without it there are as many as it takes, of the largest capacity, none forbidden."""

    count: int


Constraint: TypeAlias = AntiAffinity | Fixed | Forbidden | Capacity | Affinity | Precedence | Pipelines


class Infeasible(ValueError):  # noqa: N818 - what it is, not that it is an error, is what callers handle
    """No placement exists. `conflict`: a set of constraints that can't hold together, though it can without any one of them."""

    def __init__(self, conflict: Iterable[Constraint]) -> None:
        self.conflict = tuple(conflict)
        super().__init__("these constraints can't hold together: " + ", ".join(map(str, self.conflict)))


def constraints_of(instance: Instance) -> tuple[Constraint, ...]:
    """Give the instance's constraints, each once, in a definite order."""
    sizes = () if instance.sizes is None else np.flatnonzero(instance.sizes > 1).tolist()
    given = () if instance.capacity is None else instance.capacity.tolist()
    capacities = grouped((most, pipeline) for pipeline, most in enumerate(given))
    found: list[Constraint] = [Pipelines(instance.pipelines)]
    found += [Capacity(tuple(pipelines), most) for most, pipelines in sorted(capacities.items())]
    found += [Affinity(unit) for unit in sizes]
    found += [AntiAffinity(units) for units in sorted({tuple(units) for units in instance.anti_affinity})]
    found += [Precedence(first, then) for first, then in sorted(set(instance.precedence))]
    found += [Forbidden(unit, tuple(sorted(pipelines))) for unit, pipelines in sorted(instance.forbidden.items()) if pipelines]
    found += [Fixed(unit, pipeline) for unit, pipeline in sorted(instance.fixed.items())]
    return tuple(found)


def require_feasible(instance: Instance) -> None:
    """Raise Infeasible where it is seen without a search that the constraints can't hold together."""
    if refuted(instance, domains_of(instance)):
        raise Infeasible(irreducible_conflict(instance))


def irreducible_conflict(instance: Instance) -> tuple[Constraint, ...]:
    """Give a conflict of an instance that was proved infeasible, in a definite order, from which none can be left out.

    Leaves out halves, quarters, and so on to single constraints, first as long as the rest is refuted without a search, then
    as long as it is proved infeasible at all (a deletion filter: Chinneck and Dravnieks, Locating minimal infeasible
    constraint sets in linear programs, ORSA Journal on Computing 3, 1991). A set that is neither placed nor proved infeasible
    counts as feasible, and so do all once the budget of tests is spent.
    """
    left = min(_TESTS, max(1, _TESTED // (len(instance.weights) + instance.pipelines)))

    def simply(constraints: Sequence[Constraint]) -> bool:
        relaxed = _relaxed(instance, constraints)
        return refuted(relaxed, domains_of(relaxed))

    def proved(constraints: Sequence[Constraint]) -> bool:
        nonlocal left
        left -= 1
        if not any(isinstance(one, Pipelines) for one in constraints):  # what needs a search has its place in one more
            return simply(constraints)
        return left >= 0 and decide(_relaxed(instance, constraints)).proved

    every = constraints_of(instance)
    return _minimal(_minimal(every, simply) if simply(every) else every, proved)


def _minimal(constraints: Sequence[Constraint], infeasible: Callable[[Sequence[Constraint]], bool]) -> tuple[Constraint, ...]:
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


def _relaxed(instance: Instance, constraints: Iterable[Constraint]) -> Instance:
    """Give the instance with these constraints only; tables that need not share a pipeline are units of size 1."""
    sizes = np.ones(len(instance.weights), dtype=np.int64)
    tables = len(sizes) if instance.sizes is None else int(instance.sizes.sum())
    capacity = np.full(instance.pipelines, tables, dtype=np.int64)
    more = tables  # pipelines, where their number is none of the constraints
    apart: list[tuple[int, ...]] = []
    fixed: dict[int, int] = {}
    forbidden: dict[int, frozenset[int]] = {}
    precedence: list[tuple[int, int]] = []
    for one in constraints:
        match one:
            case Pipelines():
                more = 0
            case Capacity(pipelines, most):
                capacity[list(pipelines)] = most
            case Affinity(unit) if instance.sizes is not None:
                sizes[unit] = instance.sizes[unit]
            case AntiAffinity(units):
                apart.append(units)
            case Fixed(unit, pipeline):
                fixed[unit] = pipeline
            case Precedence(first, then):
                precedence.append((first, then))
            case Forbidden(unit, pipelines):
                forbidden[unit] = frozenset(pipelines)
    joined = set(np.flatnonzero(sizes > 1).tolist())
    return Instance(
        weights=np.zeros(tables - int(sizes.sum()) + len(sizes), dtype=np.int64),
        pipelines=instance.pipelines + more,
        sizes=np.concatenate([sizes, np.ones(tables - int(sizes.sum()), dtype=np.int64)]),
        capacity=np.concatenate([capacity, np.full(more, capacity.max(), dtype=np.int64)]),
        anti_affinity=tuple(
            tuple(unit for unit in dict.fromkeys(units) for _ in range(min(units.count(unit), 1 + (unit in joined))))
            for units in apart
        ),
        fixed=fixed,
        forbidden=forbidden,
        precedence=tuple(precedence),
    )
