"""What a layout costs in an average month: from weights, schedules and compute to hours, DBUs and money. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.balance.counts import startup_of
from headgate.balance.sizing import workers
from headgate.cost.model import Amount, Cost, GroupCost, total
from headgate.grouped import grouped
from headgate.layout.resolved import resolve_layout
from headgate.numbers import counted
from headgate.schedule.firings import firings_a_month, firings_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from headgate.definition.model import Definition, Monitoring
    from headgate.layout.model import Layout
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table

DAYS_A_MONTH = 1461 / 48  # 30.44: of four years
_HOURS_A_DAY = 24
_HOURS_A_MONTH = _HOURS_A_DAY * DAYS_A_MONTH
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Period:
    """A time that is paid for: its hours, and how often a schedule starts something in it."""

    hours: float
    firings: Callable[[str], float]


AVERAGE_MONTH = Period(_HOURS_A_MONTH, firings_a_month)


def period_of(first: date, after: date) -> Period:
    """Give the days from one to another, which is not included."""
    return Period(_HOURS_A_DAY * (after - first).days, lambda schedule: firings_in(schedule, first, after))


@dataclass(frozen=True, slots=True)
class _Load:
    """A pipeline's period. `hours` are what its runs take, but no more than there are; `capped`: they would be more."""

    group: Group
    tables: int
    runs: float | None
    amount: Amount
    capped: bool


def cost_of(definition: Definition, target: str, layout: Layout, tables: Sequence[Table]) -> Cost:
    """Give what a layout costs in a target once all its moves are done. `tables` are the layout's own.

    A run takes the weights of a pipeline's tables and the startup. A paused target, and one that is taken down, cost
    nothing. Raises StaleError where layout and tables don't fit.
    """
    idle = idle_words(definition, target, layout)
    if idle:
        return Cost(definition.id, target, definition.cost.currency, _nothing(definition), assumptions=(idle,))
    loads = [_load(definition, one, AVERAGE_MONTH) for one in resolve_layout(layout, tables) if one.tables]
    groups = grouped(((load.group.key, load.group.schedule), load) for load in loads)
    found = [_group(*name, groups[name]) for name in sorted(groups)]
    assumptions = list(_assumptions(definition, layout, tables, loads))
    if monitoring := definition.monitoring_in(target):
        found.append(_monitoring(definition, monitoring))
        assumptions.append(f"A run of the monitoring is assumed to take {counted(monitoring.seconds, 'second')}, and startup.")
    return Cost(
        definition.id,
        target,
        definition.cost.currency,
        total(group.amount for group in found) if found else _nothing(definition),
        tuple(found),
        tuple(assumptions),
    )


def pipeline_amounts(
    definition: Definition, target: str, layout: Layout, tables: Sequence[Table], period: Period
) -> dict[str, Amount]:
    """Give what each pipeline takes in a period, by its id, with its tables as the target has them today.

    `tables` are the layout's own. Raises StaleError where layout and tables don't fit.
    """
    idle = idle_words(definition, target, layout)
    return {
        one.pipeline.id: _nothing(definition) if idle or not one.tables else _load(definition, one, period).amount
        for one in resolve_layout(layout, tables, target)
    }


def continuous_month(definition: Definition) -> Amount:
    """Give what a pipeline that never stops costs in an average month; hours alone where its tables size its cluster."""
    rate = None if definition.compute.sizing else _dbus_an_hour(definition, 0.0, 0)
    return _amount(definition, _HOURS_A_MONTH, rate)


def _load(definition: Definition, one: ResolvedPipeline, period: Period) -> _Load:
    assert one.group is not None  # noqa: S101 (a pipeline with tables has their group)
    schedule = one.group.schedule
    runs = None if definition.mode == "streaming" else period.firings(schedule) if schedule else 0.0
    asked = period.hours if runs is None else runs * (_startup(definition) + one.seconds) / _HOUR
    # Clusters are sized by what is in the files, not by what was observed: so are they made.
    rate = _dbus_an_hour(definition, one.declared, len(one.tables))
    amount = _amount(definition, min(asked, period.hours), rate)
    return _Load(one.group, len(one.tables), runs, amount, capped=asked > period.hours)


