"""Reading the Unix cron language."""

from __future__ import annotations

import pickle

import pytest

from headgate.schedule.cron import parse_cron
from headgate.schedule.errors import ScheduleError

EVERY_DAY = set(range(7))


@pytest.mark.parametrize(
    ("field", "minutes"),
    [
        ("5", {5}),
        ("5,10,5", {5, 10}),
        ("5-8", {5, 6, 7, 8}),
        ("*", set(range(60))),
        ("*/15", {0, 15, 30, 45}),
        ("1-10/2", {1, 3, 5, 7, 9}),
        ("50/4", {50, 54, 58}),
        ("*/40", {0, 40}),
        ("*/60", {0}),
        ("1-3,*/30,59", {0, 1, 2, 3, 30, 59}),
        ("00,07", {0, 7}),
    ],
)
def test_lists_ranges_and_steps(field: str, minutes: set[int]) -> None:
    assert parse_cron(f"{field} 0 * * *").minute.values == minutes


@pytest.mark.parametrize(
    ("field", "weekdays"),
    [
        ("0", {0}),
        ("7", {0}),
        ("sun", {0}),
        ("Mon-FRI", {1, 2, 3, 4, 5}),
        ("5-7", {5, 6, 0}),
        ("SAT-SUN", {6, 0}),
        ("6-0", {6, 0}),
        ("0-7", EVERY_DAY),
        ("1-7", EVERY_DAY),
        ("*/2", {0, 2, 4, 6}),
        ("2/2", {2, 4, 6}),
        ("tue,thu", {2, 4}),
    ],
)
def test_weekdays_count_from_sunday_which_is_0_and_7(field: str, weekdays: set[int]) -> None:
    assert parse_cron(f"0 0 * * {field}").weekday.values == weekdays


def test_months_by_name_in_any_case() -> None:
    assert parse_cron("0 0 1 jan,MAR-May,12 *").month.values == {1, 3, 4, 5, 12}


@pytest.mark.parametrize(
    ("shortcut", "fields"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        (" @Daily ", "0 0 * * *"),
    ],
)
def test_a_shortcut_is_its_five_fields(shortcut: str, fields: str) -> None:
    assert parse_cron(shortcut) == parse_cron(fields)


def test_runs_of_white_space_part_fields() -> None:
    assert parse_cron("  0\t2   * *  * \n") == parse_cron("0 2 * * *")


@pytest.mark.parametrize(
    ("text", "either"),
    [("0 0 13 * 5", True), ("0 0 1-31 * 5", True), ("0 0 */2 * 5", False), ("0 0 13 * */7", False), ("0 0 * * 5", False)],
)
def test_a_day_field_that_begins_with_a_star_has_to_fit(text: str, either: bool) -> None:
    assert parse_cron(text).on_either_day is either


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "the schedule is empty", "0 2 * * *"),
        ("   ", "the schedule is empty", "0 2 * * *"),
        ("0 2 * *", "has 4 fields, not 5", "minute, hour, day of month, month, weekday"),
        ("TZ=Europe/Berlin 0 2 * * *", "begins with a time zone", "put Europe/Berlin into schedules.timezone"),
        ("cron_tz=UTC 0 2 * * *", "begins with a time zone", "put UTC into schedules.timezone"),
        ("daily", "has 1 field, not 5", "minute, hour"),
        ("0 0 2 * * ?", "has 6 fields, not 5", "'quartz:'"),
        ("60 0 * * *", "minute '60' is not in 0 to 59", "0 to 59"),
        ("0 24 * * *", "hour '24' is not in 0 to 23", "0 to 23"),
        ("0 0 0 * *", "day of month '0' is not in 1 to 31", "1 to 31"),
        ("0 0 1 13 *", "month '13' is not in 1 to 12", "1 to 12"),
        ("0 0 * * 8", "weekday '8' is not in 0 to 7", "0 to 7"),
        ("0 0 * * monday", "weekday 'monday' is neither a number nor a name", "did you mean 'MON'?"),
        ("0 noon * * *", "hour 'noon' is not a number", "0 to 23"),
        ("0 22-2 * * *", "hour '22-2' runs backwards", "write 22-23,0-2"),
        ("0 0 * * FRI-MON", "weekday 'FRI-MON' runs backwards", "write FRI-SAT,SUN-MON"),
        ("0 0 * DEC-JAN *", "month 'DEC-JAN' runs backwards", "write DEC,JAN"),
        ("0 0 * * 7/2", "weekday '7/2' begins after", "count Sunday as 0"),
        ("*/0 * * * *", "minute '*/0' has a step of 0", "from 1 to 60"),
        ("*/90 * * * *", "not 'every 90'", "from 1 to 60"),
        ("1,,2 * * * *", "minute '' can't be read", "commas"),
        ("1- * * * *", "minute '1-' can't be read", "ranges such as 1-5"),
        ("*-5 * * * *", "minute '*-5' can't be read", "ranges such as 1-5"),
        ("-1 * * * *", "minute '-1' can't be read", "ranges such as 1-5"),
        ("٣ * * * *", "minute '٣' can't be read", "use numbers"),
        ("9" * 5000 + " * * * *", "can't be read", "use numbers"),
        ("0 0 L * *", "day of month 'L' is Quartz, not cron", "'quartz:'"),
        ("0 0 ? * 1", "day of month '?' is Quartz, not cron", "'quartz:'"),
        ("0 0 * * 6#3", "weekday '6#3' is Quartz, not cron", "'quartz:'"),
        ("0 0 31 2 *", "never runs: no month of '2' has a day '31'", "such as 28"),
        ("0 0 31 4,jun,9-11/2 *", "never runs", "such as 28"),
        ("0 0 30-31 feb */2", "never runs", "such as 28"),
        ("@reboot", "'@reboot' is not a time", "@daily"),
        ("@dayly", "'@dayly' is not one of cron's shortcuts", "did you mean '@daily'?"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(text: str, message: str, fix: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_cron(text)
    assert message in raised.value.message
    assert fix in raised.value.fix
    assert str(raised.value) == raised.value.message
    assert len(raised.value.message) < 300


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_cron("99 99 * * *")
    assert "minute '99'" in raised.value.message
    assert "hour '99'" in raised.value.message
    assert raised.value.fix == "the minute goes from 0 to 59; the hour goes from 0 to 23"


def test_29_february_runs_now_and_then() -> None:
    assert parse_cron("0 0 29 2 *").day.values == {29}


def test_the_error_is_a_value_error_that_survives_pickling() -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_cron("")
    assert isinstance(raised.value, ValueError)
    again = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 - our own bytes
    assert (again.message, again.fix) == (raised.value.message, raised.value.fix)
