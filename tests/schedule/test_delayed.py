"""A schedule delayed by minutes: each run that much later, as many of them, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headgate.definition.model import Schedules
from headgate.schedule import check_schedule, normalize
from headgate.schedule.delayed import delayed, max_offset, window
from headgate.schedule.firings import next_firings, wall_times
from tests.support.examples import examples

YEAR = datetime(2025, 12, 31, 23, 59, 59)  # noqa: DTZ001 - a clock on the wall


@pytest.mark.parametrize(
    ("text", "minutes", "expected"),
    [
        ("*/15 * * * *", 4, "4-59/15 * * * *"),
        ("0 0 * * *", 7, "7 0 * * *"),
        ("@daily", 7, "7 0 * * *"),
        ("0,30 9-17 * * 1-5", 29, "29,59 9-17 * * 1-5"),
        ("*/7 * * * *", 3, "3-59/7 * * * *"),
        ("0-10 6 1 * *", 5, "5-15 6 1 * *"),
        ("quartz:0 0/15 * * * ?", 4, "quartz:0 4-59/15 * * * ?"),
        ("quartz:30 0 2 L * ? 2026-2030", 9, "quartz:30 9 2 L * ? 2026-2030"),
        ("50 * * * *", 0, "50 * * * *"),
    ],
)
def test_only_the_minutes_change(text: str, minutes: int, expected: str) -> None:
    assert delayed(text, minutes) == expected


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("*/15 * * * *", 14),
        ("0 0 * * *", 59),
        ("50 * * * *", 9),
        ("*/7 * * * *", 3),
        ("* * * * *", 0),
        ("quartz:0 * * * * ?", 0),
    ],
)
def test_no_offset_crosses_the_hour(text: str, most: int) -> None:
    assert max_offset(text, "UTC") == most
    with pytest.raises(ValueError, match="cross the hour"):
        delayed(text, most + 1)


@st.composite
def schedules(draw: st.DrawFn) -> str:
    numbers = st.lists(st.integers(0, 59), min_size=1, max_size=4).map(lambda its: ",".join(map(str, sorted(its))))
    steps = st.tuples(st.integers(0, 30), st.integers(1, 30)).map(lambda its: f"{its[0]}/{its[1]}")
    ranges = st.tuples(st.integers(0, 30), st.integers(0, 29), st.integers(1, 9)).map(lambda r: f"{r[0]}-{r[0] + r[1]}/{r[2]}")
    minute = draw(numbers | steps | ranges | st.sampled_from(["*/15", "*/7", "*", "0"]))
    hour = draw(st.sampled_from(["*", "0", "23", "9-17", "*/5", "2,3"]))
    if draw(st.booleans()):
        days = draw(st.sampled_from(["* * *", "1 * *", "* * 1-5", "*/2 6-8 *", "31 12 *", "* * 0"]))
        return f"{minute} {hour} {days}"
    days = draw(st.sampled_from(["* * ?", "L * ?", "? * MON-FRI", "? 1/3 6#3", "15W * ? 2026"]))
    return f"quartz:{draw(st.sampled_from(['0', '30', '0/20']))} {minute} {hour} {days}"


def runs(text: str) -> list[datetime]:
    return list(takewhile(lambda run: run.year == YEAR.year + 1, wall_times(text, YEAR)))


@examples(25)
@given(schedules(), st.data())
def test_each_run_of_a_year_is_just_that_much_later(text: str, data: st.DataObject) -> None:
    assume(check_schedule(text) is None)
    offset = data.draw(st.integers(0, max_offset(text, "UTC")))
    span = 400 if text.startswith("quartz:0/20") or " * " in text[:12] else None  # a year of minutes is a sample
    assert runs(delayed(text, offset))[:span] == [run + timedelta(minutes=offset) for run in runs(text)][:span]
    assert len(runs(delayed(text, offset))) == len(runs(text))
    assert check_schedule(f"quartz:{normalize(delayed(text, offset)).removeprefix('quartz:')}") is None


ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", ["0 2 * * *", "30 2 * * *", "*/20 1-3 * * *", "40 2,3 * * *"])
def test_an_offset_takes_no_run_into_or_out_of_a_time_that_clocks_skip_or_repeat(text: str, zone: str) -> None:
    offset = max_offset(text, zone)
    runs_of_a_year = 366 * len(list(takewhile(lambda run: run < YEAR + timedelta(days=1), wall_times(text, YEAR))))
    before, after = (next_firings(its, YEAR, runs_of_a_year, zone) for its in (text, delayed(text, offset)))
    assert [(run.replace(tzinfo=None), run.fold) for run in after] == [
        ((run + timedelta(minutes=offset)).replace(tzinfo=None), run.fold) for run in before
    ]


def test_clocks_that_are_set_within_the_hour_leave_less_room() -> None:
    assert max_offset("30 2 * * *", "Pacific/Chatham") == 14  # clocks are set at 02:45
    assert max_offset("30 4 * * *", "Pacific/Chatham") == 29


def test_an_exact_schedule_or_group_has_one_offset_only() -> None:
    def of(**settings: object) -> int:
        return window(Schedules(**settings), "sales", "0 0 * * *")  # type: ignore[arg-type]  # settings differ in type

    assert of() == 16
    assert of(spread_minutes=59) == 60
    assert of(spread_minutes=0) == of(exact=["@daily"]) == of(exact=["sales"]) == 1
    assert of(exact=["0 1 * * *", "sale"]) == 16
    assert window(Schedules(), "sales", "") == 1
