"""What can't hold together: proved, and with nothing in it that could be left out."""

from __future__ import annotations

import sys
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.conflict import (
    Affinity,
    AntiAffinity,
    Capacity,
    Fixed,
    Forbidden,
    Infeasible,
    Pipelines,
    constraints_of,
)
from headgate.partition.constrained import place
from headgate.partition.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.partition.conflict import Constraint


def conflict_of(instance: Instance) -> tuple[Constraint, ...]:
    with pytest.raises(Infeasible) as caught:
        place(instance)
    return caught.value.conflict


def found(instance: Instance) -> tuple[Constraint, ...]:
    try:
        place(instance)
    except Infeasible as infeasible:
        return infeasible.conflict
    return ()


def units(count: int, pipelines: int, **rules: object) -> Instance:
    return Instance(np.ones(count, dtype=np.int64), pipelines, **rules)  # type: ignore[arg-type]  # a test's shorthand


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw up to five units on up to three pipelines, with many rules."""
    count, pipelines = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    unit, pipeline = st.integers(0, count - 1), st.integers(0, pipelines - 1)
    clique = st.lists(unit, min_size=2, max_size=4, unique=True).map(tuple)
    sizes = draw(st.none() | st.lists(st.integers(1, 3), min_size=count, max_size=count))
    capacity = draw(st.none() | st.lists(st.integers(0, 5), min_size=pipelines, max_size=pipelines))
    return Instance(
        weights=np.array(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), dtype=np.int64),
        pipelines=pipelines,
        sizes=None if sizes is None else ints(*sizes),
        capacity=None if capacity is None else ints(*capacity),
        anti_affinity=tuple(draw(st.lists(clique, max_size=3))) if count > 1 else (),
        fixed=draw(st.dictionaries(unit, pipeline, max_size=2)),
        forbidden=draw(st.dictionaries(unit, st.frozensets(pipeline), max_size=2)),
    )


def possible(instance: Instance, constraints: Iterable[Constraint]) -> bool:
    """Whether some placement keeps the constraints, by trying them all. More pipelines: as many as there are units."""
    rules = set(constraints)
    sizes = [1] * len(instance.weights) if instance.sizes is None else instance.sizes.tolist()
    tables = sum(sizes)
    sizes = [size if Affinity(unit) in rules else 1 for unit, size in enumerate(sizes)]
    capacity = [tables] * instance.pipelines
    for rule in rules:
        if isinstance(rule, Capacity):
            for pipeline in rule.pipelines:
                capacity[pipeline] = rule.most
    if not any(isinstance(rule, Pipelines) for rule in rules):
        capacity += [max(capacity)] * tables
    choices = [range(min(len(capacity), instance.pipelines + len(sizes))) for _ in sizes]
    for rule in rules:
        if isinstance(rule, Fixed):
            choices[rule.unit] = range(rule.pipeline, rule.pipeline + 1)
    return any(_keeps(assignment, rules, sizes, capacity, tables) for assignment in product(*choices))


def _keeps(assignment: tuple[int, ...], rules: set[Constraint], sizes: list[int], capacity: list[int], tables: int) -> bool:
    for rule in rules:
        if isinstance(rule, AntiAffinity) and len({assignment[unit] for unit in rule.units}) < len(rule.units):
            return False
        if isinstance(rule, Forbidden) and assignment[rule.unit] in rule.pipelines:
            return False
    used = [0] * len(capacity)
    for home, size in zip(assignment, sizes, strict=True):
        used[home] += size
    return all(held <= most for held, most in zip(used, capacity, strict=True)) and sum(capacity) >= tables


@given(instances())
def test_a_conflict_is_one_and_nothing_can_be_left_out_of_it(instance: Instance) -> None:
    every = constraints_of(instance)
    conflict = found(instance)

    assert possible(instance, every) == (not conflict)
    assert set(conflict) <= set(every)
    assert not conflict or not possible(instance, conflict)
    assert all(possible(instance, [other for other in conflict if other != one]) for one in conflict)


def test_more_units_apart_than_pipelines() -> None:
    instance = units(5, 3, anti_affinity=((0, 1), (0, 2, 3, 4)), fixed={1: 2})

    assert conflict_of(instance) == (Pipelines(3), AntiAffinity((0, 2, 3, 4)))


def test_two_units_apart_fixed_to_one_pipeline() -> None:
    instance = units(4, 3, anti_affinity=((0, 1, 2),), fixed={0: 1, 2: 1, 3: 1})

    assert conflict_of(instance) == (AntiAffinity((0, 1, 2)), Fixed(0, 1), Fixed(2, 1))


def test_two_tables_of_a_unit_apart() -> None:
    instance = units(2, 3, sizes=ints(2, 1), anti_affinity=((0, 0),))

    assert conflict_of(instance) == (Affinity(0), AntiAffinity((0, 0)))


def test_more_tables_than_room() -> None:
    assert conflict_of(units(5, 2, capacity=ints(2, 2))) == (Pipelines(2), Capacity((0, 1), 2))


def test_no_room_at_all() -> None:
    assert conflict_of(units(2, 2, capacity=ints(0, 0))) == (Capacity((0, 1), 0),)


def test_more_tables_than_rooms_of_different_sizes() -> None:
    assert conflict_of(units(6, 3, capacity=ints(2, 1, 2))) == (Pipelines(3), Capacity((1,), 1), Capacity((0, 2), 2))


def test_a_unit_larger_than_any_room() -> None:
    instance = units(3, 3, sizes=ints(1, 4, 1), capacity=ints(3, 3, 3))

    assert conflict_of(instance) == (Capacity((0, 1, 2), 3), Affinity(1))


def test_a_unit_fixed_to_a_pipeline_that_is_too_small_for_it() -> None:
    instance = units(2, 2, sizes=ints(3, 1), capacity=ints(2, 5), fixed={0: 0})

    assert conflict_of(instance) == (Capacity((0,), 2), Affinity(0), Fixed(0, 0))


def test_a_unit_forbidden_everywhere() -> None:
    assert conflict_of(units(3, 2, forbidden={1: frozenset({0, 1})})) == (Pipelines(2), Forbidden(1, (0, 1)))


def test_a_unit_fixed_where_it_is_forbidden() -> None:
    instance = units(3, 2, fixed={1: 0, 2: 0}, forbidden={1: frozenset({0}), 2: frozenset({1})})

    assert conflict_of(instance) == (Forbidden(1, (0,)), Fixed(1, 0))


def test_units_apart_with_fewer_pipelines_open_to_them_than_they_are() -> None:
    forbidden = {unit: frozenset({2, 3}) for unit in (0, 2, 3)}

    assert conflict_of(units(4, 4, anti_affinity=((0, 1, 2, 3),), forbidden=forbidden)) == (
        Pipelines(4),
        AntiAffinity((0, 1, 2, 3)),
        *(Forbidden(unit, (2, 3)) for unit in (0, 2, 3)),
    )


def test_units_apart_two_by_two_that_only_a_search_refutes() -> None:
    ring = ((0, 1), (0, 4), (1, 2), (2, 3), (3, 4))

    assert conflict_of(units(8, 2, anti_affinity=(*ring, (5, 6)))) == (Pipelines(2), *(AntiAffinity(pair) for pair in ring))


@pytest.mark.parametrize("solver", [True, False], ids=["with OR-Tools", "without"])
def test_large_units_that_fit_one_by_one_but_not_all(solver: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if solver:
        pytest.importorskip("ortools")
    else:
        for name in ("ortools", "ortools.sat", "ortools.sat.python"):  # one that was imported before would be found
            monkeypatch.setitem(sys.modules, name, None)
    instance = units(6, 3, sizes=ints(3, 3, 3, 3, 1, 1), capacity=ints(5, 5, 5))

    assert conflict_of(instance) == (Pipelines(3), Capacity((0, 1, 2), 5), *(Affinity(unit) for unit in range(4)))


def test_a_thousand_other_rules_do_not_hide_a_conflict() -> None:
    pairs = tuple((unit, unit + 1) for unit in range(2000))
    instance = units(2001, 40, anti_affinity=(*pairs, (0, 2, 4)), fixed={0: 3, 4: 3}, capacity=np.full(40, 60))

    assert conflict_of(instance) == (AntiAffinity((0, 2, 4)), Fixed(0, 3), Fixed(4, 3))


def test_the_order_of_rules_never_matters() -> None:
    pairs = list(combinations(range(4), 2))
    one, two = (units(4, 3, anti_affinity=tuple(order)) for order in (pairs, pairs[::-1]))

    assert conflict_of(one) == conflict_of(two)
