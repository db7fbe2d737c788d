"""Values that the server makes when asked: interpolated, plotted, summarised, calculated, and those of one moment.

Values of an interval are on its fixed grid (`Grid`), whenever runs happen. Where the interval was changed between two runs, a
tag goes on from the new grid's first time at or after its place: the part of a step before that is left out.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .client import Call, selected
from .columns import Column
from .erroneous import error_in
from .grids import Grid
from .incremental import Place, progress_of
from .options import MOST_MINUTES_BACK
from .points import points, tag_webids
from .problems import TagProblem, counted
from .roster import keys_to_read, renamed
from .stream_reader import StreamReader
from .streams import INGESTED, TAG, VALUE
from .streamsets import RECORDED_FIELDS, VALUE_FIELDS, Page, Window
from .times import MICROSECONDS, just_before, stamp_of
from .values import value_rows
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .client import Params
    from .incremental import Progress
    from .reading import Reading

SAMPLED = (*TAG, *VALUE, INGESTED)
MOMENT = SAMPLED
AT_TIME = (*TAG, Column("query_time", "timestamp", required=True), *VALUE, INGESTED)
SUMMARY = (
    *TAG,
    Column("summary_type", required=True),
    Column("interval_start", "timestamp", required=True),
    *VALUE,
    INGESTED,
)
CALCULATED = (*TAG, Column("calculation_type", required=True), *VALUE, INGESTED)

Rows = tuple["Iterator[dict[str, Any]]", dict[str, Any]]
_EARLIEST = "1970-01-01T00:00:00"  # PI has no time before
_ONE_FIELDS = ("WebId", "Name", *(f"Value.{name}" for name in VALUE_FIELDS))
_END_FIELDS = (*_ONE_FIELDS, *RECORDED_FIELDS[2:])
_SUMMARY_FIELDS = ("WebId", "Name", "Items.Type", *(f"Items.Value.{name}" for name in VALUE_FIELDS))


def current_value(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_current_value: the value that each tag has now, or at `time`."""
    time = reading.instant("time")
    return _of_moment(reading, "/streamsets/value", (("time", time + "Z"),) if time else ())


