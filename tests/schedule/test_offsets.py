"""Starts spread over the minutes: least peaks, the same in any order, and what is kept stays."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.schedule.offsets import Arc, lower_bound, peak, running, spread
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def random_minutes(seed: int, count: int, longest: int) -> list[float]:
    random = Random(seed)  # noqa: S311 - an example
    return [random.randint(1, longest) for _ in range(count)]


@dataclass(frozen=True)
class Spread:
    offsets: tuple[int, ...]
    peak_before: int
    peak_after: int
    bound: int


def spread_starts(
    durations: Sequence[float],
    period: int,
    window: int,
    loads: Sequence[int] | None = None,
    kept: Mapping[int, int] | None = None,
) -> Spread:
    """Spread pipelines that start together every `period` minutes."""
    rates = loads or [1] * len(durations)
    arcs = [Arc((0,), period, int(minutes), window, rate) for minutes, rate in zip(durations, rates, strict=True)]
    offsets = spread(arcs, period, kept)
    return Spread(
        tuple(offsets), peak(arcs, [0] * len(arcs), period), peak(arcs, offsets, period), lower_bound(arcs, period, kept)
    )


def by_hand(durations: list[float], offsets: tuple[int, ...], period: int) -> int:
    running = [0] * period
    for minutes, offset in zip(durations, offsets, strict=True):
        for minute in range(min(int(minutes), period)):
            running[(offset + minute) % period] += 1
    return max(running)


@pytest.mark.parametrize("seed", range(10))
def test_forty_pipelines_every_15_minutes_reach_the_bound(seed: int) -> None:
    durations = random_minutes(seed, 40, 10)
    found = spread_starts(durations, period=15, window=15)

    assert found.peak_before == 40
    assert found.peak_after == found.bound == -(-sum(durations) // 15) == by_hand(durations, found.offsets, 15)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 30))
def test_where_any_minute_will_do_the_bound_is_reached(durations: list[float], period: int) -> None:
    found = spread_starts(durations, period, window=period)
    assert found.peak_after == found.bound == by_hand(durations, found.offsets, period)


@examples(40)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 16), st.sampled_from([16, 30, 60, 1440]), st.data()
)
def test_offsets_stay_in_the_window_and_no_peak_is_below_the_bound(
    durations: list[float], window: int, period: int, data: st.DataObject
) -> None:
    kept = data.draw(st.dictionaries(st.integers(0, len(durations) - 1), st.integers(0, window - 1), max_size=4))
    found = spread_starts(durations, period, window, kept=kept)

    assert all(0 <= offset < window for offset in found.offsets)
    assert all(found.offsets[index] == offset for index, offset in kept.items())
    assert found.peak_after == by_hand(durations, found.offsets, period) >= found.bound
    assert kept or found.peak_after <= found.peak_before


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 4), st.sampled_from([4, 7, 12]))
def test_small_cases_are_as_good_as_trying_all(durations: list[float], window: int, period: int) -> None:
    choices: list[tuple[int, ...]] = [()]
    for _ in durations:
        choices = [(*choice, offset) for choice in choices for offset in range(window)]
    best = min(by_hand(durations, choice, period) for choice in choices)
    found = spread_starts(durations, period, window)

    assert found.bound <= best
    assert found.peak_after == best


def test_in_a_window_the_longest_run_past_it_side_by_side() -> None:
    found = spread_starts([60.0] * 10 + [1.0] * 100, period=1440, window=16)
    assert found.peak_after == found.bound == 10


@pytest.mark.parametrize("seed", range(4))
def test_a_short_window_is_at_most_one_above_the_bound(seed: int) -> None:
    found = spread_starts(random_minutes(seed, 40, 10), period=1440, window=16)
    assert found.peak_after <= found.bound + 1


def test_the_peak_of_requests_is_spread_instead_where_loads_are_given() -> None:
    found = spread_starts([5, 5, 5, 5], period=15, window=15, loads=[900, 100, 100, 100])
    assert found.peak_before == 1200
    assert found.peak_after == 900
    assert found.bound <= 900


def test_equal_ones_are_told_apart_by_their_place_alone() -> None:
    durations = random_minutes(3, 20, 10)
    found = spread_starts(durations, 15, 15).offsets
    turned = spread_starts(durations[::-1], 15, 15).offsets
    assert sorted(zip(durations, found, strict=True)) == sorted(zip(durations[::-1], turned, strict=True))


def test_the_first_of_one_kind_starts_at_once() -> None:
    assert spread_starts([7], 15, 15).offsets == (0,)
    assert spread_starts([], 15, 15).offsets == ()


def test_crons_that_coincide_are_spread_together() -> None:
    quarters = [Arc((0,), 15, 5, 15)] * 3
    daily = [Arc((0,), 1440, 4, 16)] * 4
    arcs = [*quarters, *daily]
    offsets = spread(arcs, 1440)

    assert peak(arcs, [0] * 7, 1440) == 7
    assert peak(arcs, offsets, 1440) == lower_bound(arcs, 1440) == 2
    assert sorted(offsets[:3]) == [0, 5, 10]


def test_a_run_that_lasts_longer_than_its_period_counts_once() -> None:
    assert Arc((0, 10), 15, 60, 1).runs == [(0, 10), (10, 5)]
    assert spread_starts([60, 60], 15, 15).peak_after == 2


@examples(20)
@given(st.lists(st.integers(1, 12), max_size=6), st.lists(st.tuples(st.integers(0, 14), st.integers(1, 12)), max_size=8))
def test_what_runs_beside_counts_like_arcs_that_stay(minutes: list[int], others: list[tuple[int, int]]) -> None:
    own = [Arc((0,), 15, length, 15) for length in minutes]
    beside = [Arc((start,), 15, length, 1) for start, length in others]
    every, kept = [*own, *beside], {len(own) + number: 0 for number in range(len(beside))}
    anyway = running(beside, 15)

    offsets = spread(own, 15, beside=anyway)

    assert lower_bound(own, 15, beside=anyway) == lower_bound(every, 15, kept)
    assert peak(every, [*offsets, *[0] * len(beside)], 15) == peak(every, spread(every, 15, kept), 15)
