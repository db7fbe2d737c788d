"""Values of tags: recorded ones from where the last read left off, and those that are the server's answer of the moment."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

from .columns import Column
from .incremental import Place, Progress, progress_of
from .points import tag_webids
from .problems import TagProblem
from .streamsets import Page, StreamReader, Window
from .times import shifted, stamp_of
from .values import numbered, value_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .reading import Reading

TAG = (Column("tag_webid", required=True), Column("tag_name"))
VALUE = (
    Column("timestamp", "timestamp", required=True),
    Column("sub_microsecond", "long", required=True),
    Column("value", "double"),
    Column("value_text"),
    Column("value_type"),
    Column("state_code", "long"),
    Column("quality_good", "boolean"),
    Column("quality_questionable", "boolean"),
    Column("quality_substituted", "boolean"),
    Column("annotated", "boolean"),
    Column("units"),
    Column("errors"),
)
INGESTED = Column("ingestion_timestamp", "timestamp", required=True)
RECORDED = (*TAG, *VALUE, Column("occurrence", "long", required=True), INGESTED)


def read_recorded(reading: Reading, offset: Mapping[str, Any] | None) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
    """Read pi_timeseries on from `offset`; give the rows that are new, and the offset after them.

    The first read of a tag starts at `startTime`, else `lookback_minutes` (60) before now. A read goes to now, or
    `endTime`, but no further than `window_minutes` (a day) at once, and stops after the group of tags with which
    `max_records_per_batch` (100,000) is reached. `overlap_minutes` (5) are read again for values that came late;
    `future_minutes` (0) lie ahead of now. Tags that can't be read are reported and keep their place.
    """
    progress = progress_of(offset)
    options = _Options(reading)
    tags = tag_webids(reading)
    due = [tag for tag in tags if tag not in progress.places or progress.places[tag].until < options.cap]
    if not due:
        return iter(()), dict(offset or progress.to_offset())
    reader = StreamReader(reading.client)
    kept: list[tuple[Page, Counter[str]]] = []
    count, size = 0, reading.client.settings.tags_per_request * reading.client.settings.threads
    for start in range(0, len(due), size):
        for page, seen in _read_group(reading, reader, options, progress, due[start : start + size]):
            kept.append((page, seen))
            count += len(page.items)
        if count >= options.most_records:
            break
    if len(due) == len(tags):
        reading.refuse_if_none(len(tags))
    rows = (row for page, seen in kept for row in value_rows(page.tag, page.items, reading.ingested, seen))
    return rows, progress.to_offset()


class _Options:
    """The options of recorded values; seconds and stamps."""

    def __init__(self, reading: Reading) -> None:
        texts = reading.texts
        future = texts.number("future_minutes", 0) * 60
        self.overlap = texts.number("overlap_minutes", 5) * 60 + future
        self.window = texts.number("window_minutes", 1440, 1) * 60
        self.most_records = texts.count("max_records_per_batch", 100_000)
        lookback = texts.number("lookback_minutes", 60) * 60
        texts.check()
        self.cap = shifted(reading.instant("endTime") or reading.cap, future)
        self.first = reading.instant("startTime") or shifted(reading.cap, -lookback)

    def window_of(self, tag: str, place: Place | None) -> Window:
        """Give what is to be read of a tag next."""
        start = place.until if place else self.first
        end = min(self.cap, shifted(start, self.window))
        return Window(tag, place.start(self.overlap) if place else start, max(start, end))


def _read_group(
    reading: Reading, reader: StreamReader, options: _Options, progress: Progress, tags: Sequence[str]
) -> Iterator[tuple[Page, Counter[str]]]:
    """Read some tags whole, move those on that could be read, and give their pages with what was given before."""
    windows = {tag: options.window_of(tag, progress.places.get(tag)) for tag in tags}
    pages: dict[str, list[Page]] = {tag: [] for tag in tags}
    ordered = sorted(windows.values(), key=lambda window: (window.start, window.end))
    for found in reader.read(ordered):
        if isinstance(found, TagProblem):
            reading.report(found)
            pages.pop(found.webid, None)
            progress.places.setdefault(found.webid, Place(windows[found.webid].start))
        elif found.webid in pages:
            pages[found.webid].append(found)
    for tag, some in pages.items():
        before = progress.places[tag].seen.copy() if tag in progress.places else Counter[str]()
        new = [
            stamp
            for page in some
            for _, stamp, occurrence in numbered(_since(page, shifted(windows[tag].end, -options.overlap)))
            if occurrence >= before.get(stamp, 0)
        ]
        progress.advance(tag, windows[tag].end, options.overlap, new)
        yield from ((page, before) for page in some)


def _since(page: Page, stamp: str) -> list[dict[str, Any]]:
    """Give the values of a page from an instant on: those that the offset is to remember."""
    return page.items[bisect_left(page.items, stamp, key=lambda item: stamp_of(item["Timestamp"])) :]
