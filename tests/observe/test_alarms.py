"""What of past runs is an alarm, and what is not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headgate.inventory.keep_runs import with_runs
from headgate.inventory.runs import Run, parse_runs
from headgate.observe.alarms import pipeline_alarm, table_alarms
from headgate.observe.model import ObservedUpdate

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def runs(*seconds: float, rows: int | None = 5, full: bool = False, state: str = "completed") -> list[Run]:
    return [
        Run("orders", "main.bronze.orders", NOW + timedelta(hours=hour), one, full, rows, state)
        for hour, one in enumerate(seconds)
    ]


def later(first: list[Run], then: list[Run]) -> list[Run]:
    """Give runs, and others after them."""
    begin = first[-1].started_at + timedelta(hours=1)
    return [*first, *(replace(run, started_at=begin + timedelta(hours=hour)) for hour, run in enumerate(then))]


def kinds(past: list[Run], ingestion_type: str = "append") -> list[str]:
    return [alarm.kind for alarm in table_alarms("main.bronze.orders", past, ingestion_type)]


def test_a_table_whose_time_doubled() -> None:
    (alarm,) = table_alarms("main.bronze.orders", runs(10, 11, 9, 10, 25), "append")

    assert (alarm.kind, alarm.message) == ("slower", "took 25 s, and usually takes 10 s")


def test_no_alarm_by_noise_by_what_is_tiny_or_by_too_few_runs() -> None:
    chance = random.Random(7)  # noqa: S311  # a game of chance, not a secret

    assert not any(kinds(runs(*[10 * chance.uniform(0.7, 1.3) for _ in range(20)])) for _ in range(50))
    assert kinds(runs(0.1, 0.1, 0.1, 0.9)) == []
    assert kinds(runs(10, 10, 25)) == []


def test_one_bad_run_before_does_not_hide_what_doubled_and_a_first_load_is_no_alarm() -> None:
    assert kinds(runs(10, 10, 300, 10, 10, 25)) == ["slower"]
    assert kinds(later(runs(10, 10, 10), runs(900, full=True))) == []
    assert kinds(later(runs(10, 10, 10), runs(900, full=True)), "snapshot") == ["slower"]


def test_a_table_that_failed_three_times_in_a_row() -> None:
    fine, failed = runs(10, 10), runs(1, 1, 1, 1, state="failed")

    assert kinds(later(fine, failed[:2])) == []
    (alarm,) = table_alarms("main.bronze.orders", later(fine, failed), "append")
    assert (alarm.kind, alarm.message) == ("failing", "failed 4 times in a row, last at 2026-03-01 09:00 UTC")
    assert kinds(later(later(fine, failed), runs(10))) == []


def test_a_table_that_brings_no_rows_any_more() -> None:
    busy, silent = runs(*[10] * 80), runs(*[1] * 73, rows=0)

    assert kinds(later(busy, silent[:72])) == []
    assert kinds(later(busy, silent)) == ["silent"]
    assert kinds(later(busy, runs(*[1] * 73, rows=None))) == []
    (alarm,) = table_alarms("main.bronze.orders", later(busy, silent), "append")
    assert alarm.message == "brought no rows since 2026-03-04 11:00 UTC, and before never for longer than 1 hour"


def test_a_table_that_often_brings_nothing_is_none_before_it_is_silent_for_much_longer() -> None:
    quiet = later(runs(*[10] * 150), later(runs(*[1] * 71, rows=0), runs(10)))

    assert kinds(later(quiet, runs(*[1] * 144, rows=0))) == []
    assert kinds(later(quiet, runs(*[1] * 145, rows=0))) == ["silent"]


def test_a_quiet_time_that_the_runs_begin_with_may_have_been_of_any_length() -> None:
    busy, silent = runs(*[10] * 80), runs(*[1] * 100, rows=0)

    assert kinds(later(later(runs(1, 1, rows=0), busy), silent)) == []
    assert kinds(later(runs(10, 10, 10), silent)) == []


@pytest.mark.long
def test_nights_and_weekends_are_no_alarm_on_a_frequent_schedule_and_a_table_that_falls_silent_for_good_is() -> None:
    begin, half_hour, stops = datetime(2026, 3, 2, tzinfo=UTC), timedelta(minutes=30), 21 * 48
    text: str | None = None
    alarmed = []
    for number in range(stops + 8 * 48):
        at = begin + number * half_hour
        works = number < stops and at.weekday() < 5 and 8 <= at.hour < 18
        run = Run("orders", "main.bronze.orders", at, 10, full_load=False, rows=5 if works else 0)
        text = with_runs(text.encode() if text else None, [run]).text
        if kinds(list(parse_runs(text.encode()))):
            alarmed.append(number)

    last_rows = begin + timedelta(days=18, hours=17, minutes=30)
    assert alarmed[0] == next(n for n in range(stops, stops + 999) if begin + n * half_hour - last_rows > timedelta(days=6))
    assert alarmed == list(range(alarmed[0], stops + 8 * 48))


def test_a_run_that_is_not_known_to_be_no_full_load_is_not_compared_except_where_all_runs_are() -> None:
    unknown = later(runs(10, 10, 10, 10), [replace(run, full_load=None) for run in runs(900)])

    assert kinds(unknown) == []
    assert kinds(unknown, "snapshot") == ["slower"]


def test_of_more_failed_runs_than_are_kept_the_least_number_is_told() -> None:
    (alarm,) = table_alarms("main.bronze.orders", later(runs(10), runs(*[1] * 5, state="failed")), "append")

    assert alarm.message.startswith("failed at least 5 times in a row, last at")


def test_a_pipeline_that_takes_longer_than_its_schedule_leaves() -> None:
    update = ObservedUpdate("workspace", "crm", "dev", "all_1", "id", "u1", NOW, NOW + timedelta(minutes=16), "completed")

    alarm = pipeline_alarm(update, 15)

    assert alarm is not None
    assert alarm.message == "took 16 minutes, and its schedule starts it after 15 minutes"
    assert pipeline_alarm(update, 16) is None
    assert pipeline_alarm(update, None) is None
