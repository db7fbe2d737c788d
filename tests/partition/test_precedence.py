"""Units that come after others: in no earlier pipeline, whatever else must hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.partition import cp_sat
from headgate.partition.conflict import Fixed, Infeasible, Precedence
from headgate.partition.feasibility import decide
from headgate.partition.instance import Dimension, Instance
from headgate.partition.several import place
from headgate.partition.vector_repair import repair, shrink
from tests.partition.brute_force import every_layout, ints, is_one_of


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Small ones with pairs of which the first has the lower number, caps, units apart, pins, and one load or two."""
    count, pipelines = draw(st.integers(2, 6)), draw(st.integers(1, 3))
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=4))
    weights = st.lists(st.integers(0, 20), min_size=count, max_size=count)
    return Instance(
        ints(*draw(weights)),
        pipelines,
        capacity=ints(*[draw(st.integers(-(-count // pipelines), count))] * pipelines) if draw(st.booleans()) else None,
        anti_affinity=[(0, 1)] if draw(st.booleans()) else [],
        fixed={0: pipelines - 1} if draw(st.booleans()) else {},
        precedence=[(first, then) for first, then in pairs if first < then],
        dimensions=[Dimension(ints(*draw(weights)))] if draw(st.booleans()) else [],
    )


@settings(max_examples=20)
@given(instances(), st.data())
def test_what_is_placed_repaired_and_decided_keeps_the_order_and_all_rules(instance: Instance, data: st.DataObject) -> None:
    options = every_layout(instance)
    count = len(instance.weights)
    today = ints(*data.draw(st.lists(st.integers(-1, instance.pipelines - 1), min_size=count, max_size=count)))

    if not len(options):
        with pytest.raises(Infeasible):
            place(instance)
        assert decide(instance).proved
        return
    assert is_one_of(place(instance).assignment, options)
    assert is_one_of(repair(instance, today, np.ones_like(today), tolerance=0.05, trigger=0.1).assignment, options)
    decided = decide(instance).assignment
    assert decided is not None
    assert is_one_of(decided, options)


@settings(max_examples=20)
@given(instances())
def test_the_solver_has_the_same_rules(instance: Instance) -> None:
    if not cp_sat.installed():
        pytest.skip("OR-Tools is not installed")
    options = np.ones((len(instance.weights), instance.pipelines), dtype=bool)
    for unit, pipeline in instance.fixed.items():
        options[unit] = np.arange(instance.pipelines) == pipeline

    _, found, _ = cp_sat.solve(instance, options, 1.0)

    every = every_layout(instance)
    assert (found is None) == (not len(every))
    assert found is None or is_one_of(found, every)


def test_fewer_pipelines_keep_the_order() -> None:
    instance = Instance(ints(5, 5, 5, 5), 4, precedence=[(0, 1), (1, 2), (2, 3)])

    found = shrink(instance, ints(0, 1, 2, 3), ints(1, 1, 1, 1), 2, tolerance=0.05)

    assert len(set(found.tolist())) == 2
    assert found.tolist() == sorted(found.tolist())


def test_a_contradiction_names_what_contradicts() -> None:
    instance = Instance(ints(1, 1, 1), 3, fixed={0: 2, 2: 0}, precedence=[(0, 1), (1, 2)])

    with pytest.raises(Infeasible) as caught:
        place(instance)

    assert set(caught.value.conflict) == {Precedence(0, 1), Precedence(1, 2), Fixed(0, 2), Fixed(2, 0)}
