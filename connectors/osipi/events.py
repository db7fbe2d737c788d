"""Event frames and what belongs to them.

A frame changes after it began: it ends, is acknowledged, its attributes get values. So frames that were running at the last
read, or ended within `overlap_days` (1) before it, are looked at again and given again where they differ from what was given:
the row of a key with the latest `ingestion_timestamp` holds. The search may not find such a frame again (its template or name
changed and there is a filter, or `searchMode` asks for frames that begin in the time): then it is asked for by its WebID.

A read of an append table ends with the page at which it has `max_records_per_batch` (10,000) rows, or many values of
attributes; the offset then holds the place in each database (`FrameRun`), and the next read goes on there.
"""

from __future__ import annotations

import hashlib
import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from .assets import ATTRIBUTES, INGESTED, attribute_rows, database_webids, template_attributes, templates
from .client import Call, selected
from .columns import Column, fields_of, plain, row_of, with_ids
from .erroneous import error_of
from .framerun import run_of
from .framesearch import FramePlace, FrameSearch, first_span, sorted_by
from .options import MOST_DAYS, MOST_DAYS_BACK
from .paging import items_of
from .problems import TagProblem, counted
from .reading import below
from .roster import renamed
from .times import shifted, stamp_of
from .webids import path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .framerun import FrameRun
    from .reading import Reading

    RowsOf = Callable[[list[dict[str, Any]]], Iterator[list[dict[str, Any]] | None]]

