"""What a request wants to know of a stream, read from its query; the same for one stream as for many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import Depends, Query

from ..bodies import Fields, dumps
from ..errors import PiError
from ..rendering import ROW
from ..request_context import Plain  # noqa: TC001 (FastAPI reads the annotations)
from .calculations import passing
from .grids import grid, plotted, too_many
from .parameters import Window, Zoned, ZonedWindow, chosen, limited, one_of, spanned
from .recorded import Boundary, Mode, filtered, near, recorded
from .samples import Sample
from .summaries import KINDS, NON_NUMERIC, SETS_OF_KINDS, Basis, Series, TimeType, parts, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..world import World
    from .samples import View
    from .sources import Source

Flag = Annotated[bool, Query(alias="includeFilteredValues")]
Expression = Annotated[str, Query(alias="filterExpression")]
Times = Annotated[list[str], Query(alias="time", min_length=1)]


class Reading(Protocol):
    """Gives of a source what stands between the brackets of a list, and how many items that are."""

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give the items, cut to `fields`. Raises PiError where the source does not have such."""


class OneReading(Protocol):
    """Gives one value of a source."""

    def one(self, source: Source, world: World, now: int) -> Sample:
        """Give it. Raises PiError where the source has none."""


def written(rows: Sequence[dict[str, Any]], fields: Fields) -> tuple[bytes, int]:
    """Give rows as the inside of a JSON list."""
    return b",".join(dumps(fields.cut(row)) for row in rows), len(rows)


def _names(fields: Fields) -> tuple[str, ...] | None:
    """Give which properties of a row are wanted; None where only parts of one are."""
    if not fields.below:
        return ROW
    if any(below.below for below in fields.below.values()):
        return None
    return tuple(name for name in ROW if name.lower() in fields.below)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which values pass; those that don't are left out, or told of."""

    passes: Callable[[Any], bool] | None
    told: bool

    def __call__(self, values: list[Sample]) -> list[Sample]:
        """Give the samples that are left."""
        return filtered(values, self.passes, told=self.told) if self.passes else values


async def _filter(text: Expression = "", told: Flag = False) -> Filter:
    return Filter(passing(text) if text.strip() else None, told)


Filtered = Annotated[Filter, Depends(_filter)]


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """Recorded values of a time."""

    window: Window
    boundary: Boundary
    most: int
    limit: int
    chosen: Filter

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give them."""
        view = source.view(world, now)
        if self.chosen.passes is None:
            found = recorded(view, self.window.start, self.window.end, self.boundary, self.most)
            names = _names(fields)
            if names is not None:
                return found.written(names), len(found)
            return written([sample.row for sample in found.samples], fields)
        return written([sample.row for sample in self.samples(source, world, now)], fields)

    def samples(self, source: Source, world: World, now: int) -> list[Sample]:
        """Give them as samples."""
        most = self.limit if self.chosen.passes else self.most
        found = recorded(source.view(world, now), self.window.start, self.window.end, self.boundary, most)
        return self.chosen(found.samples)[: self.most]


async def recorded_reading(
    asked: Plain,
    window: ZonedWindow,
    chosen_ones: Filtered,
    boundary: Annotated[str, Query(alias="boundaryType")] = "Inside",
    most: Annotated[int, Query(alias="maxCount")] = 1000,
) -> RecordedReading:
    """Read the query of recorded values."""
    limit = asked.world.settings.max_items
    return RecordedReading(
        window, chosen("boundaryType", boundary, Boundary), limited("maxCount", most, limit), limit, chosen_ones
    )


@dataclass(frozen=True, slots=True)
class SampledReading:
    """What a stream is worth at given times."""

    times: tuple[int, ...]
    chosen: Filter

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give the values."""
        if source.tag is None:
            values = [replace(source.constant, time=time) for time in self.times]
        else:
            values = source.view(world, now).at(self.times)
        return written([sample.row for sample in self.chosen(values)], fields)


def interpolated_reading(
    asked: Plain,
    window: ZonedWindow,
    clock: Zoned,
    chosen_ones: Filtered,
    interval: str = "1h",
    sync: Annotated[str | None, Query(alias="syncTime")] = None,
    sync_boundary: Annotated[str, Query(alias="syncTimeBoundaryType")] = "Inside",
) -> SampledReading:
    """Read the query of values on a grid. Raises PiError 400 for a boundary of sync times that is none."""
    boundary = chosen("syncTimeBoundaryType", sync_boundary, Boundary)
    if boundary is Boundary.INTERPOLATED:
        raise PiError(400, "The boundary type 'Interpolated' is not supported for sync times.")
    times = grid(
        window.start,
        window.end,
        spanned("interval", interval),
        asked.world.settings.max_items,
        None if sync is None else clock.time("syncTime", sync),
        outside=boundary is Boundary.OUTSIDE,
        zone=window.zone,
    )
    return SampledReading(tuple(times), chosen_ones)


