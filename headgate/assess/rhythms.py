"""Pipelines that start equally often: which takes longest, and what their tables would take if they were balanced. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from statistics import median
from typing import TYPE_CHECKING

from headgate.assess.balanced import balanced_over
from headgate.assess.model import BalancedPoint, RhythmAssessed
from headgate.assess.rhythm import ONCE
from headgate.cost.curve import knee_of
from headgate.cost.estimate import DAYS_A_MONTH
from headgate.grouped import grouped
from headgate.numbers import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.assess.model import PipelineAssessed, PipelineRead, Prices, UpdateRead

_DAY, _HOUR = 86_400.0, 3600.0


@dataclass(frozen=True, slots=True)
class Known:
    """A pipeline with what is worked out of it: its updates by start, its interval, and its tables' usual seconds."""

    read: PipelineRead
    updates: tuple[UpdateRead, ...]
    rhythm: str
    interval: float | None
    tables: Mapping[str, float]
    shown: PipelineAssessed


def rhythms_of(found: Sequence[Known], prices: Prices) -> tuple[tuple[RhythmAssessed, ...], set[str]]:
    """Give the pipelines by how often they start, the most often first, and the ids of those that take longest."""
    alike = grouped(((one.interval, one.rhythm), one) for one in found if one.rhythm != ONCE and one.interval and one.tables)
    rhythms: list[RhythmAssessed] = []
    slowest: set[str] = set()
    for (interval, rhythm), its in sorted(alike.items(), key=lambda pair: pair[0]):
        last = max(its, key=lambda one: (one.shown.setup + one.shown.running, one.read.id))
        slowest |= {last.read.id} if len(its) > 1 else set()
        rhythms.append(_rhythm(rhythm, interval, its, last, prices))
    return tuple(rhythms), slowest


def _rhythm(rhythm: str, interval: float, its: Sequence[Known], last: Known, prices: Prices) -> RhythmAssessed:
    tables = [(seconds, table, number) for number, one in enumerate(its) for table, seconds in sorted(one.tables.items())]
    startup = median([one.shown.waiting + one.shown.setup for one in its])
    setup = median([one.shown.setup for one in its])
    runs = DAYS_A_MONTH * _DAY / interval
    work = fsum(seconds for seconds, _, _ in tables)
    found = balanced_over([seconds for seconds, _, _ in tables], [number for _, _, number in tables])
    knee = knee_of([(one.pipelines, one.heaviest + startup) for one in found])
    points = []
    for place, one in enumerate(found):
        hours = runs * (work + one.pipelines * setup) / _HOUR
        run = rounded(one.heaviest + startup)
        points.append(
            BalancedPoint(one.pipelines, run, hours, *prices.of(hours), one.moves, one.pipelines == len(its), place == knee)
        )
    heaviest, table, _ = max(tables)
    return RhythmAssessed(
        rhythm,
        rounded(runs),
        len(its),
        len(tables),
        rounded(last.shown.waiting + last.shown.setup + last.shown.running),
        last.shown.name,
        rounded(startup),
        rounded(heaviest + startup),
        table,
        tuple(points),
    )
