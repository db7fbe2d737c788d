"""Runs that daylight saving skips or repeats."""

from __future__ import annotations

from datetime import date

import pytest

from headgate.schedule.daylight import daylight_warnings
from headgate.schedule.errors import ScheduleError

NEW_YEAR = date(2026, 1, 1)


def test_a_fixed_time_in_berlin() -> None:
    skipped, repeated = daylight_warnings("30 2 * * *", "Europe/Berlin", NEW_YEAR)
    assert skipped == (
        "2026-03-29: clocks in Europe/Berlin skip 02:00 to 03:00, so nothing runs at 02:30"
        " (Unix cron would run it just after the change); choose a time outside of that, or UTC"
    )
    assert repeated == (
        "2026-10-25: clocks in Europe/Berlin show 02:00 to 03:00 twice, so what is due at 02:30 runs the second time only"
        " (Unix cron would run it the first time); choose a time outside of that, or UTC"
    )


def test_a_time_of_every_hour_follows_the_clock_in_unix_too_but_for_the_repeated_hour() -> None:
    skipped, repeated = daylight_warnings("*/15 * * * *", "Europe/Berlin", NEW_YEAR)
    assert "nothing runs at 02:00, 02:15, 02:30, … (4 times);" in skipped
    assert "(Unix cron would run it both times)" in repeated


def test_a_quartz_text_is_not_compared_with_cron() -> None:
    warnings = daylight_warnings("quartz:0 30 2 * * ?", "Europe/Berlin", NEW_YEAR)
    assert len(warnings) == 2
    assert not any("Unix" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("text", "timezone", "days"),
    [
        ("30 2 * * *", "America/New_York", ["2026-03-08"]),
        ("30 1 * * *", "America/New_York", ["2026-11-01"]),
        ("0 3 * * *", "Europe/Berlin", []),  # the first time after the change exists once
        ("0 2 * * *", "Europe/Berlin", ["2026-03-29", "2026-10-25"]),
        ("59 1 * * *", "Europe/Berlin", []),
        ("30 2 * * MON", "Europe/Berlin", []),  # clocks change on Sundays
        ("30 2 25 * *", "Europe/Berlin", ["2026-10-25"]),
        ("quartz:0 30 2 ? * SUNL", "Europe/Berlin", ["2026-03-29", "2026-10-25"]),
        ("15 2 * * *", "Australia/Lord_Howe", ["2026-10-04"]),  # 02:00 to 02:30 is skipped, 01:30 to 02:00 repeated
        ("45 2 * * *", "Australia/Lord_Howe", []),
        ("45 1 * * *", "Australia/Lord_Howe", ["2026-04-05"]),
        ("15 1 * * *", "Australia/Lord_Howe", []),
        ("30 0 * * *", "America/Santiago", ["2026-09-06"]),  # midnight is skipped
        ("30 23 * * *", "America/Santiago", ["2026-04-04"]),
        ("* * * * *", "UTC", []),
        ("* * * * *", "Asia/Kolkata", []),
    ],
)
def test_which_days_are_told(text: str, timezone: str, days: list[str]) -> None:
    assert [warning.partition(":")[0] for warning in daylight_warnings(text, timezone, NEW_YEAR)] == days


def test_a_year_from_the_given_day_on() -> None:
    days = [warning[:10] for warning in daylight_warnings("30 2 * * *", "Europe/Berlin", date(2026, 3, 30))]
    assert days == ["2026-10-25", "2027-03-28"]


def test_a_year_from_today_on_where_no_day_is_given() -> None:
    assert len(daylight_warnings("30 2 * * *", "Europe/Berlin")) >= 2


def test_what_is_wrong_is_raised() -> None:
    with pytest.raises(ScheduleError, match="no time zone 'Berlin'"):
        daylight_warnings("30 2 * * *", "Berlin", NEW_YEAR)
    with pytest.raises(ScheduleError, match="minute '99'"):
        daylight_warnings("99 2 * * *", "UTC", NEW_YEAR)
