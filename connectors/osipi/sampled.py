"""Values that the server makes when asked: interpolated, plotted, summarised, calculated, and those of one moment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .client import Call, selected
from .columns import Column
from .incremental import Place, progress_of
from .options import MOST_MINUTES_BACK
from .points import points, tag_webids
from .problems import TagProblem
from .streams import INGESTED, TAG, VALUE
from .streamsets import RECORDED_FIELDS, VALUE_FIELDS, Page, StreamReader, Window
from .times import from_datetime, just_before, next_after, shifted, stamp_of, to_datetime
from .values import value_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from .client import Params
    from .incremental import Progress
    from .reading import Reading

SAMPLED = (*TAG, *VALUE, INGESTED)
MOMENT = SAMPLED
AT_TIME = (*TAG, Column("query_time", "timestamp", required=True), *VALUE, INGESTED)
SUMMARY = (*TAG, Column("summary_type", required=True), *VALUE, INGESTED)
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
        yield from _summary_rows(reading, page)


def interpolated(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_interpolated: a value each `interval` (1m) on a grid that starts at midnight UTC, from the last one on."""
    step = reading.span("interval", "1m")
    reader = StreamReader(reading.client, "/streamsets/interpolated", (("interval", f"{step:g}s"),))
    return _on_grid(reading, offset, reader, step, _value_rows)


