"""How many pipelines a group gets where a run of it is to be done by a deadline. Pure."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from headgate.numbers import counted, plural
from headgate.partition.bound import bound_of_sorted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

Goal = Literal["fewest", "cheapest"]

_BITS = 50  # of all weights together
_LARGEST_POWER = 1000  # 2^-1000 is still a normal float
_ROUNDING = 1e-6  # of seconds: sums of floats, and a placement may have rounded weights to a ten-millionth
_WAVES = 8  # numbers tried with more pipelines than may run at once
_CHEAP = 8  # numbers tried of those that look cheapest


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run is held to.

    deadline_s: seconds that all of a group's pipelines may take. startup_s: seconds of a pipeline before it reads its first
    table. concurrent: pipelines that may run at once. requests_per_minute: what the source takes. requests_per_second: what
    a second of weight asks of it. None: no limit.
    """

    deadline_s: float
    startup_s: float = 0
    concurrent: int | None = None
    requests_per_minute: float | None = None
    requests_per_second: float = 1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What alone makes any layout take `seconds`, which is more than the deadline.

    startup: starting a pipeline. table: one table, the one at position `table`, in a pipeline of its own. source: its
    requests. concurrent, pipelines: so few (`count`) that may run at once, or may be. layout: nothing alone; `seconds` is
    the best that was found. reserve: nothing, but the loads leave less room than the `share` by which they may drift.
    """

    kind: Literal["startup", "table", "source", "concurrent", "pipelines", "layout", "reserve"]
    seconds: float
    table: int | None = None
    count: int | None = None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A number of pipelines, the seconds that a run on them takes, what that costs in machine-seconds, and what is in the way.

    There are obstacles exactly where the deadline is not met: heaviest table first, then limits.
    """

    pipelines: int
    seconds: float
    cost: float
    meets: bool
    obstacles: tuple[Obstacle, ...] = ()


def choose(
    weights: Sequence[float],
    limits: Limits,
    load_of: Callable[[int], Sequence[float]],
    *,
    goal: Goal = "fewest",
    least: int = 1,
    most: int,
    machines_of: Callable[[float], float] | None = None,
) -> Choice:
    """Choose from `least` to `most` pipelines for tables of these weights (seconds).

    load_of: a number of pipelines → the load of each (seconds), by the placement. fewest: the smallest number that meets
    the deadline. cheapest: of the numbers that meet it, the one with the least machine-seconds, start-up included; where
    two cost the same, the smaller. machines_of: a pipeline's load → machines that it runs on, None: 1. Where all run on
    equally many, each further pipeline only adds its start-up, so the fewest are the cheapest. Where no number meets the
    deadline: the one with the shortest run, the smallest of these.

    Numbers that a lower bound rules out are not tried. Above them it tries in growing steps, then halves the last one: it
    places about 2 log2(most) times, and the number found is the smallest as far as more pipelines never run longer. Beyond
    `limits.concurrent`, where they may, the first whole waves are tried. Errors of `load_of` pass through.
    """
    search = _Search(weights, limits, load_of)
    most = max(least, min(most, len(weights)))
    reachable = search.least_seconds(least, most)
    meets_by_bound = search.within(reachable, limits.deadline_s)
    goal_s = limits.deadline_s if meets_by_bound else reachable
    number = search.smallest(goal_s, least, most)
    if number is None:  # the placement does not reach the bound: the best that it was seen to reach
        number = min(search.tried, key=lambda tried: (search.tried[tried], tried))
    meets = search.within(search.tried[number], limits.deadline_s)
    if meets and goal == "cheapest" and machines_of:
        number = search.cheapest(number, most, machines_of)
    cost = search.cost(number, machines_of)
    found = () if meets else tuple(_obstacles(weights, limits, least, most, search.tried[number]))
    return Choice(number, search.tried[number], cost, meets, found)


def run_seconds(loads: Sequence[float], limits: Limits) -> float:
    """Give the seconds that a run of pipelines with these loads takes: the later of the pipelines' end and the source's.

    Each takes its start-up and its load; no more than `concurrent` at once, the longest first, the next as soon as one ends
    (which is at most 4/3 of the best order: Graham 1969). The source needs its time for all requests, from the first
    pipeline's start on.
    """
    return max(_pipelines_end(loads, limits), _source_end(math.fsum(loads), limits))


