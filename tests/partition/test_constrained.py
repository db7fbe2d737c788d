"""Placement under constraints: every rule kept, and the heaviest pipeline as light as they allow."""

from __future__ import annotations

import sys
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headgate.partition import feasibility, insertion
from headgate.partition.budget import Budget
from headgate.partition.conflict import Infeasible
from headgate.partition.constrained import NotFound, _exchange, place, renumbered
from headgate.partition.instance import Instance
from headgate.partition.partial_assignment import PartialAssignment
from headgate.partition.repair import repair
from headgate.partition.spread import spread
from tests.partition.brute_force import every_layout, keeps, loads_of
from tests.support.examples import examples


def realistic(count: int, pipelines: int, seed: int, **rules: object) -> Instance:
    weights = np.round(20_000 * np.random.default_rng(seed).lognormal(0, 1, count)).astype(np.int64)
    return Instance(weights, pipelines, **rules)  # type: ignore[arg-type]  # a test's shorthand


def latin_square(order: int, holes: int, seed: int) -> Instance:
    """Give a Latin square with holes: a unit for each cell, rows and columns apart, the cells given fixed."""
    draw = Random(seed)  # noqa: S311 - an example, not a secret
    rows, columns = draw.sample(range(order), order), draw.sample(range(order), order)
    cells = draw.sample(range(order * order), order * order)
    lines = [tuple(range(row * order, (row + 1) * order)) for row in range(order)]
    lines += [tuple(range(column, order * order, order)) for column in range(order)]
    fixed = {cell: rows[(cell // order + columns[cell % order]) % order] for cell in cells[holes:]}
    return Instance(np.ones(order * order, dtype=np.int64), order, anti_affinity=tuple(lines), fixed=fixed)


def full_bins(pipelines: int, capacity: int, seed: int) -> Instance:
    """Give units of several tables that fill every pipeline to the last table."""
    draw = Random(seed)  # noqa: S311 - an example, not a secret
    sizes = []
    for _ in range(pipelines):
        left = capacity
        while left:
            sizes.append(min(left, draw.randint(capacity // 5, capacity // 2)))
            left -= sizes[-1]
    draw.shuffle(sizes)
    return Instance(np.array(sizes), pipelines, sizes=np.array(sizes), capacity=np.full(pipelines, capacity))


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw up to six units on up to three pipelines, with rules of every kind."""
    count, pipelines = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    unit, pipeline = st.integers(0, count - 1), st.integers(0, pipelines - 1)
    clique = st.lists(unit, min_size=2, max_size=3, unique=True).map(tuple)
    capacity = draw(st.none() | st.lists(st.integers(1, 6), min_size=pipelines, max_size=pipelines))
    sizes = draw(st.none() | st.lists(st.integers(1, 3), min_size=count, max_size=count))
    return Instance(
        weights=np.array(draw(st.lists(st.integers(0, 30), min_size=count, max_size=count)), dtype=np.int64),
        pipelines=pipelines,
        sizes=None if sizes is None else np.array(sizes),
        capacity=None if capacity is None else np.array(capacity),
        anti_affinity=tuple(draw(st.lists(clique, max_size=2))) if count > 1 else (),
        fixed=draw(st.dictionaries(unit, pipeline, max_size=1)),
        forbidden=draw(st.dictionaries(unit, st.frozensets(pipeline), max_size=2)),
    )


def optimum(instance: Instance) -> int | None:
    """Give the least makespan under the rules, by trying every placement; None where none keeps them."""
    every = every_layout(instance)
    return int(loads_of(every, instance.weights, instance.pipelines).max(axis=1).min()) if len(every) else None


@examples(50)
@given(instances())
def test_a_placement_exists_where_trying_all_finds_one_and_keeps_every_rule(instance: Instance) -> None:
    least = optimum(instance)
    if least is None:
        with pytest.raises(Infeasible):
            place(instance)
        return
    split = place(instance)

    assert keeps(instance, split.assignment)
    assert split.makespan == instance.loads(split.assignment).max()
    assert split.bound <= least <= split.makespan
    assert not split.optimal or split.makespan == least


def test_what_is_placed_under_rules_is_as_level_as_can_be() -> None:
    reached = least = 0
    for seed in range(6):
        draw = np.random.default_rng(seed)
        instance = Instance(
            draw.integers(1, 100, 8),
            3,
            capacity=np.array([3, 3, 3]),
            anti_affinity=[(0, 1), (2, 3, 4)],
            forbidden={5: frozenset({int(draw.integers(3))})},
            fixed={6: int(draw.integers(3))} if seed % 2 else {},
        )
        best = optimum(instance)
        assert best is not None
        reached, least = reached + place(instance).makespan, least + best

    assert reached == least


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 1)), min_size=2, max_size=8), st.integers(4, 8), st.booleans())
def test_two_pipelines_exchange_units_where_that_makes_the_heavier_lighter(
    units: list[tuple[int, int]], room: int, apart: bool
) -> None:
    weights, today = (np.array(column) for column in zip(*units, strict=True))
    instance = Instance(weights, 2, capacity=np.array([room, room]), anti_affinity=[(0, 1)] if apart else [])
    state = PartialAssignment(instance, today, np.zeros_like(weights))
    assume(keeps(instance, today))

    found = _exchange(state, [0, 1], Budget(10**6))

    assert keeps(instance, state.assignment)
    assert (state.makespan < instance.loads(today).max()) == found
    assert found == (optimum(instance) < instance.loads(today).max())


def test_without_rules_it_is_the_spread() -> None:
    instance = realistic(60, 5, 1)
    free = spread(instance.weights, 5)
    split = place(instance)

    assert split.assignment.tolist() == free.assignment.tolist()
    assert (split.makespan, split.bound, split.optimal) == (free.makespan, free.bound, free.optimal)


@pytest.mark.parametrize(
    "rules",
    [
        {"capacity": np.full(8, 30)},
        {"capacity": np.full(8, 25)},
        {"anti_affinity": tuple((unit, unit + 1, unit + 2) for unit in range(0, 198, 3))},
        {"fixed": {unit: unit % 8 for unit in range(0, 200, 11)}},
        {"forbidden": {unit: frozenset({unit % 8, (unit + 3) % 8}) for unit in range(0, 200, 3)}},
        {"sizes": np.arange(200) % 4 + 1, "capacity": np.full(8, 64)},
        {
            "capacity": np.full(8, 26),
            "anti_affinity": (range(8), range(8, 16)),
            "fixed": {3: 3, 9: 3},
            "forbidden": {5: frozenset({1})},
        },
    ],
    ids=["capacity", "room for no more", "anti_affinity", "fixed", "forbidden", "units of several tables", "all"],
)  # fmt: skip
def test_rules_that_leave_enough_freedom_cost_less_than_a_thousandth(rules: dict[str, object]) -> None:
    instance = realistic(200, 8, 21, **rules)
    split = place(instance)

    assert keeps(instance, split.assignment)
    assert split.makespan <= split.bound * 1.001


def test_two_thousand_units_on_a_hundred_pipelines_with_sets_as_large_as_their_number() -> None:
    instance = realistic(2000, 100, 5, anti_affinity=tuple(tuple(range(first, first + 100)) for first in range(0, 2000, 100)))
    split = place(instance)

    assert keeps(instance, split.assignment)
    assert split.makespan <= split.bound * 1.001


def test_ten_thousand_units_fill_fifty_pipelines_to_the_last_table() -> None:
    instance = realistic(10_000, 50, 6, capacity=np.full(50, 200))
    split = place(instance)

    assert keeps(instance, split.assignment)
    assert split.makespan <= split.bound * 1.001


def test_a_part_gets_the_pipeline_that_most_of_its_weight_is_fixed_to() -> None:
    instance = Instance(np.array([3, 3, 5, 1]), 2, fixed={0: 1, 1: 1, 2: 0})

    assert renumbered(instance, np.array([0, 0, 0, 1])).tolist() == [1, 1, 1, 0]


def test_parts_of_many_tables_get_the_pipelines_with_the_most_room() -> None:
    instance = Instance(np.array([1, 1, 1, 9, 5]), 3, capacity=np.array([1, 3, 2]))

    assert renumbered(instance, np.array([0, 0, 0, 1, 2])).tolist() == [1, 1, 1, 2, 0]
    tables = Instance(np.array([1, 1, 9]), 2, sizes=np.array([1, 1, 3]), capacity=np.array([2, 3]))
    assert renumbered(tables, np.array([0, 0, 1])).tolist() == [0, 0, 1]


def test_parts_that_others_come_after_get_the_first_pipelines() -> None:
    instance = Instance(np.array([1, 2, 3]), 3, precedence=[(2, 1), (1, 0)])

    assert renumbered(instance, np.array([0, 1, 2])).tolist() == [2, 1, 0]


def test_the_bound_counts_what_is_fixed_to_a_pipeline() -> None:
    split = place(Instance(np.array([5, 5, 5, 1]), 3, fixed={0: 0, 1: 0, 2: 0}))

    assert (split.makespan, split.bound, split.optimal) == (15, 15, True)


def test_the_bound_counts_the_company_that_the_heaviest_must_have() -> None:
    split = place(Instance(np.array([90, 10, 10, 10, 10, 10]), 2, capacity=np.array([3, 3])))

    assert (split.makespan, split.bound, split.optimal) == (110, 110, True)


@pytest.fixture(params=["with OR-Tools", "without"])
def _solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        for name in ("ortools", "ortools.sat", "ortools.sat.python"):  # one that was imported before would be found
            monkeypatch.setitem(sys.modules, name, None)
    else:
        pytest.importorskip("ortools")


@pytest.mark.usefixtures("_solver")
@pytest.mark.parametrize(
    "instance",
    [latin_square(5, 15, 1), latin_square(8, 30, 2), latin_square(10, 45, 3), full_bins(4, 10, 1), full_bins(10, 30, 2)],
    ids=["Latin square of 5", "of 8", "of 10", "4 full bins", "10 full bins"],
)
def test_what_fits_in_few_ways_is_found(instance: Instance) -> None:
    assert keeps(instance, place(instance).assignment)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ejection_chains_find_what_fits_in_few_ways_by_themselves(seed: int) -> None:
    instance = latin_square(12, 60, seed)
    nowhere = np.full(144, -1)
    state = PartialAssignment(instance, nowhere, np.zeros_like(nowhere))
    insertion.evict(state)

    assert insertion.insert(state, np.flatnonzero(state.assignment < 0).tolist())
    assert keeps(instance, state.assignment)


@pytest.mark.usefixtures("_solver")
def test_a_set_as_large_as_the_number_of_pipelines_with_one_way_to_place_it() -> None:
    forbidden = {unit: frozenset(range(unit + 1, 12)) for unit in range(12)}
    instance = Instance(np.ones(12, dtype=np.int64), 12, anti_affinity=(tuple(range(12)),), forbidden=forbidden)

    assert place(instance).assignment.tolist() == list(range(12))


def test_what_was_neither_placed_nor_refuted_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ortools", "ortools.sat", "ortools.sat.python"):  # one that was imported before would be found
        monkeypatch.setitem(sys.modules, name, None)
    _tire(monkeypatch)

    with pytest.raises(NotFound, match=r"not proved that there is none.*headgate\[exact\]"):
        place(latin_square(10, 45, 3))


def test_a_repair_that_found_no_layout_and_no_proof_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ortools", "ortools.sat", "ortools.sat.python"):
        monkeypatch.setitem(sys.modules, name, None)
    _tire(monkeypatch)
    instance = latin_square(10, 45, 3)
    new = np.full(len(instance.weights), -1)

    with pytest.raises(NotFound, match="not proved that there is none"):
        repair(instance, new, np.ones_like(new), tolerance=0.1, trigger=0.1)


def test_the_solver_finds_what_the_search_gave_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ortools")
    _tire(monkeypatch)
    instance = latin_square(10, 45, 3)

    assert keeps(instance, place(instance).assignment)


def _tire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the ejection chains and the search too little work to come to an end."""
    monkeypatch.setattr(insertion, "_EJECTIONS", 10)
    monkeypatch.setattr(feasibility, "_NODES", 10)


def test_the_order_of_rules_never_matters() -> None:
    pairs = [(unit, (unit * 7 + 3) % 60) for unit in range(60) if unit != (unit * 7 + 3) % 60]
    fixed = {unit: unit % 5 for unit in range(0, 60, 9)}
    forbidden = {unit: frozenset({(unit + 1) % 5}) for unit in range(0, 60, 4)}
    one = realistic(60, 5, 3, anti_affinity=pairs, fixed=fixed, forbidden=forbidden)
    two = realistic(
        60, 5, 3, anti_affinity=pairs[::-1], fixed=dict(reversed(fixed.items())), forbidden=dict(reversed(forbidden.items()))
    )

    assert place(one).assignment.tolist() == place(two).assignment.tolist()
