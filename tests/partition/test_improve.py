"""Which pipelines are split again, in which order, and when it stops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.budget import Budget
from headgate.partition.improve import improve

Call = tuple[list[int], int]


def asked(loads: list[int], target: int = 0, budget: int = 10**6, *, helps: int = 0) -> list[Call]:
    """Give which pipelines were split, each with the most that it may weigh; `helps` of them bring the heaviest down."""
    state, calls = np.array(loads), list[Call]()

    def resplit(numbers: list[int], capacity: int) -> bool:
        calls.append((numbers, capacity))
        if len(calls) <= helps:
            state[state.argmax()] -= 1
        return len(calls) <= helps

    improve(state, resplit, target, Budget(budget))
    return calls


def test_the_heaviest_is_split_with_each_of_the_others_the_lightest_first_then_with_some_that_are_drawn() -> None:
    calls = asked([9, 5, 1, 3])

    assert calls[:3] == [([0, 2], 8), ([0, 3], 8), ([0, 1], 8)]
    for turn, (numbers, capacity) in enumerate(calls[3:], 1):
        assert len(set(numbers)) == len(numbers)
        assert capacity == 8
        if turn % 3:
            assert (numbers[0], len(numbers)) == (0, 2 + turn % 3)
        else:
            assert sorted(numbers) == [1, 2, 3]


def test_it_stops_after_a_thousand_steps_in_vain_at_the_target_and_without_budget() -> None:
    assert len(asked([9, 5, 1, 3])) == 3 + 999
    assert asked([9, 5, 1, 3], target=9) == []
    assert asked([9, 5, 1, 3], budget=0) == []
    assert len(asked([9, 5, 1, 3], budget=60)) == 3 + 2  # twenty a step


def test_of_many_pipelines_the_heaviest_is_split_with_24() -> None:
    calls = asked([99, *range(40)], budget=20)

    assert [numbers for numbers, _ in calls] == [[0, other] for other in range(1, 25)]


def test_after_a_step_that_helps_it_begins_with_the_lightest_again() -> None:
    assert asked([9, 5, 1, 3], helps=2)[:3] == [([0, 2], 8), ([0, 2], 7), ([0, 2], 6)]


@pytest.mark.parametrize("count", [1, 2])
def test_there_may_be_few_pipelines(count: int) -> None:
    assert all(sorted(numbers) == list(range(count)) for numbers, _ in asked([9, 5][:count]) if count > 1)


@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 2**40))
def test_numbers_that_are_drawn_are_below_their_limit_and_a_sample_has_none_twice(below: int, count: int, seed: int) -> None:
    draw = Budget(state=seed)

    assert 0 <= draw.draw(below) < below
    sample = draw.sample(min(count, below), below)
    assert len(set(sample)) == len(sample) == min(count, below)
    assert set(sample) <= set(range(below))


def test_each_number_is_drawn_about_as_often() -> None:
    draw = Budget()

    counts = np.bincount([draw.draw(10) for _ in range(5_000)], minlength=10)

    assert 400 < counts.min() <= counts.max() < 600