def plot(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_plot: up to five telling values of each of `intervals` (24) parts of each `window_seconds` (an hour)."""
    step = reading.texts.number("window_seconds", 3600, 1)
    intervals = reading.texts.count("intervals", 24)
    reading.texts.check()
    reader = StreamReader(reading.client, "/streamsets/plot", (("intervals", str(intervals)),))
    return _on_grid(reading, offset, reader, step, _numbered_rows, per_step=intervals * 5, whole_steps=1)


def streamset_summary(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_streamset_summary: summaries of each `summaryDuration` (1h) that has ended, from the last one on."""
    step = reading.span("summaryDuration", "1h")
    params = (("summaryDuration", f"{step:g}s"), *_summary_params(reading))
    reader = StreamReader(reading.client, "/streamsets/summary", params, _SUMMARY_FIELDS)
    return _on_grid(reading, offset, reader, step, _summary_rows, at_start=True)


def calculated(reading: Reading, offset: Mapping[str, Any] | None) -> Rows:
    """Read pi_calculated: `expression` each `sampleInterval` (1m), `{tag}` in it being the tag's name (`'{tag}'`).

    `calculationType` (expression) names the calculation in the rows. AVEVA, Calculation GetAtIntervals: points are found on
    the data server that webId names.
    """
    step = reading.span("sampleInterval", "1m")
    expression = reading.texts.text("expression", default="'{tag}'")
    kind = reading.texts.text("calculationType", "calculation_type", default="expression")
    wanted = set(reading.texts.listed("tag_webids"))
    tags = {row["webid"]: row for row in points(reading) if not wanted or row["webid"] in wanted}
    progress = progress_of(offset)
    windows = _due(reading, progress, list(tags), step)
    ends = {window.webid: window.end for window in windows}
    calls = [_calculation(window, tags[window.webid], expression, step) for window in windows]
    rows: list[dict[str, Any]] = []
    for webid, body in reading.each(list(ends), calls):
        page = Page(webid, tags[webid]["name"] or "", str(body.get("UnitsAbbreviation") or ""), body.get("Items") or [])
        past = progress.places[webid].until
        some = (row for row in _value_rows(reading, page) if stamp_of(row["timestamp"]) > past)
        rows += [row | {"calculation_type": kind} for row in some]
        progress.advance(webid, ends[webid], ends[webid], 0, ())
    reading.refuse_if_none(len(tags))
    return iter(rows), progress.to_offset()


def _calculation(window: Window, tag: Mapping[str, Any], expression: str, step: float) -> Call:
    params: Params = (
        ("webId", tag["dataserver_webid"]),
        ("expression", expression.replace("{tag}", str(tag["name"]))),
        ("startTime", window.start + "Z"),
        ("endTime", window.end + "Z"),
        ("sampleInterval", f"{step:g}s"),
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


def _streams(reading: Reading, reader: StreamReader, windows: Sequence[Window], of: int | None = None) -> Iterator[Page]:
    """Give the streams that can be read and report the others; raises PiError where those are all of the tags (`of`)."""
    for found in reader.read(windows):
        if isinstance(found, TagProblem):
            reading.report(found)
        else:
            yield found
    reading.refuse_if_none(len(windows) if of is None else of)


def _numbered_rows(reading: Reading, page: Page) -> Iterator[dict[str, Any]]:
    """Give rows of values of which several may have one instant, as a plot has where a recorded one meets a part's edge."""
    return value_rows(page.tag, page.items, reading.ingested)


def _value_rows(reading: Reading, page: Page) -> Iterator[dict[str, Any]]:
    """Give rows of values that the server made: it makes one of each instant, so none has a number."""
    for row in value_rows(page.tag, page.items, reading.ingested):
        del row["occurrence"]
        yield row


def _summary_rows(reading: Reading, page: Page) -> Iterator[dict[str, Any]]:
    for item in page.items:
        one = Page(page.webid, page.name, page.units, [item["Value"]])
        yield from (row | {"summary_type": item["Type"]} for row in _value_rows(reading, one))


def _summary_params(reading: Reading) -> Params:
    kinds = reading.texts.listed("summaryType") or ["Average", "Minimum", "Maximum", "Count", "PercentGood"]
    others = ("calculationBasis", "timeType", "sampleType", "sampleInterval", "filterExpression")
    given = tuple((name, text) for name in others if (text := reading.texts.text(name)))
    return (*(("summaryType", kind) for kind in kinds), *given)


def _on_grid(  # what a grid is made of
    reading: Reading,
    offset: Mapping[str, Any] | None,
    reader: StreamReader,
    step: float,
    rows_of: Any,
    *,
    per_step: int = 1,
    whole_steps: int | None = None,
    at_start: bool = False,
) -> Rows:
    """Read the steps of a grid that have ended since the last read; give the rows and the offset after them.

    `at_start`: a row has the time at which its step starts, and belongs to the read whose window begins there.
    """
    progress = progress_of(offset)
    most = max(1, reading.client.settings.most_items // reading.client.settings.tags_per_request // per_step - 1)
    tags = tag_webids(reading)
    windows = _due(reading, progress, tags, step, min(most, whole_steps or most))
    by_webid = {window.webid: window for window in windows}
    before = {webid: progress.places[webid].until for webid in by_webid}
    rows: list[dict[str, Any]] = []
    for page in _streams(reading, reader, sorted(windows, key=lambda window: (window.start, window.end)), len(tags)):
        window = by_webid[page.webid]
        past = before[page.webid]
        for row in rows_of(reading, page):
            stamp = stamp_of(row["timestamp"])
            if (stamp < window.end) if at_start else (stamp > past):
                rows.append(row)
        progress.advance(page.webid, window.end, window.end, 0, ())
    return iter(rows), progress.to_offset()


def _due(reading: Reading, progress: Progress, webids: Sequence[str], step: float, most: int = 1000) -> list[Window]:
    """Give for each tag the steps that have ended since its last read, `most` at once; tags without any are left out.

    A tag that is new gets its place at once: just before its first step, which nobody has read then.
    """
    lookback = reading.texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK) * 60
    reading.texts.check()
    last = reading.last()
    end = _floor(to_datetime(last), step)
    if new := [webid for webid in webids if webid not in progress.places]:
        # What can't be read now begins where it would have begun now, not where the now of its first good read says.
        place = max(just_before(_floor(to_datetime(reading.first(last, lookback)), step)), _EARLIEST)
        progress.places |= {webid: Place(place) for webid in new}
    starts = {until: _start(until, step) for until in {progress.places[webid].until for webid in webids}}
    begins = ((webid, starts[progress.places[webid].until]) for webid in webids)
    return [Window(webid, start, min(end, shifted(start, step * most))) for webid, start in begins if start < end]


def _start(until: str, step: float) -> str:
    """Give where a tag is read on that was read up to `until`: there, or at the step that begins with the next instant."""
    after = next_after(until)
    return after if _floor(to_datetime(after), step) == after else until


def _floor(moment: datetime, step: float) -> str:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= 86400:  # noqa: PLR2004  # a day
        midnight = moment.replace(year=2000, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    steps = math.floor((moment - midnight).total_seconds() / step)
    return shifted(from_datetime(midnight), steps * step)
