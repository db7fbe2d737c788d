"""Values of tags: recorded ones from where the last read left off, and those that are the server's answer of the moment."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from .columns import Column
from .incremental import Memory, Place, progress_of
from .late import TOGETHER, look_back, stretch
from .options import MOST_MINUTES, MOST_MINUTES_BACK
from .points import tag_webids
from .problems import TagProblem
from .reread import read_again, remember
from .streamsets import Page, StreamReader, Window
from .times import shifted, stamp_of
from .values import numbered, value_rows

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from .incremental import Guard, Progress
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

    The first read of a tag starts at `startTime`, else `lookback_minutes` (60) before now; the offset after a first batch holds
    that for all tags, those not reached too. A read goes to now, or `endTime`, but no further than `window_minutes` (a day) at
    once, and stops after the group of tags with which `max_records_per_batch` (100,000) is reached. `overlap_minutes` (5) are
    read again for values that came late; `future_minutes` (0) lie ahead of now. Tags that can't be read are reported and keep
    their place.

    Values that come or go within `late_hours` (4; 0: never look) behind the overlap are reported, as `late` says. With
    `reread_hours` (0) each run ends by reading that window again for values that were corrected or deleted, as `reread` says.
    """
    progress = progress_of(offset)
    rows = read_from(reading, progress)
    after = progress.to_offset()
    return rows, dict(offset) if offset and after == dict(offset) else after


def read_from(reading: Reading, progress: Progress) -> Iterator[dict[str, Any]]:
    """Read pi_timeseries on from `progress`, which moves on; an error leaves it in the middle. Else as `read_recorded`."""
    options = RecordedOptions(reading)
    tags = tag_webids(reading)
    reader = StreamReader(reading.client)
    rows, moved = _read_on(reading, reader, options, progress, tags)
    if not moved:
        _first_guards(reading, options, progress, tags)
        rows = iter(_read_again(reading, reader, options, progress, tags))
    return rows


class RecordedOptions:
    """The options of recorded values; seconds and stamps."""

    def __init__(self, reading: Reading) -> None:
        texts = reading.texts
        future = texts.number("future_minutes", 0, most=MOST_MINUTES) * 60
        self.overlap = texts.number("overlap_minutes", 5, most=MOST_MINUTES) * 60 + future
        self.window = texts.number("window_minutes", 1440, 1, MOST_MINUTES) * 60
        self.most_records = texts.count("max_records_per_batch", 100_000)
        self.late_hours = texts.number("late_hours", 4, most=87_600)
        self.reread_hours = texts.number("reread_hours", 0, most=8760)
        self.reread_values = texts.count("reread_values", 200_000)
        self._lookback = texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK) * 60
        texts.check()
        self._reading, self.cap = reading, reading.last(future)
        self._floor = reading.instant("startTime") or shifted(min(self.cap, reading.cap), -self._lookback)
        # Tags held at once: those of the requests under way, of the one that goes out next, and of the answer that is decoded.
        self.group = reading.client.settings.tags_per_request * (reading.client.settings.threads + 2)

    @cached_property
    def first(self) -> str:
        """Where the first read of a tag begins; only such a read cares whether `startTime` is good."""
        return self._reading.first(self.cap, self._lookback)

    def window_of(self, tag: str, place: Place) -> Window:
        """Give what is to be read of a tag next."""
        end = min(self.cap, shifted(place.until, self.window))
        return Window(tag, place.start(self.overlap), max(place.until, end))

    def unseen(self, place: Place, until: str) -> tuple[str, str]:
        """Give the stretch in which a value that comes late is reported, once a tag was read until then."""
        start = place.guard.start if place.guard else self._floor
        return stretch(start, until, max(self.overlap, self.reread_hours * 3600), self.late_hours)


