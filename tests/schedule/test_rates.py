"""Starts that spread what runs ask of a source, as well as the runs."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.schedule.offsets import Arc, lower_bound, peak
from headgate.schedule.rates import Rate, spread_rates

LENGTH = 12


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Arc], Rate]:
    arcs = draw(st.lists(st.builds(Arc, st.just((0,)), st.just(LENGTH), st.integers(1, 6), st.integers(1, 5)), min_size=1,
                         max_size=4))  # fmt: skip
    rates = draw(st.lists(st.integers(0, 9), min_size=len(arcs), max_size=len(arcs)))
    return arcs, Rate(rates, draw(st.integers(1, 15)))


@settings(max_examples=30)
@given(cases())
def test_a_limit_is_passed_no_more_than_any_offsets_do(case: tuple[list[Arc], Rate]) -> None:
    arcs, rate = case
    every = list(product(*(range(arc.window) for arc in arcs)))
    least = min(max(0, rate.peak(arcs, offsets, LENGTH) - rate.limit) for offsets in every)

    offsets, passed = spread_rates(arcs, LENGTH, [rate])

    assert passed == max(0, rate.peak(arcs, offsets, LENGTH) - rate.limit) == least
    assert all(0 <= offset < arc.window for offset, arc in zip(offsets, arcs, strict=True))
    assert rate.peak(arcs, offsets, LENGTH) >= rate.bound(arcs, LENGTH)


def test_what_asks_for_much_is_kept_apart_though_as_many_run_at_once() -> None:
    arcs = [Arc((0,), 60, 10, 20)] * 4
    rate = Rate([9, 9, 1, 1], 10)

    offsets, passed = spread_rates(arcs, 60, [rate])

    assert (passed, rate.peak(arcs, offsets, 60)) == (0, 10)
    assert peak(arcs, offsets, 60) == lower_bound(arcs, 60) == 2


def test_offsets_that_are_kept_stay() -> None:
    arcs = [Arc((0,), 60, 10, 20)] * 2

    assert spread_rates(arcs, 60, [Rate([9, 9], 10)], {0: 5})[0][0] == 5
