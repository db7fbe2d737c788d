"""What a tag is worth at any time, against plain Python."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from apps.pi_simulator.errors import PiError
from apps.pi_simulator.streams.recorded import Boundary, Mode, filtered, near, recorded
from apps.pi_simulator.streams.samples import state
from tests.apps.pi_simulator.streams.plain import DAY, HOUR, NOW, everything, seen, worth

KINDS = [0, 9, 11, 22, 44, 55, 77, 88]


@pytest.mark.parametrize("number", KINDS)
def test_a_value_at_a_time_lies_on_the_line_between_two_or_holds(number: int) -> None:
    view, chance = seen(number), random.Random(number)  # noqa: S311 (chance that repeats)
    values = everything(view)
    times = [chance.randrange(NOW - 2 * HOUR, NOW) for _ in range(40)] + [values[-3][0], values[-9][0] + 1]

    for sample in view.at(sorted(times)):
        value, good = worth(values, sample.time, step=view.tag.step)
        assert (sample.value, sample.good) == (pytest.approx(value) if isinstance(value, float) else value, good)


def test_times_far_apart_are_worth_the_same_as_alone() -> None:
    view = seen(0)
    times = [NOW - 300 * DAY, NOW - 100 * DAY, NOW]

    assert view.at(times) == [view.at([time])[0] for time in times]


def test_the_line_ends_at_a_system_state() -> None:
    view = seen(0)
    values = everything(view)
    at = next(place for place, (_, _, good) in enumerate(values) if not good and values[place - 1][2])
    middle = (values[at - 1][0] + values[at][0]) // 2

    assert view.at([middle])[0].value == values[at - 1][1]
    assert view.at([values[at][0] + 1])[0].good is False


def test_the_snapshot_is_the_last_of_now_and_the_end_of_future_data_lies_ahead() -> None:
    now, future = seen(0), seen(77)
    last = [value for value in everything(now) if value[0] <= NOW][-1]

    assert (now.snapshot().time, now.snapshot().value) == last[:2]
    assert now.end() == now.snapshot()
    assert future.snapshot().time <= NOW
    assert future.end().time == everything(future, end=NOW + 2 * DAY)[-1][0] > NOW + 23 * HOUR


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("boundary", list(Boundary))
def test_recorded_values_of_a_time_in_either_direction_with_either_boundary(
    number: int, boundary: Boundary, backwards: bool
) -> None:
    view = seen(number)
    values = everything(view)
    ends = [(NOW - 2 * HOUR - 7, NOW - HOUR - 3), (values[-400][0], values[-300][0])]
    for low, high in ends:
        told = [value[:2] for value in values if low <= value[0] <= high]
        if boundary is Boundary.OUTSIDE:
            if not told or told[0][0] != low:
                told.insert(0, [value[:2] for value in values if value[0] < low][-1])
            if told[-1][0] != high:
                told.append(next(value[:2] for value in values if value[0] > high))
        if boundary is Boundary.INTERPOLATED:
            step = view.tag.step
            if not told or told[0][0] != low:
                told.insert(0, (low, worth(values, low, step=step)[0]))
            if told[-1][0] != high:
                told.append((high, worth(values, high, step=step)[0]))
        if backwards:
            told.reverse()
        for most in (150_000, 5, 1):
            start, end = (high, low) if backwards else (low, high)
            found = recorded(view, start, end, boundary, most)
            assert [(one.time, one.value) for one in found.samples] == told[:most]
            assert len(found) == len(told[:most])


@pytest.mark.parametrize("number", [0, 22, 77])
def test_the_recorded_value_near_a_time_by_each_mode(number: int) -> None:
    view = seen(number)
    values = everything(view)
    for time in (values[-500][0], values[-500][0] + 1, values[-321][0] - 1):
        before = [value for value in values if value[0] < time]
        at = [value for value in values if value[0] == time]
        after = [value for value in values if value[0] > time]
        told = {
            Mode.AUTO: (before + at)[-1],
            Mode.AT_OR_BEFORE: (before + at)[-1],
            Mode.BEFORE: before[-1],
            Mode.AT_OR_AFTER: (at + after)[0],
            Mode.AFTER: after[0],
            Mode.EXACT: at[-1] if at else None,
        }
        for mode, value in told.items():
            found = near(view, time, mode)
            assert (found and (found.time, found.value)) == (value and value[:2])


def test_nothing_lies_after_the_snapshot_of_a_tag_without_a_future() -> None:
    assert near(seen(0), NOW, Mode.AFTER) is None


def test_what_a_filter_holds_back_is_left_out_or_told_of_once_in_a_row() -> None:
    values = recorded(seen(0), NOW - HOUR, NOW, most=100).samples
    numbers = [one.value for one in values]

    def passes(value: object) -> bool:
        return isinstance(value, float) and value > 500

    assert [one.value for one in filtered(values, passes)] == [number for number in numbers if passes(number)]
    told = filtered(values, passes, told=True)
    assert [one for one in told if one.good] == filtered(values, passes)
    assert all(one.value == state("Filtered") for one in told if not one.good)
    assert not any(not one.good and not other.good for one, other in pairwise(told))


def test_a_time_with_too_many_values_is_refused_rather_than_read_for_minutes() -> None:
    with pytest.raises(PiError, match="more values"):
        seen(0).between(0, NOW)