FRAMES = with_ids(
    (
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
)
FRAME_ATTRIBUTES = with_ids((Column("event_frame_webid", required=True), *(one for one in ATTRIBUTES[1:] if not one.id_of)))
REFERENCED = with_ids(
    (
        Column("event_frame_webid", required=True),
        Column("element_webid", required=True),
        Column("is_primary", "boolean"),
        Column("start_time", "timestamp", required=True),
        Column("end_time", "timestamp"),
        INGESTED,
    )
)
ACKNOWLEDGEMENTS = with_ids(
    (
        Column("event_frame_webid", required=True),
        Column("ack_id", required=True),
        Column("acknowledged_by"),
        Column("acknowledged_date", "timestamp"),
        INGESTED,
    )
)
ANNOTATIONS = with_ids(
    (
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
)
_FIELDS = (*fields_of(FRAMES), "StartTime", "EndTime", "AcknowledgedDate")
T = TypeVar("T")
_NO_NEWS = {"ingestion_timestamp", *(one.name for one in (*FRAMES, *REFERENCED) if one.id_of)}
_MOST_CELLS = 200_000  # values of attributes that the rows of one read hold
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
                row_of(
                    REFERENCED,
                    {},
                    event_frame_webid=item["WebId"],
                    element_webid=webid,
                    is_primary=not number,
                    start_time=start,
                    end_time=end,
                    ingestion_timestamp=reading.ingested,
                )
                for number, webid in enumerate(item.get("RefElementWebIds") or [])
            ]

    return _changed(reading, offset, rows)


class _Batch:
    """The rows of one read, which ends when they are `enough`."""

    def __init__(self, most: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self._most, self._cells = most, 0

    def take(self, rows: list[dict[str, Any]]) -> None:
        """Add the rows of a frame."""
        self.rows += rows
        self._cells += sum(len(row.get("attributes") or ()) for row in rows)

    @property
    def enough(self) -> bool:
        return len(self.rows) >= self._most or self._cells >= _MOST_CELLS


def _changed(reading: Reading, offset: Mapping[str, Any] | None, rows_of: RowsOf) -> Rows:
    """Give the rows of frames whose rows are not those that were given before, and the offset, which moves with each batch.

    A frame without rows (None) could not be read whole: it is kept in the offset, and read again however long ago it ended.
    """
    texts = reading.texts
    overlap = texts.number("overlap_days", 1, most=MOST_DAYS) * 86400
    lookback = texts.number("lookback_days", 30, most=MOST_DAYS_BACK) * 86400
    batch = _Batch(texts.count("max_records_per_batch", 10_000))
    run, cap = run_of(offset), reading.last()
    if run.is_over:
        if offset and run.until >= cap:
            return iter(()), dict(offset)
        texts.check()
        run.begin(cap, overlap, reading.first(cap, lookback) if not run.until else "")
    texts.check()
    is_over = all(_read_database(reading, run, database, rows_of, batch) for database in _databases(reading, run).items())
    _tell_renamed(reading, run)
    if is_over:
        run.end()
    return iter(batch.rows), run.to_offset()


def _databases(reading: Reading, run: FrameRun) -> dict[str, str]:
    """Give the WebIDs of the databases to read by their keys; tells of those that were renamed."""
    found = {run.database(webid): webid for webid in database_webids(reading)}
    for key, webid in found.items():
        if webid in reading.names:  # what an option names may be called otherwise by now
            reading.names[key] = reading.names[webid]
            renamed(reading, run.known.paths, key, webid, "assetdatabase_webid")
    return found


def _tell_renamed(reading: Reading, run: FrameRun) -> None:
    """Tell of the elements that were renamed."""
    told = run.known.told
    if told:
        paths = {key: run.known.paths.get(key) or path_of(key) for key in told}
        reading.names |= {key: (path.rpartition("\\")[2], f"\\\\{path}") for key, path in paths.items()}
        reading.notices(told, counted(len(told), "element was renamed", "elements were renamed"))


def _read_database(reading: Reading, run: FrameRun, named: tuple[str, str], rows_of: RowsOf, batch: _Batch) -> bool:
    """Read a database (key and WebID) on from its place; give whether all of it was read before the batch had enough."""
    database, webid = named
    place = run.places.setdefault(database, FramePlace())
    size = reading.client.settings.parts_per_batch
    if not place.is_searched:
        key = sorted_by(reading)
        search = FrameSearch(reading, webid, run.start, run.cap, _FIELDS)
        for page in search.pages(place):
            for some in _parts(page.items, size):
                _take(run, database, some, rows_of, batch)
                for item in some:
                    place.move_behind(item, key)
                if batch.enough and page.ordered:
                    return False
        place.is_searched = True
    # What the search finds no more is asked for by its WebID.
    while left := list(islice(run.before.get(database, ()), size)):
        found = _by_webid(reading, left)
        _take(run, database, list(found.values()), rows_of, batch)
        run.forget(database, left)
        if batch.enough:
            return False
    return True


def _take(run: FrameRun, database: str, items: Sequence[dict[str, Any]], rows_of: RowsOf, batch: _Batch) -> None:
    some = [_as_landed(run, database, item) for item in items]
    for item, rows in zip(some, rows_of(some), strict=True):
        webid = item["WebId"]
        if rows is None:
            run.keep(database, webid, run.digest(database, webid), item.get("RefElementWebIds"))
            continue
        digest = _digest(rows)
        if run.digest(database, webid) != digest:
            batch.take(rows)
        run.forget(database, [webid])
        if (_instant(item, "EndTime") or "~") >= shifted(run.cap, -run.overlap):
            run.keep(database, webid, digest, item.get("RefElementWebIds"))


def _as_landed(run: FrameRun, database: str, item: dict[str, Any]) -> dict[str, Any]:
    """Give a frame with the WebIDs under which it and its elements first landed, and its database's."""
    landed = item | {"WebId": run.frame(database, item["WebId"]), "_database": database}
    if elements := item.get("RefElementWebIds"):
        landed["RefElementWebIds"] = [run.known.element(webid) for webid in elements]
    return landed


def _parts(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (some[at : at + size] for at in range(0, len(some), size))


def _by_webid(reading: Reading, webids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give frames by their WebIDs; those that are forbidden or deleted are reported."""
    calls = [Call(below("eventframes", webid), (selected(*_FIELDS, items=False),)) for webid in webids]
    return {webid: body | {"WebId": webid} for webid, body in reading.each(webids, calls)}


def _digest(rows: list[dict[str, Any]]) -> str:
    kept = [{name: cell for name, cell in row.items() if name not in _NO_NEWS} for row in rows]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


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


def _frames_of_options(reading: Reading) -> Iterator[list[dict[str, Any]]]:
    """Give the frames whose details a snapshot has: of `event_frame_webids`, else all active since `lookback_days` (30).

    Page by page: the next is asked for when the details of the one before were taken.
    """
    if webids := reading.texts.listed("event_frame_webids"):
        for some in _parts(webids, reading.client.settings.parts_per_batch):
            yield list(_by_webid(reading, some).values())
        return
    start, end = first_span(reading)
    for database in database_webids(reading):
        for page in FrameSearch(reading, database, start, end, _FIELDS).pages(FramePlace()):
            yield page.items


def frame_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_attributes."""
    for some in _frames_of_options(reading):
        webids = [item["WebId"] for item in some]
        yield from attribute_rows(reading, "eventframes", webids, FRAME_ATTRIBUTES, "event_frame_webid")


def frame_templates(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_templates."""
    return templates(reading, of_events=True)


def frame_template_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_template_attributes."""
    return template_attributes(reading, of_events=True)


def acknowledgements(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_acknowledgements: PI Web API has them as fields of the frame, so each frame has one at most."""
    for item in chain.from_iterable(_frames_of_options(reading)):
        if item.get("IsAcknowledged"):
            date = _instant(item, "AcknowledgedDate")
            yield row_of(
                ACKNOWLEDGEMENTS,
                {},
                event_frame_webid=item["WebId"],
                ack_id=date or "acknowledged",
                acknowledged_by=item.get("AcknowledgedBy"),
                acknowledged_date=date,
                ingestion_timestamp=reading.ingested,
            )


def frame_annotations(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_eventframe_annotations."""
    fields = selected(*fields_of(ANNOTATIONS), "Value", "CreationDate", "ModifyDate")
    for some in _frames_of_options(reading):
        webids = [item["WebId"] for item in some if item.get("IsAnnotated") is not False]
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