def _sorted_times(
    asked: Plain, clock: Zoned, texts: Times, order: Annotated[str, Query(alias="sortOrder")] = "Ascending"
) -> list[int]:
    if len(texts) > asked.world.settings.max_items:
        raise too_many("time", asked.world.settings.max_items)
    backwards = one_of("sortOrder", order, ("Ascending", "Descending")) == "Descending"
    return sorted((clock.time("time", text) for text in texts), reverse=backwards)


SortedTimes = Annotated[list[int], Depends(_sorted_times)]


def at_times_reading(times: SortedTimes, chosen_ones: Filtered) -> SampledReading:
    """Read the query of values at given times."""
    return SampledReading(tuple(times), chosen_ones)


@dataclass(frozen=True, slots=True)
class JoinedReading:
    """Recorded values of one stream, and what others are worth at their times."""

    base: Source
    recorded: RecordedReading

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give them."""
        if source is self.base:
            return self.recorded.items(source, world, now, fields)
        times = tuple(sample.time for sample in self.recorded.samples(self.base, world, now))
        return SampledReading(times, Filter(None, told=False)).items(source, world, now, fields)


@dataclass(frozen=True, slots=True)
class PlotReading:
    """What a picture needs."""

    window: Window
    intervals: int

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give the values."""
        values = plotted(source.view(world, now), self.window.start, self.window.end, self.intervals)
        return written([sample.row for sample in values], fields)


async def plot_reading(asked: Plain, window: ZonedWindow, intervals: int = 24) -> PlotReading:
    """Read the query of a plot."""
    return PlotReading(window, limited("intervals", intervals, asked.world.settings.max_items))


@dataclass(frozen=True, slots=True)
class NearReading:
    """Recorded values near given times; with `alone` there must be one."""

    times: tuple[int, ...]
    mode: Mode

    def one(self, source: Source, world: World, now: int) -> Sample:
        """Give the value of the first time. Raises PiError 404 where there is none."""
        if source.tag is None:
            return source.constant
        found = near(source.view(world, now), self.times[0], self.mode)
        if found is None:
            raise PiError(404, f"No recorded value was found for the retrieval mode '{self.mode.value}'.")
        return found

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give the values; of a time that has none, the error."""
        rows = []
        for time in self.times:
            try:
                rows.append(replace(self, times=(time,)).one(source, world, now).row)
            except PiError as error:
                missing = Sample(time, None, source.units, good=False).row
                rows.append({**missing, "Errors": [{"FieldName": "Value", "Message": list(error.messages)}]})
        return written(rows, fields)


async def near_reading(clock: Zoned, time: str, mode: Annotated[str, Query(alias="retrievalMode")] = "Auto") -> NearReading:
    """Read the query of the recorded value near a time."""
    return NearReading((clock.time("time", time),), chosen("retrievalMode", mode, Mode))


def near_times_reading(times: SortedTimes, mode: Annotated[str, Query(alias="retrievalMode")] = "Auto") -> NearReading:
    """Read the query of the recorded values near times."""
    return NearReading(tuple(times), chosen("retrievalMode", mode, Mode))


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """Which summaries of which parts of a time."""

    window: Window
    kinds: tuple[str, ...]
    basis: Basis
    time_type: TimeType
    ends: tuple[tuple[int, int], ...]

    def of(self, series: Series, units: str) -> list[dict[str, Any]]:
        """Give the summaries of a series."""
        told = summed(series, self.ends, self.kinds, self.basis, self.time_type, units)
        return [{"Type": kind, "Value": sample.row} for kind, sample in told]


def summary_plan(
    asked: Plain,
    window: ZonedWindow,
    kinds: Annotated[list[str] | None, Query(alias="summaryType")] = None,
    basis: Annotated[str, Query(alias="calculationBasis")] = "TimeWeighted",
    time_type: Annotated[str, Query(alias="timeType")] = "Auto",
    duration: Annotated[str | None, Query(alias="summaryDuration")] = None,
) -> SummaryPlan:
    """Read which summaries of which time a query wants."""
    return planned(asked.world.settings.max_items, window, kinds, basis, time_type, duration)


def planned(
    limit: int, window: Window, kinds: Sequence[str] | None, basis: str, time_type: str, duration: str | None
) -> SummaryPlan:
    """Give a plan of summaries by the texts of a query. Raises PiError 400."""
    words = [word for text in kinds or ["Total"] for word in text.split(",")]
    named = [one_of("summaryType", word, [*KINDS, *SETS_OF_KINDS]) for word in words]
    wanted = dict.fromkeys(kind for name in named for kind in SETS_OF_KINDS.get(name, (name,)))
    cuts = [window.start]
    if duration:
        step = spanned("summaryDuration", duration)
        cuts = grid(window.start, window.end, step, limit, zone=window.zone, name="summaryDuration")
    if len(cuts) * max(1, len(wanted)) > limit:
        raise too_many("summaryDuration", limit)
    return SummaryPlan(
        window,
        tuple(wanted),
        chosen("calculationBasis", basis, Basis),
        chosen("timeType", time_type, TimeType),
        tuple(parts(window.start, window.end, cuts)),
    )


def series_of(view: View, window: Window, basis: Basis) -> Series:
    """Give what a tag recorded in a time and beside it, to be summed up."""
    known = view.around(window.low, window.high)
    if len(known):  # of several values at the first time all count as events
        known = view.between(int(known.times[0]), window.low).then(known.pick(known.times > window.low))
    step = {Basis.TIME_WEIGHTED_CONTINUOUS: False, Basis.TIME_WEIGHTED_DISCRETE: True}.get(basis, view.tag.step)
    return Series(known.times, known.numbers, ~known.system, step)


@dataclass(frozen=True, slots=True)
class SummaryReading:
    """Summaries of a time."""

    plan: SummaryPlan

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give them. Raises PiError 409 for numbers of what is none."""
        view = source.view(world, now)
        if not source.numeric and set(self.plan.kinds) - set(NON_NUMERIC):
            raise PiError(409, f"The summary is not supported for '{source.name}': its values are not numeric.")
        return written(self.plan.of(series_of(view, self.plan.window, self.plan.basis), source.units), fields)


