"""Streams: the values of one point or attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..errors import PiError
from ..request_context import Plain, RequestContext, Wanted
from ..streams.answers import one_stream, registered, retrieved
from ..streams.parameters import one_of
from ..streams.readings import (
    AtTimesAsked,
    EndReading,
    InterpolatedAsked,
    NearAsked,
    NearTimesAsked,
    PlotAsked,
    RecordedAsked,
    SummaryAsked,
    ValueAsked,
)
from ..streams.sources import source

if TYPE_CHECKING:
    from ..streams.samples import Sample

router = APIRouter()
_END = EndReading()


async def _units(units: Annotated[str, Query(alias="desiredUnits")] = "") -> None:
    if units:
        raise PiError(400, "The parameter 'desiredUnits' may not be specified: the stream has no unit of measure.")


async def _associations(text: Annotated[str, Query(alias="associations")] = "") -> None:
    for word in filter(None, text.split(";")):
        one_of("associations", word, ("Annotations",))


_NO_UNITS = Depends(_units)
_ASSOCIATED = Depends(_associations)


def _single(asked: RequestContext, sample: Sample) -> Response:
    return asked.answer(sample.row)


@router.get("/streams/updates/{marker}", dependencies=[_NO_UNITS])
def updates(asked: Wanted, marker: str) -> Response:
    """Give what is new since a marker."""
    body = retrieved(asked, marker)
    answer = asked.answer(body)
    answer.headers["Location"] = asked.link("streams", "updates", body["LatestMarker"])
    return answer


@router.post("/streams/{web_id}/updates")
def register(asked: Wanted, web_id: str) -> Response:
    """Give a marker from which on to ask for what is new."""
    body = registered(asked, web_id)
    answer = asked.answer(body)
    answer.headers["Location"] = asked.link("streams", "updates", body["LatestMarker"])
    return answer


@router.get("/streams/{web_id}/recorded", dependencies=[_NO_UNITS, _ASSOCIATED])
def recorded(asked: Plain, web_id: str, read: RecordedAsked) -> Response:
    """Give recorded values."""
    return one_stream(asked, web_id, read)


@router.get("/streams/{web_id}/interpolated", dependencies=[_NO_UNITS])
def interpolated(asked: Plain, web_id: str, read: InterpolatedAsked) -> Response:
    """Give values on a grid."""
    return one_stream(asked, web_id, read)


@router.get("/streams/{web_id}/interpolatedattimes", dependencies=[_NO_UNITS])
def interpolated_at_times(asked: Plain, web_id: str, read: AtTimesAsked) -> Response:
    """Give values at given times."""
    return one_stream(asked, web_id, read)


@router.get("/streams/{web_id}/plot", dependencies=[_NO_UNITS])
def plot(asked: Plain, web_id: str, read: PlotAsked) -> Response:
    """Give the values that a picture needs."""
    return one_stream(asked, web_id, read)


@router.get("/streams/{web_id}/recordedattimes", dependencies=[_NO_UNITS, _ASSOCIATED])
def recorded_at_times(asked: Plain, web_id: str, read: NearTimesAsked) -> Response:
    """Give recorded values near given times."""
    return one_stream(asked, web_id, read)


@router.get("/streams/{web_id}/summary")
def summary(asked: Plain, web_id: str, read: SummaryAsked) -> Response:
    """Give summaries."""
    return one_stream(asked, web_id, read, units=False)


@router.get("/streams/{web_id}/recordedattime", dependencies=[_NO_UNITS, _ASSOCIATED])
def recorded_at_time(asked: Plain, web_id: str, read: NearAsked) -> Response:
    """Give the recorded value near a time."""
    return _single(asked, read.one(source(asked.world, web_id, asked.now), asked.world, asked.now))


@router.get("/streams/{web_id}/value", dependencies=[_NO_UNITS])
def value(asked: Plain, web_id: str, read: ValueAsked) -> Response:
    """Give the value of now or of a time."""
    return _single(asked, read.one(source(asked.world, web_id, asked.now), asked.world, asked.now))


@router.get("/streams/{web_id}/end", dependencies=[_NO_UNITS])
def end(asked: Plain, web_id: str) -> Response:
    """Give the last value there is."""
    return _single(asked, _END.one(source(asked.world, web_id, asked.now), asked.world, asked.now))
