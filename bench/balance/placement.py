"""The first table: how far from the best each method's heaviest pipeline is on each instance, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any

from bench.balance.aside import Aside, Outcome
from bench.balance.instances import Goal, goal_of
from bench.balance.rivals import RIVALS, SOLVER, makespan_of
from bench.measure import clocked
from headgate.partition.bound import lower_bound
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bench.balance.instances import Case

OURS = "headgate"
_RUNS = 3
_NAME, _CELL = 30, 16
NOT_AGAIN = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """What all methods reached on an instance. best: the least makespan where known, else the lower bound."""

    case: str
    tables: int
    pipelines: int
    best: int
    known: bool
    goal: Goal
    ours: Outcome
    rivals: Mapping[str, Outcome] = field(default_factory=dict)

    def gap(self, outcome: Outcome) -> float | None:
        """Give how much too heavy the heaviest pipeline is, in percent of the best."""
        if outcome.makespan is None:
            return None
        return 100 * (outcome.makespan - self.best) / self.best

    @property
    def missed(self) -> list[str]:
        """What was asked and not reached, in words."""
        missed = []
        gap = self.gap(self.ours)
        if gap is None or (self.goal.gap is not None and gap > self.goal.gap):
            missed.append(f"gap over {self.goal.gap:g} %" if gap is not None else self.ours.note)
        if self.goal.seconds is not None and self.ours.seconds > self.goal.seconds:
            missed.append(f"over {self.goal.seconds:g} s")
        solver = self.rivals.get(SOLVER, Outcome()).makespan
        if solver is not None and self.ours.makespan is not None and solver < self.ours.makespan:
            missed.append(f"{SOLVER} is better")
        if any(found.makespan is not None and found.makespan < self.best for found in (self.ours, *self.rivals.values())):
            missed.append("the lower bound is wrong: a split is below it")
        return missed

    def __str__(self) -> str:
        cells = [self._cell(self.ours), *(self._cell(self.rivals.get(rival.name, Outcome())) for rival in RIVALS)]
        verdict = "MISSED: " + ", ".join(self.missed) if self.missed else "met"
        return f"{self.case:<{_NAME}}" + "".join(f"{cell:>{_CELL}}" for cell in cells) + f"  {verdict}"

    def _cell(self, outcome: Outcome) -> str:
        gap = self.gap(outcome)
        return outcome.note if gap is None else f"{gap:.3f} {outcome.seconds:7.3f}"

    def as_data(self) -> dict[str, Any]:
        """Give the line as JSON has it."""
        outcomes = {OURS: self.ours, **self.rivals}
        return {
            "instance": self.case,
            "tables": self.tables,
            "pipelines": self.pipelines,
            "optimum" if self.known else "lower_bound": self.best,
            "methods": {
                name: {"makespan": found.makespan, "gap_percent": self.gap(found), "seconds": found.seconds, "note": found.note}
                for name, found in outcomes.items()
            },
            "missed": self.missed,
        }


def lines(cases: Sequence[Case], seconds: float, search: float = inf) -> list[Line]:
    """Measure every method on every instance; a rival has so many seconds, and no larger instance once it was out of them.

    search: one that searches until its seconds are over gets no more than so many.
    """
    rivals = [replace(rival, search=min(search, rival.search)) if rival.search else rival for rival in RIVALS]
    made = [(case, *case.make()) for case in cases]
    by_size = sorted(range(len(made)), key=lambda number: len(made[number][1]) * made[number][2])
    found: dict[int, Line] = {}
    out: set[str] = set()
    with Aside() as aside:
        for number in by_size:
            case, weights, pipelines, optimum = made[number]
            goal, ours = goal_of(case.name, len(weights)), measured(weights, pipelines)
            others = {
                rival.name: Outcome(note=NOT_AGAIN) if rival.name in out else aside.run(rival, weights, pipelines, seconds)
                for rival in rivals
            }
            out |= {name for name, outcome in others.items() if outcome.over}
            known = others[SOLVER].makespan if others[SOLVER].proved and optimum is None else optimum
            best = lower_bound(weights, pipelines) if known is None else known
            name = case.name if case.own else f"{case.name} *"
            found[number] = Line(name, len(weights), pipelines, best, known is not None, goal, ours, others)
    return [found[number] for number in range(len(made))]


def measured(weights: NDArray[np.int64], pipelines: int) -> Outcome:
    """Give what ours reaches, and the fewest seconds of three runs after one that is not counted."""
    split = spread(weights, pipelines)
    seconds = min(clocked(lambda: spread(weights, pipelines)) for _ in range(_RUNS))
    return Outcome(makespan_of(weights, split.assignment, pipelines), seconds)


def heading() -> str:
    """Give the table's heading."""
    names = "".join(f"{name:>{_CELL}}" for name in (OURS, *(rival.name for rival in RIVALS)))
    units = "".join(f"{'gap %       s':>{_CELL}}" for _ in range(len(RIVALS) + 1))
    return f"{'':<{_NAME}}{names}\n{'tables to pipelines':<{_NAME}}{units}  goal"


NOTES = f"""\
gap: the heaviest pipeline above the optimum where it is known (planted, or proved by {SOLVER}), else
above the lower bound.
s: wall clock; ours the best of {_RUNS} after a warm-up, the others once, in a process aside with two cores and 4 GB.
{SOLVER}: 5 s of search (1 s where quick) with two workers from longest-first on, and making its model. prtpy complete (greedy)
and numpart cKK (complete Karmarkar-Karp): 1 s of search. '{NOT_AGAIN}': not tried, it was out of time, memory or finds before.
*: an instance given beside the project."""
