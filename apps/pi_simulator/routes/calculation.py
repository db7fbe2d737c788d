"""Calculations: expressions over points and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..request_context import Plain, RequestContext
from ..streams.calculations import Calculation, calculation
from ..streams.grids import grid, too_many
from ..streams.parameters import UtcClock, UtcWindow, one_of, spanned
from ..streams.readings import Times, planned
from ..streams.samples import Sample
from ..streams.targets import Target
from .dataservers import check_server

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter()


def _calculation(asked: Plain, expression: str, target: Annotated[str | None, Query(alias="webId")] = None) -> Calculation:
    """Read an expression, whose names are seen from its target."""
    if target is not None and target[1:4] == "1DS":
        check_server(asked, target)
    return calculation(expression, Target(asked.world, asked.now, target).view)


Asking = Annotated[Calculation, Depends(_calculation)]


def _answer(asked: RequestContext, values: Sequence[Sample]) -> Response:
    return asked.answer({"Items": [sample.row for sample in values], "UnitsAbbreviation": ""})


@router.get("/calculation/times")
def times(
    asked: Plain,
    clock: UtcClock,
    made: Asking,
    texts: Times,
    order: Annotated[str, Query(alias="sortOrder")] = "Ascending",
) -> Response:
    """Give results at given times. Raises PiError 400 for too many of them."""
    if len(texts) > asked.world.settings.max_items:
        raise too_many("time", asked.world.settings.max_items)
    backwards = one_of("sortOrder", order, ("Ascending", "Descending")) == "Descending"
    return _answer(asked, made.at(sorted((clock.time("time", text) for text in texts), reverse=backwards)))


@router.get("/calculation/recorded")
def recorded(asked: Plain, window: UtcWindow, made: Asking) -> Response:
    """Give results wherever one of the points has a value."""
    return _answer(asked, made.recorded(window.start, window.end, asked.world.settings.max_items))


@router.get("/calculation/intervals")
def intervals(
    asked: Plain,
    window: UtcWindow,
    made: Asking,
    interval: Annotated[str, Query(alias="sampleInterval")] = "1h",
) -> Response:
    """Give results on a grid."""
    step = spanned("sampleInterval", interval)
    return _answer(asked, made.at(grid(window.start, window.end, step, asked.world.settings.max_items, name="sampleInterval")))


@router.get("/calculation/summary")
def summary(
    asked: Plain,
    window: UtcWindow,
    made: Asking,
    kinds: Annotated[list[str] | None, Query(alias="summaryType")] = None,
    basis: Annotated[str, Query(alias="calculationBasis")] = "TimeWeighted",
    time_type: Annotated[str, Query(alias="timeType")] = "Auto",
    duration: Annotated[str | None, Query(alias="summaryDuration")] = None,
    sample_type: Annotated[str, Query(alias="sampleType")] = "ExpressionRecordedValues",
    sample_interval: Annotated[str, Query(alias="sampleInterval")] = "1h",
) -> Response:
    """Give summaries of the results: of those at recorded values, or on a grid."""
    limit = asked.world.settings.max_items
    plan = planned(limit, window, kinds, basis, time_type, duration)
    if one_of("sampleType", sample_type, ("ExpressionRecordedValues", "Interval")) == "Interval":
        at = grid(window.low, window.high, spanned("sampleInterval", sample_interval), limit, name="sampleInterval")
    else:
        ends = [window.low, window.high] if plan.basis.by_time else []
        at = [*ends, *(sample.time for sample in made.recorded(window.low, window.high, limit))]
    series = made.series(sorted(set(at)))
    return asked.answer({"Links": {}, "Items": plan.of(series, "")})
