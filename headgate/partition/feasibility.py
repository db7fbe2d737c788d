"""Whether a placement exists at all: a proof at once, ejection chains, a search, then OR-Tools where it is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition import cp_sat
from headgate.partition.bound import lower_bound
from headgate.partition.insertion import evict, insert
from headgate.partition.instance import summed
from headgate.partition.partial_assignment import PartialAssignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_NODES = 5_000  # of the search
_DEPTH = 400  # units that it takes on
_CHOICES = 300_000  # unit-pipeline pairs that CP-SAT takes on
_SOLVER_TIME = 10.0  # CP-SAT's deterministic time: counted in work, about seconds


@dataclass(frozen=True, slots=True)
class Feasibility:
    """`assignment`: (n,) a pipeline for each unit, None where none was found; `proved`: there is none."""

    assignment: NDArray[np.int64] | None = None
    proved: bool = False


def decide(instance: Instance) -> Feasibility:
    """Find a placement that keeps the rules, whatever the weights, or prove that there is none, within a budget of work."""
    domains = domains_of(instance)
    if refuted(instance, domains):
        return Feasibility(proved=True)
    state = PartialAssignment.empty(instance)
    evict(state)
    order = np.lexsort((-state.weights, -_rivals(state), -state.sizes)).tolist()
    if insert(state, (unit for unit in order if state.assignment[unit] < 0)):
        return Feasibility(state.assignment)
    answer = _Search(instance, domains).run()
    if answer.assignment is not None or answer.proved:
        return answer
    if len(domains) * instance.pipelines > _CHOICES or not cp_sat.installed():
        return Feasibility()
    options = np.array([[mask >> pipeline & 1 for pipeline in range(instance.pipelines)] for mask in domains], dtype=bool)
    status, assignment, _ = cp_sat.solve(instance, options, _SOLVER_TIME)
    return Feasibility(assignment, proved=status == "INFEASIBLE")


def domains_of(instance: Instance) -> list[int]:
    """Give for each unit the pipelines that it may be in, as bits; none for one that may not share a pipeline with itself."""
    every = (1 << instance.pipelines) - 1
    sizes = instance.tables.tolist()
    masks = dict.fromkeys(sizes, every)
    if instance.capacity is not None:
        masks = {size: sum(1 << int(p) for p in np.flatnonzero(instance.capacity >= size)) for size in masks}
    domains = [masks[size] for size in sizes]
    for unit, pipelines in instance.forbidden.items():
        domains[unit] &= ~sum(1 << pipeline for pipeline in pipelines)
    for unit, pipeline in instance.fixed.items():
        domains[unit] &= 1 << pipeline
    for members in instance.anti_affinity:
        for unit in {unit for unit in members if members.count(unit) > 1}:
            domains[unit] = 0
    for _ in instance.precedence:  # a longest path has no more
        for first, then in instance.precedence:
            if domains[first] and domains[then]:
                domains[first] &= (1 << domains[then].bit_length()) - 1
                domains[then] &= -(domains[first] & -domains[first])
    return domains


def refuted(instance: Instance, domains: list[int]) -> bool:
    """Whether it is seen without a search that no placement keeps the rules."""
    if not all(domains) or any(_crowded(domains, set(members)) for members in instance.anti_affinity):
        return True
    if instance.capacity is None or not domains:
        return False
    sizes = instance.tables
    return (
        bool((summed(instance.fixed_places, sizes, instance.pipelines) > instance.capacity).any())
        or sizes.sum() > instance.capacity.sum()
        or lower_bound(sizes, instance.pipelines) > instance.capacity.max()
    )


def _crowded(domains: Sequence[int] | Mapping[int, int], units: Iterable[int]) -> bool:
    """Whether some of the units, no two of which may share a pipeline, have fewer pipelines between them than they are (Hall).

    Looked at are those with the fewest pipelines, one more each time.
    """
    union = 0
    for count, domain in enumerate(sorted((domains[unit] for unit in units), key=int.bit_count), 1):
        union |= domain
        if union.bit_count() < count:
            return True
    return False


def _rivals(state: PartialAssignment) -> NDArray[np.int64]:
    """Give (n,) about how many units and pipelines stand in the way of each unit."""
    rivals = np.zeros(len(state.weights), dtype=np.int64)
    for unit, numbers in state.sets.items():
        rivals[unit] = sum(len(state.instance.anti_affinity[number]) for number in numbers)
    for unit, pipelines in state.instance.forbidden.items():
        rivals[unit] += len(pipelines)
    return rivals


class _Search:
    """Depth first over the units that a rule or their size concerns, the one with the fewest open pipelines next.

    Of empty pipelines that nothing distinguishes only the first is tried.
    """

    def __init__(self, instance: Instance, domains: list[int]) -> None:
        self.instance, self.nodes = instance, _NODES
        self.sizes = instance.tables.tolist()
        self.left = (
            [len(domains) * max(self.sizes)] * instance.pipelines if instance.capacity is None else instance.capacity.tolist()
        )
        ruled = {unit for members in instance.anti_affinity for unit in members} | {*instance.fixed, *instance.forbidden}
        ruled |= {unit for pair in instance.precedence for unit in pair}
        self.pairs = instance.precedence
        self.domains = {unit: domains[unit] for unit, size in enumerate(self.sizes) if unit in ruled or size > 1}
        self.sets = [frozenset(members) for members in instance.anti_affinity]
        self.sets_of = {unit: [members for members in self.sets if unit in members] for unit in self.domains}
        self.assignment = [-1] * len(domains)
        named = frozenset(instance.fixed.values()).union(*instance.forbidden.values())
        alike = not instance.precedence
        self.kinds = [(-1, p) if p in named or not alike else (room, -1) for p, room in enumerate(self.left)]

    def run(self) -> Feasibility:
        """Give a placement, or the proof that there is none, or neither where the budget ran out."""
        if len(self.domains) > _DEPTH:
            return Feasibility()
        if not self._descend(self.domains):
            return Feasibility(proved=self.nodes > 0)
        for unit, pipeline in enumerate(self.assignment):
            if pipeline < 0:  # a table without rules: there is room for all
                self.assignment[unit] = next(p for p, left in enumerate(self.left) if left)
                self.left[self.assignment[unit]] -= 1
        return Feasibility(np.array(self.assignment, dtype=np.int64))

    def _descend(self, domains: dict[int, int]) -> bool:
        if not domains or self.nodes <= 0:
            return not domains
        self.nodes -= 1
        fits = {
            size: sum(1 << p for p, left in enumerate(self.left) if left >= size)
            for size in {self.sizes[unit] for unit in domains}
        }
        domains = {unit: domain & fits[self.sizes[unit]] for unit, domain in domains.items()}
        if not all(domains.values()) or any(_crowded(domains, members & domains.keys()) for members in self.sets):
            return False
        unit = min(domains, key=lambda one: (domains[one].bit_count(), -self.sizes[one], one))
        used = {self.assignment[one] for one in self.domains}
        seen = set()
        for pipeline in range(len(self.left)):
            kind = (0, pipeline) if pipeline in used else self.kinds[pipeline]
            if kind in seen or not domains[unit] >> pipeline & 1:
                continue
            seen.add(kind)
            self.assignment[unit] = pipeline
            self.left[pipeline] -= self.sizes[unit]
            mates = frozenset().union(*self.sets_of[unit])
            below = {
                one: domain & ~(1 << pipeline) if one in mates else domain for one, domain in domains.items() if one != unit
            }
            for first, then in self.pairs:
                if first == unit and then in below:
                    below[then] &= -1 << pipeline
                if then == unit and first in below:
                    below[first] &= (2 << pipeline) - 1
            if self._descend(below):
                return True
            self.left[pipeline] += self.sizes[unit]
            self.assignment[unit] = -1
        return False