def _monitoring(definition: Definition, monitoring: Monitoring) -> GroupCost:
    """Give what the monitoring's pipeline costs, which has one worker where pipelines have clusters."""
    compute, rates = definition.compute, definition.cost.dbus_per_hour
    rate = rates.serverless
    if compute.kind == "classic":
        rate = None if rates.driver is None or rates.worker is None else rates.driver + rates.worker
    runs = firings_a_month(monitoring.schedule) if monitoring.schedule else 0.0
    hours = min(runs * (_startup(definition) + monitoring.seconds) / _HOUR, _HOURS_A_MONTH)
    return GroupCost("the monitoring", monitoring.schedule, 1, 0, runs, _amount(definition, hours, rate))


def _amount(definition: Definition, hours: float, rate: float | None) -> Amount:
    price = definition.cost.dbu_price
    dbus = None if rate is None else hours * rate
    return Amount(hours, dbus, None if dbus is None or price is None else dbus * price)


def _nothing(definition: Definition) -> Amount:
    return _amount(definition, 0.0, _dbus_an_hour(definition, 0.0, 0))


def _dbus_an_hour(definition: Definition, weight: float, tables: int) -> float | None:
    """Give the DBUs of an hour of a pipeline whose tables have that weight; None where the definition gives no rate."""
    compute, rates = definition.compute, definition.cost.dbus_per_hour
    if compute.kind == "serverless":
        return rates.serverless
    if rates.driver is None or rates.worker is None:
        return None
    return rates.driver + _workers(definition, weight, tables) * rates.worker


def machines(definition: Definition, one: ResolvedPipeline) -> int:
    """Give the machines that a pipeline runs on: one where it is serverless, else the driver and its workers, at most."""
    return 1 if definition.compute.kind == "serverless" else 1 + _workers(definition, one.declared, len(one.tables))


def _workers(definition: Definition, weight: float, tables: int) -> int:
    compute = definition.compute
    if compute.sizing:
        return workers(compute.sizing, weight, tables)
    return compute.autoscale.max_workers if compute.autoscale else compute.workers or 0


def _startup(definition: Definition) -> float:
    given = definition.cost.startup_seconds
    return startup_of(definition.balance) if given is None else given


def _group(key: str, schedule: str, loads: Sequence[_Load]) -> GroupCost:
    amount = total(load.amount for load in loads)
    return GroupCost(key, schedule, len(loads), sum(load.tables for load in loads), loads[0].runs, amount)


def idle_words(definition: Definition, target: str, layout: Layout) -> str:
    """Say why a target costs nothing; empty where it may cost something."""
    retired = next((entry for entry in layout.retired if entry.target == target), None)
    if retired and retired.tables == "leave" and definition.continuous_in(target):
        return f"{target} is taken down: the continuous pipelines left there run until they are stopped, and are not counted."
    if retired:
        return f"{target} is taken down: nothing runs there."
    return f"{target} is paused: its schedules don't start anything." if definition.targets[target].paused else ""


def _assumptions(definition: Definition, layout: Layout, tables: Sequence[Table], loads: Sequence[_Load]) -> Iterator[str]:
    compute, pricing = definition.compute, definition.cost
    if definition.mode == "streaming":
        yield f"Pipelines are continuous: each runs for all {_HOURS_A_MONTH:,.1f} hours of an average month."
    else:
        startup = counted(_startup(definition), "second")
        yield f"A run takes the weights of its tables and {startup} of startup; none runs twice."
        sources = Counter(table.weight.source for table in tables)
        origins = f"{sources['observed']} observed, {sources['given']} given, {sources['type']} by ingestion type alone"
        origins += f", {sources['estimate']} by estimated size" if sources["estimate"] else ""
        yield f"Weights of tables: {origins}."
    if definition.mode == "batch" and any(not load.group.schedule for load in loads):
        yield "Pipelines without a schedule are assumed never to run."
    if any(load.capped for load in loads):
        yield "A pipeline whose runs take longer than the time between them is assumed to run all the time."
    if any(placement.move for placement in layout.tables):
        yield "Tables that are on their way are assumed to have arrived."
    if compute.autoscale:
        yield f"Clusters are assumed to run with {counted(compute.autoscale.max_workers, 'worker')}, the most they may have."
    if pricing.dbu_price is None:
        yield "No price is given (cost.dbu_price in connector.yaml)."
    elif compute.kind == "classic":
        yield "The cloud's own price of the machines is not in it."
