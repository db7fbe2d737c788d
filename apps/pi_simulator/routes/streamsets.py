"""Stream sets: the values of many streams, named one by one or standing below a parent."""
# ruff: noqa: FAST003 (a parent's WebID is read by `_below`)

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from ..errors import PiError
from ..request_context import Wanted
from ..streams.answers import many_streams, many_values, registered, retrieved
from ..streams.parameters import one_of
from ..streams.readings import (
    AtTimesAsked,
    EndReading,
    InterpolatedAsked,
    JoinedReading,
    NearAsked,
    NearTimesAsked,
    PlotAsked,
    RecordedAsked,
    SummaryAsked,
    ValueAsked,
)
from ..streams.sources import Source, Wish, children, source

router = APIRouter()
WebIds = Annotated[list[str], Query(alias="webId", min_length=1)]
SortOrder = Annotated[str, Query(alias="sortOrder")]
SortField = Annotated[str, Query(alias="sortField")]
_END = EndReading()


async def _named(asked: Wanted, web_ids: WebIds) -> list[Source]:
    return [source(asked.world, web_id, asked.now) for web_id in web_ids]


def _sorted(sources: list[Source], field: str, order: str) -> list[Source]:
    """Sort streams by their name, if at all: nothing else can be sorted by."""
    backwards = one_of("sortOrder", order, ("Ascending", "Descending")) == "Descending"
    if not field:
        return sources
    one_of("sortField", field, ("Name",))
    return sorted(sources, key=lambda one: one.name.lower(), reverse=backwards)


async def _named_in_order(
    sources: Annotated[list[Source], Depends(_named)], field: SortField = "", order: SortOrder = "Ascending"
) -> list[Source]:
    return _sorted(sources, field, order)


def _below(
    asked: Wanted,
    web_id: str,
    name_filter: Annotated[str, Query(alias="nameFilter")] = "*",
    category: Annotated[str, Query(alias="categoryName")] = "",
    template: Annotated[str, Query(alias="templateName")] = "",
    full: Annotated[bool, Query(alias="searchFullHierarchy")] = False,
    excluded: Annotated[bool, Query(alias="showExcluded")] = False,
    hidden: Annotated[bool, Query(alias="showHidden")] = False,
) -> list[Source]:
    return children(asked.world, web_id, asked.now, Wish(name_filter, category, template, full, excluded, hidden))


async def _below_in_order(
    sources: Annotated[list[Source], Depends(_below)], field: SortField = "", order: SortOrder = "Ascending"
) -> list[Source]:
    return _sorted(sources, field, order)


Named = Annotated[list[Source], Depends(_named)]
NamedInOrder = Annotated[list[Source], Depends(_named_in_order)]
Below = Annotated[list[Source], Depends(_below)]
BelowInOrder = Annotated[list[Source], Depends(_below_in_order)]


@router.get("/streamsets/recorded")
def recorded(asked: Wanted, found: NamedInOrder, read: RecordedAsked) -> Response:
    """Give recorded values."""
    return many_streams(asked, found, read)


@router.get("/streamsets/joined")
def joined(
    asked: Wanted,
    base: Annotated[str, Query(alias="baseWebId")],
    others: Annotated[list[str], Query(alias="subordinateWebId", min_length=1)],
    read: RecordedAsked,
) -> Response:
    """Give recorded values of a stream, and what others are worth at their times."""
    first, *rest = [source(asked.world, web_id, asked.now) for web_id in (base, *others)]
    return many_streams(asked, [first, *rest], JoinedReading(first, read))


@router.get("/streamsets/{web_id}/recorded")
def recorded_below(asked: Wanted, found: BelowInOrder, read: RecordedAsked) -> Response:
    """Give recorded values."""
    return many_streams(asked, found, read)


@router.get("/streamsets/interpolated")
def interpolated(asked: Wanted, found: NamedInOrder, read: InterpolatedAsked) -> Response:
    """Give values on a grid."""
    return many_streams(asked, found, read)


@router.get("/streamsets/{web_id}/interpolated")
def interpolated_below(asked: Wanted, found: BelowInOrder, read: InterpolatedAsked) -> Response:
    """Give values on a grid."""
    return many_streams(asked, found, read)