def summary_reading(
    plan: Annotated[SummaryPlan, Depends(summary_plan)],
    text: Expression = "",
    sample_type: Annotated[str, Query(alias="sampleType")] = "ExpressionRecordedValues",
    sample_interval: Annotated[str | None, Query(alias="sampleInterval")] = None,
) -> SummaryReading:
    """Read the query of summaries. Raises PiError 400 for a filter expression, which summaries don't take here."""
    one_of("sampleType", sample_type, ("ExpressionRecordedValues", "Interval"))
    if sample_interval:
        spanned("sampleInterval", sample_interval)
    if text.strip():
        raise PiError(400, "The parameter 'filterExpression' is not supported by this server for summaries.")
    return SummaryReading(plan)


@dataclass(frozen=True, slots=True)
class ValueReading:
    """The value of now, or what a stream is worth at a time."""

    time: int | None

    def one(self, source: Source, world: World, now: int) -> Sample:
        """Give it."""
        if source.tag is None:
            return source.constant
        view = source.view(world, now)
        return view.snapshot() if self.time is None else view.at([self.time])[0]


async def value_reading(clock: Zoned, time: str | None = None) -> ValueReading:
    """Read the query of a value."""
    return ValueReading(None if not time else clock.time("time", time))


@dataclass(frozen=True, slots=True)
class EndReading:
    """The last value there is."""

    def one(self, source: Source, world: World, now: int) -> Sample:
        """Give it."""
        return source.constant if source.tag is None else source.view(world, now).end()

    def items(self, source: Source, world: World, now: int, fields: Fields) -> tuple[bytes, int]:
        """Give a list of it."""
        return written([self.one(source, world, now).row], fields)


RecordedAsked = Annotated[RecordedReading, Depends(recorded_reading)]
InterpolatedAsked = Annotated[SampledReading, Depends(interpolated_reading)]
AtTimesAsked = Annotated[SampledReading, Depends(at_times_reading)]
PlotAsked = Annotated[PlotReading, Depends(plot_reading)]
NearAsked = Annotated[NearReading, Depends(near_reading)]
NearTimesAsked = Annotated[NearReading, Depends(near_times_reading)]
SummaryAsked = Annotated[SummaryReading, Depends(summary_reading)]
ValueAsked = Annotated[ValueReading, Depends(value_reading)]
