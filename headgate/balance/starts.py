"""When pipelines start: an offset in minutes for each, so that as few as can be run at once, and the timeline to show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from math import ceil, floor, lcm
from typing import TYPE_CHECKING

from headgate.names import natural
from headgate.problems import InputError, did_you_mean
from headgate.schedule.delayed import identity, is_exact, window
from headgate.schedule.firings import wall_times
from headgate.schedule.offsets import Arc, lower_bound, peak, running, spread
from headgate.schedule.rates import Rate, spread_rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.balance.beside import Beside
    from headgate.definition.model import Definition
    from headgate.layout.chains import Chain
    from headgate.layout.model import Pipeline
    from headgate.schedule.offsets import Ints
    from headgate.tables.group import Group

_DAY, _WEEK = 1440, 10080
_PERIODS = [minutes for minutes in range(1, _WEEK + 1) if _WEEK % minutes == 0]
_WEEKS = 2
_FINEST = 1000  # parts of a unit of a load that rates are counted in
_ROUNDING = 1e-9  # of a limit: rates are rounded up
_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a clock on the wall; the first of a year, a month and a week


@dataclass(frozen=True, slots=True)
class Lane:
    """A pipeline in the period: it starts at each of `starts` (minutes), `offset` minutes later, and runs for `minutes`.

    own_period: minutes after which its own starts come again.
    """

    pipeline: str
    schedule: str
    offset: int
    minutes: int
    starts: tuple[int, ...]
    period: int
    own_period: int

    @property
    def before(self) -> tuple[tuple[int, int], ...]:
        """Give (start, minutes) of each run in its own period at offset 0: as long as the gap to the next start at most."""
        return _runs(self.starts, self.own_period, self.minutes)

    @property
    def after(self) -> tuple[tuple[int, int], ...]:
        """Give (start, minutes) of each run at the pipeline's offset."""
        return tuple(((start + self.offset) % self.own_period, minutes) for start, minutes in self.before)


@dataclass(frozen=True, slots=True)
class RatePeak:
    """What pipelines on a connection ask of a load in the busiest minute of the period, by `load` and connection.

    per_minute: what they may. before: with all offsets 0; after: with theirs. `bound`: what no offsets bring the peak below.
    """

    load: str
    connection: str
    per_minute: float
    before: float
    after: float
    bound: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """When pipelines run, in a period of minutes that comes again and again (15, 60, 1440, 10080, from Monday 00:00).

    Peaks are of concurrent pipelines: before, with all offsets 0, and after. `bound`: what no offsets that the definition
    allows can bring the peak below. Lanes by pipeline; without schedules there are none. `rates`: of loads with a limit.
    """

    period: int
    peak_before: int
    peak_after: int
    bound: int
    lanes: tuple[Lane, ...]
    rates: tuple[RatePeak, ...] = ()


Demands = Mapping[str, Mapping[str, float]]  # load → pipeline → what a run asks for of it


def assign_offsets(
    pipelines: Sequence[Pipeline],
    groups: Mapping[str, Group],
    loads: Mapping[str, float],
    definition: Definition,
    before: Mapping[str, Pipeline],
    *,
    respread: bool = False,
    startup_seconds: float = 0,
    demands: Demands | None = None,
    chains: Sequence[Chain] = (),
    beside: Sequence[Beside] = (),
) -> list[Pipeline]:
    """Give the pipelines, in their order, each with its offset.

    groups: pipeline → its group. loads: pipeline → seconds of one run. before: the pipelines of the lock. A pipeline of the
    lock keeps its offset while its schedule takes it, unless `respread`; others get theirs where the peak of concurrent
    pipelines is least beside those. A pipeline alone on its schedule starts at the minute that is written. One without a group
    keeps its offset, one without a schedule has none. demands: of loads with a limit a minute, whose peaks are kept within it
    as `spread_rates` says, where need be with other offsets for all, those alone on their schedules too. chains: pipelines that
    one job runs, which counts as one that takes as long as all, and as many as run at once; the others of a chain have none.
    beside: pipelines of others, which stay where they are.
    Raises InputError where the definition's `schedules.exact` names no schedule and no group.
    """
    check_exact(groups.values(), definition)
    every = groups
    groups, loads, demands, widths = merged(chains, groups, loads, demands or {}, startup_seconds)
    arcs = arcs_of(groups, loads, definition, startup_seconds, widths)
    period = _period([*arcs.values(), *(one.arc for one in beside)])
    rates = [rate for _, _, rate in _rates(arcs, groups, loads, definition, demands, beside, period)]
    alone = _alone(groups, arcs, beside) if not rates else set()
    kept = {}
    for name, arc in arcs.items():
        known = before.get(name)
        if known and not respread and known.offset < arc.window:
            kept[name] = known.offset
        elif name in alone:
            kept[name] = 0
    names = list(arcs)
    fixed = {index: kept[name] for index, name in enumerate(names) if name in kept}
    anyway = running([one.arc for one in beside], period) if beside else None
    offsets = _spread(list(arcs.values()), period, rates, fixed, anyway)
    found = dict(zip(names, offsets, strict=True))
    still = {name: pipeline.offset for name, pipeline in before.items() if name not in every}
    return [replace(pipeline, offset=found.get(pipeline.id, still.get(pipeline.id, 0))) for pipeline in pipelines]


