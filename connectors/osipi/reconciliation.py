"""Past values that were corrected or deleted: what was given is compared with what the server has now, hour by hour.

With `reread_hours` each run reads that window again. Of each tag and hour the offset remembers how many values were given and
the sum of their digests. An hour that differs is given again whole, with a later `ingestion_timestamp`; one that is the same
gives no row. Which values are gone is told from the instants that were given, which the offset remembers too, up to
`reread_values` of a table: a value that is gone comes as a row of its key whose `value_type` is `deleted` and whose value is
null. So the row of a key with the latest `ingestion_timestamp` holds. The table's ingestion is then `cdc` in sequence of that
column (see `connector.read_table_metadata`), so the framework keeps that row only, and `value_type <> 'deleted'` are the
values that there are. A deleted row rather than a flow of deletes: such a flow has a checkpoint of its own, and would miss
what came and went between two of its reads.

However many values the window has, few of them are held: hours are summed up as their pages come, and only those that differ
are read once more, for as many rows as the batch has room for. The offset says up to where a tag was compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from .incremental import SPOILT, Memory
from .memories import forget, hour_of, next_hour, remember, summed
from .reading import FORBIDDEN_OR_GONE
from .remedy import backfill_command
from .streamsets import Page, Window
from .times import MICROSECONDS, previous, shifted
from .values import Values, blank, numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .incremental import Progress
    from .reading import Reading
    from .stream_reader import StreamReader
    from .streams import RecordedOptions
    from .values import Block

DELETED = "deleted"
_NOTHING = (0, 0)
_NEVER = "9999"


def read_again(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> list[Block]:
    """Compare the window behind each tag's place on from where this run was; give what changed, a batch of rows at most.

    An hour of a tag that can't be read is reported, and is compared by the next run with what is remembered of it; others are
    compared now.
    """
    due = [tag for tag in tags if (memory := progress.memories.get(tag)) and (memory.at or memory.done < reading.cap)]
    batch = _Batch(reading, reader, options, progress)
    for group in _groups(progress, due, options):
        left = [tag for tag in group if batch.begin(tag)]
        while left and batch.room > 0:
            left = batch.go_on(left)
        if batch.room <= 0:
            break
    return batch.blocks


def _groups(progress: Progress, tags: Sequence[str], options: RecordedOptions) -> Iterator[list[str]]:
    """Put tags into groups to compare at once: few enough for what they may have in an hour."""
    group: list[str] = []
    room = options.most_records
    for tag in tags:
        size = max((count for count, _ in progress.memories[tag].sums.values()), default=0)
        if group and (size > room or len(group) == options.group):
            yield group
            group, room = [], options.most_records
        group.append(tag)
        room -= size
    if group:
        yield group


class _Batch:
    """The rows of what changed, which are made when they are taken; `room`: how many more there may be."""

    def __init__(self, reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress) -> None:
        self.blocks: list[Block] = []
        self.room = options.most_records
        self._reading, self._reader, self._progress = reading, reader, progress
        self._at_once = options.most_records  # values that are compared at once, about
        self._start = shifted(reading.cap, -options.reread_hours * 3600)
        self._most = max(1, options.reread_values // max(1, len(progress.memories)))  # instants to remember of a tag
        # Later than what this run gave before, so that the order of two rows of one key is plain.
        self._ingested = shifted(reading.cap, 1e-6) + "Z"

    def begin(self, tag: str) -> bool:
        """Begin to compare a tag, unless this run did; say whether there is anything to compare."""
        memory = self._progress.memories[tag]
        forget(memory, self._start, self._most)
        if memory.done != self._reading.cap or memory.at < memory.anchor:
            memory.done, memory.at, memory.so_far = self._reading.cap, memory.anchor, _NOTHING
        if memory.at > self._progress.places[tag].until:
            memory.at = ""
        return bool(memory.at)

    def go_on(self, tags: Sequence[str]) -> list[str]:
        """Compare some hours of the tags; give those of which there is more to compare."""
        end = self._end(tags)
        some = [tag for tag in tags if self._progress.memories[tag].at < end]
        unread: dict[str, set[str]] = defaultdict(set)
        found = self._found(some, end, unread)
        changed = {tag: [hour for hour in self._changed(tag, found[tag], end) if hour not in unread[tag]] for tag in some}
        pages = self._pages(changed, end, unread)
        for tag in some:
            memory, until = self._progress.memories[tag], self._progress.places[tag].until
            hours = [hour for hour in changed[tag] if hour not in unread[tag]]
            if all(self._give(tag, hour, found[tag].get(hour), pages[tag]) for hour in hours):
                memory.at = end if end <= until else ""
        return [tag for tag in tags if self._progress.memories[tag].at]

    def _end(self, tags: Sequence[str]) -> str:
        """Give the hour before which the tags are compared next: as many hours as have so many values, one at least."""
        totals: Counter[str] = Counter()
        for tag in tags:
            memory = self._progress.memories[tag]
            totals[next_hour(memory.at)] += 0
            for hour, (count, _) in memory.sums.items():
                if hour >= memory.at:
                    totals[next_hour(hour)] += count
        room, end = self._at_once, ""
        for after in sorted(totals):
            room -= totals[after]
            if end and room < 0:
                return end
            end = after
        return next_hour(max(self._progress.places[tag].until for tag in tags))

    def _window(self, tag: str, start: str, end: str) -> Window:
        return Window(tag, start, min(self._progress.places[tag].until, previous(end)))

    def _found(self, tags: Sequence[str], end: str, unread: Mapping[str, set[str]]) -> dict[str, dict[str, tuple[int, int]]]:
        """Give what the server has in each hour of the tags before `end`, but for hours that can't be read."""
        made = {tag: Memory(self._progress.memories[tag].anchor, _NEVER) for tag in tags}
        windows = [self._window(tag, self._whole(tag), end) for tag in tags]
        for page in self._read([window for window in windows if window.start <= window.end], unread):
            remember(made[page.webid], numbered(page.items))
        return {tag: memory.sums for tag, memory in made.items()}

    def _whole(self, tag: str) -> str:
        """Give the first hour of which nothing was given yet."""
        memory = self._progress.memories[tag]
        return memory.at if memory.at == hour_of(memory.at, memory.anchor) else next_hour(memory.at)

    def _changed(self, tag: str, found: Mapping[str, tuple[int, int]], end: str) -> list[str]:
        memory, first = self._progress.memories[tag], self._whole(tag)
        known = {hour for hour in memory.sums if first <= hour < end}
        changed = sorted(hour for hour in known | found.keys() if found.get(hour) != memory.sums.get(hour))
        return changed if first == memory.at else [hour_of(memory.at, memory.anchor), *changed]

    def _pages(self, changed: Mapping[str, Sequence[str]], end: str, unread: Mapping[str, set[str]]) -> dict[str, list[Page]]:
        """Read hours, for as many rows as there is room for."""
        pages: dict[str, list[Page]] = defaultdict(list)
        windows = []
        for tag, hours in changed.items():
            at = self._progress.memories[tag].at
            windows += [self._window(tag, max(hour, at), min(end, next_hour(hour))) for hour in hours]
        for page in self._read(windows, unread, self.room) if windows else ():
            pages[page.webid].append(page)
        return pages

    def _read(self, windows: Iterable[Window], unread: Mapping[str, set[str]], limit: int = 0) -> Iterator[Page]:
        """Give the pages of windows; the hours of a tag that can't be read are reported, and added to `unread`."""
        ordered = sorted(windows, key=lambda window: (window.start, window.end))
        for found in self._reader.read(ordered, limit):
            if isinstance(found, Page):
                yield found
                continue
            (self._reading.report if found.status in FORBIDDEN_OR_GONE else self._reading.leave_open)(found)
            own = [window for window in ordered if window.webid == found.webid]
            hour = hour_of(found.start or own[0].start, self._progress.memories[found.webid].anchor)
            while hour <= (found.end or own[-1].end):
                unread[found.webid].add(hour)
                hour = next_hour(hour)

    def _give(self, tag: str, hour: str, found: tuple[int, int] | None, pages: Sequence[Page]) -> bool:
        """Give the rows of an hour that differs, from where the last batch ended in it; say whether that is all of them.

        found: what the server has in the hour, where it begins just now; None for nothing.
        """
        memory, place = self._progress.memories[tag], self._progress.places[tag]
        memory.at = start = max(hour, memory.at)
        last = min(place.until, previous(next_hour(hour)))
        taken, stop = _covered(pages, start, last)
        if not taken or self.room <= 0:
            return False
        if start == hour:
            memory.so_far = _NOTHING
            self._tell_unkeyed(tag, hour, (found or _NOTHING)[0])
            # Until all of it is given it is like nothing that a server could have.
            memory.sums[hour] = (found or _NOTHING)[0], SPOILT
        values = [one for page in taken for one in numbered(page.items)]
        now = Counter(stamp for _, stamp, _ in values)
        given = Counter({stamp: count for stamp, count in memory.given.items() if start <= stamp < stop})
        if cut := _cut(now | given, self.room):
            stop = cut
            values = [one for one in values if one[1] < stop]
        gone = [stamp for stamp in sorted((given - now).elements()) if stamp < stop]
        self._add(taken[0].tag, [item for item, _, _ in values], gone, now)
        memory.so_far = summed(values, memory.so_far)
        self._keep(tag, hour, start, stop, Counter(stamp for _, stamp, _ in values))
        if stop <= last:
            memory.at = stop
            return False
        memory.sums[hour] = memory.so_far
        if not memory.so_far[0]:
            del memory.sums[hour]
        memory.so_far = _NOTHING
        forget(memory, memory.anchor, self._most)
        return True

    def _add(self, tag: tuple[str, str, str], items: list[dict[str, Any]], gone: list[str], now: Counter[str]) -> None:
        """Add rows of values, and of instants of which there are fewer than were given."""
        self.blocks.append(Values(tag, items, self._ingested))
        left, lost = now.copy(), []
        for stamp in gone:
            lost.append(_gone(tag, stamp, left[stamp], self._ingested))
            left[stamp] += 1
        self.blocks.append(lost)
        self.room -= len(items) + len(gone)

    def _keep(self, tag: str, hour: str, start: str, stop: str, now: Counter[str]) -> None:
        """Remember the instants of what was given from `start` to just before `stop`."""
        memory, place = self._progress.memories[tag], self._progress.places[tag]
        known = {stamp: count for stamp, count in memory.given.items() if not start <= stamp < stop}
        if memory.sums[hour][0] <= self._most:  # else they would be forgotten as soon as the hour is whole
            known |= {stamp: count for stamp, count in now.items() if stamp >= memory.keyed}
        memory.given = Counter(known)
        # What was found within the overlap is given now, so the next read must neither give it again nor miss what is gone.
        first = max(start, place.start(place.overlap))
        if first < stop:
            seen = {stamp: count for stamp, count in place.seen.items() if not first <= stamp < stop}
            place.seen = Counter(seen | {stamp: count for stamp, count in now.items() if stamp >= first})

    def _tell_unkeyed(self, tag: str, hour: str, count: int) -> None:
        memory = self._progress.memories[tag]
        if hour >= memory.keyed or hour not in memory.sums:
            return
        more, end = count - memory.sums[hour][0], next_hour(hour)
        many = "and too many were given to tell which of them were deleted"
        words = f"the values from {hour}Z to {end}Z changed ({more:+d}), {many}"
        cure = backfill_command(self._reading.table, hour, end, tag, delete=True)
        self._reading.notice(tag, f"{words}: take them out by `{cure}`, or give a larger reread_values")


def _covered(pages: Sequence[Page], start: str, last: str) -> tuple[list[Page], str]:
    """Give the pages that follow each other from `start` on, and where they end: after `last` where that is all."""
    taken: list[Page] = []
    for page in sorted(pages, key=lambda page: page.start):
        if page.start == start <= last:
            taken.append(page)
            start = page.stop
    return taken, start


def _cut(counts: Counter[str], room: int) -> str:
    """Give the first instant for which there is no room; empty where there is room for all. The first one has always room."""
    if counts.total() <= room:
        return ""
    for stamp in sorted(counts):
        if room <= 0:
            return stamp
        room -= counts[stamp]
    return ""


def _gone(tag: tuple[str, str, str], stamp: str, occurrence: int, ingested: str) -> dict[str, Any]:
    return blank(tag, ingested) | {
        "timestamp": stamp[:MICROSECONDS] + "Z",
        "sub_microsecond": int(stamp[MICROSECONDS:] or 0),
        "occurrence": occurrence,
        "value_type": DELETED,
    }
