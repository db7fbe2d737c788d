from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from headgate.partition.bound import lower_bound
from headgate.partition.conflict import Capacity, Fixed, Forbidden, Infeasible
from headgate.partition.instance import Instance
from headgate.partition.repair import Repaired, repair
from tests.partition.brute_force import costs_of, every_layout, is_one_of
from tests.support.examples import examples

Case = tuple[list[int], list[int], int, list[int]]  # weights, assignment, pipelines, costs


def numbers(values: Sequence[int] | NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def mend(
    weights: Sequence[int],
    assignment: Sequence[int],
    pipelines: int,
    costs: Sequence[int] | None = None,
    tolerance: float = 0.05,
    trigger: float | None = None,
    budget: int | None = None,
    **constraints: Any,
) -> Repaired:
    return repair(
        Instance(numbers(weights), pipelines, **constraints),
        numbers(assignment),
        numbers(costs or [1] * len(weights)),
        tolerance=tolerance,
        trigger=tolerance if trigger is None else trigger,
        budget=budget,
        exact=False,
    )


@st.composite
def layouts(draw: st.DrawFn, most: int = 12) -> Case:
    """A drawn layout on 1 to 4 pipelines: weights, today's assignment (-1: new), pipelines, costs."""
    pipelines = draw(st.integers(1, 4))
    units = draw(
        st.lists(st.tuples(st.integers(0, 40), st.integers(-1, pipelines - 1), st.integers(0, 9)), min_size=1, max_size=most)
    )
    drawn, assignment, costs = (list(column) for column in zip(*units, strict=True))
    return drawn, assignment, pipelines, costs


def consistent(result: Repaired, weights: Sequence[int], assignment: Sequence[int], costs: list[int]) -> bool:
    moved = [unit for unit, home in enumerate(assignment) if home >= 0 and result.assignment[unit] != home]
    loads = np.bincount(result.assignment, weights)
    return result.moved == tuple(moved) and result.cost == sum(costs[unit] for unit in moved) and result.makespan == max(loads)


def test_the_cheapest_unit_that_helps_moves() -> None:
    result = mend([10, 10, 10, 5, 5], [0, 0, 0, 1, 1], 2, costs=[7, 3, 9, 1, 1], tolerance=0.25)
    assert (result.moved, result.cost, result.makespan, result.proved) == ((1,), 3, 20, True)


def test_two_units_are_swapped_where_one_alone_does_not_help() -> None:
    result = mend([9, 6, 5, 4], [0, 0, 1, 1], 2, tolerance=0.1)
    assert (result.makespan, len(result.moved)) == (13, 2)


def test_a_heavy_unit_finds_room_that_several_light_ones_make() -> None:
    result = mend([50, 50, *[10] * 5, *[10] * 5], [0, 0, *[1] * 5, *[2] * 5], 3, tolerance=0.4)
    assert result.reached
    assert result.makespan <= 1.4 * result.bound


@pytest.mark.parametrize("budget", [None, 5])
def test_a_heavy_new_unit_goes_where_making_room_for_it_costs_least(budget: int | None) -> None:
    kinds = [81], [1] * 27, [10] * 10
    weights = [weight for kind in kinds for weight in kind]
    today = [pipeline for pipeline, kind in enumerate(kinds) for _ in kind]

    result = mend([*weights, 110], [*today, -1], 3, tolerance=0.02, budget=budget)

    assert (result.moved, result.reached) == ((0,), True)


def test_a_unit_that_must_be_apart_makes_way_for_a_heavier_one() -> None:
    result = mend([5, 60, 40], [0, 1, -1], 2, tolerance=0.1, anti_affinity=[(0, 2)])

    assert (result.assignment.tolist(), result.reached) == ([1, 1, 0], True)


def test_full_pipelines_swap_units_where_one_is_too_heavy() -> None:
    result = mend([9, 8, 2, 1], [0, 0, 1, 1], 2, tolerance=0.1, capacity=numbers([2, 2]))

    assert (np.bincount(result.assignment).tolist(), result.makespan) == ([2, 2], 10)


def test_a_new_unit_goes_where_there_is_room_and_moves_none() -> None:
    result = mend([10, 10, 10, 5, 5], [0, 0, 1, 1, -1], 2)
    assert (result.assignment.tolist(), result.moved) == ([0, 0, 1, 1, 1], ())


def test_new_pipelines_are_filled_from_the_heaviest() -> None:
    result = mend([10] * 12, [0] * 6 + [1] * 6, 3, tolerance=0.0)
    assert (np.bincount(result.assignment).tolist(), len(result.moved)) == ([4, 4, 4], 4)


def test_inside_the_dead_band_nothing_moves_and_past_it_the_repair_goes_down_to_the_tolerance() -> None:
    kept = mend([11, 9, 10, 6, 4], [0, 0, 1, 1, 1], 2, tolerance=0.0, trigger=0.1)
    assert kept.moved == ()
    weights, assignment = [10] * 10 + [1] * 20, [0] * 6 + [1] * 4 + [0] * 10 + [1] * 10
    assert mend(weights, assignment, 2, tolerance=0.01, trigger=0.2).moved == ()
    assert mend(weights, assignment, 2, tolerance=0.01, trigger=0.1).makespan == 60


def test_what_the_budget_does_not_allow_is_said_and_not_done() -> None:
    result = mend([10] * 8, [0] * 8, 2, budget=3)
    assert (result.moved, result.reached, result.proved, result.assignment.tolist()) == ((), False, False, [0] * 8)
    assert result.needs is not None
    assert (result.needs.moves, result.needs.cost, result.needs.makespan) == (4, 4, 40)
    assert len(mend([10] * 8, [0] * 8, 2, budget=4).moved) == 4


def test_what_a_repair_brings_down_further_keeps_to_the_budget_too() -> None:
    layout = [7, 26, 23, 12, 31, 32, 36], [0] * 7, 2, [6, 6, 2, 3, 0, 5, 2]

    assert len(mend(*layout, tolerance=0.02).moved) == 4
    assert len(mend(*layout, tolerance=0.02, budget=3).moved) == 3


def test_what_has_to_move_is_told_and_not_counted_though_a_repair_goes_on_further() -> None:
    layout = [7, 26, 23, 12, 31, 32, 36, 0], [0] * 8, 2, [6, 6, 2, 3, 0, 5, 2, 4]
    forbidden = {7: frozenset({0})}

    result = mend(*layout, tolerance=0.02, forbidden=forbidden)

    assert (result.moved, result.forced, result.cost, result.proved) == ((0, 3, 4, 5, 7), (7,), 18, False)
    assert mend(*layout, tolerance=0.02, budget=4, forbidden=forbidden).moved == result.moved


def test_where_few_moves_are_left_dear_ones_are_made() -> None:
    arguments = ([20, 5, 5, 5, 5], [0] * 5, 2)
    assert mend(*arguments, costs=[9, 1, 1, 1, 1]).cost == 4
    assert mend(*arguments, costs=[9, 1, 1, 1, 1], budget=1).moved == (0,)


def test_a_layout_that_no_repair_brings_within_tolerance_stays_and_says_what_is_reachable() -> None:
    result = mend([10, 10, 10], [0, 0, 1], 2, tolerance=0.0)
    assert (result.moved, result.makespan) == ((), 20)


def test_a_unit_that_may_not_stay_moves_beside_the_budget_and_within_the_dead_band() -> None:
    result = mend([5, 5], [0, 0], 3, tolerance=9.0, budget=0, forbidden={0: frozenset({0, 1})})
    assert (result.assignment.tolist(), result.moved, result.forced) == ([2, 0], (0,), (0,))


def test_fixed_units_that_overload_a_pipeline_raise_the_limit_and_are_not_called_within_tolerance() -> None:
    result = mend([10, 10, 1], [0, 0, 0], 2, tolerance=0.0, fixed={0: 0, 1: 0})
    assert (result.assignment.tolist(), result.limit, result.bound, result.reached) == ([0, 0, 1], 20, 11, False)


def test_of_two_that_must_be_apart_the_cheaper_one_moves() -> None:
    assert mend([5, 5, 1], [0, 0, 1], 2, costs=[2, 1, 1], tolerance=9.0, anti_affinity=[[0, 1]]).moved == (1,)


def test_of_two_that_must_be_apart_the_one_that_is_fixed_stays() -> None:
    result = mend([5, 5, 1], [0, 0, 1], 2, costs=[1, 2, 1], tolerance=9.0, anti_affinity=[[0, 1]], fixed={0: 0})
    assert (result.moved, result.assignment.tolist()) == ((1,), [0, 1, 1])


def test_a_full_pipeline_gives_its_cheapest_away() -> None:
    result = mend([5, 5, 5], [0, 0, 0], 2, costs=[2, 1, 3], tolerance=9.0, capacity=numbers([2, 2]))
    assert result.moved == (1,)


def test_constraints_that_can_not_hold_together_are_named_in_the_numbers_of_the_caller() -> None:
    with pytest.raises(Infeasible) as full:
        mend([1, 1, 1], [0, 1, -1], 2, capacity=numbers([1, 1]))
    assert any(isinstance(part, Capacity) for part in full.value.conflict)
    with pytest.raises(Infeasible) as torn:
        mend([1, 2, 3], [0, 0, 0], 2, fixed={2: 1}, forbidden={2: frozenset({1})})
    assert {part.unit for part in torn.value.conflict if isinstance(part, Fixed | Forbidden)} == {2}


def test_units_find_their_places_through_several_that_make_way() -> None:
    forbidden = {0: frozenset({1, 2, 3}), 1: frozenset({2, 3}), 2: frozenset({0, 3}), 3: frozenset({0, 1})}
    result = mend([1] * 4, [-1, 0, 1, 2], 4, tolerance=9.0, capacity=numbers([1] * 4), forbidden=forbidden)
    assert result.assignment.tolist() == [0, 1, 2, 3]


def test_a_trigger_below_the_tolerance_is_refused() -> None:
    with pytest.raises(ValueError, match="tolerance <= trigger"):
        mend([1], [0], 1, tolerance=0.2, trigger=0.1)


def test_no_units_need_no_repair() -> None:
    assert mend([], [], 3).reached


@given(layouts(), st.sampled_from([0.0, 0.05, 0.3]), st.sampled_from([0.0, 0.1]))
def test_a_repair_is_within_tolerance_or_says_that_it_is_not(layout: Case, tolerance: float, more: float) -> None:
    weights, assignment, pipelines, costs = layout
    result = mend(weights, assignment, pipelines, costs, tolerance, tolerance + more)
    assert consistent(result, weights, assignment, costs)
    assert result.reached == (result.makespan <= (1 + tolerance + more) * result.bound + 1e-9)
    if result.moved:
        assert result.makespan <= result.limit
    if result.needs:
        assert result.moved == ()


@given(layouts(most=7), st.sampled_from([0.0, 0.1, 0.3]))
def test_what_is_proved_is_the_least_cost_of_all_layouts_that_are_within_the_limit(layout: Case, tolerance: float) -> None:
    weights, assignment, pipelines, costs = layout
    result = mend(weights, assignment, pipelines, costs, tolerance)
    cheapest = min(
        (
            sum(cost for cost, home, place in zip(costs, assignment, places, strict=True) if -1 < home != place)
            for places in product(range(pipelines), repeat=len(assignment))
            if max(np.bincount(places, weights)) <= result.limit
        ),
        default=None,
    )
    if result.proved:
        assert result.cost == cheapest
    elif not result.needs:
        assert cheapest is not None
        assert result.cost >= cheapest


@given(layouts(), st.integers(0, 3))
def test_a_budget_is_never_passed(layout: Case, budget: int) -> None:
    assert len(mend(*layout, budget=budget).moved) <= budget


@given(layouts(), st.sampled_from([0.0, 0.05, 0.3]), st.sampled_from([0.0, 0.1]))
@example(([36, 0, 9, 30, 13, 31, 29, 21], [0] * 8, 2, [2, 5, 5, 0, 7, 2, 6, 1]), 0.02, 0.0)
@example(([3, 3, 4, 10, 15, 15, 15, 17, 18, 22], [0] * 10, 3, [1] * 10), 0.0, 0.0)
def test_a_repair_of_what_was_repaired_moves_nothing(layout: Case, tolerance: float, more: float) -> None:
    weights, assignment, pipelines, costs = layout
    once = mend(weights, assignment, pipelines, costs, tolerance, tolerance + more)
    again = mend(weights, once.assignment.tolist(), pipelines, costs, tolerance, tolerance + more)
    assert again.moved == () or once.needs


@given(layouts(), st.sampled_from([0.0, 0.05]))
def test_nothing_moves_inside_the_dead_band(layout: Case, tolerance: float) -> None:
    weights, assignment, pipelines, costs = layout
    assignment = [max(home, 0) for home in assignment]
    bound = lower_bound(numbers(weights), pipelines)
    above = max(np.bincount(assignment, weights)) / max(1, bound) - 1
    assert mend(weights, assignment, pipelines, costs, tolerance, max(tolerance, above) + 1e-9).moved == ()


@examples(25)
@given(layouts(), st.randoms(use_true_random=False))
def test_the_order_of_units_makes_no_difference(layout: Case, random: Random) -> None:
    weights, assignment, pipelines, costs = layout
    order = list(range(len(weights)))
    random.shuffle(order)
    one = mend(weights, assignment, pipelines, costs)
    other = mend([weights[k] for k in order], [assignment[k] for k in order], pipelines, [costs[k] for k in order])
    assert (one.makespan, one.cost, len(one.moved)) == (other.makespan, other.cost, len(other.moved))


@st.composite
def constrained(draw: st.DrawFn) -> tuple[Case, dict[str, Any]]:
    """A drawn layout on which no constraint conflictes with another: room for all, pairs apart, a few fixed or forbidden."""
    weights, assignment, pipelines, costs = draw(layouts(most=10))
    pipelines += 2
    count = len(weights)
    units = st.integers(0, count - 1)
    pair = sorted({draw(units), draw(units)})
    fixed = {unit: draw(st.integers(0, pipelines - 1)) for unit in draw(st.sets(units, max_size=1)) - set(pair)}
    forbidden = {
        unit: frozenset({draw(st.integers(0, pipelines - 1))}) for unit in draw(st.sets(units, max_size=3)) - set(fixed)
    }
    capacity = numbers([count // 2 + 1] * pipelines)
    return (weights, assignment, pipelines, costs), {
        "capacity": capacity,
        "anti_affinity": [pair],
        "fixed": fixed,
        "forbidden": forbidden,
    }


@examples(25)
@given(constrained(), st.sampled_from([0.0, 0.2]))
def test_constraints_hold_after_a_repair(case: tuple[Case, dict[str, Any]], tolerance: float) -> None:
    (weights, assignment, pipelines, costs), constraints = case
    result = mend(weights, assignment, pipelines, costs, tolerance, **constraints)
    places = result.assignment.tolist()
    assert max(np.bincount(places)) <= constraints["capacity"][0]
    assert all(len({places[unit] for unit in units}) == len(units) for units in constraints["anti_affinity"])
    assert all(places[unit] == pipeline for unit, pipeline in constraints["fixed"].items())
    assert all(places[unit] not in pipelines for unit, pipelines in constraints["forbidden"].items())
    torn = {unit for unit, pipeline in constraints["fixed"].items() if 0 <= assignment[unit] != pipeline}
    torn |= {unit for unit, pipelines in constraints["forbidden"].items() if assignment[unit] in pipelines}
    assert torn <= set(result.forced)
    assert consistent(result, weights, assignment, costs)


@examples(25)
@given(layouts(most=6), st.lists(st.integers(1, 3), min_size=6, max_size=6), st.integers(0, 2))
def test_units_of_several_tables_fill_no_pipeline_beyond_its_room(layout: Case, sizes: list[int], more: int) -> None:
    weights, assignment, pipelines, costs = layout
    sizes = sizes[: len(weights)]
    rules: dict[str, Any] = {"sizes": numbers(sizes), "capacity": numbers([-(-sum(sizes) // pipelines) + more] * pipelines)}
    every = every_layout(Instance(numbers(weights), pipelines, **rules))
    assume(len(every))

    result = mend(weights, assignment, pipelines, costs, 9.0, **rules)

    assert is_one_of(result.assignment, every)
    assert result.cost >= costs_of(every, numbers(assignment), numbers(costs)).min()


@examples(25)
@given(constrained(), st.randoms(use_true_random=False))
def test_the_order_of_units_makes_no_difference_with_constraints(case: tuple[Case, dict[str, Any]], random: Random) -> None:
    (weights, assignment, pipelines, _), constraints = case
    weights = [100 * weight + number for number, weight in enumerate(weights)]  # no two alike
    order = list(range(len(weights)))
    random.shuffle(order)
    place = {unit: number for number, unit in enumerate(order)}
    shuffled = {
        "capacity": constraints["capacity"],
        "anti_affinity": [[place[unit] for unit in units] for units in constraints["anti_affinity"]],
        "fixed": {place[unit]: pipeline for unit, pipeline in constraints["fixed"].items()},
        "forbidden": {place[unit]: pipelines for unit, pipelines in constraints["forbidden"].items()},
    }
    one = mend(weights, assignment, pipelines, **constraints)
    other = mend([weights[k] for k in order], [assignment[k] for k in order], pipelines, **shuffled)
    assert one.assignment[order].tolist() == other.assignment.tolist()
