"""What balancing, showing, checking and costing a layout print for a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.balance.arrange import Arranged
from headgate.balance.explain import Elsewhere
from headgate.balance.grouping_cost import GroupingCost
from headgate.balance.report import Entry, Report, Row
from headgate.balance.starts import Lane, RatePeak, Timeline
from headgate.balance.steps import Step
from headgate.cost.curve import Curve, Point
from headgate.cost.model import Amount
from headgate.use_cases.outputs import Output, Part, TargetOutput

if TYPE_CHECKING:
    from headgate.cost.model import Cost
    from headgate.cost.used import PipelineUsage, UsedMonth
    from headgate.use_cases.check import ShownConnector

_HUNDREDTH, _THOUSANDTH = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsOutput(Part):
    """When pipelines run, in a period that comes again and again, from Monday 00:00; peaks are of concurrent ones.

    rates: what they ask of loads with a limit a minute.
    """

    period_minutes: int
    peak_before: int
    peak_after: int
    bound: int
    pipelines: tuple[Lane, ...]
    rates: tuple[RatePeak, ...] = ()

    @classmethod
    def of(cls, line: Timeline) -> StartsOutput:
        """Give a timeline."""
        return cls.like(line, period_minutes=line.period, pipelines=line.lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOutput(Output):
    """A connector's layout, pipeline by pipeline and table by table, the steps to it from the one before, and sentences.

    grouping: what its groups cost the heaviest pipeline. problems: what the layout can't keep.
    """

    connector: str
    pipelines: tuple[Row, ...]
    groups: tuple[Arranged, ...]
    tables: tuple[Entry, ...]
    steps: tuple[Step, ...]
    grouping: tuple[GroupingCost, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    starts: StartsOutput | None

    @classmethod
    def of(cls, report: Report, **more: Any) -> BalanceOutput:
        """Give a report; `more` are the fields of a class below this one."""
        starts = StartsOutput.of(report.timeline) if report.timeline else None
        return cls.like(report, pipelines=report.rows, tables=report.entries, starts=starts, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationOutput(Output):
    """Why a table is where it is, in sentences, and what each other pipeline of its group would weigh with it."""

    source_table: str
    destination: str
    pipeline: str
    stack: int
    reasons: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOutput(TargetOutput):
    """What each number of pipelines would take, in a target; `today` is the number that there is (null: no layout)."""

    currency: str | None
    today: int | None
    knee: int | None
    points: tuple[Point, ...]

    @classmethod
    def of(cls, curve: Curve) -> CurveOutput:
        """Give a curve, money and hours to a hundredth."""
        points = tuple(replace(point, **_amounts(Amount(point.hours, point.dbus, point.price))) for point in curve.points)
        return cls.like(curve, knee=next((point.pipelines for point in curve.points if point.knee), None), points=points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOutput(BalanceOutput):
    """The agreed layout of a connector in a target; `stacks` are their names with the folders that they are synthesized to."""

    target: str
    stacks: dict[str, Path]

    @classmethod
    def shown(cls, one: ShownConnector) -> BalanceOutput:
        """Give a connector as it is shown."""
        return cls.of(one.report, target=one.target, stacks=one.stacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutput(TargetOutput):
    """A connector that synthesis takes, the numbers of its tables and stacks, what it can't keep, and what to know of it."""

    tables: int
    stacks: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCostOutput(Part):
    """A group's pipelines on one schedule, in an average month. `runs`: of each of them; null where they run all the time."""

    group: str
    schedule: str
    pipelines: int
    tables: int
    runs: float | None
    hours: float | None
    dbus: float | None
    price: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineUsageOutput(Part):
    """DBUs that a pipeline used, of which `maintenance` for the upkeep of its tables, beside those that were estimated.

    pipeline_id: the workspace's own, null where none is recorded; estimated: null where no rate is given, and for a pipeline of
    no layout. error: how much too high the estimate is, as a share of what was used; below 0: too low.
    """

    pipeline: str
    pipeline_id: str | None
    used: float | None
    maintenance: float | None
    estimated: float | None
    error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedMonthOutput(Part):
    """DBUs of a month beside those that were estimated for the days that are known of it, `first` to `last`.

    used, estimated and error: of the pipelines that have both. others: pipelines that are not the connector's.
    """

    month: str
    first: str
    last: str
    is_whole: bool
    used: float
    estimated: float | None
    error: float | None
    pipelines: tuple[PipelineUsageOutput, ...]
    others: int
    of_others: float
    notes: tuple[str, ...]

    @classmethod
    def of(cls, month: UsedMonth) -> UsedMonthOutput:
        """Give a month, to a hundredth, and its errors to a tenth of a percent."""
        return cls.like(
            month,
            first=str(month.first),
            last=str(month.last),
            used=round(month.used, _HUNDREDTH),
            estimated=_to(month.estimated.dbus),
            error=_to(month.error, _THOUSANDTH),
            pipelines=tuple(_pipeline_usage(one) for one in month.pipelines),
            of_others=round(month.of_others, _HUNDREDTH),
        )


def _pipeline_usage(one: PipelineUsage) -> PipelineUsageOutput:
    return PipelineUsageOutput.like(
        one,
        pipeline_id=one.pipeline_id or None,
        used=round(one.used, _HUNDREDTH) if one.pipeline_id else None,
        maintenance=round(one.maintenance, _HUNDREDTH) if one.pipeline_id else None,
        estimated=_to(one.estimated.dbus) if one.estimated else None,
        error=_to(one.error, _THOUSANDTH),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOutput(TargetOutput):
    """Pipeline-hours of an average month, and the DBUs and money that they take; null where no rate or price is given.

    usage: what a month took, where it was asked for.
    """

    currency: str | None
    hours: float | None
    dbus: float | None
    price: float | None
    groups: tuple[GroupCostOutput, ...]
    assumptions: tuple[str, ...]
    usage: UsedMonthOutput | None = None

    @classmethod
    def of(cls, cost: Cost, used: UsedMonth | None = None) -> CostOutput:
        """Give a cost, to a hundredth, and what a month used."""
        groups = tuple(GroupCostOutput.like(one, runs=_to(one.runs), **_amounts(one.amount)) for one in cost.groups)
        usage = None if used is None else UsedMonthOutput.of(used)
        return cls.like(cost, **_amounts(cost.total), groups=groups, usage=usage)


def _to(value: float | None, digits: int = _HUNDREDTH) -> float | None:
    return None if value is None else round(value, digits)


def _amounts(amount: Amount) -> dict[str, Any]:
    return {name: _to(getattr(amount, name)) for name in ("hours", "dbus", "price")}