def obstacle_text(obstacle: Obstacle, limits: Limits, name: str = "") -> str:
    """Say in words what stands in the way, and what to do; `name` is the table's."""
    takes = _takes(obstacle.seconds, limits.deadline_s)
    rate = counted(limits.requests_per_minute or 0, "request a minute makes", "requests a minute make")
    updates = counted(obstacle.count or 0, "concurrent update makes", "concurrent updates make")
    pipelines = counted(obstacle.count or 0, "pipeline makes", "pipelines make")
    return {
        "startup": f"starting a pipeline alone takes {takes}; allow more time",
        "table": f"{name or f'table {obstacle.table}'} alone takes {takes}; split it",
        "source": f"the source's {rate} any layout take {takes}; ask for a higher limit, or read less",
        "concurrent": f"{updates} any layout take {takes}; allow more at once",
        "pipelines": f"{pipelines} any layout take {takes}; allow more",
        "reserve": f"a run takes {takes}, which leaves less than the {obstacle.share:.1%} that loads may drift "
        "(balance.tolerance); allow more time, or less drift",
        "layout": f"the best layout found takes {takes}: its tables and rules allow no better spread",
    }[obstacle.kind]


class _Search:
    """The numbers of pipelines that were tried, with the seconds of a run on each."""

    def __init__(self, weights: Sequence[float], limits: Limits, load_of: Callable[[int], Sequence[float]]) -> None:
        self._sum = math.fsum(weights)
        self._heaviest = max(weights, default=0.0)
        self._sorted, self._scale = _rounded_down(weights, self._sum)
        self._limits = limits
        self._load_of = load_of
        self._loads: dict[int, Sequence[float]] = {}
        self.tried: dict[int, float] = {}

    def within(self, seconds: float, goal_s: float) -> bool:
        return seconds <= goal_s * (1 + _ROUNDING)

    def bound(self, number: int) -> float:
        """Give seconds that no run on so many pipelines can beat."""
        load = bound_of_sorted(self._sorted, number) * self._scale if len(self._sorted) else 0.0
        load = max(load, self._heaviest)
        at_once = min(number, self._limits.concurrent or number)
        shared = (self._sum + number * self._limits.startup_s) / at_once
        waves = -(-number // at_once) * self._limits.startup_s
        return max(self._limits.startup_s + load, shared, waves, _source_end(self._sum, self._limits))

    def least_seconds(self, least: int, most: int) -> float:
        """Give the least bound of all numbers: it falls up to those that may run at once, and waves follow."""
        return min(self.bound(number) for number in (self._turn(least, most), *self._waves(least, most)))

    def smallest(self, goal_s: float, least: int, most: int) -> int | None:
        """Give the smallest number that is found to meet the goal."""
        turn = self._turn(least, most)
        if self.within(self.bound(turn), goal_s):
            low, high = least, turn
            while low < high:  # the smallest that the bound does not rule out
                middle = (low + high) // 2
                low, high = (low, middle) if self.within(self.bound(middle), goal_s) else (middle + 1, high)
            found = self._from(low, turn, goal_s)
            if found is not None:
                return found
        waves = (number for number in self._waves(least, most) if self.within(self.bound(number), goal_s))
        return next((number for number in waves if self._meets(number, goal_s)), None)

    def cheapest(self, number: int, most: int, machines_of: Callable[[float], float]) -> int:
        """Give the cheapest number found from this one on, which meets the deadline: those are tried that look cheapest."""

        def estimate(count: int) -> float:
            load = self._sum / count
            return count * machines_of(load) * (load + self._limits.startup_s)

        likely = sorted(range(number, most + 1), key=lambda count: (estimate(count), count))[:_CHEAP]
        meeting = [count for count in sorted({number, *likely}) if self._meets(count, self._limits.deadline_s)]
        return min(meeting, key=lambda count: (self.cost(count, machines_of), count))

    def cost(self, number: int, machines_of: Callable[[float], float] | None) -> float:
        loads = self._loads[number]
        return math.fsum((self._limits.startup_s + load) * (machines_of(load) if machines_of else 1) for load in loads)

    def _turn(self, least: int, most: int) -> int:
        """Give the number up to which more pipelines can only help."""
        return max(least, min(most, self._limits.concurrent or most))

    def _waves(self, least: int, most: int) -> list[int]:
        """Give the first numbers above the turn that fill whole waves."""
        at_once = self._limits.concurrent
        if at_once is None:
            return []
        first = self._turn(least, most) // at_once + 1
        return [number for wave in range(first, first + _WAVES) if (number := wave * at_once) <= most]

    def _from(self, low: int, high: int, goal_s: float) -> int | None:
        missed, number, step = low - 1, low, 1
        while not self._meets(number, goal_s):
            if number == high:
                return None
            missed, number, step = number, min(number + step, high), 2 * step
        while number - missed > 1:
            middle = (missed + number) // 2
            missed, number = (missed, middle) if self._meets(middle, goal_s) else (middle, number)
        return number

    def _meets(self, number: int, goal_s: float) -> bool:
        if number not in self.tried:
            self._loads[number] = self._load_of(number)
            self.tried[number] = run_seconds(self._loads[number], self._limits)
        return self.within(self.tried[number], goal_s)


def _rounded_down(weights: Sequence[float], total: float) -> tuple[NDArray[np.int64], float]:
    """Give the weights as integers, heaviest first, and what 1 stands for; rounded down, so that their bounds are bounds."""
    power = min(_BITS - math.frexp(total)[1], _LARGEST_POWER)
    scaled = np.floor(np.ldexp(np.asarray(weights, dtype=np.float64), power)).astype(np.int64)
    return np.sort(scaled)[::-1], math.ldexp(1.0, -power)


def _pipelines_end(loads: Sequence[float], limits: Limits) -> float:
    at_once = limits.concurrent or len(loads)
    times = sorted((limits.startup_s + float(load) for load in loads), reverse=True)
    if len(times) <= at_once:
        return max(times, default=0.0)
    ends = times[:at_once]
    heapq.heapify(ends)
    for time in times[at_once:]:
        heapq.heapreplace(ends, ends[0] + time)
    return max(ends)


def _source_end(weight: float, limits: Limits) -> float:
    if limits.requests_per_minute is None:
        return 0.0
    return limits.startup_s + weight * limits.requests_per_second * 60 / limits.requests_per_minute


def _obstacles(weights: Sequence[float], limits: Limits, least: int, most: int, best: float) -> Iterator[Obstacle]:
    late = limits.deadline_s * (1 + _ROUNDING)
    if limits.startup_s >= limits.deadline_s:
        yield Obstacle("startup", limits.startup_s)
        return
    found = False
    for table in sorted(range(len(weights)), key=lambda number: (-weights[number], number)):
        if limits.startup_s + weights[table] <= late:
            break
        found = True
        yield Obstacle("table", limits.startup_s + weights[table], table=table)
    total = math.fsum(weights)
    counts: list[tuple[Literal["concurrent", "pipelines"], int]] = []
    if most < len(weights):  # more than a pipeline a table can't be had anyway
        counts.append(("pipelines", most))
    if limits.concurrent and limits.concurrent < most:
        counts.append(("concurrent", limits.concurrent))
    ends = [Obstacle("source", _source_end(total, limits))]
    for kind, count in counts:
        number = max(count, least) if kind == "concurrent" else count
        ends.append(Obstacle(kind, (total + number * limits.startup_s) / count, count=count))
    for obstacle in ends:
        if obstacle.seconds > late:
            found = True
            yield obstacle
    if not found:
        yield Obstacle("layout", best)


def _takes(seconds: float, allowed_s: float) -> str:
    """Say `52 of 45 minutes`, in as few digits as tell one from the other."""
    said = ((_minutes(seconds, digits), _minutes(allowed_s, digits)) for digits in range(3, 16))
    taken, allowed = next((pair for pair in said if pair[0] != pair[1]), (_minutes(seconds, 15), _minutes(allowed_s, 15)))
    return f"{taken} of {allowed} {plural('minute') if allowed != '1' else 'minute'}"


def _minutes(seconds: float, digits: int) -> str:
    return f"{float(f'{seconds / 60:.{digits}g}'):,.15g}"
