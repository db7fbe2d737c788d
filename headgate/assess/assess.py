"""What is made of pipelines' updates: how each one does, who holds up whom, and what balancing would change. Pure.

A month's hours are what the logs' own updates took, setup and loading, on the days that the logs have, for 30.44 days.
Waiting costs nothing: there is no machine yet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from math import fsum
from statistics import median
from typing import TYPE_CHECKING

from headgate.assess.beside import concurrency
from headgate.assess.model import NEWEST, Assessment, PipelineAssessed
from headgate.assess.rhythm import interval_of, rhythm_of
from headgate.assess.rhythms import Known, rhythms_of
from headgate.cost.estimate import DAYS_A_MONTH
from headgate.grouped import grouped
from headgate.numbers import counted, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.assess.model import PipelineRead, Prices, UpdateRead

_DAY, _HOUR = 86_400.0, 3600.0
_EMPTY = 0.5  # the share of updates without rows from which on a pipeline is called idle
_SOME = 3  # updates that a judgement takes
_STALE = 4.0  # intervals without a start after which a pipeline is called idle


def assess(pipelines: Sequence[PipelineRead], prices: Prices, unknown: Mapping[str, int]) -> Assessment:
    """Give what there is to say of pipelines, by name; of one without updates that it is idle."""
    ordered = sorted(pipelines, key=lambda one: ((one.name or one.id).lower(), one.id))
    times = [time for one in ordered for update in one.updates.values() for time in (update.start, update.end or update.start)]
    first, last = min(times, default=0.0), max(times, default=0.0)
    days = max((last - first) / _DAY, 1.0)
    beside = concurrency([_spans(one) for one in ordered])
    found = [_pipeline(one, prices, days, last, other) for one, other in zip(ordered, beside.beside, strict=True)]
    rhythms, slowest = rhythms_of(found, prices)
    shown = tuple(replace(one.shown, bottleneck=one.read.id in slowest) for one in found)
    hours = fsum(one.hours for one in shown)
    dbus, price = prices.of(hours)
    return Assessment(
        _instant(first) if times else None,
        _instant(last) if times else None,
        shown,
        rhythms,
        tuple(map(rounded, beside.busy)),
        beside.peak,
        None if beside.peak_at is None else _instant(beside.peak_at),
        hours,
        dbus,
        price,
        prices.currency,
        _shared(found),
        dict(sorted(unknown.items())),
    )


def _spans(one: PipelineRead) -> list[tuple[float, float]]:
    """Give when a pipeline had a machine."""
    return [
        (update.start + update.waiting, update.end)
        for update in one.updates.values()
        if update.end is not None and update.end > update.start + update.waiting
    ]


def _pipeline(one: PipelineRead, prices: Prices, days: float, last: float, beside: float) -> Known:
    updates = tuple(sorted(one.updates.values(), key=lambda update: update.start))
    interval = interval_of([update.start for update in updates])
    rhythm, usual = rhythm_of(interval)
    good = [update for update in updates if update.state == "completed" and not update.full][-NEWEST:]
    tables = {
        table: median([run.seconds for run in sorted(runs.values())[-NEWEST:]]) for table, runs in one.tables.items() if runs
    }
    heaviest = max(tables, key=lambda table: (tables[table], table), default="")
    hours = fsum(update.setup + update.running for update in updates) / _HOUR / days * DAYS_A_MONTH
    told = [update.rows for update in updates if update.rows is not None and update.state == "completed"]
    empty = sum(rows == 0 for rows in told) / len(told) if told else None
    late = _late(updates, interval) if interval else 0.0
    shown = PipelineAssessed(
        one.id,
        one.name or one.id,
        rhythm,
        len(updates),
        sum(update.state == "failed" for update in updates),
        _instant(updates[0].start) if updates else None,
        _instant(updates[-1].start) if updates else None,
        _usual_start(updates, usual),
        _median(good, "waiting"),
        _median(good, "setup"),
        _median(good, "running"),
        len(tables),
        heaviest,
        rounded(tables.get(heaviest, 0.0)),
        hours,
        prices.of(hours)[1],
        empty,
        late,
        rounded(beside),
        _idle(updates, told, interval, last),
    )
    return Known(one, updates, rhythm, usual, tables, shown)


def _median(updates: Sequence[UpdateRead], name: str) -> float:
    return rounded(median([getattr(update, name) for update in updates])) if updates else 0.0


def _late(updates: Sequence[UpdateRead], interval: float) -> float:
    """Give the share of the updates that took longer than until the next one was due."""
    took = [update.end - update.start for update in updates if update.end is not None]
    return sum(seconds > interval for seconds in took) / len(took) if took else 0.0


def _usual_start(updates: Sequence[UpdateRead], interval: float | None) -> str:
    """Give the minute of the day, in UTC, at which most of the newest updates start, of what starts once a day at most."""
    if interval is None or interval < _DAY:
        return ""
    minutes = Counter(int(update.start % _DAY // 60) for update in updates[-NEWEST:])
    minute, _ = max(minutes.items(), key=lambda pair: (pair[1], -pair[0]))
    return f"{minute // 60:02}:{minute % 60:02}"


def _idle(updates: Sequence[UpdateRead], rows: Sequence[int], interval: float | None, last: float) -> str:
    if not updates:
        return "no update in the logs"
    if interval and last - updates[-1].start > max(_STALE * interval, _DAY):
        return f"has not started since {_instant(updates[-1].start):%Y-%m-%d}"
    nothing = sum(count == 0 for count in rows)
    if len(rows) >= _SOME and nothing / len(rows) >= _EMPTY:
        return f"{nothing} of {counted(len(rows), 'update')} brought no rows"
    return ""


def _shared(found: Sequence[Known]) -> dict[str, tuple[str, ...]]:
    """Give the tables that several pipelines loaded: those with catalog and schema, for others may be two of one name."""
    loaders = grouped((table.lower(), one.shown.name) for one in found for table in one.tables if "." in table)
    return {table: tuple(names) for table, names in sorted(loaders.items()) if len(names) > 1}


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
