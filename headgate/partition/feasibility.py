"""Whether a placement exists at all: ejection chains, an exhaustive search, then OR-Tools' CP-SAT where it is installed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from headgate.partition.ejection_chains import construct, eject
from headgate.partition.partial_assignment import PartialAssignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.partition.instance import Instance

_LOOKS = 60_000  # pipelines that the ejection chains look at
_FILLS = 40  # tries to fill pipelines by sizes
_FILL_PAIRS = 500_000  # units times pipelines in all of them together
_FIRST_NODES = 1_000  # of the search's first attempt, which settles what is small
_NODES = 20_000  # of its second
_DEPTH = 400  # units that the search takes on
_CHOICES = 300_000  # unit-pipeline pairs that CP-SAT takes on
_SOLVER_TIME = 10.0  # CP-SAT's deterministic time: counted in work, about seconds


@dataclass(frozen=True, slots=True)
class Feasibility:
    """`assignment`: unit → pipeline for each unit, None where none was found; `proved`: there is none."""

    assignment: tuple[int, ...] | None = None
    proved: bool = False


def decide(instance: Instance) -> Feasibility:
    """Find a placement that keeps the rules, whatever the weights, or prove that there is none, within a budget of work.

    Does not see what needs no search to be refused (`conflict.proofs`), such as more tables than room.
    """
    for number in range(_tries(instance)):
        partial = PartialAssignment(instance)
        left = construct(partial, _filled_by_size(instance, Random(number)), _hardest_first(partial))  # noqa: S311 - seeded: the same everywhere
        if not left:
            return Feasibility(tuple(partial.assignment))
    core, rest = _core(instance)
    answer = _searched(instance, core, rest, _FIRST_NODES)
    if answer.assignment is not None or answer.proved:
        return answer
    partial = PartialAssignment(instance)
    left = construct(partial, [-1] * len(partial.assignment), _hardest_first(partial))
    if not left or not eject(partial, left, _LOOKS):
        return Feasibility(tuple(partial.assignment))
    answer = _searched(instance, core, rest, _NODES)
    if answer.assignment is None and not answer.proved:
        answer = _with_rest(instance, _by_solver(instance, core), rest)
    return answer


def _searched(instance: Instance, core: Sequence[int], rest: Sequence[int], nodes: int) -> Feasibility:
    if len(core) > _DEPTH:
        return Feasibility()
    return _with_rest(instance, _Search(instance, core, len(rest), nodes).run(), rest)


def _tries(instance: Instance) -> int:
    """Give how often filling by sizes is worth its work: not at all where they are not what is tight."""
    if instance.capacity is None or instance.sizes is None or int(instance.sizes.max(initial=1)) == 1:
        return 0
    return min(_FILLS, _FILL_PAIRS // (len(instance.weights) * instance.pipelines))


def _filled_by_size(instance: Instance, draw: Random) -> list[int]:
    """Give an assignment that fills one pipeline after the other as full as sizes allow, large units first; -1 for the others.

    `draw` shuffles units of like size a little. After the minimum bin slack of Gupta and Ho, A new
    heuristic algorithm for the one-dimensional bin-packing problem, Production Planning & Control 10, 1999.
    """
    partial = PartialAssignment(instance)
    assignment = [-1] * len(partial.assignment)
    construct(partial, assignment, ())
    waiting = [unit for unit in _hardest_first(partial) if partial.assignment[unit] < 0]
    waiting.sort(key=lambda unit: -partial.sizes[unit] * (1 + draw.random() / 2))
    for pipeline in sorted(
        range(instance.pipelines), key=lambda number: (partial.capacity[number] - partial.used[number], number)
    ):
        filling = _fullest(partial, pipeline, [unit for unit in waiting if partial.takes(unit, pipeline)])
        assignment = [pipeline if unit in filling else assigned for unit, assigned in enumerate(assignment)]
        waiting = [unit for unit in waiting if unit not in filling]
    return assignment


def _fullest(partial: PartialAssignment, pipeline: int, units: Sequence[int]) -> set[int]:
    """Give the units, largest first among equals, whose sizes fill most of the room that is left: a subset sum by bits."""
    capacity = partial.capacity[pipeline] - partial.used[pipeline]
    mask = (2 << capacity) - 1
    sums = [1]  # bit s: some of the last units have the sizes' sum s
    for unit in reversed(units):
        sums.append((sums[-1] | sums[-1] << partial.sizes[unit]) & mask)
    left = sums[-1].bit_length() - 1
    chosen = set()
    for number, unit in enumerate(units):
        rest = left - partial.sizes[unit]
        if rest >= 0 and sums[len(units) - 1 - number] >> rest & 1:
            chosen.add(unit)
            left = rest
    return chosen


def _hardest_first(partial: PartialAssignment) -> list[int]:
    """Give the units by how much stands in their way: large ones, with many rivals and forbidden pipelines, then heavy ones."""
    rivals = [0] * len(partial.inside)
    for numbers in partial.cliques_of.values():
        for number in numbers:
            rivals[number] += 1

    def ease(unit: int) -> tuple[int, int, int, int]:
        against = sum(rivals[number] for number in partial.cliques_of.get(unit, ())) + len(partial.forbidden.get(unit, ()))
        return -partial.sizes[unit], -against, -partial.weights[unit], unit

    return sorted(range(len(partial.assignment)), key=ease)


def _core(instance: Instance) -> tuple[list[int], list[int]]:
    """Give the units that decide whether a placement exists, and the rest, in an order in which each finds a place.

    Where rooms bind, the rest is single tables without a rule. Where they don't, it is also each unit with more pipelines
    open to it than there are rivals among those before it.
    """
    partial = PartialAssignment(instance)
    units = range(len(partial.assignment))
    if any(most < sum(partial.sizes) for most in partial.capacity):
        ruled = set(partial.cliques_of) | set(partial.forbidden) | set(partial.fixed)
        core = [unit for unit in units if unit in ruled or partial.sizes[unit] > 1]
        inside = set(core)
        return core, [unit for unit in units if unit not in inside]
    left = [len(mates) for mates in partial.cliques]
    open_to = {
        unit: 1 if unit in partial.fixed else instance.pipelines - len(partial.forbidden.get(unit, ())) for unit in units
    }
    rest: list[int] = []
    removed: set[int] = set()
    queue = list(units)
    while queue:
        unit = queue.pop()
        if unit in removed or sum(left[number] - 1 for number in partial.cliques_of.get(unit, ())) >= open_to[unit]:
            continue
        rest.append(unit)
        removed.add(unit)
        for number in partial.cliques_of.get(unit, ()):
            left[number] -= 1
            queue += [mate for mate in partial.cliques[number] if mate not in removed]
    return [unit for unit in units if unit not in removed], rest[::-1]


def _with_rest(instance: Instance, answer: Feasibility, rest: Sequence[int]) -> Feasibility:
    """Give the answer for the core with the rest placed too."""
    if answer.assignment is None:
        return answer
    partial = PartialAssignment(instance)
    for unit, assigned in enumerate(answer.assignment):
        if assigned >= 0:
            partial.put(unit, assigned)
    for unit in rest:
        partial.put(unit, next(number for number in range(instance.pipelines) if partial.takes(unit, number)))
    return Feasibility(tuple(partial.assignment))


class _Search:
    """Depth first over the core, the unit with the fewest open pipelines next.

    Of empty pipelines that nothing distinguishes only the first is tried, and of units that nothing distinguishes the later
    one goes no further left: the leftmost of the placements that such exchanges give keeps both.
    """

    def __init__(self, instance: Instance, core: Sequence[int], singles: int, nodes: int) -> None:
        partial = PartialAssignment(instance)
        self.partial, self.singles, self.nodes = partial, singles, nodes
        self.assignment = [-1] * len(partial.assignment)
        self.open = {unit: sum(1 << p for p in range(instance.pipelines) if partial.may(unit, p)) for unit in core}
        self.cliques = [[unit for unit in units if unit in self.open] for units in partial.cliques]
        self.left = list(partial.capacity)
        self.capacity_binds = any(most < sum(partial.sizes) for most in partial.capacity)
        self.spare = sum(partial.capacity) - sum(partial.sizes)
        alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
        for unit in core:
            alike[partial.sizes[unit], self.open[unit], tuple(partial.cliques_of.get(unit, ()))].append(unit)
        self.twins = {unit: units for units in alike.values() for unit in units}
        named = frozenset(partial.fixed.values()).union(*partial.forbidden.values())
        self.kinds = [(-1, p) if p in named else (partial.capacity[p], -1) for p in range(instance.pipelines)]

    def run(self) -> Feasibility:
        """Give the placement of the core (-1 for others), or the proof, or neither where the budget ran out."""
        found = self._descend(dict(self.open))
        return Feasibility(tuple(self.assignment)) if found else Feasibility(proved=self.nodes > 0)

    def _descend(self, domains: dict[int, int]) -> bool:
        if not domains:
            return True
        if self.nodes <= 0:
            return False
        self.nodes -= 1
        if self.capacity_binds:
            self._narrow(domains)
        if not all(domains.values()) or self._crowded(domains) or self._wasteful(domains):
            return False
        unit = min(domains, key=lambda one: (domains[one].bit_count(), -self.partial.sizes[one], one))
        for pipeline in self._choices(unit, domains[unit]):
            self.assignment[unit] = pipeline
            self.left[pipeline] -= self.partial.sizes[unit]
            below = {one: domain for one, domain in domains.items() if one != unit}
            for number in self.partial.cliques_of.get(unit, ()):
                for mate in self.cliques[number]:
                    if mate in below:
                        below[mate] &= ~(1 << pipeline)
            if self._descend(below):
                return True
            self.left[pipeline] += self.partial.sizes[unit]
            self.assignment[unit] = -1
        return False

    def _choices(self, unit: int, domain: int) -> list[int]:
        least = max(self.assignment[twin] for twin in self.twins[unit])
        seen, choices = set(), []
        for pipeline in range(max(least, 0), len(self.left)):
            if not domain >> pipeline & 1:
                continue
            if self.left[pipeline] == self.partial.capacity[pipeline]:
                if self.kinds[pipeline] in seen:
                    continue
                seen.add(self.kinds[pipeline])
            choices.append(pipeline)
        return choices

    def _narrow(self, domains: dict[int, int]) -> None:
        """Take the pipelines from each unit that have too little room left for it."""
        fits = {
            size: sum(1 << p for p, left in enumerate(self.left) if left >= size)
            for size in {self.partial.sizes[unit] for unit in domains}
        }
        for unit in domains:
            domains[unit] &= fits[self.partial.sizes[unit]]

    def _crowded(self, domains: dict[int, int]) -> bool:
        """Whether the units of a set that must be apart have fewer pipelines between them than they are."""
        for units in self.cliques:
            union, count = 0, 0
            for unit in units:
                if unit in domains:
                    union |= domains[unit]
                    count += 1
            if union.bit_count() < count:
                return True
        return False

    def _wasteful(self, domains: dict[int, int]) -> bool:
        """Whether more room must stay empty than can: no sum of the sizes left to place fills what is left of it."""
        if not self.capacity_binds or self.spare >= sum(self.left):
            return False
        most, sums = max(self.left), 1
        for unit in domains:
            sums |= sums << self.partial.sizes[unit] & ((2 << most) - 1)
        waste = sum(left - ((sums & ((2 << left) - 1)).bit_length() - 1) for left in self.left)
        return waste - self.singles > self.spare


def _by_solver(instance: Instance, core: Sequence[int]) -> Feasibility:
    """Ask CP-SAT for a placement of the core; neither a placement nor a proof where OR-Tools is not installed."""
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra
    except ImportError:
        return Feasibility()
    partial = PartialAssignment(instance)
    if len(core) * instance.pipelines > _CHOICES:
        return Feasibility()
    model = cp_model.CpModel()
    chosen = {
        (unit, p): model.new_bool_var(f"{unit} in {p}")
        for unit in core
        for p in range(instance.pipelines)
        if partial.may(unit, p)
    }
    there: defaultdict[int, list[int]] = defaultdict(list)
    for unit, pipeline in chosen:
        there[pipeline].append(unit)
    for unit in core:
        model.add_exactly_one(chosen[unit, p] for p in range(instance.pipelines) if (unit, p) in chosen)
    for pipeline, units in there.items():
        model.add(sum(partial.sizes[unit] * chosen[unit, pipeline] for unit in units) <= partial.capacity[pipeline])
        for mates in partial.cliques:
            model.add_at_most_one(chosen[unit, pipeline] for unit in mates if (unit, pipeline) in chosen)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _SOLVER_TIME
    status = solver.status_name(solver.solve(model))
    if status in {"OPTIMAL", "FEASIBLE"}:
        assignment = [-1] * len(partial.assignment)
        for (unit, pipeline), there_ in chosen.items():
            if solver.boolean_value(there_):
                assignment[unit] = pipeline
        return Feasibility(tuple(assignment))
    return Feasibility(proved=status == "INFEASIBLE")
