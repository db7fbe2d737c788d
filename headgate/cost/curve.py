"""What each number of pipelines would take and cost: run time, machine-seconds, money, and moves from today. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, inf
from typing import TYPE_CHECKING

from headgate.balance.counts import limits_of, startup_or_usual
from headgate.balance.deadline import Limits, run_seconds
from headgate.balance.feasibility import WORKSPACE_UPDATES, seconds_with_waits
from headgate.balance.plan import balance
from headgate.balance.steps import steps_between
from headgate.balance.whatif import with_settings
from headgate.cost.estimate import cost_of, machines
from headgate.grouped import grouped
from headgate.layout.chains import chains_in
from headgate.layout.resolved import resolve_layout
from headgate.numbers import rounded
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.model import Layout
    from headgate.tables.table import Table

_EACH = 24  # pipelines up to which every number is looked at
_DIGITS = 9  # of distances from the line: the rest is rounding
_STEP = 1.15  # how much more the next one is, from there on


@dataclass(frozen=True, slots=True)
class Point:
    """A connector on so many pipelines.

    run_seconds: from the start of a run of all to the end of the last, start-up included. machine_seconds: of one run of each
    pipeline, times its machines. hours, dbus and price: of an average month, the last two None where no rate or price is
    given. moves: tables that come into another pipeline than today. knee: see `knee_of`.
    """

    pipelines: int
    run_seconds: float
    machine_seconds: float
    hours: float
    dbus: float | None
    price: float | None
    moves: int
    knee: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A connector's points, by number of pipelines, `today` of which it has (None: no layout); `target` is what costs."""

    connector: str
    target: str
    currency: str | None
    today: int | None
    points: tuple[Point, ...]


def curve_of(tables: Sequence[Table], definition: Definition, lock: Layout | None, settle: Callable[[Layout], Layout]) -> Curve:
    """Give what the connector takes on 1 pipeline and more, each time balanced from the layout of today.

    Looked at are all numbers up to 24, and from there on those a seventh larger each time, up to one pipeline a table,
    `max_pipelines` a group and the 200 that a workspace updates at once. Numbers are left out that groups and rules don't come
    down to. settle: takes away handovers that a layout does not need. A run's start-up counts in the cost too, as usual where
    nothing says it: it is what more pipelines cost. Raises InputError where no number of pipelines is possible, with what is in
    the way of the last one.
    """
    if definition.cost.startup_seconds is None:
        priced = definition.cost.model_copy(update={"startup_seconds": startup_or_usual(definition.balance)})
        definition = definition.model_copy(update={"cost": priced})
    most = min(len(tables), WORKSPACE_UPDATES)
    points: dict[int, Point] = {}
    refused: InputError | None = None
    for number in _numbers(most):
        try:
            tried = with_settings(definition, [f"pipelines={number}"])
            layout = settle(balance(tables, tried, lock, exact=False).layout)
        except InputError as error:
            refused = error
            continue
        point = _point(tables, tried, layout, lock)
        points.setdefault(point.pipelines, point)
    if refused and not points:
        raise refused
    ordered = [points[number] for number in sorted(points)]
    knee = knee_of([(point.pipelines, point.run_seconds) for point in ordered])
    today = len({placement.agreed for placement in lock.tables}) if lock else None
    marked = tuple(replace(point, knee=number == knee) for number, point in enumerate(ordered))
    return Curve(definition.id, _priced_target(definition), definition.cost.currency, today, marked)


def _priced_target(definition: Definition) -> str:
    """Give the target whose runs cost: the default one, or where its schedules start nothing, the first that runs."""
    names = (definition.default_target, *sorted(definition.targets))
    return next((name for name in names if not definition.targets[name].paused), definition.default_target)


def knee_of(points: Sequence[tuple[float, float]]) -> int | None:
    """Give the number of the point from which on more pipelines save little run time; None for fewer than three points.

    points: (pipelines, seconds), by pipelines. Both are drawn from 0 to 1 between their least and their most, and the knee is
    the point farthest below the straight line from the first to the least run time: where the slope is that of the whole
    (Satopää, Albrecht, Irwin and Raghavan, Finding a "Kneedle" in a haystack, ICDCS workshops 2011). None where no point is
    below it.
    """
    if len(points) < 3:  # noqa: PLR2004 - a line has two
        return None
    best = min(range(len(points)), key=lambda number: (points[number][1], points[number][0]))
    (first, most), (last, least) = points[0], points[best]
    if most <= least or last <= first:
        return None
    below = [
        round(1 - (number - first) / (last - first) - (seconds - least) / (most - least), _DIGITS)
        for number, seconds in points[: best + 1]
    ]
    knee = max(range(len(below)), key=lambda number: (below[number], -number))
    return knee if below[knee] > 0 else None


def _numbers(most: int) -> Iterator[int]:
    number = 1
    while number < most:
        yield number
        number = number + 1 if number < _EACH else max(number + 1, round(number * _STEP))
    yield most


def _point(tables: Sequence[Table], definition: Definition, layout: Layout, lock: Layout | None) -> Point:
    deadline, startup = definition.balance.deadline, startup_or_usual(definition.balance)
    pipelines = [one for one in resolve_layout(layout, tables) if one.tables]
    run = seconds_with_waits(pipelines, chains_in(layout, definition.balance.after), startup)
    limits = replace(limits_of(deadline), deadline_s=inf) if deadline else Limits(inf, startup)
    groups = grouped((one.group, run[one.pipeline.id]) for one in pipelines)
    cost = cost_of(definition, _priced_target(definition), layout, tables).total
    return Point(
        pipelines=len(pipelines),
        run_seconds=rounded(max((run_seconds(its, limits) for its in groups.values()), default=0.0)),
        machine_seconds=rounded(fsum((startup + one.seconds) * machines(definition, one) for one in pipelines)),
        hours=cost.hours,
        dbus=cost.dbus,
        price=cost.price,
        moves=sum(step.what == "table_moves" for step in steps_between(tables, layout, lock)),
    )
