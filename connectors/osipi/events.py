"""Event frames and what belongs to them.

A frame changes after it began: it ends, is acknowledged, its attributes get values. So frames that were running at the last
read, or ended within `overlap_days` (1) before it, are looked at again and given again where they differ from what was given:
the row of a key with the latest `ingestion_timestamp` holds. The search may not find such a frame again (its template or name
changed and there is a filter, or `searchMode` asks for frames that begin in the time): then it is asked for by its WebID.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .assets import ATTRIBUTES, INGESTED, attribute_rows, database_webids, template_attributes, templates
from .client import Call, selected
from .columns import Column, fields_of, plain, row_of
from .erroneous import error_of
from .incremental import LONGEST, VERSION, checked_stamp
from .options import MOST_DAYS, MOST_DAYS_BACK
from .paging import items_of
from .problems import OffsetError, TagProblem
from .reading import below
from .times import shifted, stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .reading import Reading

FRAMES = (
    Column("event_frame_webid", source="WebId", required=True),
    Column("webid", source="WebId", required=True),
    Column("name", source="Name"),
    Column("template_name", source="TemplateName"),
    Column("start_time", "timestamp", required=True),
    Column("end_time", "timestamp"),
    Column("is_running", "boolean"),
    Column("primary_referenced_element_webid"),
    Column("attributes", "map"),
    Column("description", source="Description"),
    Column("path", source="Path"),
    Column("severity", source="Severity"),
    Column("can_be_acknowledged", "boolean", "CanBeAcknowledged"),
    Column("is_acknowledged", "boolean", "IsAcknowledged"),
    Column("acknowledged_by", source="AcknowledgedBy"),
    Column("acknowledged_date", "timestamp"),
    Column("is_annotated", "boolean", "IsAnnotated"),
    Column("category_names", "strings", "CategoryNames"),
    Column("referenced_element_webids", "strings", "RefElementWebIds"),
    Column("assetdatabase_webid"),
    INGESTED,
)
FRAME_ATTRIBUTES = (Column("event_frame_webid", required=True), *ATTRIBUTES[1:])
REFERENCED = (
    Column("event_frame_webid", required=True),
    Column("element_webid", required=True),
    Column("is_primary", "boolean"),
    Column("start_time", "timestamp", required=True),
    Column("end_time", "timestamp"),
    INGESTED,
)
ACKNOWLEDGEMENTS = (
    Column("event_frame_webid", required=True),
    Column("ack_id", required=True),
    Column("acknowledged_by"),
    Column("acknowledged_date", "timestamp"),
    INGESTED,
)
ANNOTATIONS = (
    Column("event_frame_webid", required=True),
    Column("annotation_id", source="Id", required=True),
    Column("name", source="Name"),
    Column("description", source="Description"),
    Column("value"),
    Column("creator", source="Creator"),
    Column("creation_date", "timestamp"),
    Column("modifier", source="Modifier"),
    Column("modify_date", "timestamp"),
    INGESTED,
)
_FIELDS = (*fields_of(FRAMES), "StartTime", "EndTime", "AcknowledgedDate")
_BAD_OFFSET = "the offset is none of event frames: start again from a full refresh, or give the one that belongs to the table"
_NEVER = "9999"  # the year in which a frame ends that has not ended; AF's DateTime.MaxValue

Rows = tuple["Iterator[dict[str, Any]]", dict[str, Any]]


def frames(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_event_frames: frames that are new or changed since `offset`, and the offset after them.

    Raises OffsetError for an offset that is none of theirs.
    """

    def rows(some: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]] | None]:
        values, open_ = _attribute_values(reading, some)
        for item in some:
            yield None if item["WebId"] in open_ else [_frame_row(reading, item, values.get(item["WebId"]))]

    return _changed(reading, offset, rows)


