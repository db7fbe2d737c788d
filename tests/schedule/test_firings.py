"""When schedules run: cron and Quartz, each evaluated by rules of its own, agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headgate.schedule.convert import check_schedule, normalize
from headgate.schedule.errors import ScheduleError
from headgate.schedule.firings import firings_a_month, longest_gap, next_firings, wall_times

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


@st.composite
def fields(draw: st.DrawFn, low: int, high: int, names: list[str] | None = None) -> str:
    """One field of cron: up to three items, each a number or a name, a range, a step, or all."""

    def number(value: int) -> str:
        return names[(value - low) % len(names)] if names and draw(st.booleans()) else str(value)

    def item() -> str:
        first, last = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
        step = draw(st.integers(1, min(high, 12)))
        forms = [number(first), f"{number(first)}-{number(last)}", f"{first}-{last}/{step}", f"*/{step}", "*"]
        return draw(st.sampled_from([*forms, f"{min(first, 6)}/{step}"]))

    return ",".join(item() for _ in range(draw(st.integers(1, 3))))


@st.composite
def crons(draw: st.DrawFn) -> str:
    month = draw(st.just("*") | fields(1, 12, MONTHS))
    days = st.tuples(fields(1, 31), st.just("*")) | st.tuples(st.just("*"), fields(0, 7, WEEKDAYS))
    day, weekday = draw(days | st.tuples(st.sampled_from(["1-7", "8-14", "22-28", "29-31"]), st.just("*/7")))
    return f"{draw(fields(0, 59))} {draw(fields(0, 23))} {day} {month} {weekday}"


@given(crons(), st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001 - times of a clock on the wall
def test_a_cron_expression_and_its_quartz_form_run_at_the_same_times(cron: str, after: datetime) -> None:
    assume(check_schedule(cron) is None)
    expected = list(islice(wall_times(cron, after), 20))
    assert list(islice(wall_times(f"quartz:{normalize(cron)}", after), 20)) == expected
    assert expected == sorted(set(expected))
    assert expected[0] > after


def firings(text: str, after: str, count: int, timezone: str = "UTC") -> list[str]:
    found = next_firings(text, datetime.fromisoformat(after), count, timezone)
    return [f"{moment:%a %Y-%m-%d %H:%M:%S %z}".removesuffix(" +0000").removesuffix(":00") for moment in found]


def test_unix_runs_on_either_day_where_both_are_restricted() -> None:
    assert firings("0 2 13 * FRI", "2026-03-05", 4) == [
        *("Fri 2026-03-06 02:00", "Fri 2026-03-13 02:00", "Fri 2026-03-20 02:00", "Fri 2026-03-27 02:00"),
    ]
    assert firings("0 2 13 4 FRI", "2026-04-10T02:00", 2) == ["Mon 2026-04-13 02:00", "Fri 2026-04-17 02:00"]


def test_unix_runs_on_days_that_fit_both_where_one_begins_with_a_star() -> None:
    assert firings("0 2 */2 * MON", "2026-03-01", 3) == ["Mon 2026-03-09 02:00", "Mon 2026-03-23 02:00", "Mon 2026-04-13 02:00"]


def test_a_run_at_the_moment_itself_is_not_next() -> None:
    assert firings("*/15 * * * *", "2026-01-01T00:15", 1) == ["Thu 2026-01-01 00:30"]
    assert firings("quartz:*/20 * * * * ?", "2026-01-01T00:00:20", 2) == ["Thu 2026-01-01 00:00:40", "Thu 2026-01-01 00:01"]


@pytest.mark.parametrize(
    ("days", "dates"),
    [
        ("L * ?", ["Sat 2026-01-31", "Sat 2026-02-28", "Tue 2026-03-31"]),
        ("L-30 * ?", ["Thu 2026-01-01", "Sun 2026-03-01", "Fri 2026-05-01"]),
        ("LW * ?", ["Fri 2026-01-30", "Fri 2026-02-27", "Tue 2026-03-31"]),
        ("15W 2-8 ?", ["Mon 2026-02-16", "Mon 2026-03-16", "Wed 2026-04-15"]),
        ("1W 2-8 ?", ["Mon 2026-02-02", "Mon 2026-03-02", "Wed 2026-04-01"]),
        ("1W 8 ?", ["Mon 2026-08-03", "Mon 2027-08-02", "Tue 2028-08-01"]),
        ("31W 2-7 ?", ["Tue 2026-03-31", "Fri 2026-05-29", "Fri 2026-07-31"]),
        ("? * 6L", ["Fri 2026-01-30", "Fri 2026-02-27", "Fri 2026-03-27"]),
        ("? * 2#1", ["Mon 2026-01-05", "Mon 2026-02-02", "Mon 2026-03-02"]),
        ("? * SUN#5", ["Sun 2026-03-29", "Sun 2026-05-31", "Sun 2026-08-30"]),
        ("? * 1", ["Sun 2026-01-04", "Sun 2026-01-11", "Sun 2026-01-18"]),
        ("29 2 ?", ["Tue 2028-02-29", "Sun 2032-02-29", "Fri 2036-02-29"]),
        ("1 1 ? 2027,2030", ["Fri 2027-01-01", "Tue 2030-01-01"]),
    ],
)
def test_the_days_of_quartz_itself(days: str, dates: list[str]) -> None:
    assert firings(f"quartz:0 0 0 {days}", "2025-12-31T12:00", 3) == [f"{date} 00:00" for date in dates]


@pytest.mark.parametrize("text", ["30 2 * * *", "quartz:0 30 2 * * ?"])
def test_a_skipped_time_does_not_run_and_a_repeated_one_runs_the_second_time(text: str) -> None:
    assert firings(text, "2026-03-28", 2, "Europe/Berlin") == ["Sat 2026-03-28 02:30:00 +0100", "Mon 2026-03-30 02:30:00 +0200"]
    assert firings(text, "2026-10-24", 3, "Europe/Berlin") == [
        *("Sat 2026-10-24 02:30:00 +0200", "Sun 2026-10-25 02:30:00 +0100", "Mon 2026-10-26 02:30:00 +0100"),
    ]


def test_only_half_an_hour_is_skipped_on_lord_howe() -> None:
    assert firings("*/15 2 * * *", "2026-10-04", 2, "Australia/Lord_Howe") == [
        *("Sun 2026-10-04 02:30:00 +1100", "Sun 2026-10-04 02:45:00 +1100"),
    ]


def test_the_moment_to_start_from_may_be_in_another_zone() -> None:
    after = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)  # 00:30 of the 2nd in Berlin
    found = next_firings("0 1 * * *", after, 1, "Europe/Berlin")
    assert found == [after + timedelta(minutes=30)]


def test_what_is_wrong_is_raised() -> None:
    with pytest.raises(ScheduleError, match="Europe/Berln"):
        firings("0 2 * * *", "2026-01-01", 1, "Europe/Berln")
    with pytest.raises(ScheduleError, match="minute '99'"):
        firings("99 2 * * *", "2026-01-01", 1)


def test_cron_ends_with_the_calendar_and_quartz_with_its_years() -> None:
    assert firings("0 0 * * *", "9999-12-30T12:00", 5) == ["Fri 9999-12-31 00:00"]
    assert firings("quartz:0 0 0 * * ?", "2199-12-30T12:00", 5) == ["Tue 2199-12-31 00:00"]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("0 2 * * *", 30.4375),
        ("*/15 6-9 * * *", 16 * 30.4375),
        ("0 0 1,8 * *", 2),
        ("0 0 29 2 *", 1 / 48),
        ("0 0 * * 1", 208 / 48),
        ("quartz:0 0 0 L * ?", 1),
        ("quartz:0 0 12 1 1 ? 2099", 0),
    ],
)
def test_runs_of_an_average_month(text: str, times: float) -> None:
    assert firings_a_month(text) == times


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("0 2 * * *", 24),
        ("*/15 * * * *", 0.25),
        ("*/15 6-9 * * *", 20.25),  # from 9:45 to 6:00
        ("0 2 * * 1-5", 72),
        ("0 0 1 * *", 31 * 24),
        ("0 0 29 2 *", None),
        ("quartz:0 0 12 1 1 ? 2099", None),
    ],
)
def test_the_longest_time_between_two_runs(text: str, hours: float | None) -> None:
    assert longest_gap(text) == (None if hours is None else timedelta(hours=hours))


@given(text=crons())
def test_no_two_runs_are_further_apart_than_the_longest_time_between_two(text: str) -> None:
    times = list(islice(wall_times(text, datetime(2021, 6, 1)), 50))  # noqa: DTZ001  # a clock on the wall
    assume(len(times) > 1 and times[-1].year < 2024)

    gap = longest_gap(text)

    assert gap
    assert max(after - before for before, after in pairwise(times)) <= gap
