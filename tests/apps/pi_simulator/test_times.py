from datetime import UTC, datetime, timedelta, timezone

import pytest

from apps.pi_simulator.times import NEVER_ENDS, SECOND, Span, parse, span, spans, ticks_of, written

NOW = ticks_of(datetime(2026, 3, 3, 12, tzinfo=UTC))  # a Tuesday
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "2026-03-03T12:00:00Z"),
        ("*", "2026-03-03T12:00:00Z"),
        ("*-1d", "2026-03-02T12:00:00Z"),
        ("* - 1h 30m", "2026-03-03T10:30:00Z"),
        ("*-1h+30m", "2026-03-03T11:30:00Z"),
        ("*-1.5d", "2026-03-02T00:00:00Z"),
        ("*-2w", "2026-02-17T12:00:00Z"),
        ("*-1mo", "2026-02-03T12:00:00Z"),
        ("*-1y", "2025-03-03T12:00:00Z"),
        ("*-250ms", "2026-03-03T11:59:59.75Z"),
        ("*-0:30", "2026-03-03T11:30:00Z"),
        ("t+8h", "2026-03-03T08:00:00Z"),
        ("Today", "2026-03-03T00:00:00Z"),
        ("T+8:30:15", "2026-03-03T08:30:15Z"),
        ("y", "2026-03-02T00:00:00Z"),
        ("yesterday+16h30m", "2026-03-02T16:30:00Z"),
        ("tuesday", "2026-03-03T00:00:00Z"),
        ("Wed", "2026-02-25T00:00:00Z"),
        ("mon+6h", "2026-03-02T06:00:00Z"),
        ("june", "2026-06-03T00:00:00Z"),
        ("Dec 5", "2026-12-05T00:00:00Z"),
        ("25", "2026-03-25T00:00:00Z"),
        ("2024", "2024-03-03T00:00:00Z"),
        ("-10s", "2026-03-03T11:59:50Z"),
        ("14:30", "2026-03-03T14:30:00Z"),
        ("2:30:15 PM", "2026-03-03T14:30:15Z"),
        ("08:00:00:250", "2026-03-03T08:00:00.25Z"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.1234567Z"),
        ("2026-01-02T03:04:05.50+01:00", "2026-01-02T02:04:05.5Z"),
        ("2026-01-02 03:04", "2026-01-02T03:04:00Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        ("01-dec-2025 13:15:00", "2025-12-01T13:15:00Z"),
        ("12/01/2025 1:15 PM", "2025-12-01T13:15:00Z"),
        ("Dec 1, 2025", "2025-12-01T00:00:00Z"),
        ("'01-dec-2025' + 8h", "2025-12-01T08:00:00Z"),
    ],
)
def test_times_are_read_as_pi_reads_them(text: str, told: str) -> None:
    assert written(parse(text, NOW)) == told


@pytest.mark.parametrize(
    "text",
    ["yesterdayish", "*-1parsec", "* 1h x", "*1h", "2026-13-45", "32", "1969", "25:00", "13:00 PM", "*-1.5mo", "31-feb-2026",
     "--1h", "*-99999y", "'t", "now", "\x00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the caller words it: any ValueError will do)
        parse(text, NOW)


def test_days_begin_where_the_zone_says_and_a_zone_of_its_own_goes_before() -> None:
    assert written(parse("t", NOW, EAST)) == "2026-03-02T22:00:00Z"
    assert written(parse("2026-01-02T00:00:00", NOW, EAST)) == "2026-01-01T22:00:00Z"
    assert written(parse("2026-01-02T00:00:00Z", NOW, EAST)) == "2026-01-02T00:00:00Z"


def test_an_interval_alone_counts_from_the_other_end() -> None:
    assert parse("+1h", NOW, UTC, NOW - 3600 * SECOND) == NOW


def test_months_are_as_long_as_they_are() -> None:
    january = ticks_of(datetime(2026, 1, 31, 6, tzinfo=UTC))

    assert written(spans("1mo").after(january)) == "2026-02-28T06:00:00Z"
    assert written(spans("1mo").after(january, 2)) == "2026-03-31T06:00:00Z"
    assert written(spans("1y 1d").after(january, -1)) == "2025-01-30T06:00:00Z"


def test_spans_are_read_with_any_unit() -> None:
    assert spans("1d 12h") == spans("36 hours") == spans("+1.5d") == Span(0, 36 * 3600 * SECOND)
    assert span("90s") == span("0:01:30") == span("+00:01:30.0") == -span("-0:01:30") == 90 * SECOND


@pytest.mark.parametrize("text", ["", "90", "1x", "h", "1h,", "-"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the caller words it: any ValueError will do)
        spans(text)


def test_what_never_ends_ends_in_9999() -> None:
    assert written(NEVER_ENDS) == "9999-12-31T23:59:59.9999999Z"
