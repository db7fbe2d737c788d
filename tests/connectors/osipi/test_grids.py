"""A grid's times depend on its step alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.grids import Grid
from connectors.osipi.times import from_datetime, just_before, next_after, shifted

SECONDS = st.integers(1, 366 * 86400)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is given apart


@given(SECONDS, MOMENTS)
def test_an_instant_lies_in_the_one_step_between_its_floor_and_its_ceiling(seconds: int, moment: datetime) -> None:
    grid, stamp = Grid.of(seconds), from_datetime(moment)
    floor, ceil = grid.floor(stamp), grid.ceil(stamp)

    assert floor <= stamp <= ceil
    assert ceil == (floor if floor == stamp else shifted(floor, seconds))
    assert (datetime.fromisoformat(floor) - datetime(1970, 1, 1)) % timedelta(seconds=seconds) == timedelta()  # noqa: DTZ001  # both UTC


@pytest.mark.parametrize("seconds", [1, 60, 2700, 3600, 21600, 86400])
def test_a_step_that_divides_a_day_has_a_time_on_each_midnight(seconds: int) -> None:
    assert Grid.of(seconds).floor("2026-03-01T00:00:00") == "2026-03-01T00:00:00"


@pytest.mark.parametrize("seconds", [0.3, 1.5, 420, 25200, 129600])
def test_steps_go_on_over_midnight_without_a_cut(seconds: float) -> None:
    grid = Grid.of(seconds)
    start = grid.floor(shifted("2026-03-02T00:00:00", -10 * seconds))
    starts = grid.starts(start, grid.later(start, 20))

    assert len(starts) == 20
    assert all(shifted(one, seconds) == other == grid.floor(other) for one, other in pairwise(starts))


def test_100_ns_beside_the_grid_are_not_on_it() -> None:
    grid = Grid.of(60)

    assert grid.ceil(just_before("2026-03-01T12:00:00")) == "2026-03-01T12:00:00"
    assert grid.ceil("2026-03-01T12:00:00") == "2026-03-01T12:00:00"
    assert grid.ceil(next_after("2026-03-01T12:00:00")) == "2026-03-01T12:01:00"


def test_as_many_steps_are_taken_as_there_are_or_as_may_be() -> None:
    grid = Grid.of(60)

    assert grid.until("2026-03-01T12:00:00", "2026-03-01T12:05:00", 3) == "2026-03-01T12:03:00"
    assert grid.until("2026-03-01T12:00:00", "2026-03-01T12:05:00", 10**9) == "2026-03-01T12:05:00"


@pytest.mark.parametrize(("seconds", "span"), [(60, "60s"), (0.3, "0.3s"), (1036801, "1036801s"), (366 * 86400, "31622400s")])
def test_a_span_is_written_in_plain_digits_none_of_which_is_rounded_away(seconds: float, span: str) -> None:
    assert Grid.of(seconds).span == span
