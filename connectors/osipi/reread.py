"""Past values that were corrected or deleted: what was given is compared with what the server has now, hour by hour.

With `reread_hours` each run reads that window again. Of each tag and hour the offset remembers how many values were given and
the sum of their digests (a sum, since the values of an hour come in several reads and in any order). An hour that differs is
given again whole, with a later `ingestion_timestamp`; one that is the same gives no row. Which values are gone is told from the
instants that were given, which the offset remembers too, up to `reread_values` of a table: a value that is gone comes as a row
of its key whose `value_type` is `deleted` and whose value is null. So the row of a key with the latest `ingestion_timestamp`
holds. The table's ingestion is then `cdc` in sequence of that column (see `connector.read_table_metadata`), so the framework
keeps that row only, and `value_type <> 'deleted'` are the values that there are. A deleted row rather than a flow of deletes:
such a flow has a checkpoint of its own, and would miss what came and went between two of its reads.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from .incremental import Memory
from .problems import TagProblem
from .streamsets import Page, Window
from .times import MICROSECONDS, shifted
from .values import blank, numbered, value_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .incremental import Progress
    from .reading import Reading
    from .stream_reader import StreamReader

Sums = dict[str, tuple[int, int]]
Rows = list[dict[str, Any]]
_WHOLE = 2**64
_HOUR = 13  # characters of a stamp down to its hour
DELETED = "deleted"


def digest_of(item: dict[str, Any], stamp: str, occurrence: int) -> int:
    """Give 64 bits that differ where anything that a row has of a value does."""
    told = {name: one for name, one in item.items() if name not in {"Timestamp", "Errors"} and one is not None}
    text = f"{stamp} {occurrence} {json.dumps(told, sort_keys=True)}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def hour_of(stamp: str, anchor: str) -> str:
    """Give the name of the hour in which a stamp is: its start, or the anchor where that is later."""
    return max(anchor, stamp[:_HOUR] + ":00:00")


def remember(memory: Memory, values: Iterable[tuple[dict[str, Any], str, int]]) -> None:
    """Add values (item, stamp, occurrence) that are given for the first time."""
    for item, stamp, occurrence in values:
        if stamp < memory.anchor:
            continue
        hour = hour_of(stamp, memory.anchor)
        count, total = memory.sums.get(hour, (0, 0))
        memory.sums[hour] = count + 1, (total + digest_of(item, stamp, occurrence)) % _WHOLE
        if stamp >= memory.keyed:
            memory.given[stamp] += 1


def forget(memory: Memory, before: str, most: int) -> None:
    """Forget the hours that ended by the stamp `before`, and instants of the oldest hours where more than `most` are known."""
    first = hour_of(before, memory.anchor)
    if first > memory.anchor:
        memory.sums = {hour: sums for hour, sums in memory.sums.items() if hour >= first}
        memory.anchor = first
    keyed, room = max(memory.keyed, memory.anchor), most
    for hour in sorted(memory.sums, reverse=True):
        room -= memory.sums[hour][0]
        if room < 0 and hour >= keyed:
            keyed = next((later for later in sorted(memory.sums) if later > hour), shifted(hour, 3600))
            break
    if keyed > memory.keyed:
        memory.keyed = keyed
        memory.given = Counter({stamp: count for stamp, count in memory.given.items() if stamp >= keyed})


def compare(reading: Reading, memory: Memory, tag: tuple[str, str, str], items: Sequence[dict[str, Any]]) -> Rows:
    """Give the rows of the hours in which the server's values differ from what was given, and remember these from now on.

    tag: WebID, name, units; items: all that the server has from the anchor to where the tag was read.
    """
    found = Memory(memory.anchor, memory.keyed)
    remember(found, numbered(items))
    changed = {hour for hour in found.sums.keys() | memory.sums.keys() if found.sums.get(hour) != memory.sums.get(hour)}
    if not changed:
        return []
    # Later than what this run gave before, so that the order of two rows of one key is plain.
    ingested = shifted(reading.cap, 1e-6) + "Z"
    some = [item for item, stamp, _ in numbered(items) if hour_of(stamp, memory.anchor) in changed]
    rows = list(value_rows(tag, some, ingested))
    for stamp in sorted(memory.given):
        if hour_of(stamp, memory.anchor) in changed:
            rows += [_gone(tag, stamp, left, ingested) for left in range(found.given[stamp], memory.given[stamp])]
    for hour in sorted(changed):
        if hour < memory.keyed and hour in memory.sums:
            _tell_unkeyed(reading, tag[0], hour, found.sums.get(hour, (0, 0))[0] - memory.sums[hour][0])
    memory.sums, memory.given = found.sums, found.given
    return rows


def _tell_unkeyed(reading: Reading, webid: str, hour: str, more: int) -> None:
    end = shifted(hour[:_HOUR] + ":00:00", 3600)
    words = f"the values from {hour}Z to {end}Z changed ({more:+d}), and too many were given to tell which of them were deleted"
    cure = f"headgate backfill osipi --from {hour}Z --to {end}Z --tags {webid} --delta TABLE --delete"
    reading.notice(webid, f"{words}: look with `{cure}`, or give a larger reread_values")


def _gone(tag: tuple[str, str, str], stamp: str, occurrence: int, ingested: str) -> dict[str, Any]:
    return blank(tag, ingested) | {
        "timestamp": stamp[:MICROSECONDS] + "Z",
        "sub_microsecond": int(stamp[MICROSECONDS:] or 0),
        "occurrence": occurrence,
        "value_type": DELETED,
    }


def read_again(
    reading: Reading, reader: StreamReader, progress: Progress, tags: Sequence[str], *, hours: float, most: int
) -> Rows:
    """Read the window behind each tag's place again; give the rows of what changed. `most`: instants to remember of a tag.

    A tag that can't be read is reported, and keeps what is remembered of it for the next run.
    """
    start = shifted(reading.cap, -hours * 3600)
    pages: dict[str, list[Page]] = {}
    windows = []
    for tag in tags:
        memory = progress.memories[tag]
        memory.done = reading.cap
        forget(memory, start, most)
        if memory.anchor <= progress.places[tag].until:
            windows.append(Window(tag, memory.anchor, progress.places[tag].until))
            pages[tag] = []
    for found in reader.read(sorted(windows, key=lambda window: (window.start, window.end))):
        if isinstance(found, TagProblem):
            reading.report(found)
            pages.pop(found.webid, None)
        elif found.webid in pages:
            pages[found.webid].append(found)
    return [row for tag, some in pages.items() for row in _of_tag(reading, progress, tag, some, most)]


def _of_tag(reading: Reading, progress: Progress, tag: str, pages: Sequence[Page], most: int) -> Iterator[dict[str, Any]]:
    place, memory = progress.places[tag], progress.memories[tag]
    items = [item for page in pages for item in page.items]
    rows = compare(reading, memory, pages[0].tag if pages else (tag, "", ""), items)
    if rows:
        # What was found within the overlap is given now, so the next read must neither give it again nor miss what is gone.
        start = max(memory.anchor, place.start(place.overlap))
        seen = Counter(stamp for _, stamp, _ in numbered(items) if stamp >= start)
        place.seen = Counter({stamp: count for stamp, count in place.seen.items() if stamp < start}) + seen
        forget(memory, memory.anchor, most)
    yield from rows
