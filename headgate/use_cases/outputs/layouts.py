"""What balancing, showing, checking and costing a layout print for a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from headgate.balance.arrange import Arranged
from headgate.balance.explain import Elsewhere
from headgate.balance.grouping_cost import GroupingCost
from headgate.balance.report import Entry, Report, Row
from headgate.balance.starts import Lane, RatePeak, Timeline
from headgate.balance.steps import Step
from headgate.cost.curve import Curve, Point
from headgate.cost.model import Amount

if TYPE_CHECKING:
    from headgate.cost.model import Cost
    from headgate.cost.used import PipelineUsage, UsedMonth
    from headgate.use_cases.check import CheckedConnector, ShownConnector

_HUNDREDTH, _THOUSANDTH = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsOutput:
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
        return cls(
            period_minutes=line.period,
            peak_before=line.peak_before,
            peak_after=line.peak_after,
            bound=line.bound,
            pipelines=line.lanes,
            rates=line.rates,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOutput:
    """A connector's layout, pipeline by pipeline and table by table, the steps to it from the one before, and sentences.

    grouping: what its groups cost the heaviest pipeline. problems: what the layout can't keep.
    """

    format: Literal[1] = 1
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
        return cls(
            connector=report.connector,
            pipelines=report.rows,
            groups=report.groups,
            tables=report.entries,
            steps=report.steps,
            grouping=report.grouping,
            problems=report.problems,
            notes=report.notes,
            starts=StartsOutput.of(report.timeline) if report.timeline else None,
            **more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationOutput:
    """Why a table is where it is, in sentences, and what each other pipeline of its group would weigh with it."""

    format: Literal[1] = 1
    source_table: str
    destination: str
    pipeline: str
    stack: int
    reasons: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOutput:
    """What each number of pipelines would take, in a target; `today` is the number that there is (null: no layout)."""

    format: Literal[1] = 1
    connector: str
    target: str
    currency: str | None
    today: int | None
    knee: int | None
    points: tuple[Point, ...]

    @classmethod
    def of(cls, curve: Curve) -> CurveOutput:
        """Give a curve, money and hours to a hundredth."""
        points = tuple(replace(point, **_amounts(Amount(point.hours, point.dbus, point.price))) for point in curve.points)
        return cls(
            connector=curve.connector,
            target=curve.target,
            currency=curve.currency,
            today=curve.today,
            knee=next((point.pipelines for point in curve.points if point.knee), None),
            points=points,
        )


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
class CheckOutput:
    """A connector that synthesis takes, the numbers of its tables and stacks, what it can't keep, and what to know of it."""

    format: Literal[1] = 1
    connector: str
    target: str
    tables: int
    stacks: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, one: CheckedConnector) -> CheckOutput:
        """Give a connector that was checked."""
        return cls(
            connector=one.connector,
            target=one.target,
            tables=one.tables,
            stacks=one.stacks,
            problems=one.problems,
            warnings=one.warnings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCostOutput:
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
class PipelineUsageOutput:
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
class UsedMonthOutput:
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
        return cls(
            month=month.month,
            first=str(month.first),
            last=str(month.last),
            is_whole=month.is_whole,
            used=round(month.used, _HUNDREDTH),
            estimated=_hundredth(month.estimated.dbus),
            error=_error(month.error),
            pipelines=tuple(_pipeline_usage(one) for one in month.pipelines),
            others=month.others,
            of_others=round(month.of_others, _HUNDREDTH),
            notes=month.notes,
        )


def _pipeline_usage(one: PipelineUsage) -> PipelineUsageOutput:
    return PipelineUsageOutput(
        pipeline=one.pipeline,
        pipeline_id=one.pipeline_id or None,
        used=round(one.used, _HUNDREDTH) if one.pipeline_id else None,
        maintenance=round(one.maintenance, _HUNDREDTH) if one.pipeline_id else None,
        estimated=_hundredth(one.estimated.dbus) if one.estimated else None,
        error=_error(one.error),
    )


def _error(error: float | None) -> float | None:
    return None if error is None else round(error, _THOUSANDTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOutput:
    """Pipeline-hours of an average month, and the DBUs and money that they take; null where no rate or price is given.

    usage: what a month took, where it was asked for.
    """

    format: Literal[1] = 1
    connector: str
    target: str
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
        groups = tuple(
            GroupCostOutput(
                group=one.group,
                schedule=one.schedule,
                pipelines=one.pipelines,
                tables=one.tables,
                runs=_hundredth(one.runs),
                **_amounts(one.amount),
            )
            for one in cost.groups
        )
        return cls(
            connector=cost.connector,
            target=cost.target,
            currency=cost.currency,
            **_amounts(cost.total),
            groups=groups,
            assumptions=cost.assumptions,
            usage=None if used is None else UsedMonthOutput.of(used),
        )


def _hundredth(value: float | None) -> float | None:
    return None if value is None else round(value, _HUNDREDTH)


def _amounts(amount: Amount) -> dict[str, Any]:
    return {name: _hundredth(getattr(amount, name)) for name in ("hours", "dbus", "price")}
