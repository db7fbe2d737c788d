"""As many pipelines as a deadline asks for, or what stands in the way."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.deadline import Limits, Obstacle, choose, obstacle_text, run_seconds
from headgate.balance.sizing import workers
from headgate.definition.model import Sizing
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MINUTE = 60


def longest_first(weights: Sequence[float], *, placed: list[int] | None = None) -> Callable[[int], list[float]]:
    """Give number of pipelines → loads; what was placed is noted down."""

    def load_of(pipelines: int) -> list[float]:
        if placed is not None:
            placed.append(pipelines)
        loads = [0.0] * pipelines
        for weight in sorted(weights, reverse=True):
            loads[loads.index(min(loads))] += weight
        return loads

    return load_of


def test_the_smallest_number_that_meets_the_deadline() -> None:
    weights = [5 * MINUTE] * 39

    choice = choose(weights, Limits(45 * MINUTE, startup_s=2 * MINUTE), longest_first(weights), most=39)

    assert (choice.pipelines, choice.seconds, choice.meets) == (5, 42 * MINUTE, True)
    assert choice.cost == 39 * 5 * MINUTE + 5 * 2 * MINUTE
    assert choice.obstacles == ()


def test_a_deadline_that_is_met_to_the_second_is_met() -> None:
    weights = [0.1] * 30

    assert choose(weights, Limits(0.3), longest_first(weights), most=30).pipelines == 10


def test_it_does_not_place_all_numbers_from_one_on() -> None:
    weights, placed = [1.0] * 2000 + [7.0] * 100, list[int]()

    choice = choose(weights, Limits(10), longest_first(weights, placed=placed), most=2100)

    assert choice.pipelines == 270
    assert placed == [270]


def test_a_table_that_takes_longer_than_the_deadline_is_named() -> None:
    weights = [3 * MINUTE, 51 * MINUTE, 4 * MINUTE, 9 * MINUTE]
    limits = Limits(45 * MINUTE, startup_s=MINUTE)

    choice = choose(weights, limits, longest_first(weights), most=4)

    assert not choice.meets
    assert (choice.pipelines, choice.seconds) == (2, 52 * MINUTE)
    assert choice.obstacles == (Obstacle("table", 52 * MINUTE, table=1),)
    assert obstacle_text(choice.obstacles[0], limits, "pi_timeseries") == (
        "pi_timeseries alone takes 52 of 45 minutes; split it"
    )  # fmt: skip


def test_a_source_that_takes_too_few_requests_needs_no_more_pipelines_than_it_can_feed() -> None:
    weights = [60.0] * 700
    limits = Limits(45 * MINUTE, requests_per_minute=600)

    choice = choose(weights, limits, longest_first(weights), most=700)

    assert (choice.pipelines, choice.seconds) == (10, 70 * MINUTE)
    assert [obstacle_text(obstacle, limits) for obstacle in choice.obstacles] == [
        "the source's 600 requests a minute make any layout take 70 of 45 minutes; ask for a higher limit, or read less"
    ]


def test_updates_that_may_not_run_at_once_run_in_waves() -> None:
    assert run_seconds([50, 40, 30, 20, 10], Limits(1, startup_s=5, concurrent=2)) == 5 + 50 + 5 + 20 + 5 + 10
    assert run_seconds([50, 40], Limits(1, startup_s=5, concurrent=2)) == 55
    assert run_seconds([], Limits(1, startup_s=5)) == 0


def test_too_few_updates_at_once_are_named_and_more_pipelines_than_those_do_not_help() -> None:
    weights = [MINUTE] * 280
    limits = Limits(45 * MINUTE, concurrent=4)

    choice = choose(weights, limits, longest_first(weights), most=280)

    assert (choice.pipelines, choice.seconds) == (4, 70 * MINUTE)
    assert [obstacle_text(obstacle, limits) for obstacle in choice.obstacles] == [
        "4 concurrent updates make any layout take 70 of 45 minutes; allow more at once"
    ]


def test_where_caps_ask_for_more_pipelines_than_run_at_once_whole_waves_are_tried() -> None:
    """Six pipelines of ten tables are two waves on four updates; eight pipelines fill them."""
    weights = [MINUTE] * 60
    limits = Limits(15 * MINUTE, concurrent=4)

    choice = choose(weights, limits, longest_first(weights), least=6, most=60)

    assert (choice.pipelines, choice.seconds, choice.meets) == (8, 15 * MINUTE, True)


def test_a_start_longer_than_the_deadline_is_the_one_thing_to_say() -> None:
    weights = [MINUTE] * 3
    limits = Limits(5 * MINUTE, startup_s=10 * MINUTE)

    choice = choose(weights, limits, longest_first(weights), most=3)

    assert [obstacle_text(obstacle, limits) for obstacle in choice.obstacles] == [
        "starting a pipeline alone takes 10 of 5 minutes; allow more time"
    ]


def test_too_few_pipelines_and_a_deadline_missed_by_little_are_told_apart_from_it() -> None:
    weights = [MINUTE * 1.0001] * 90
    limits = Limits(45 * MINUTE)

    choice = choose(weights, limits, longest_first(weights), most=2)

    assert [obstacle_text(obstacle, limits) for obstacle in choice.obstacles] == [
        "2 pipelines make any layout take 45.005 of 45 minutes; allow more"
    ]


def test_tables_that_no_layout_spreads_evenly_enough_are_told_with_the_best_one() -> None:
    weights = [20.0] * 5
    limits = Limits(50)

    choice = choose(weights, limits, longest_first(weights), most=2)

    assert choice.obstacles == (Obstacle("layout", 60.0),)
    assert "allow no better spread" in obstacle_text(choice.obstacles[0], limits)


def test_the_fewest_are_the_cheapest_on_machines_that_cost_the_same() -> None:
    weights = [float(weight) for weight in range(1, 60)]
    limits = Limits(400, startup_s=30)

    fewest, cheapest = (choose(weights, limits, longest_first(weights), goal=goal, most=59) for goal in ("fewest", "cheapest"))

    assert fewest == cheapest


def test_more_pipelines_can_be_cheaper_where_a_heavy_one_gets_more_machines() -> None:
    weights = [10.0] * 120
    sizing = Sizing(min_workers=1, max_workers=100, weight_per_worker=100)
    limits = Limits(3600, startup_s=10)

    def machines_of(load: float) -> float:
        return 1 + workers(sizing, load, 1)

    choice = choose(weights, limits, longest_first(weights), goal="cheapest", most=120, machines_of=machines_of)
    costs = {
        number: math.fsum((10 + load) * machines_of(load) for load in longest_first(weights)(number))
        for number in range(1, 121)
    }

    assert choice.pipelines == min(costs, key=lambda number: (costs[number], number)) == 12
    assert choice.cost == costs[12]
    assert choice.meets


@pytest.mark.parametrize("weights", [[], [0.0], [0.0, 0.0], [7.0]])
def test_no_tables_weights_of_nothing_and_one_table_are_fine(weights: list[float]) -> None:
    choice = choose(weights, Limits(10, startup_s=1), longest_first(weights), most=5)

    assert (choice.pipelines, choice.meets) == (1, True)


WEIGHTS = st.lists(st.integers(0, 100), min_size=1, max_size=12)
LIMITS = st.builds(
    Limits,
    deadline_s=st.integers(1, 300),
    startup_s=st.integers(0, 20),
    concurrent=st.none() | st.integers(1, 4),
    requests_per_minute=st.none() | st.integers(20, 200),
)


@given(WEIGHTS, LIMITS)
def test_what_is_chosen_is_what_its_layout_takes_and_obstacles_stand_where_it_is_too_long(
    weights: list[int], limits: Limits
) -> None:
    load_of = longest_first(weights)

    choice = choose(weights, limits, load_of, most=len(weights))

    assert choice.seconds == run_seconds(load_of(choice.pipelines), limits)
    assert choice.meets == (choice.seconds <= limits.deadline_s * (1 + 1e-6)) == (not choice.obstacles)
    for obstacle in choice.obstacles:
        assert limits.deadline_s < obstacle.seconds <= choice.seconds * (1 + 1e-9) or obstacle.kind == "startup"
        assert obstacle_text(obstacle, limits)


@given(WEIGHTS, LIMITS)
def test_it_is_the_smallest_number_that_this_placement_meets_the_deadline_with(weights: list[int], limits: Limits) -> None:
    load_of = longest_first(weights)
    most = min(len(weights), limits.concurrent or len(weights))
    meeting = [number for number in range(1, most + 1) if run_seconds(load_of(number), limits) <= limits.deadline_s]

    choice = choose(weights, limits, load_of, most=len(weights))

    if meeting:
        assert (choice.meets, choice.pipelines) == (True, meeting[0])


@examples(25)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=5), LIMITS)
def test_the_order_of_tables_and_of_loads_does_not_matter(weights: list[int], limits: Limits) -> None:
    seen = {choose(order, limits, longest_first(order), most=5).seconds for order in permutations(weights)}

    assert len(seen) == 1
    assert len({run_seconds(order, limits) for order in permutations(weights)}) == 1
