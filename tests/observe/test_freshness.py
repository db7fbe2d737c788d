"""How old tables are beside their schedules: which are late, by how much, and why; and the starts around now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.observe.freshness import StartTimes, freshness, lane
from headgate.observe.model import ObservedUpdate, TableRun

if TYPE_CHECKING:
    from headgate.observe.freshness import Freshness
    from headgate.observe.model import RunState, UpdateState

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOURLY = StartTimes("0 * * * *", 5, "UTC")
TAKES = timedelta(minutes=10)


def run(hours_ago: float, state: RunState = "completed", error: str = "") -> TableRun:
    at = NOW - timedelta(hours=hours_ago)
    return TableRun("local", "crm", "dev", "p", "", "u", "t", "c.s.t", at, at, 1.0, 1.0, state, error=error)


def update(hours_ago: float, state: UpdateState = "completed") -> ObservedUpdate:
    at = NOW - timedelta(hours=hours_ago)
    ended = None if state == "running" else at + timedelta(minutes=5)
    return ObservedUpdate("local", "crm", "dev", "p", "", "u", at, ended, state)


def found(*runs: TableRun, updates: tuple[ObservedUpdate, ...] = (), starts: StartTimes = HOURLY) -> Freshness:
    return freshness(("t", "c.s.t", "p"), runs, updates, starts, TAKES, NOW)


def test_a_table_is_fresh_until_the_start_after_its_last_load_should_have_been_through() -> None:
    # Loaded at 11:00: the start of 11:05 takes ten minutes, and a minute of grace.
    assert found(run(1)).state == "late"
    assert found(run(0.9)).state == "fresh"


def test_how_late_it_is_counts_from_the_first_start_that_was_missed() -> None:
    one = found(run(3.5))  # at 08:30; due at 09:05, through by 09:16

    assert (one.state, one.due, one.late) == ("late", datetime(2026, 3, 10, 9, 5, tzinfo=UTC), timedelta(hours=2, minutes=44))


@pytest.mark.parametrize(
    ("updates", "why"),
    [
        ((), "its pipeline has not been started since"),
        ((update(5),), "its pipeline has not been started since"),
        ((update(1, "running"),), "its pipeline has been running since 2026-03-10 11:00 UTC"),
        ((update(1, "failed"),), "its pipeline ran at 2026-03-10 11:00 UTC and failed"),
        ((update(1, "canceled"),), "its pipeline ran at 2026-03-10 11:00 UTC and was stopped"),
        ((update(1),), "its pipeline ran at 2026-03-10 11:00 UTC and ended without loading it"),
    ],
)
def test_why_it_is_late_is_what_its_pipeline_did_since(updates: tuple[ObservedUpdate, ...], why: str) -> None:
    assert found(run(3.5), updates=updates).why == why


def test_a_paused_schedule_makes_it_no_less_late_and_is_told() -> None:
    one = found(run(3.5), starts=StartTimes("0 * * * *", 5, "UTC", paused=True))

    assert (one.state, one.why) == ("late", "its pipeline has not been started since; its schedule is paused in this target")


def test_a_failure_is_the_reason_with_its_message_late_or_not() -> None:
    late = found(run(3.5), run(1, "failed", "disk full"))
    soon = found(run(0.5), run(0.2, "failed", "disk full"))

    assert (late.state, late.why) == ("late", "its last load failed at 2026-03-10 11:00 UTC: disk full")
    assert (soon.state, soon.why) == ("failing", "its last load failed at 2026-03-10 11:48 UTC: disk full")
    assert found(run(3.5), run(1, "failed", "disk full"), run(0.2)).state == "fresh"


def test_what_was_never_loaded_and_what_has_no_schedule_are_told_apart() -> None:
    assert found().state == "never"
    assert found(run(0.1, "failed", "no")).why == "its last load failed at 2026-03-10 11:54 UTC: no"
    assert found(run(9000), starts=StartTimes("", 0, "UTC")).state == "unscheduled"


def test_what_needs_attention_most_comes_first() -> None:
    every = [found(run(0.2)), found(), found(run(3.5)), found(run(0.5), run(0.1, "failed")), found(run(30))]

    states = [one.state for one in sorted(every, key=lambda one: one.order)]

    assert states == ["late", "late", "never", "failing", "fresh"]
    assert min(every, key=lambda one: one.order) is every[4]


def test_an_offset_that_the_schedule_does_not_take_any_more_means_no_start() -> None:
    assert StartTimes("50 * * * *", 20, "UTC").after(NOW, 3) == ()


def test_a_lane_has_what_ran_in_the_last_day_and_what_is_to_come_in_the_next() -> None:
    updates = [update(30), update(23), update(0.1, "running")]

    one = lane("p", updates, HOURLY, TAKES, NOW, timedelta(hours=24), 96)

    assert [state for _, _, state in one.past] == ["completed", "running"]
    assert (one.coming[0], len(one.coming)) == (datetime(2026, 3, 10, 12, 5, tzinfo=UTC), 24)


def test_of_starts_that_are_too_many_to_be_told_apart_a_lane_says_how_often_they_come() -> None:
    one = lane("p", [], StartTimes("*/5 * * * *", 0, "UTC"), TAKES, NOW, timedelta(hours=24), 96)

    assert (one.coming, one.every) == ((), 5)
