from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition import excess
from headgate.partition.excess import least_by_place, least_cost
from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment

DEAR = 10_000
FINE = 8_000  # up to which all costs are told apart


@st.composite
def boards(draw: st.DrawFn) -> tuple[PartialAssignment, int]:
    """Up to 6 units on 2 or 3 pipelines, some new, some fixed or forbidden, and the limit of a repair."""
    pipelines = draw(st.integers(2, 3))
    place = st.integers(0, pipelines - 1)
    units = draw(
        st.lists(st.tuples(st.integers(0, 30), st.integers(-1, pipelines - 1), st.integers(0, 9)), min_size=1, max_size=6)
    )
    weights, assignment, costs = (np.array(column, dtype=np.int64) for column in zip(*units, strict=True))
    some = st.integers(0, len(units) - 1)
    fixed = draw(st.dictionaries(some, place, max_size=1))
    forbidden = {unit: frozenset({pipeline}) for unit, pipeline in draw(st.dictionaries(some, place, max_size=2)).items()}
    forbidden = {unit: pipelines for unit, pipelines in forbidden.items() if unit not in fixed}
    limit = draw(st.integers(int(weights.max()), int(weights.max()) + 40))
    return PartialAssignment(Instance(weights, pipelines, fixed=fixed, forbidden=forbidden), assignment, costs), limit


def cheapest(state: PartialAssignment, limit: int) -> dict[tuple[int, int], int]:
    """For each unit and pipeline the cost of the cheapest repair that has the one in the other, by trying all."""
    best: dict[tuple[int, int], int] = {}
    instance = state.instance
    for places in product(range(instance.pipelines), repeat=len(state.weights)):
        assignment = np.array(places)
        if (
            max(instance.loads(assignment)) > limit
            or any(places[unit] != pipeline for unit, pipeline in instance.fixed.items())
            or any(places[unit] in pipelines for unit, pipelines in instance.forbidden.items())
        ):
            continue
        cost = int(state.costs[(state.origin >= 0) & (assignment != state.origin)].sum())
        for pair in enumerate(places):
            best[pair] = min(best.get(pair, DEAR), cost)
    return best


@given(boards())
def test_no_repair_costs_less_than_the_bounds_say(case: tuple[PartialAssignment, int]) -> None:
    state, limit = case
    best = cheapest(state, limit)
    bounds = least_by_place(state, limit, DEAR)
    assert all(bounds.total[pair] <= cost for pair, cost in best.items())
    if best:
        assert max(least_cost(state, limit), bounds.cost) <= min(best.values())


@given(boards(), st.integers(1, 12))
def test_bounds_hold_where_costs_are_told_apart_up_to_a_limit_and_roughly(
    case: tuple[PartialAssignment, int], below: int
) -> None:
    state, limit = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(excess, "_GRID", 3)
        bounds = least_by_place(state, limit, below)
        assert all(bounds.total[pair] <= min(cost, below) for pair, cost in cheapest(state, limit).items())


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9)), min_size=1, max_size=7), st.integers(0, 60), st.integers(0, 30)
)
def test_where_units_are_few_what_a_pipeline_sheds_is_the_cheapest_set_that_is_enough(
    units: list[tuple[int, int]], limit: int, new: int
) -> None:
    weights, costs = (
        np.array([*column, last], dtype=np.int64) for column, last in zip(zip(*units, strict=True), (new, 0), strict=True)
    )
    state = PartialAssignment(Instance(weights, 2), np.array([*[0] * len(units), -1]), costs)

    def cheapest_to_shed(excess: int) -> int:
        sets = product((False, True), repeat=len(units))
        return min(
            (int(costs[:-1][list(some)].sum()) for some in sets if weights[:-1][list(some)].sum() >= excess), default=FINE
        )

    excess = int(weights[:-1].sum()) - limit
    bounds = least_by_place(state, limit, FINE)
    assert least_cost(state, limit) == cheapest_to_shed(excess)
    assert bounds.relief.tolist() == [cheapest_to_shed(excess), 0]
    assert bounds.rise[-1, 0] == cheapest_to_shed(excess + new) - cheapest_to_shed(excess)


def test_a_unit_that_comes_in_makes_others_leave() -> None:
    state = PartialAssignment(Instance(np.array([6, 4, 5]), 2), np.array([0, 0, -1]), np.array([9, 2, 0]))
    bounds = least_by_place(state, 10, 100)
    assert bounds.total[2].tolist() == [9, 0]
    assert bounds.rise[2].tolist() == [9, 0]


def test_where_every_place_of_a_new_unit_is_taken_a_repair_costs_what_the_cheapest_place_costs() -> None:
    state = PartialAssignment(Instance(np.array([6, 4, 7, 3, 5]), 2), np.array([0, 0, 1, 1, -1]), np.array([9, 8, 7, 6, 0]))
    assert least_cost(state, 13) == 0
    assert least_by_place(state, 13, 100).cost == 6


def test_many_units_are_not_told_apart() -> None:
    state = PartialAssignment(
        Instance(np.ones(300, dtype=np.int64), 2), np.zeros(300, dtype=np.int64), np.ones(300, dtype=np.int64)
    )
    assert least_by_place(state, 200, 1_000).relief.tolist() == [0, 0]
    assert least_cost(state, 200) == 100


def test_where_one_pipeline_is_too_heavy_the_bound_is_what_its_cheapest_relief_costs() -> None:
    weights, costs = np.array([6, 5, 1, 0], dtype=np.int64), np.array([4, 2, 1, 7], dtype=np.int64)
    state = PartialAssignment(Instance(weights, 2), np.array([0, 0, 0, 1]), costs)

    bounds = least_by_place(state, 6, 20)

    assert (least_cost(state, 6), bounds.cost) == (3, 3)  # 5 and 1 leave
    assert bounds.total.tolist() == [[3, 4], [3, 3], [3, 3], [10, 3]]


def test_what_the_rules_leave_no_choice_in_is_counted_beside_what_is_shed() -> None:
    instance = Instance(np.array([6, 5, 4, 3]), 2, forbidden={0: frozenset({0})}, fixed={2: 0})
    state = PartialAssignment(instance, np.array([0, 0, 1, 1]), np.array([4, 2, 3, 1]))

    assert least_cost(state, 9) == 4 + 3  # who may not stay, and who is fixed elsewhere
    assert least_cost(state, 8) == 4 + 3 + 2  # 5 and 4 are too much for one
    assert least_by_place(state, 8, 100).cost == 4 + 3 + 2 + 1  # and so are 6 and 3
