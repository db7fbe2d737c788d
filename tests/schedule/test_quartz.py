"""Reading the Quartz language."""

from __future__ import annotations

import pytest

from headgate.schedule.errors import ScheduleError
from headgate.schedule.quartz import LastDay, MonthDays, NearestWeekday, NthWeekday, Weekdays, parse_quartz


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ("1,15 * ?", MonthDays(frozenset({1, 15}))),
        ("28-3 * ?", MonthDays(frozenset({28, 29, 30, 31, 1, 2, 3}))),
        ("L * ?", LastDay()),
        ("L-3 * ?", LastDay(before=3)),
        ("LW * ?", LastDay(weekday=True)),
        ("L-3W * ?", LastDay(before=3, weekday=True)),
        ("15W * ?", NearestWeekday(15)),
        ("? * 1", Weekdays(frozenset({1}))),
        ("? * mon-fri", Weekdays(frozenset({2, 3, 4, 5, 6}))),
        ("? * FRI-SUN", Weekdays(frozenset({6, 7, 1}))),
        ("? * 2-6/2", Weekdays(frozenset({2, 4, 6}))),
        ("? * L", Weekdays(frozenset({7}))),
        ("? * 6L", NthWeekday(6, None)),
        ("? * FRIL", NthWeekday(6, None)),
        ("? * 6#3", NthWeekday(6, 3)),
        ("? * FRI#5", NthWeekday(6, 5)),
    ],
)
def test_the_rule_for_days(fields: str, days: object) -> None:
    assert parse_quartz(f"0 0 0 {fields}").days == days


def test_ranges_may_wrap_and_steps_run_to_the_fields_end() -> None:
    quartz = parse_quartz("50-10/20 55/3 22-2 * NOV-FEB ?")
    assert quartz.seconds == (10, 50)
    assert quartz.minutes == (55, 58)
    assert quartz.hours == (0, 1, 2, 22, 23)
    assert quartz.months == (1, 2, 11, 12)


def test_a_seventh_field_names_years() -> None:
    assert parse_quartz("0 0 0 1 1 ? 2027-2028,2030").years == (2027, 2028, 2030)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "has 0 fields, not 6 or 7", "0 0 2 * * ?"),
        ("0 2 * * *", "has 5 fields, not 6 or 7", "second, minute"),
        ("0 0 2 * * ? 2027 1", "has 8 fields, not 6 or 7", "second, minute"),
        ("0 0 2 * * *", "neither day of month '*' nor weekday '*' is '?'", "put '?' into one"),
        ("0 0 2 13 * FRI", "neither day of month '13' nor weekday 'FRI' is '?'", "two schedules"),
        ("0 0 2 ? * ?", "both '?'", "put '*'"),
        ("? 0 2 * * ?", "second '?' can't be read", "numbers from 0 to 59"),
        ("0 60 2 * * ?", "minute '60' is not in 0 to 59", "0 to 59"),
        ("0 0 24 * * ?", "hour '24' is not in 0 to 23", "0 to 23"),
        ("0 0 2 32 * ?", "day of month '32' is not in 1 to 31", "1 to 31"),
        ("0 0 2 L-31 * ?", "day of month 'L-31' is before", "L-30"),
        ("0 0 2 1,L * ?", "day of month 'L' can't be read", "alone: L"),
        ("0 0 2 15W,20 * ?", "day of month '15W' can't be read", "alone: L"),
        ("0 0 2 * 0 ?", "month '0' is not in 1 to 12", "1 to 12"),
        ("0 0 2 ? * 0", "weekday '0' is not in 1 to 7", "1 is Sunday"),
        ("0 0 2 ? * 8L", "weekday '8L' can't be read", "6L"),
        ("0 0 2 ? * 6#6", "weekday '6#6' can't be read", "6#3"),
        ("0 0 2 ? * 3#1,6#3", "weekday '3#1' can't be read", "6#3"),
        ("0 0 2 ? * FOO", "weekday 'FOO' is neither a number nor a name", "SUN, MON"),
        ("0 0 2 ? * MONDAY", "weekday 'MONDAY' can't be read", "MON-FRI"),
        ("0 0 2 ? * MON-FRI/2", "weekday 'MON-FRI/2' can't be read", "ignores a step after names: write numbers, 1 for Sunday"),
        ("0 0 2 1 JAN/3 ?", "month 'JAN/3' can't be read", "ignores a step after names: write numbers"),
        ("0 0/60 2 * * ?", "minute '0/60' has a step of 60", "from 1 to 59"),
        ("0 */0 2 * * ?", "minute '*/0' has a step of 0", "from 1 to 59"),
        ("0 0 2 * * ? 1969", "year '1969' is not in 1970 to 2199", "1970 to 2199"),
        ("0 0 2 * * ? 2028-2027", "year '2028-2027' runs backwards", "earlier year"),
        ("0 70 25 * * ?", "minute '70' is not in 0 to 59; hour '25' is not in 0 to 23", "the hour goes from 0 to 23"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(text: str, message: str, fix: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_quartz(text)
    assert message in raised.value.message
    assert fix in raised.value.fix
