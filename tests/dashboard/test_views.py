"""Charts as numbers: where marks stand, and what they add up to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.errors import QuestionError
from headgate.dashboard.lake.query import cursor_cells, cursor_text, keys_of, order_of
from headgate.dashboard.lake.times import Span, instant, span_of
from headgate.dashboard.pages import duration
from headgate.dashboard.views.history import spent_of
from headgate.dashboard.views.series import BUCKETS, Bucket, series_of
from headgate.dashboard.views.starts import starts_of
from headgate.observe.freshness import Lane
from headgate.observe.model import ObservedUpdate

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_starts_stand_where_their_time_is_with_now_in_the_middle() -> None:
    past = ((NOW - 12 * HOUR, NOW - 6 * HOUR, "failed"), (NOW - HOUR / 2, None, "running"))
    drawn = starts_of([Lane("p", past, (NOW + 12 * HOUR,), HOUR)], NOW)

    marks = [(mark.x, mark.width, mark.look) for mark in drawn.lanes[0].marks]
    assert marks == [(25, 12.5, "failed"), (48.96, 1.04, "running"), (75, 2.08, "coming")]
    assert (drawn.lanes[0].words, drawn.ticks[0]) == ("2 in the last 24 hours, 1 in the next 24", (12.5, "18:00"))


def test_where_the_time_went_adds_up_to_all_of_it() -> None:
    update = ObservedUpdate("local", "c", "t", "p", "", "u", NOW, NOW, "completed", "", False, 3.0, 2.0, 10.0)  # noqa: FBT003

    assert [value for _, _, value in spent_of(update, 4.0).parts] == [3.0, 2.0, 4.0, 6.0]
    assert spent_of(update, 40.0).total == 15.0


def test_a_line_breaks_where_values_are_missing_for_long() -> None:
    buckets = [Bucket(n, float(n), n + 1.0, n + 0.5, 2, n == 3) for n in (*range(100), *range(150, 200))]
    drawn = series_of(buckets, Span(0, 10**9), [])

    assert (drawn.mean.count("M"), drawn.least, drawn.largest, drawn.values, drawn.bad) == (2, 0.0, 200.0, 300, 1)
    assert drawn.mean.startswith("M")
    assert [x for x, _ in drawn.doubtful] == [round(100 * 3.5 / BUCKETS, 2)]


@given(begin=st.datetimes(), length=st.timedeltas(timedelta(0), timedelta(days=10**5)), count=st.integers(0, 3))
def test_any_stretch_can_be_drawn_and_every_link_of_it_asked_for(begin: datetime, length: timedelta, count: int) -> None:
    first = instant(begin.isoformat())
    span = span_of("", "", (first, first + length // timedelta(microseconds=1)))
    buckets = [Bucket(number, 1.0, 1.0, 1.0, 1, 0) for number in range(count)]

    drawn = series_of(buckets, span, [("tag", "a&b")])

    for href in [*(zoom.href for zoom in drawn.zooms), *(href for href, _ in drawn.links)]:
        assert href.startswith("?tag=a%26b")
    assert instant(drawn.begin) <= instant(drawn.end)


@given(st.lists(st.none() | st.text(), min_size=2, max_size=2))
def test_where_a_page_ends_is_a_word_that_says_the_same_again(cells: list[str | None]) -> None:
    order = order_of(None, [], descending=False)

    assert cursor_cells(cursor_text(cells), order) == tuple(cells)


def test_rows_are_told_apart_by_their_keys_else_by_where_they_lie_else_by_all_they_have() -> None:
    a, n, many = Column("a", "VARCHAR"), Column("n", "BIGINT"), Column("many", "BIGINT[]")
    own = Column("filename", "VARCHAR")

    assert keys_of([a, n, many], ["n"]) == [n]
    assert keys_of([a, n, many], ["n", "gone"]) == keys_of([a, n, many], []) == keys_of([a, n, many], ["many"]) == []
    assert keys_of([a, own, many], []) == [a, own]
    assert [one.name for one, _ in order_of(a, [], descending=False).by] == ["a", "filename", "file_row_number"]


@pytest.mark.parametrize("text", ["a", "ä", "=", "bnVsbA", "eyJhIjoxfQ", "WzEsMl0", "WyJhIl0", "W" * 5000, "\x00"])
def test_any_other_word_is_refused_as_such(text: str) -> None:
    with pytest.raises(QuestionError, match="place in"):
        cursor_cells(text, order_of(None, [], descending=False))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3600, "1 h"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (-5, "0 s")],
)
def test_a_time_span_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