@router.get("/streamsets/interpolatedattimes")
def interpolated_at_times(asked: Wanted, found: Named, read: AtTimesAsked) -> Response:
    """Give values at given times."""
    return many_streams(asked, found, read)


@router.get("/streamsets/{web_id}/interpolatedattimes")
def interpolated_at_times_below(asked: Wanted, found: Below, read: AtTimesAsked) -> Response:
    """Give values at given times."""
    return many_streams(asked, found, read)


@router.get("/streamsets/plot")
def plot(asked: Wanted, found: NamedInOrder, read: PlotAsked) -> Response:
    """Give the values that a picture needs."""
    return many_streams(asked, found, read)


@router.get("/streamsets/{web_id}/plot")
def plot_below(asked: Wanted, found: BelowInOrder, read: PlotAsked) -> Response:
    """Give the values that a picture needs."""
    return many_streams(asked, found, read)


@router.get("/streamsets/recordedattimes")
def recorded_at_times(asked: Wanted, found: Named, read: NearTimesAsked) -> Response:
    """Give recorded values near given times."""
    return many_streams(asked, found, read)


@router.get("/streamsets/{web_id}/recordedattimes")
def recorded_at_times_below(asked: Wanted, found: Below, read: NearTimesAsked) -> Response:
    """Give recorded values near given times."""
    return many_streams(asked, found, read)


@router.get("/streamsets/summary")
def summary(asked: Wanted, found: Named, read: SummaryAsked) -> Response:
    """Give summaries."""
    return many_streams(asked, found, read, units=False)


@router.get("/streamsets/{web_id}/summary")
def summary_below(asked: Wanted, found: Below, read: SummaryAsked) -> Response:
    """Give summaries."""
    return many_streams(asked, found, read, units=False)


@router.get("/streamsets/recordedattime")
def recorded_at_time(asked: Wanted, found: Named, read: NearAsked) -> Response:
    """Give the recorded value near a time."""
    return many_values(asked, found, read)


@router.get("/streamsets/{web_id}/recordedattime")
def recorded_at_time_below(asked: Wanted, found: Below, read: NearAsked) -> Response:
    """Give the recorded value near a time."""
    return many_values(asked, found, read)


@router.get("/streamsets/value")
def value(asked: Wanted, found: NamedInOrder, read: ValueAsked) -> Response:
    """Give the value of now or of a time."""
    return many_values(asked, found, read)


@router.get("/streamsets/{web_id}/value")
def value_below(asked: Wanted, found: BelowInOrder, read: ValueAsked) -> Response:
    """Give the value of now or of a time."""
    return many_values(asked, found, read)


@router.get("/streamsets/end")
def end(asked: Wanted, found: NamedInOrder) -> Response:
    """Give the last value there is, in a list of one."""
    return many_streams(asked, found, _END)


@router.get("/streamsets/{web_id}/end")
def end_below(asked: Wanted, found: BelowInOrder) -> Response:
    """Give the last value there is."""
    return many_values(asked, found, _END)


@router.get("/streamsets/updates")
def updates(asked: Wanted, markers: Annotated[list[str], Query(alias="marker", min_length=1)]) -> Response:
    """Give what is new since some markers, each with an error of its own where it is none."""
    items: list[dict[str, Any]] = []
    for marker in markers:
        try:
            items.append(retrieved(asked, marker))
        except PiError as error:
            items.append({"RequestedMarker": marker, "Status": "Failed", "Exception": error.body})
    answer = asked.answer({"Links": {}, "Items": items})
    latest = [("marker", item["LatestMarker"]) for item in items if "LatestMarker" in item]
    answer.headers["Location"] = f"{asked.link('streamsets', 'updates')}?{'&'.join('='.join(pair) for pair in latest)}"
    return answer


@router.post("/streamsets/updates")
def register(asked: Wanted, web_ids: WebIds) -> Response:
    """Give markers from which on to ask for what is new."""
    items = [registered(asked, web_id) for web_id in web_ids]
    answer = asked.answer({"Links": {}, "Items": items})
    markers = "&".join(f"marker={item['LatestMarker']}" for item in items)
    answer.headers["Location"] = f"{asked.link('streamsets', 'updates')}?{markers}"
    return answer
