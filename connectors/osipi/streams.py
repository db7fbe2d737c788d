"""Values of tags: recorded ones from where the last read left off, and those that are the server's answer of the moment."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from .clocks import latest, tell
from .columns import Column
from .dropped import tell_gone
from .incremental import progress_of
from .late_arrivals import TOGETHER, look_back, stretch
from .options import MOST_MINUTES, MOST_MINUTES_BACK
from .reconciliation import read_again
from .recorded import read_gaps, read_tags
from .roster import keys_to_read
from .stream_reader import StreamReader
from .streamsets import Page, Window
from .times import shifted
from .values import Values

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from .incremental import Guard, Place, Progress
    from .reading import Reading
    from .values import Block

# tag_webid: the WebID under which the tag first landed; tag_id: what stays of it when the tag or its server is renamed.
TAG = (Column("tag_webid", required=True), Column("tag_id"), Column("tag_name"))
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
    """Read pi_timeseries on from `offset` as `read_blocks` does; give the rows, and the offset after them."""
    blocks, after = read_blocks(reading, offset)
    return chain.from_iterable(blocks), after


def read_blocks(reading: Reading, offset: Mapping[str, Any] | None) -> tuple[list[Block], dict[str, Any]]:
    """Read pi_timeseries on from `offset`; give what is new, block by block, and the offset after it.

    The first read of a tag starts at `startTime`, else `lookback_minutes` (60) before now; the offset after a first batch holds
    that for all tags, those not reached too. A read goes to now, or `endTime`, but no further than `window_minutes` (a day) at
    once, and stops after the group of tags with which `max_records_per_batch` (100,000) is reached. `overlap_minutes` (5) are
    read again for values that came late; `future_minutes` (0) lie ahead of now. Tags that can't be read are reported and keep
    their place. With `settle_seconds` (0) a read ends so long before now, for compression may drop what is newer; a value that
    was read and is there no more is reported, as `dropped` says.

    Values that come or go within `late_hours` (4; 0: never look) behind the overlap are reported, as `late_arrivals` says. With
    `reread_hours` (0) each run ends by reading that window again for values that were corrected or deleted
    (`reconciliation`).
    """
    progress = progress_of(offset)
    blocks = read_from(reading, progress)
    after = progress.to_offset()
    return blocks, dict(offset) if offset and after == dict(offset) else after


def read_from(reading: Reading, progress: Progress) -> list[Block]:
    """Read pi_timeseries on from `progress`, which moves on; an error leaves it in the middle. Else as `read_blocks`."""
    options = RecordedOptions(reading)
    known = len(progress.places)
    tags = keys_to_read(reading, progress, lambda: options.first)
    reader = StreamReader(reading.client, narrowing=True)
    blocks, moved = _read_on(reading, reader, options, progress, tags)
    unread = len(reading.unread)
    tell(reading, progress, options.future)
    if not moved and known == len(progress.places):
        _first_guards(reading, options, progress, tags)
        gaps = str(progress.gaps)
        filled = read_gaps(reading, reader, options, progress, tags)
        blocks = [*filled, *_read_again(reading, reader, options, progress, tags)]
        moved = gaps != str(progress.gaps)
    tell_gone(reading)
    if unread == len(tags) and not moved and not progress.gaps.keys() & set(tags):
        reading.refuse_if_none(len(tags))
    return blocks


class RecordedOptions:
    """The options of recorded values; seconds and stamps."""

    def __init__(self, reading: Reading) -> None:
        texts = reading.texts
        future = texts.number("future_minutes", 0, most=MOST_MINUTES) * 60
        settle = texts.number("settle_seconds", 0, most=MOST_MINUTES * 60)
        self.overlap = texts.number("overlap_minutes", 5, most=MOST_MINUTES) * 60 + future
        self.window = texts.number("window_minutes", 1440, 1, MOST_MINUTES) * 60
        self.most_records = texts.count("max_records_per_batch", 100_000)
        self.late_hours = texts.number("late_hours", 4, most=87_600)
        self.reread_hours = texts.number("reread_hours", 0, most=8760)
        self.reread_values = texts.count("reread_values", 200_000)
        self._lookback = texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK) * 60
        texts.check()
        self._reading = reading
        self.future, self.ahead = future, future - settle
        self.cap = self._end(self.ahead)
        self._floor = reading.instant("startTime") or shifted(min(self.cap, reading.cap), -self._lookback)
        # Tags whose past is compared at once.
        self.group = reading.client.settings.tags_per_request * (reading.client.settings.threads + 2)

    def _end(self, ahead: float) -> str:
        """Give `endTime`, or so many seconds after now by the clock that is behind, ours or the server's."""
        return min(self._reading.last(ahead), shifted(latest(self._reading), ahead))

    def end_sooner(self) -> bool:
        """Have the read end where the server's clock says by now; give whether that is sooner than before."""
        before, self.cap = self.cap, self._end(self.ahead)
        return self.cap < before

    @cached_property
    def first(self) -> str:
        """Where the first read of a tag begins; only such a read cares whether `startTime` is good."""
        return self._reading.first(self._end(self.future), self._lookback)

    def window_of(self, tag: str, place: Place) -> Window:
        """Give what is to be read of a tag next."""
        end = min(self.cap, shifted(place.until, self.window))
        # What this very run has just read needs no overlap.
        start = place.until if self._reading.begun.get(tag) == place.until else place.start(self.overlap)
        return Window(tag, start, max(place.until, end))

    def unseen(self, place: Place, until: str) -> tuple[str, str]:
        """Give the stretch in which a value that comes late is reported, once a tag was read until then."""
        # A tag that is new to a table begins where that stood, however long ago.
        start = place.guard.start if place.guard else min(self._floor, place.until)
        return stretch(start, until, max(self.overlap, self.reread_hours * 3600), self.late_hours)


