"""From cron to Quartz."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.schedule.convert import check_schedule, normalize, to_quartz
from headgate.schedule.errors import ScheduleError


@pytest.mark.parametrize(
    ("cron", "quartz"),
    [
        ("0 0 * * *", "0 0 0 * * ?"),
        ("* * * * *", "0 * * * * ?"),
        ("*/15 * * * *", "0 0/15 * * * ?"),
        ("0/15 * * * *", "0 0/15 * * * ?"),
        ("*/1 * * * *", "0 * * * * ?"),
        ("0-59 0-23 1-31 1-12 0-7", "0 * * * * ?"),
        ("5/10 * * * *", "0 5/10 * * * ?"),
        ("1-10/2 8-18 * * *", "0 1-10/2 8-18 * * ?"),
        ("0 */24 * * *", "0 0 0 * * ?"),
        ("30,0 2 * * *", "0 0,30 2 * * ?"),
        ("0 2 1,15 * *", "0 0 2 1,15 * ?"),
        ("0 2 */10 */3 *", "0 0 2 1/10 1/3 ?"),
        ("0 2 1 jan-mar *", "0 0 2 1 1-3 ?"),
        ("@hourly", "0 0 * * * ?"),
        ("@daily", "0 0 0 * * ?"),
        ("@weekly", "0 0 0 ? * SUN"),
        ("@monthly", "0 0 0 1 * ?"),
        ("@yearly", "0 0 0 1 1 ?"),
    ],
)
def test_the_shortest_natural_form(cron: str, quartz: str) -> None:
    assert to_quartz(cron) == quartz


@pytest.mark.parametrize(
    ("cron", "quartz"),
    [
        ("0", "SUN"),
        ("1", "MON"),
        ("2", "TUE"),
        ("3", "WED"),
        ("4", "THU"),
        ("5", "FRI"),
        ("6", "SAT"),
        ("7", "SUN"),
        ("1-5", "MON-FRI"),
        ("5-7", "FRI-SUN"),
        ("sat-sun", "SAT-SUN"),
        ("0,6", "SUN,SAT"),
        ("7,7,0", "SUN"),
        ("1-5/2", "MON,WED,FRI"),
        ("*/2", "SUN,TUE,THU,SAT"),
    ],
)
def test_weekdays_become_names_since_the_two_languages_number_them_apart(cron: str, quartz: str) -> None:
    assert to_quartz(f"0 2 * * {cron}") == f"0 0 2 ? * {quartz}"


@pytest.mark.parametrize(
    ("cron", "quartz"),
    [
        ("0 0 13 * 0-6", "0 0 0 * * ?"),  # on the 13th or on any weekday
        ("0 0 1-31 * 5", "0 0 0 * * ?"),
        ("0 0 31 2 5", "0 0 0 ? 2 FRI"),  # February has no 31st: Fridays are left
        ("0 0 1-7 * */7", "0 0 0 ? * SUN#1"),  # a star: days that fit both
        ("0 0 29-31 * */7", "0 0 0 ? * SUN#5"),
        ("0 0 */1 * 5", "0 0 0 ? * FRI"),
        ("0 0 13 * */1", "0 0 0 13 * ?"),
    ],
)
def test_both_day_fields_where_quartz_can_say_it(cron: str, quartz: str) -> None:
    assert to_quartz(cron) == quartz


def test_days_that_fit_either_take_two_schedules_which_the_fix_names() -> None:
    with pytest.raises(ScheduleError, match="the day of month or the weekday") as raised:
        to_quartz("0 2 13 * 5")
    assert raised.value.fix == "two schedules say it together: '0 2 13 * *' and '0 2 * * 5'"
    assert [to_quartz(text) for text in ("0 2 13 * *", "0 2 * * 5")] == ["0 0 2 13 * ?", "0 0 2 ? * FRI"]


def test_days_that_have_to_fit_both_can_not_be_said() -> None:
    with pytest.raises(ScheduleError, match="the day of month and the weekday") as raised:
        to_quartz("0 2 */2 * 1")
    assert raised.value.fix == "keep one of the two: '0 2 */2 * *' or '0 2 * * 1'"


@pytest.mark.parametrize("text", ["quartz:0 0 2 LW * ?", " quartz:  0 0  2 LW * ? "])
def test_a_marked_text_is_taken_as_it_is(text: str) -> None:
    assert normalize(text) == "0 0 2 LW * ?"


def test_a_cron_text_is_translated() -> None:
    assert normalize("0 2 * * 1-5") == "0 0 2 ? * MON-FRI"


@pytest.mark.parametrize("text", ["quartz:0 0 0 31 2 ?", "quartz:0 0 0 L-29 2 ? 2026", "quartz:0 0 0 29 2 ? 2027"])
def test_a_quartz_expression_that_never_runs_is_refused(text: str) -> None:
    error = check_schedule(text)
    assert error is not None
    assert "never runs" in error.message


def test_checking_says_what_normalizing_would_raise() -> None:
    assert check_schedule("0 2 * * *") is None
    for text in ("99 99 * * *", "0 2 13 * 5", "quartz:", "quartz:0 0 2 * * *"):
        error = check_schedule(text)
        with pytest.raises(ScheduleError) as raised:
            normalize(text)
        assert error is not None
        assert (error.message, error.fix) == (raised.value.message, raised.value.fix)


items = st.from_regex(r"\A([0-9]{1,2}|\*|\?|L|SUN|FRI)([-/#LW][0-9]{0,2}){0,2}\Z")
marked = st.lists(items, min_size=5, max_size=8).map(lambda fields: "quartz:" + " ".join(fields))


@given(st.text("0123456789*/,-?LW#@ \tSUNFRIjanquartz:", max_size=30) | st.text(max_size=30) | marked)
def test_any_text_is_either_right_or_told_with_a_fix(text: str) -> None:
    error = check_schedule(text)
    if error is None:
        assert check_schedule(f"quartz:{normalize(text)}") is None
    else:
        assert error.message
        assert error.fix
