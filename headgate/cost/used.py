"""A month's usage beside what was estimated for it, pipeline by pipeline. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from typing import TYPE_CHECKING

from headgate.cost.estimate import idle_words, period_of, pipeline_amounts
from headgate.cost.model import Amount, total
from headgate.layout.model import whereabouts
from headgate.numbers import number_text
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.cost.usage import UsageRecord
    from headgate.definition.model import Definition
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Left, Pipeline
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class PipelineUsage:
    """What a pipeline used, in DBUs, beside what was estimated for it.

    pipeline_id: the workspace's own; empty where none is recorded, and so nothing is known to be its. maintenance: what of
    `used` went into the upkeep of its tables, which no estimate has. estimated: None for a pipeline of no layout.
    """

    pipeline: str
    pipeline_id: str
    used: float
    maintenance: float
    estimated: Amount | None

    @property
    def error(self) -> float | None:
        """How much too high the estimate is, as a share of what was used (below 0: too low); None where it can't be told."""
        return error_of(self.estimated, self.used) if self.pipeline_id else None


@dataclass(frozen=True, slots=True)
class UsedMonth:
    """A connector's usage in a target from `first` to `last`, the days of `month` (2026-10) that are known.

    `used` and `estimated` are of the pipelines that have both; `of_others`: DBUs of `others` pipelines that are not the
    connector's. `notes` are sentences that go with it.
    """

    connector: str
    target: str
    month: str
    first: date
    last: date
    is_whole: bool
    used: float
    estimated: Amount
    pipelines: tuple[PipelineUsage, ...]
    others: int
    of_others: float
    notes: tuple[str, ...]

    @property
    def error(self) -> float | None:
        """How much too high the estimate is in all, as a share of what was used (below 0: too low)."""
        return error_of(self.estimated, self.used)


def error_of(estimated: Amount | None, used: float) -> float | None:
    """Give by which share of what was used the estimate is too high; None where either is not known, or nothing was used."""
    return (estimated.dbus - used) / used if estimated and estimated.dbus is not None and used > 0 else None


def used_month(
    definition: Definition,
    target: str,
    layout: Layout,
    tables: Sequence[Table],
    deployed: Deployed,
    records: Sequence[UsageRecord],
    month: str = "",
) -> UsedMonth:
    """Give what a connector's pipelines used in a month, beside the estimate for the same days.

    month: 2026-10; default: the last of the records. Of a month that the records don't cover the days are compared that they
    do, from their first to their last. Raises InputError for a month without records, and StaleError where layout and tables
    don't fit.
    """
    first, after, whole = _days(records, month)
    estimates = pipeline_amounts(definition, target, layout, tables, period_of(first, after))
    names = _recorded(layout, target, deployed)
    own: defaultdict[str, list[UsageRecord]] = defaultdict(list)
    others: list[UsageRecord] = []
    for record in records:
        if first <= record.day < after and record.pipeline_id:
            (own[names[record.pipeline_id]] if record.pipeline_id in names else others).append(record)
    ids = {name: id_ for id_, name in names.items()}
    pipelines = tuple(
        PipelineUsage(
            name,
            ids.get(name, ""),
            _dbus(own[name]),
            _dbus([record for record in own[name] if record.maintenance]),
            estimates.get(name),
        )
        for name in sorted({*estimates, *ids})
    )
    both = [one for one in pipelines if one.pipeline_id and one.estimated]
    amount = total(one.estimated for one in both if one.estimated)
    spent = fsum(one.used for one in both)
    return UsedMonth(
        definition.id,
        target,
        f"{first:%Y-%m}",
        first,
        after - timedelta(days=1),
        whole,
        spent,
        amount,
        pipelines,
        len({record.pipeline_id for record in others}),
        _dbus(others),
        tuple(_notes(definition, target, layout, pipelines, spent, amount)),
    )


def _days(records: Sequence[UsageRecord], month: str) -> tuple[date, date, bool]:
    """Give the first day of the month that records cover, the one after the last, and whether those are all of the month."""
    if not records:
        raise InputError("the usage holds no row", "export the rows of system.billing.usage, a month of them")
    begin, end = min(record.day for record in records), max(record.day for record in records)
    opening = month_start(month) if month else end.replace(day=1)
    closing = (opening + timedelta(days=31)).replace(day=1)
    first, after = max(opening, begin), min(closing, end + timedelta(days=1))
    if first >= after:
        fix = "export that month, or name another"
        raise InputError(f"the usage has nothing of {opening:%Y-%m}: it is of {begin} to {end}", fix)
    return first, after, (first, after) == (opening, closing)


def month_start(month: str) -> date:
    """Give the first day of a month such as 2026-10. Raises InputError for what is none."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise InputError(f"{month!r} is no month", "write a year and a month, such as 2026-10") from None


def _recorded(layout: Layout, target: str, deployed: Deployed) -> dict[str, str]:
    """Give the workspace's ids of a target's pipelines, those that left too, with what the layout calls them today."""
    traced: list[Pipeline | Left] = [*layout.left, *layout.pipelines]
    called = {name: one.id for one in traced for _, name in whereabouts(one, target)}
    return {id_: called.get(name, name) for name, id_ in deployed.pipeline_ids.items()}


def _dbus(records: Sequence[UsageRecord]) -> float:
    return fsum(record.dbus for record in records)


def _notes(
    definition: Definition, target: str, layout: Layout, pipelines: Sequence[PipelineUsage], used: float, amount: Amount
) -> Iterator[str]:
    if idle := idle_words(definition, target, layout):
        yield idle
    missing = [one.pipeline for one in pipelines if not one.pipeline_id]
    if missing:
        yield (
            f"No id is recorded for {', '.join(missing)}, so nothing is known to be theirs: "
            f"`headgate record {definition.id} -t {target}`."
        )
    if upkeep := fsum(one.maintenance for one in pipelines):
        yield f"{number_text(upkeep)} of the DBUs used are for the upkeep of tables, which the estimate doesn't have."
    if amount.hours and used > 0:
        rate = f"What was used is {used / amount.hours:,.2f} DBUs for each of the {amount.hours:,.2f} hours estimated"
        known = definition.cost.dbus_per_hour.serverless
        if definition.compute.kind == "serverless" and known is not None:
            rate += f"; cost.dbus_per_hour.serverless is {number_text(known)}"
        yield f"{rate}."