def value_at_time(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_value_at_time: the value that each tag has at `time` (now)."""
    time = reading.instant("time", "*") + "Z"
    return _of_moment(reading, "/streamsets/value", (("time", time),))


def recorded_at_time(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_recorded_at_time: the recorded value nearest to `time` (now), as `retrievalMode` (Auto) says."""
    time = reading.instant("time", "*") + "Z"
    mode = reading.texts.text("retrievalMode", default="Auto")
    return _of_moment(reading, "/streamsets/recordedattime", (("time", time), ("retrievalMode", mode)), {"query_time": time})


def end_value(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_end and pi_streamset_end: the last value of each tag, which for future data lies ahead."""
    return _of_moment(reading, "/streamsets/end", (), fields=_END_FIELDS)


def summary(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_summary: one row a tag and `summaryType` from `startTime` (a day ago) to `endTime` (now)."""
    start, end = reading.instant("startTime", "*-1d"), reading.instant("endTime", "*")
    windows = [Window(webid, start, end) for webid in tag_webids(reading)]
    reader = StreamReader(reading.client, "/streamsets/summary", _summary_params(reading), _SUMMARY_FIELDS)
    for page in _streams(reading, reader, windows):
        rows = _summary_rows(reading, page, [start])
        if isinstance(rows, TagProblem):
            reading.report(rows)
        else:
            yield from rows
    reading.refuse_if_none(len(windows))


def interpolated(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_interpolated: a value at each time of the grid of `interval` (1m), from the last one on."""
    grid = Grid.of(reading.span("interval", "1m"))
    reader = StreamReader(reading.client, "/streamsets/interpolated", (("interval", grid.span),))
    return _on_grid(reading, offset, reader, grid, lambda page, _, past: _after(past, _value_rows(reading, page)))


def plot(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_plot: up to five telling values of each of `intervals` (24) parts of each `window_seconds` (an hour)."""
    grid = Grid.of(reading.texts.number("window_seconds", 3600, 1))
    intervals = reading.texts.count("intervals", 24)
    reading.texts.check()
    reader = StreamReader(reading.client, "/streamsets/plot", (("intervals", str(intervals)),))

    def rows_of(page: Page, _: Window, past: str) -> list[dict[str, Any]]:
        # Several values may have one instant, as where a recorded one meets a part's edge.
        return _after(past, value_rows(page.tag, page.items, reading.ingested))

    return _on_grid(reading, offset, reader, grid, rows_of, per_step=intervals * 5, whole_steps=1)


def streamset_summary(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_streamset_summary: summaries of each step of the grid of `summaryDuration` (1h), once it has ended.

    A row is its step's (`interval_start`), wherever its `timestamp` lies: by `timeType` that is the step's start, its end, or
    where the extremum is, which may be either edge (AVEVA, AF SDK Reference, AFTimestampCalculation).
    """
    grid = Grid.of(reading.span("summaryDuration", "1h"))
    params = (("summaryDuration", grid.span), *_summary_params(reading))
    reader = StreamReader(reading.client, "/streamsets/summary", params, _SUMMARY_FIELDS)

    def rows_of(page: Page, window: Window, _: str) -> list[dict[str, Any]] | TagProblem:
        return _summary_rows(reading, page, grid.starts(window.start, window.end))

    kinds = sum(name == "summaryType" for name, _ in params)
    return _on_grid(reading, offset, reader, grid, rows_of, rows_per_step=kinds)


def calculated(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_calculated: `expression` on the grid of `sampleInterval` (1m), `{tag}` in it being the tag's name (`'{tag}'`).

    `calculationType` (expression) names the calculation in the rows. AVEVA, Calculation GetAtIntervals: points are found on
    the data server that webId names.
    """
    grid = Grid.of(reading.span("sampleInterval", "1m"))
    expression = reading.texts.text("expression", default="'{tag}'")
    kind = reading.texts.text("calculationType", "calculation_type", default="expression")
    most = _most(reading)
    wanted = set(map(stable_id, reading.texts.listed("tag_webids")))
    known: dict[str, tuple[str, str, str]] = {}
    for row in points(reading):
        if not wanted or stable_id(row["webid"]) in wanted:
            known[stable_id(row["webid"])] = row["webid"], row["name"] or "", row["dataserver_webid"]
            reading.names[row["webid"]] = row["name"] or "", row["path"] or ""
    progress = progress_of(offset)
    keys, windows = _due(reading, progress, grid, min(1000, max(1, most - 1)), webids=[webid for webid, _, _ in known.values()])
    rows: list[dict[str, Any]] = []
    for part, size in _parts(windows, grid, most):
        if rows and len(rows) + size > most:
            break
        ends = {window.webid: window.end for window in part}
        tags = {webid: known[stable_id(webid)] for webid in ends}
        calls = [_calculation(window, tags[window.webid], expression, grid) for window in part]
        for webid, body in reading.each(list(ends), calls):
            page = Page(webid, tags[webid][1], str(body.get("UnitsAbbreviation") or ""), body.get("Items") or [])
            if words := error_in(page):
                reading.report(TagProblem(webid, 0, words))
                continue
            some = _after(progress.places[webid].until, _value_rows(reading, page))
            rows += [row | {"calculation_type": kind} for row in some]
            progress.advance(webid, ends[webid], ends[webid], 0, {})
    reading.refuse_if_none(len(keys))
    return iter(rows), progress.to_offset()


def _calculation(window: Window, tag: tuple[str, str, str], expression: str, grid: Grid) -> Call:
    _, name, dataserver = tag
    params: Params = (
        ("webId", dataserver),
        ("expression", expression.replace("{tag}", name)),
        ("startTime", window.start + "Z"),
        ("endTime", window.end + "Z"),
        ("sampleInterval", grid.span),
        selected(*VALUE_FIELDS),
    )
    return Call("/calculation/intervals", params)


def _of_moment(
    reading: Reading,
    path: str,
    params: Params,
    more: dict[str, Any] | None = None,
    fields: tuple[str, ...] = _ONE_FIELDS,
) -> Iterator[dict[str, Any]]:
    """Give a row of each tag from a call that gives one value of each."""
    webids = tag_webids(reading)
    for page in _streams(reading, StreamReader(reading.client, path, params, fields), [Window(tag, "", "") for tag in webids]):
        # The Swagger has the value of /streamsets/end as a list, and that of /streamsets/{webId}/end as one.
        for item in [page.value] if page.value else page.items[:1]:
            yield from (row | (more or {}) for row in _value_rows(reading, Page(page.webid, page.name, page.units, [item])))
    reading.refuse_if_none(len(webids))


def _streams(reading: Reading, reader: StreamReader, windows: Sequence[Window]) -> Iterator[Page]:
    """Give the streams that can be read and report the others."""
    for found in reader.read(windows):
        if isinstance(found, TagProblem):
            reading.report(found)
        else:
            yield found


def _value_rows(reading: Reading, page: Page) -> Iterator[dict[str, Any]]:
    """Give rows of values that the server made: it makes one of each instant, so none has a number."""
    for row in value_rows(page.tag, page.items, reading.ingested):
        del row["occurrence"]
        yield row


def _after(past: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows later than a stamp: what lies on the edge of two reads is in both answers."""
    return [row for row in rows if stamp_of(row["timestamp"]) > past]


def _summary_rows(reading: Reading, page: Page, starts: Sequence[str]) -> list[dict[str, Any]] | TagProblem:
    """Give the rows of a tag's summaries of the steps that start there; a problem where it can't be told whose steps they are.

    Each type has a value for each step, in order of time (AVEVA, AF SDK Reference, AFData.Summaries): its place among those of
    its type says which step it is of. Its time does not, which may be that of an extremum on the edge of two steps.
    """
    counts = Counter(item["Type"] for item in page.items)
    if not counts or any(count != len(starts) for count in counts.values()):
        found = ", ".join(f"{count} of {kind}" for kind, count in counts.items()) or "nothing"
        return TagProblem(
            page.webid, 0, f"for {counted(len(starts), 'step')} the server gave {found}, where each type has one for each"
        )
    rows = []
    given: Counter[str] = Counter()
    for item in page.items:
        kind = item["Type"]
        start = starts[given[kind]][:MICROSECONDS] + "Z"
        given[kind] += 1
        one = Page(page.webid, page.name, page.units, [item["Value"]])
        rows += [row | {"summary_type": kind, "interval_start": start} for row in _value_rows(reading, one)]
    return rows


def _summary_params(reading: Reading) -> Params:
    kinds = reading.texts.listed("summaryType") or ["Average", "Minimum", "Maximum", "Count", "PercentGood"]
    others = ("calculationBasis", "timeType", "sampleType", "sampleInterval", "filterExpression")
    given = tuple((name, text) for name in others if (text := reading.texts.text(name)))
    return (*(("summaryType", kind) for kind in kinds), *given)


def _on_grid(  # what a grid is made of
    reading: Reading,
    offset: Mapping[str, Any] | None,
    reader: StreamReader,
    grid: Grid,
    rows_of: Callable[[Page, Window, str], list[dict[str, Any]] | TagProblem],
    *,
    per_step: int = 1,
    rows_per_step: int = 1,
    whole_steps: int | None = None,
) -> Rows:
    """Read the steps of a grid that have ended since the last read; give the rows and the offset after them.

    A batch ends with the part of the tags by which it has `max_records_per_batch` (100,000) rows. What a tag has of a step are
    `per_step` values of those that the server limits, and `rows_per_step`.

    `rows_of` gives a tag's rows of a page, of its window and of the stamp up to which it was read before, or why it can't: the
    tag is then reported and keeps its place.
    """
    progress, settings = progress_of(offset), reading.client.settings
    records = _most(reading)
    most = max(1, settings.most_items // settings.tags_per_request // per_step - 1)
    # Few enough steps of a tag that several requests fit into a batch, which may then be under way together.
    fitting = max(1, records // settings.tags_per_request // max(per_step, rows_per_step) // (settings.threads + 1))
    tags, windows = _due(reading, progress, grid, min(most, fitting, whole_steps or most))
    rows: list[dict[str, Any]] = []
    each = max(per_step, rows_per_step)
    for part, size in _parts(windows, grid, records // each):
        if rows and len(rows) + size * each > records:
            break
        by_webid = {window.webid: window for window in part}
        before = {webid: progress.places[webid].until for webid in by_webid}
        for page in _streams(reading, reader, part):
            window = by_webid[page.webid]
            some = rows_of(page, window, before[page.webid])
            if isinstance(some, TagProblem):
                reading.report(some)
                continue
            rows += some
            renamed(reading, progress.paths, page.webid, page.now or page.webid)
            progress.advance(page.webid, window.end, window.end, 0, {})
    reading.refuse_if_none(len(tags))
    return iter(rows), progress.to_offset()


def _most(reading: Reading) -> int:
    """Give how many rows a batch may have."""
    most = reading.texts.count("max_records_per_batch", 100_000)
    reading.texts.check()
    return most


def _parts(windows: Iterable[Window], grid: Grid, most: int) -> Iterator[tuple[list[Window], int]]:
    """Put windows into parts of so many steps at most, or of one window; give each with its steps. A part is held at once."""
    part: list[Window] = []
    taken = 0
    for span, alike in groupby(
        sorted(windows, key=lambda window: (window.start, window.end)), lambda one: (one.start, one.end)
    ):
        steps = grid.count(*span) + 1  # with values at both ends
        for window in alike:
            if part and taken + steps > most:
                yield part, taken
                part, taken = [], 0
            part.append(window)
            taken += steps
    if part:
        yield part, taken


def _due(
    reading: Reading, progress: Progress, grid: Grid, most: int = 1000, webids: Sequence[str] | None = None
) -> tuple[list[str], list[Window]]:
    """Give the tags, and for each the steps that have ended since its last read, `most` at once, where there are any.

    A tag that is new gets its place at once: just before its first step, which nobody has read then.
    """
    lookback = reading.texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK) * 60
    reading.texts.check()
    last = reading.last()
    end = grid.floor(last)
    keys = keys_to_read(
        reading,
        progress,
        lambda: reading.first(last, lookback),
        lambda start: Place(max(just_before(grid.floor(start)), _EARLIEST)),
        webids,
    )
    starts = {until: grid.ceil(until) for until in {progress.places[key].until for key in keys}}
    ends = {start: grid.until(start, end, most) for start in starts.values() if start < end}
    begins = ((key, starts[progress.places[key].until]) for key in keys)
    return keys, [Window(key, start, ends[start]) for key, start in begins if start in ends]