def _read_on(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> tuple[Iterator[dict[str, Any]], bool]:
    """Read what is new of the tags; give its rows, and whether any tag moved on."""
    known, count = len(progress.places), 0
    # Tags that no batch reaches before the run is cut off begin where they would have begun now, not where a later now says.
    for tag in tags:
        if tag not in progress.places:
            progress.places[tag] = Place(options.first)
    due = [tag for tag in tags if progress.places[tag].until < options.cap]
    kept: list[tuple[Page, Counter[str]]] = []
    before = {tag: progress.places[tag].until for tag in due}
    guards: dict[str, Guard] = {}
    together = -(-TOGETHER // options.group) * options.group
    for start in range(0, len(due), options.group):
        if start % together == 0:
            guards = _look_back(reading, options, progress, due[start : start + together])
        group = due[start : start + options.group]
        for page, seen in _read_group(reading, reader, options, progress, group):
            kept.append((page, seen))
            count += len(page.items)
        for tag in group:
            if tag not in reading.unread:
                progress.places[tag].guard = guards.get(tag, progress.places[tag].guard)
        if count >= options.most_records:
            break
    if due and len(due) == len(tags):
        reading.refuse_if_none(len(tags))
    moved = len(progress.places) > known or any(before[tag] != progress.places[tag].until for tag in due)
    return chain.from_iterable(value_rows(page.tag, page.items, reading.ingested, seen) for page, seen in kept), moved


def _look_back(reading: Reading, options: RecordedOptions, progress: Progress, tags: Sequence[str]) -> dict[str, Guard]:
    """Compare the guards of tags before they are read on; a value that came in between is then told rather than missed."""
    if not options.late_hours:
        return {}
    places = {tag: place for tag in tags if (place := progress.places.get(tag)) and place.guard}
    wanted = {tag: options.unseen(place, options.window_of(tag, place).end) for tag, place in places.items()}
    return look_back(reading, progress, wanted) if wanted else {}


def _first_guards(reading: Reading, options: RecordedOptions, progress: Progress, tags: Sequence[str]) -> None:
    """Give guards to tags that have none yet, once all was read: a first read asks for values only."""
    if not options.late_hours:
        return
    new = [tag for tag in tags if tag not in reading.unread and tag in progress.places and not progress.places[tag].guard]
    wanted = {tag: options.unseen(progress.places[tag], progress.places[tag].until) for tag in new}
    for tag, guard in (look_back(reading, progress, wanted) if wanted else {}).items():
        progress.places[tag].guard = guard


def _read_again(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> list[dict[str, Any]]:
    """Read again what is to be compared in this run, as many tags as it takes for `max_records_per_batch` rows."""
    if not options.reread_hours:
        progress.memories.clear()
        return []
    due = [tag for tag in tags if tag in progress.memories and progress.memories[tag].done < reading.cap]
    most = max(1, options.reread_values // max(1, len(progress.memories)))
    rows: list[dict[str, Any]] = []
    for start in range(0, len(due), options.group):
        group = due[start : start + options.group]
        rows += read_again(reading, reader, progress, group, hours=options.reread_hours, most=most)
        if len(rows) >= options.most_records:
            break
    return rows


def _read_group(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> Iterator[tuple[Page, Counter[str]]]:
    """Read some tags whole, move those on that could be read, and give their pages with what was given before."""
    windows = {tag: options.window_of(tag, progress.places[tag]) for tag in tags}
    pages: dict[str, list[Page]] = {tag: [] for tag in tags}
    ordered = sorted(windows.values(), key=lambda window: (window.start, window.end))
    for found in reader.read(ordered):
        if isinstance(found, TagProblem):
            reading.report(found)
            pages.pop(found.webid, None)
        elif found.webid in pages:
            pages[found.webid].append(found)
    for tag, some in pages.items():
        before = progress.places[tag].seen
        if options.reread_hours:
            anchor = progress.places[tag].until
            memory = progress.memories.setdefault(tag, Memory(anchor, anchor))
            remember(memory, (one for page in some for one in numbered(page.items) if one[2] >= before.get(one[1], 0)))
        new = [
            stamp
            for page in some
            for _, stamp, occurrence in numbered(_since(page, shifted(windows[tag].end, -options.overlap)))
            if occurrence >= before.get(stamp, 0)
        ]
        progress.advance(tag, windows[tag].start, windows[tag].end, options.overlap, new)
        yield from ((page, before) for page in some)


def _since(page: Page, stamp: str) -> list[dict[str, Any]]:
    """Give the values of a page from an instant on: those that the offset is to remember."""
    return page.items[bisect_left(page.items, stamp, key=lambda item: stamp_of(item["Timestamp"])) :]