def merged(
    chains: Sequence[Chain], groups: Mapping[str, Group], loads: Mapping[str, float], demands: Demands, startup: float
) -> tuple[dict[str, Group], dict[str, float], Demands, dict[str, int]]:
    """Give groups, loads, demands, and how many run at once, with each chain as its first pipeline alone."""
    groups, loads, merged = dict(groups), dict(loads), {name: dict(its) for name, its in demands.items()}
    widths = {}
    for chain in chains:
        takes = {name: startup + loads.get(name, 0.0) for name in chain.pipelines}
        loads[chain.leader] = max(chain.ends(takes).values()) - startup
        widths[chain.leader] = chain.width(takes)
        for its in merged.values():
            its[chain.leader] = sum(its.get(name, 0.0) for name in chain.pipelines)
        for name in chain.pipelines[1:]:
            groups.pop(name, None)
    return groups, loads, merged, widths


def _spread(arcs: Sequence[Arc], period: int, rates: Sequence[Rate], kept: Mapping[int, int], beside: Ints | None) -> list[int]:
    if not rates:
        return spread(arcs, period, kept, beside) if len(kept) < len(arcs) else [kept[index] for index in range(len(arcs))]
    offsets, passed = spread_rates(arcs, period, rates, kept, beside)
    if not passed or not kept:
        return offsets
    anew, less = spread_rates(arcs, period, rates, beside=beside)
    return anew if less < passed else offsets


def _rates(
    arcs: Mapping[str, Arc],
    groups: Mapping[str, Group],
    loads: Mapping[str, float],
    definition: Definition,
    demands: Demands,
    beside: Sequence[Beside] = (),
    period: int = 1,
) -> list[tuple[str, str, Rate]]:
    """Give (load, connection, rate) for each load with a limit a minute on each connection that is asked for it.

    A run asks as evenly as it reads: its load over the minutes of its weight, one at least. In thousandths.
    """
    found = []
    for name, settings in sorted(definition.balance.loads.items()):
        for connection in sorted({groups[pipeline].connection for pipeline in arcs}) if settings.per_minute else ():
            rates = [
                ceil(_FINEST * asked_a_minute(demands.get(name, {}).get(one, 0.0), loads.get(one, 0.0)))
                if groups[one].connection == connection
                else 0
                for one in arcs
            ]
            others = [
                replace(other.arc, rate=ceil(_FINEST * other.asks.get(name, 0.0)))
                for other in beside
                if other.connection == connection
            ]
            if any(rates):
                limit = floor(_FINEST * (settings.per_minute or 0) * (1 + _ROUNDING))
                found.append((name, connection, Rate(rates, limit, running(others, period) if others else None)))
    return found


def asked_a_minute(amount: float, seconds: float) -> float:
    """Give what a run asks for in a minute, as evenly as it reads: over the minutes of its weight, one at least."""
    return amount / max(1.0, seconds / 60)


def timeline(
    pipelines: Sequence[Pipeline],
    groups: Mapping[str, Group],
    loads: Mapping[str, float],
    definition: Definition,
    *,
    startup_seconds: float = 0,
    demands: Demands | None = None,
    chains: Sequence[Chain] = (),
) -> Timeline:
    """Give when the pipelines run with the offsets that they have; all else as for `assign_offsets`."""
    groups, loads, demands, widths = merged(chains, groups, loads, demands or {}, startup_seconds)
    offsets = {pipeline.id: pipeline.offset for pipeline in pipelines}
    arcs = arcs_of(
        {name: group for name, group in groups.items() if name in offsets}, loads, definition, startup_seconds, widths
    )
    listed = list(arcs.values())
    period = _period(listed)
    shown = {name: offsets[name] % arc.window for name, arc in arcs.items()}
    lanes = []
    for name, arc in arcs.items():
        starts = tuple(cycle + start for cycle in range(0, period, arc.period) for start in arc.starts)
        lanes.append(Lane(name, groups[name].schedule, shown[name], arc.minutes, starts, period, arc.period))
    after, zeros = peak(listed, list(shown.values()), period), [0] * len(listed)
    rates = tuple(
        RatePeak(
            name,
            connection,
            definition.balance.loads[name].per_minute or 0.0,
            rate.peak(listed, zeros, period) / _FINEST,
            rate.peak(listed, list(shown.values()), period) / _FINEST,
            rate.bound(listed, period) / _FINEST,
        )
        for name, connection, rate in _rates(arcs, groups, loads, definition, demands)
    )
    return Timeline(period, peak(listed, zeros, period), after, lower_bound(listed, period), tuple(lanes), rates)


