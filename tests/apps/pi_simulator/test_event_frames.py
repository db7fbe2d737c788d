"""Event frames as a pure function of the seed, their numbers and the time at which they are looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from apps.pi_simulator.assets.designs import ALARM, BATCH, TEMPLATES
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import CHILDREN, LONGEST, ORIGIN, PERIOD, Frame, active, by_number, frame, phases
from apps.pi_simulator.search.event_frames import Search, frames
from apps.pi_simulator.times import NEVER_ENDS, SECOND, ticks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND
PLANT = Plant(1, 1040)
WORLD = AssetWorld(PLANT)
EVERY = [frame(PLANT, nth) for nth in range((NOW - ORIGIN) // PERIOD + 1)]
THERE = [one for one in EVERY if one.there <= NOW]


def _ids(some: Iterable[Frame]) -> list[int]:
    return [one.number for one in some]


def _end(one: Frame) -> int:
    return one.seen_end(NOW)


RANGES: dict[str, Callable[[Frame, int, int], bool]] = {
    "inclusive": lambda one, start, end: one.start >= start and _end(one) <= end,
    "overlapped": lambda one, start, end: one.start <= end and _end(one) >= start,
    "startinclusive": lambda one, start, end: start <= one.start <= end,
    "endinclusive": lambda one, start, end: start <= _end(one) <= end,
}


@pytest.mark.parametrize("mode", RANGES)
@pytest.mark.parametrize(("start", "end"), [(-8, 0), (-100, -50), (-3000, -2999), (0, 5), (-48, -48)])
def test_a_search_of_a_range_finds_what_looking_at_all_frames_finds(mode: str, start: int, end: int) -> None:
    search = Search(mode, NOW + start * HOUR, NOW + end * HOUR, NOW)

    assert _ids(frames(PLANT, search)) == _ids(one for one in THERE if RANGES[mode](one, search.start, search.end))


DIRECTED: dict[str, tuple[Callable[[Frame], int], Callable[[Frame, int], bool], bool]] = {
    "forwardfromstarttime": (lambda one: one.start, lambda one, at: one.start >= at, False),
    "backwardfromstarttime": (lambda one: one.start, lambda one, at: one.start <= at, True),
    "forwardfromendtime": (_end, lambda one, at: _end(one) >= at, False),
    "backwardfromendtime": (_end, lambda one, at: _end(one) <= at, True),
    "forwardinprogress": (lambda one: one.start, lambda one, at: one.start >= at and _end(one) == NEVER_ENDS, False),
    "backwardinprogress": (lambda one: one.start, lambda one, at: one.start <= at and _end(one) == NEVER_ENDS, True),
}


@pytest.mark.parametrize("mode", DIRECTED)
@pytest.mark.parametrize("hours", [0, 4000])
def test_a_search_from_a_time_finds_what_looking_at_all_frames_finds(mode: str, hours: int) -> None:
    key, fits, back = DIRECTED[mode]
    start = NOW - hours * HOUR

    found = list(frames(PLANT, Search(mode, start, NOW, NOW)))

    assert _ids(found) == _ids(sorted((one for one in THERE if fits(one, start)), key=key, reverse=back))


def test_frames_take_minutes_hours_or_days_and_some_never_end() -> None:
    lengths = [one.end - one.start for one in EVERY if one.end != NEVER_ENDS]

    assert min(lengths) < HOUR < 24 * HOUR < max(lengths) <= LONGEST
    assert any(one.end == NEVER_ENDS for one in EVERY)
    assert all(one.start < one.there <= one.end for one in EVERY)


def test_a_frame_that_runs_ends_in_9999_until_it_ends() -> None:
    one = next(one for one in EVERY if one.end - one.there > HOUR and one.end != NEVER_ENDS)
    before, after = (WORLD.event(one, moment).fields for moment in (one.end - 1, one.end))

    assert before["EndTime"] == "9999-12-31T23:59:59.9999999Z"
    assert not before["AreValuesCaptured"]
    assert after["AreValuesCaptured"]
    assert not after["EndTime"].startswith("9999")


def test_frames_change_after_they_ended() -> None:
    described = next(one for one in EVERY if one.described != NEVER_ENDS)
    noted = next(one for one in EVERY if len(one.annotations) > 1)

    assert described.described > described.end
    assert (WORLD.event(described, described.end).description, WORLD.event(described, described.described).description) == (
        "",
        "Reviewed by the shift",
    )
    assert len(noted.notes(NOW)) > len(noted.notes(noted.annotations[0].created))


def test_alarms_are_acknowledged_by_somebody_at_some_time_and_before_that_in_1970_by_nobody() -> None:
    one = next(one for one in EVERY if one.acknowledged != NEVER_ENDS)
    before, after = (WORLD.event(one, moment).fields for moment in (one.acknowledged - 1, one.acknowledged))

    assert TEMPLATES[one.template].name == "AlarmTemplate"
    assert (before["IsAcknowledged"], before["AcknowledgedBy"], before["AcknowledgedDate"]) == (
        False,
        "",
        "1970-01-01T00:00:00Z",
    )
    assert after["IsAcknowledged"]
    assert after["AcknowledgedBy"].startswith("SIM\\")
    assert {one.template for one in EVERY if one.acknowledged != NEVER_ENDS} == {ALARM}


def test_some_frames_are_there_only_hours_after_they_began() -> None:
    late = next(one for one in EVERY if one.there - one.start > HOUR)

    assert late.number not in _ids(active(PLANT, late.start, late.there, late.there - 1))
    assert late.number in _ids(active(PLANT, late.start, late.there, late.there))


def test_a_batch_has_three_phases_one_after_the_other() -> None:
    batch = next(one for one in EVERY if one.template == BATCH and one.end != NEVER_ENDS)
    parts = phases(batch)

    assert [one.phase for one in parts] == [1, 2, 3]
    assert (parts[0].start, parts[-1].end) == (batch.start, batch.end)
    assert [by_number(PLANT, one.number) for one in parts] == list(parts)
    assert by_number(PLANT, batch.number + CHILDREN - 1) is None
    assert WORLD.event(parts[1], NOW).path == f"{WORLD.event(batch, NOW).path}\\{parts[1].name}"


def test_values_move_while_a_frame_runs_and_stay_when_it_ended() -> None:
    one = next(one for one in EVERY if one.template == ALARM and one.there + HOUR < one.end < NOW)

    def values(moment: int) -> list[object]:
        return [each.value for each in WORLD.attributes_of(WORLD.event(one, moment), moment)]

    assert values(one.there) != values(one.end - SECOND)
    assert values(one.end) == values(NOW)


def test_frames_refer_to_machines_the_primary_one_first_and_some_to_none() -> None:
    assert {len(one.machines) for one in EVERY} == {0, 1, 3}
    assert all(machine < PLANT.machines for one in EVERY for machine in one.machines)


def test_a_world_without_tags_has_frames_that_refer_to_nothing() -> None:
    assert all(not one.machines for one in active(Plant(1, 0), NOW - 8 * HOUR, NOW, NOW))
