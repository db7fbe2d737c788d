"""Reading in parallel: which parts a table, or a stretch of time, falls into, and reading one of them.

A part is JSON: options that override the table's (its tags), and for recorded values the stretch of time, of which the
start is left out and the end is included.
"""

from __future__ import annotations

import base64
import json
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any

from .catalogue import RECORDED as PARTITIONED
from .clocks import latest
from .incremental import Guard, Place, Progress, checked_stamp
from .late_arrivals import TOGETHER, look_back
from .options import MOST_MINUTES, MOST_MINUTES_BACK
from .points import tag_webids
from .problems import OffsetError, PiError, TagProblem
from .reading import FORBIDDEN_OR_GONE
from .stream_reader import StreamReader
from .streamsets import Window
from .times import next_after, shifted, stamp_of
from .values import Values
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .reading import Reading
    from .tables import Table
    from .values import Block

_BAD_OFFSET = "the offset is none of a partitioned stream: start again from a full refresh"


def latest_offset(reading: Reading, start: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the end of the next batch: `settle_seconds` (60) before now, or `endTime`, `window_minutes` (a day) on at most.

    The first batch starts at `startTime`, else `lookback_minutes` (60) before now. What comes or goes in the `late_hours` (4)
    before that end after they were read is reported when the next end is asked for: the offset has the tags' counts. Raises
    OptionsError, and OffsetError for a `start` that is none of a partitioned stream.
    """
    settle = reading.texts.number("settle_seconds", 60)
    hours = reading.texts.number("late_hours", 4, most=87_600)
    window = reading.texts.number("window_minutes", 1440, 1, MOST_MINUTES) * 60
    if reading.texts.number("reread_hours", 0):
        reading.texts.problems.append("reread_hours needs an offset that remembers values: leave it or partitioned out")
    reading.texts.check()
    begin = _until(start) or _first(reading)
    end = min(reading.last(-settle), shifted(latest(reading), -settle), shifted(begin, window))
    if start and end <= begin:
        return dict(start)
    offset = {"from": (start or {}).get("from") or begin, "until": max(begin, end)}
    return offset | ({"late": _counted(reading, start or {}, offset, hours)} if hours else {})


def _counted(reading: Reading, start: Mapping[str, Any], offset: Mapping[str, Any], hours: float) -> str:
    """Tell what came or went since the counts in the offset `start`; give those that belong into `offset`."""
    before = _guards(start.get("late"))
    tags = tag_webids(reading)
    until = offset["until"]
    places = {tag: Place(until, guard=before.get(stable_id(tag))) for tag in tags}
    first = max(offset["from"], shifted(until, -hours * 3600))
    kept = {tag: place.guard for tag, place in places.items() if place.guard}
    for at in range(0, len(tags), TOGETHER):
        kept |= look_back(reading, Progress(places), dict.fromkeys(tags[at : at + TOGETHER], (first, until)))
    spans = sorted({(guard.start, guard.end) for guard in kept.values()})
    number = {span: place for place, span in enumerate(spans)}
    counts = {stable_id(tag): (number[guard.start, guard.end], guard.count) for tag, guard in sorted(kept.items())}
    return base64.b64encode(zlib.compress(json.dumps([spans, counts], separators=(",", ":")).encode(), 9)).decode()


def _guards(text: str | None) -> dict[str, Guard]:
    """Give the counts of an offset by the tags' stable ids; none of one that has none, as those of older versions."""
    if not text:
        return {}
    try:
        spans, counts = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        stretches = [(checked_stamp(first), checked_stamp(last)) for first, last in spans]
        return {tag: Guard(stretches[place][0], stretches[place][1], int(count)) for tag, (place, count) in counts.items()}
    except (LookupError, TypeError, ValueError, AttributeError, zlib.error):
        raise OffsetError(_BAD_OFFSET) from None


def _first(reading: Reading) -> str:
    lookback = reading.texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK) * 60
    reading.texts.check()
    return reading.first(reading.last(), lookback)


def _until(offset: Mapping[str, Any] | None) -> str:
    if not offset:
        return ""
    # An offset with tags has a place for each, for which no common one can stand.
    try:
        return stamp_of(({} if "tags" in offset else offset)["until"] + "Z")
    except (KeyError, TypeError, ValueError):
        raise OffsetError(_BAD_OFFSET) from None


def partitions(
    reading: Reading,
    name: str,
    table: Table,
    start: Mapping[str, Any] | None,
    end: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Give the parts: tables of tags by `tags_per_request` tags, others as one. No part where start equals end.

    A batch without offsets covers recorded values from the first read's start to now. Raises OffsetError for offsets that are
    none of a partitioned stream.
    """
    if end is not None and name in PARTITIONED:
        until = _until(end)
        # The first batch has no start of its own: the offset after it remembers where it began, that included.
        begin = next_after(_until(start)) if start else str(end.get("from") or "")
        if not begin or begin > until:
            return []
        stretch = {"start": begin, "end": until}
    else:
        stretch = {"start": _first(reading), "end": reading.last()} if name in PARTITIONED else {}
    if not table.by_tag:
        return [{}]
    tags, size = tag_webids(reading), reading.client.settings.tags_per_request
    return [{"options": {"tag_webids": ",".join(tags[place : place + size])}, **stretch} for place in range(0, len(tags), size)]


def read_partition(reading: Reading, table: Table, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a part's rows. Tags that are forbidden or gone are reported, and what they have meanwhile is not read later.

    Raises PiError when that is all of them, and for any other fault, since such a part has one offset for all its tags.
    """
    if "start" in part:
        return chain.from_iterable(recorded_blocks(reading, part))
    if table.snapshot:
        return table.snapshot(reading)
    return _appended(reading, table)


def _appended(reading: Reading, table: Table) -> Iterator[dict[str, Any]]:
    """Give the rows of all batches of a table that is read on, from its first read's start to now."""
    assert table.append is not None  # noqa: S101 (a table has one of the two)
    offset: dict[str, Any] | None = None
    while True:
        rows, after = table.append(reading, offset)
        yield from rows
        if after == offset:
            return
        offset = after


def recorded_blocks(reading: Reading, part: Mapping[str, Any]) -> Iterator[Block]:
    """Give the values of a part that is a stretch of time, a tag's page each. Raises PiError as `read_partition` does."""
    tags = tag_webids(reading)
    for found in StreamReader(reading.client).read([Window(tag, part["start"], part["end"]) for tag in tags]):
        if isinstance(found, TagProblem):
            if found.status not in FORBIDDEN_OR_GONE:
                raise PiError(found.status, f"{found.webid}: {found.message}")
            reading.report(found)
        else:
            yield Values(found.tag, found.items, reading.ingested)
    reading.refuse_if_none(len(tags))
