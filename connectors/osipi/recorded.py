"""Recorded values of tags from their places on: what is read moves a tag's place, what can't be read now is left open."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .clocks import latest
from .coverage import MOST_GAPS, Coverage, joined
from .dropped import gone, lose
from .incremental import Memory
from .memories import remember
from .roster import renamed
from .streamsets import Page, Window
from .times import shifted, stamp_of
from .values import Values, numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .coverage import Gap
    from .incremental import Guard, Progress
    from .reading import Reading
    from .stream_reader import StreamReader
    from .streams import RecordedOptions
    from .values import Block


def read_tags(
    reading: Reading,
    reader: StreamReader,
    options: RecordedOptions,
    progress: Progress,
    tags: Sequence[str],
    guards: Mapping[str, Guard],
    limit: int,
) -> Iterator[tuple[Page, Counter[str]]]:
    """Read tags until `limit` values are there, move those on that could be read; give pages with what was given before."""
    count = 0
    for coverage in _covered(reader, (options.window_of(tag, progress.places[tag]) for tag in tags), limit):
        tag = coverage.window.webid
        if limit > options.most_records <= count:  # what was read of the others is read again by the next batch
            return
        before, gaps = progress.places[tag].seen, progress.gaps.get(tag, [])
        if coverage.pages:
            reading.names.setdefault(tag, (coverage.pages[0].name, ""))
            renamed(reading, progress.paths, tag, coverage.pages[0].now or tag)
        until, pages, open_ = coverage.settle(max(0, MOST_GAPS - len(gaps)))
        until = min(until, shifted(latest(reading), options.ahead))
        for problem in coverage.problems:
            is_stuck = until <= progress.places[tag].until and problem not in open_
            (reading.report if is_stuck else reading.leave_open)(problem)
        if gaps:  # which are read for themselves
            pages = [replace(page, items=_outside(page.items, gaps)) for page in pages]
        if until <= progress.places[tag].until:
            continue
        _compare(reading, options, progress, tag, pages, before)
        if open_:
            progress.gaps[tag] = joined([*gaps, *((problem.start, problem.end) for problem in open_)])
        _move_on(reading, options, progress, coverage.window, until, pages, before)
        place = progress.places[tag]
        # Counted to the window's end: what is inserted before that until the tag was read that far is told, read or not.
        place.guard = guards.get(tag, place.guard)
        count += sum(len(page.items) for page in pages) - before.total()
        yield from ((page, before) for page in pages)


def _compare(
    reading: Reading,
    options: RecordedOptions,
    progress: Progress,
    tag: str,
    pages: Sequence[Page],
    before: Counter[str],
) -> None:
    """Note what was given of a tag and is in these pages no more; a time that is open is looked at when it closes."""
    place, gaps = progress.places[tag], progress.gaps.get(tag, [])
    lost = gone(before, pages)
    if gaps:
        lost = Counter({stamp: count for stamp, count in lost.items() if not any(start <= stamp <= end for start, end in gaps)})
    if lost:
        lose(reading, tag, place, lost, progress.memories.get(tag) if options.reread_hours else None, options.reread_hours)


def _move_on(
    reading: Reading,
    options: RecordedOptions,
    progress: Progress,
    window: Window,
    until: str,
    pages: Sequence[Page],
    before: Counter[str],
) -> None:
    """Move a tag's place on to `until`, and remember of its pages what the next read has to know."""
    tag = window.webid
    edge = shifted(until, -options.overlap)
    if options.reread_hours:
        _remember(progress, tag, pages, before)
    found = Counter(stamp_of(item["Timestamp"]) for page in pages for item in _since(page, edge))
    new = {stamp: more for stamp, count in found.items() if (more := count - before.get(stamp, 0)) > 0}
    progress.advance(tag, window.start, until, options.overlap, new)
    if until < options.cap:
        reading.begun[tag] = until


def _covered(reader: StreamReader, windows: Iterable[Window], limit: int) -> Iterator[Coverage]:
    """Read windows until `limit` values are there; give what came of each of which anything is known."""
    found: dict[str, Coverage] = {}
    coverages = {window.webid: Coverage(window) for window in windows}
    ordered = sorted((one.window for one in coverages.values()), key=lambda window: (window.start, window.end))
    for page in reader.read(ordered, limit):
        found.setdefault(page.webid, coverages[page.webid]).add(page)
    yield from found.values()


def _outside(items: Sequence[dict[str, Any]], gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    return [item for item in items if not any(start <= stamp_of(item["Timestamp"]) <= end for start, end in gaps)]


def _remember(progress: Progress, tag: str, pages: Sequence[Page], before: Mapping[str, int]) -> None:
    anchor = progress.places[tag].until
    memory = progress.memories.setdefault(tag, Memory(anchor, anchor))
    remember(memory, (one for page in pages for one in numbered(page.items) if one[2] >= before.get(one[1], 0)))


def read_gaps(
    reading: Reading, reader: StreamReader, options: RecordedOptions, progress: Progress, tags: Sequence[str]
) -> list[Block]:
    """Try the times that are open again; give the values of those that can be read now, and tell of the others."""
    wanted = [(tag, gap) for tag in tags for gap in progress.gaps.get(tag, ())]
    blocks: list[Block] = []
    count = 0
    for tag, gap in wanted:
        if count >= options.most_records:
            break
        coverage = Coverage(Window(tag, *gap))
        for found in reader.read([coverage.window], options.most_records - count):
            coverage.add(found)
        pages = coverage.pages
        for problem in coverage.problems:
            reading.leave_open(problem)
        if pages:
            seen = progress.places[tag].seen
            new = [stamp for page in pages for _, stamp, number in numbered(page.items) if number >= seen.get(stamp, 0)]
            if lost := gone(seen, pages):
                memory = progress.memories.get(tag) if options.reread_hours else None
                lose(reading, tag, progress.places[tag], lost, memory, options.reread_hours)
            if options.reread_hours:
                _remember(progress, tag, pages, seen)
            progress.fill(tag, gap, coverage.open_times(), new)
            blocks += [Values(page.tag, page.items, reading.ingested, seen) for page in pages]
            count += sum(len(page.items) for page in pages)
    return blocks


def _since(page: Page, stamp: str) -> list[dict[str, Any]]:
    """Give the values of a page from an instant on: those that the offset is to remember."""
    return page.items[bisect_left(page.items, stamp, key=lambda item: stamp_of(item["Timestamp"])) :]