def check_exact(groups: Iterable[Group], definition: Definition) -> None:
    """Raise InputError where an entry of the definition's `schedules.exact` is neither a schedule nor a group of these."""
    used = {(group.key, group.schedule) for group in groups}
    for entry in definition.schedules.exact:
        if not any(entry == key or (schedule and is_exact([entry], key, schedule)) for key, schedule in used):
            known = {word for pair in used for word in pair if word}
            fix = did_you_mean(entry, known) if known else "take it out"
            raise InputError(
                f"schedules.exact of {definition.id} names '{entry}', which is neither a schedule nor a group", fix
            )


def arcs_of(
    groups: Mapping[str, Group],
    loads: Mapping[str, float],
    definition: Definition,
    startup_seconds: float,
    widths: Mapping[str, int],
) -> dict[str, Arc]:
    """Give each pipeline that has a schedule as an arc of its own period, by id."""
    names = sorted((name for name, group in groups.items() if group.schedule), key=natural)
    arcs = {}
    for name in names:
        group = groups[name]
        period, starts = starts_of(group.schedule)
        if starts:
            minutes = max(1, ceil((startup_seconds + loads.get(name, 0.0)) / 60))
            arcs[name] = Arc(
                starts, period, minutes, window(definition.schedules, group.key, group.schedule), widths.get(name, 1)
            )
    return arcs


def _alone(groups: Mapping[str, Group], arcs: Mapping[str, Arc], beside: Sequence[Beside]) -> set[str]:
    """Give the pipelines on whose schedule no other is, here or beside."""
    schedules = {name: identity(groups[name].schedule) for name in arcs}
    counts = Counter(schedules.values())
    others = {(one.arc.period, one.written) for one in beside}
    return {
        name
        for name, schedule in schedules.items()
        if counts[schedule] == 1 and (arcs[name].period, arcs[name].starts) not in others
    }


def _period(arcs: Iterable[Arc]) -> int:
    return lcm(*(arc.period for arc in arcs))


@lru_cache(maxsize=4096)  # the page asks for those of each lane several times
def _runs(starts: tuple[int, ...], period: int, minutes: int) -> tuple[tuple[int, int], ...]:
    return tuple(Arc(tuple(start for start in starts if start < period), period, minutes, 1).runs)


@lru_cache(maxsize=1024)
def interval_minutes(schedule: str) -> int | None:
    """Give the shortest time between two starts of a schedule, in minutes; None for one that is empty or starts but once.

    Two weeks are looked at, and of a schedule with fewer than two starts in them its first three. Raises ScheduleError for
    what can't be read.
    """
    if not schedule:
        return None
    end = _MONDAY + _WEEKS * timedelta(minutes=_WEEK)
    moments: list[datetime] = []
    for moment in wall_times(schedule, _MONDAY - timedelta(seconds=1)):
        if moment > end and len(moments) > _WEEKS:
            break
        moments.append(moment)
    return min(((after - before) // timedelta(minutes=1) for before, after in pairwise(moments)), default=None)


@lru_cache(maxsize=1024)
def starts_of(schedule: str) -> tuple[int, tuple[int, ...]]:
    """Give a schedule's shortest period that divides a week, and the minutes in it, from Monday 00:00, at which it fires.

    One that is not the same each week (the first of the month) is taken for daily at the times of its first day, as it will
    coincide with the others of any day once; one that never fires has no starts. Raises ScheduleError for what can't be read.
    """
    end = _MONDAY + _WEEKS * timedelta(minutes=_WEEK)
    just_before = _MONDAY - timedelta(seconds=1)
    minutes = {
        (moment - _MONDAY) // timedelta(minutes=1)
        for moment in takewhile(lambda it: it < end, wall_times(schedule, just_before))
    }
    first, second = ({minute % _WEEK for minute in minutes if minute // _WEEK == week} for week in range(_WEEKS))
    if first and first == second:
        return _shortest(first)
    opening = next(wall_times(schedule, just_before), None)
    if opening is None:
        return 1, ()
    its_day = takewhile(lambda it: it.date() == opening.date(), wall_times(schedule, just_before))
    return _shortest({minute + day for minute in {it.hour * 60 + it.minute for it in its_day} for day in range(0, _WEEK, _DAY)})


def _shortest(minutes: set[int]) -> tuple[int, tuple[int, ...]]:
    for period in _PERIODS:
        if len(minutes) * period % _WEEK == 0:
            once = {minute % period for minute in minutes}
            if len(once) * (_WEEK // period) == len(minutes):
                return period, tuple(sorted(once))
    raise AssertionError("a week is a period of itself")