def _read_on(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> tuple[list[Block], bool]:
    """Read what is new of the tags; give it, and whether any tag moved on."""
    count = 0
    due = [tag for tag in tags if progress.places[tag].until < options.cap]
    before = {tag: progress.places[tag].until for tag in due}
    kept: list[tuple[Page, Counter[str]]] = []
    for start in range(0, len(due), TOGETHER):
        some = due[start : start + TOGETHER]
        guards = _look_back(reading, options, progress, some)
        if options.end_sooner():  # as the server's clock says, of which nothing was known before the first answer
            guards = _look_back(reading, options, progress, some)
        limit = options.most_records - count
        pages = list(read_tags(reading, reader, options, progress, some, guards, limit))
        while reader.cut_short and all(before[tag] == progress.places[tag].until for tag in some):
            limit *= 4  # all of it was what had been given before
            pages = list(read_tags(reading, reader, options, progress, some, guards, limit))
        kept += pages
        count += sum(len(page.items) for page, _ in pages)
        if reader.cut_short or count >= options.most_records:
            break
    moved = any(before[tag] != progress.places[tag].until for tag in due)
    return [Values(page.tag, page.items, reading.ingested, seen) for page, seen in kept], moved


def _look_back(reading: Reading, options: RecordedOptions, progress: Progress, tags: Sequence[str]) -> dict[str, Guard]:
    """Compare the guards of tags before they are read on, and count for those that are read for the first time.

    A value that comes in between is then told rather than missed.
    """
    if not options.late_hours:
        return {}
    places = {tag: progress.places[tag] for tag in tags}
    wanted = {tag: options.unseen(place, options.window_of(tag, place).end) for tag, place in places.items()}
    return look_back(reading, progress, wanted) if wanted else {}


def _first_guards(reading: Reading, options: RecordedOptions, progress: Progress, tags: Sequence[str]) -> None:
    """Give guards to tags that have none yet, once all was read: those whose first read did not come to its end at once."""
    if not options.late_hours:
        return
    known = [tag for tag in tags if tag in progress.places and tag not in reading.unread]
    new = [tag for tag in known if not progress.places[tag].guard]
    wanted = {tag: options.unseen(progress.places[tag], progress.places[tag].until) for tag in new}
    for tag, guard in (look_back(reading, progress, wanted) if wanted else {}).items():
        progress.places[tag].guard = guard


def _read_again(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> list[Block]:
    """Read again what is to be compared in this run, until there are `max_records_per_batch` rows."""
    if not options.reread_hours:
        progress.memories.clear()
        return []
    return read_again(reading, reader, options, progress, tags)