def referenced_elements(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_eventframe_referenced_elements of the frames that are new or changed since `offset`.

    Raises OffsetError for an offset that is none of theirs.
    """

    def rows(some: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        for item in some:
            start, end = _instant(item, "StartTime"), _instant(item, "EndTime")
            yield [
                {
                    "event_frame_webid": item["WebId"],
                    "element_webid": webid,
                    "is_primary": not number,
                    "start_time": start,
                    "end_time": end,
                    "ingestion_timestamp": reading.ingested,
                }
                for number, webid in enumerate(item.get("RefElementWebIds") or [])
            ]

    return _changed(reading, offset, rows)


def _changed(
    reading: Reading,
    offset: Mapping[str, Any] | None,
    rows_of: Callable[[list[dict[str, Any]]], Iterator[list[dict[str, Any]] | None]],
) -> Rows:
    """Give the rows of frames whose rows are not those that were given before, page by page, and the offset.

    A frame without rows (None) could not be read whole: it is kept in the offset, and read again however long ago it ended.
    """
    until, known, remembered = _place_of(offset)
    cap = reading.last()
    if until >= cap and offset:
        return iter(()), dict(offset)
    overlap = reading.texts.number("overlap_days", 1, most=MOST_DAYS) * 86400
    lookback = reading.texts.number("lookback_days", 30, most=MOST_DAYS_BACK) * 86400
    reading.texts.check()
    start = shifted(until, -min(overlap, remembered)) if until else reading.first(cap, lookback)
    given: list[dict[str, Any]] = []
    kept: dict[str, dict[str, str]] = {}
    for database in database_webids(reading):
        before = known.get(database, {})
        found = {item["WebId"]: item for item in _search(reading, database, start, cap)}
        found |= _by_webid(reading, [webid for webid in before if webid not in found])
        some = [item | {"_database": database} for item in found.values()]
        for item, rows in zip(some, rows_of(some), strict=True):
            if rows is None:
                kept.setdefault(database, {})[item["WebId"]] = before.get(item["WebId"], "")
                continue
            digest = _digest(rows)
            if before.get(item["WebId"]) != digest:
                given += rows
            if (_instant(item, "EndTime") or "~") >= shifted(cap, -overlap):
                kept.setdefault(database, {})[item["WebId"]] = digest
    frames_text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return iter(given), {"version": VERSION, "until": cap, "overlap": overlap, "frames": frames_text}


def _by_webid(reading: Reading, webids: list[str]) -> dict[str, dict[str, Any]]:
    """Give frames by their WebIDs; those that are forbidden or deleted are reported."""
    calls = [Call(below("eventframes", webid), (selected(*_FIELDS, items=False),)) for webid in webids]
    return {webid: body | {"WebId": webid} for webid, body in reading.each(webids, calls)}


def _place_of(offset: Mapping[str, Any] | None) -> tuple[str, dict[str, dict[str, str]], float]:
    """Give how far was read, the digests of frames that may change by database, and how many seconds back those go."""
    if not offset:
        return "", {}, 0.0
    try:
        version = offset["version"]
        until, overlap = checked_stamp(offset["until"]), float(offset["overlap"])
        known = {database: dict(digests.items()) for database, digests in json.loads(offset["frames"]).items()}
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        raise OffsetError(_BAD_OFFSET) from None
    if version != VERSION or not 0 <= overlap <= LONGEST:
        raise OffsetError(_BAD_OFFSET)
    return until, known, overlap


def _digest(rows: list[dict[str, Any]]) -> str:
    kept = [{name: cell for name, cell in row.items() if name != "ingestion_timestamp"} for row in rows]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


def _search(reading: Reading, database: str, start: str, end: str) -> Iterator[dict[str, Any]]:
    """Give the frames of a database that were active at some time from `start` to `end`, nested ones too."""
    mode = reading.texts.text("searchMode", default="Overlapped")
    params = [("startTime", start + "Z"), ("endTime", end + "Z"), ("searchMode", mode), ("searchFullHierarchy", "true")]
    params += [(name, text) for name in ("nameFilter", "templateName") if (text := reading.texts.text(name))]
    return reading.pages(below("assetdatabases", database, "eventframes"), _FIELDS, *params)


def _frame_row(reading: Reading, item: dict[str, Any], values: dict[str, str | None] | None) -> dict[str, Any]:
    elements = item.get("RefElementWebIds") or []
    end = _instant(item, "EndTime")
    return row_of(
        FRAMES,
        item,
        start_time=_instant(item, "StartTime"),
        end_time=end,
        is_running=end is None or end.startswith(_NEVER),
        # Of a frame that nobody acknowledged PI sends 1970.
        acknowledged_date=_instant(item, "AcknowledgedDate") if item.get("IsAcknowledged") else None,
        primary_referenced_element_webid=elements[0] if elements else None,
        attributes=values,
        assetdatabase_webid=item["_database"],
        ingestion_timestamp=reading.ingested,
    )


def _instant(item: dict[str, Any], name: str) -> str | None:
    """Give a time of a frame; a frame that runs ends in 9999, as PI sends it, cut to what every calendar can hold."""
    text = item.get(name)
    if not text:
        return None
    stamp = stamp_of(text)
    return "9999-12-31T00:00:00Z" if stamp.startswith(_NEVER) else stamp[:26] + "Z"


def _attribute_values(reading: Reading, items: list[dict[str, Any]]) -> tuple[dict[str, dict[str, str | None]], set[str]]:
    """Give the values of the attributes of many frames, by name: of a frame's end, or of now while it runs.

    And the frames of which one came with an error of its own, which are reported.
    """
    webids = [item["WebId"] for item in items]
    fields = selected("Name", "Value.Value", "Value.Errors")
    calls = [Call(below("streamsets", webid, "value"), (fields,)) for webid in webids]
    found: dict[str, dict[str, str | None]] = {}
    open_ = set()
    for webid, body in reading.each(webids, calls):
        streams = body.get("Items") or []
        if words := next((f"{stream['Name']}: {told}" for stream in streams if (told := error_of(stream.get("Value")))), ""):
            open_.add(webid)
            reading.report(TagProblem(webid, 0, words))
        found[webid] = {stream["Name"]: plain((stream.get("Value") or {}).get("Value")) for stream in streams}
    return found, open_


def _frames_of_options(reading: Reading) -> list[dict[str, Any]]:
    """Give the frames whose details a snapshot has: of `event_frame_webids`, else all active since `lookback_days` (30)."""
    if webids := reading.texts.listed("event_frame_webids"):
        return list(_by_webid(reading, webids).values())
    lookback = reading.texts.number("lookback_days", 30, most=MOST_DAYS_BACK) * 86400
    reading.texts.check()
    end = reading.last()
    start = reading.first(end, lookback)
    return [item for database in database_webids(reading) for item in _search(reading, database, start, end)]


def frame_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_attributes."""
    webids = [item["WebId"] for item in _frames_of_options(reading)]
    return attribute_rows(reading, "eventframes", webids, FRAME_ATTRIBUTES, "event_frame_webid")


def frame_templates(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_templates."""
    return templates(reading, of_events=True)


def frame_template_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_template_attributes."""
    return template_attributes(reading, of_events=True)


def acknowledgements(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_acknowledgements: PI Web API has them as fields of the frame, so each frame has one at most."""
    for item in _frames_of_options(reading):
        if item.get("IsAcknowledged"):
            date = _instant(item, "AcknowledgedDate")
            yield {
                "event_frame_webid": item["WebId"],
                "ack_id": date or "acknowledged",
                "acknowledged_by": item.get("AcknowledgedBy"),
                "acknowledged_date": date,
                "ingestion_timestamp": reading.ingested,
            }


def frame_annotations(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_annotations."""
    webids = [item["WebId"] for item in _frames_of_options(reading) if item.get("IsAnnotated") is not False]
    fields = selected(*fields_of(ANNOTATIONS), "Value", "CreationDate", "ModifyDate")
    calls = [Call(below("eventframes", webid, "annotations"), (fields,)) for webid in webids]
    for webid, body in reading.each(webids, calls):
        for item in items_of(body, "/eventframes/annotations"):
            yield row_of(
                ANNOTATIONS,
                item,
                event_frame_webid=webid,
                value=plain(item.get("Value")),
                creation_date=_instant(item, "CreationDate"),
                modify_date=_instant(item, "ModifyDate"),
                ingestion_timestamp=reading.ingested,
            )
