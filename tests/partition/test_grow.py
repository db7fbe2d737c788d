"""New pipelines are filled from the heaviest."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headgate.partition.grow import fill
from headgate.partition.instance import Instance


def filled(weights: list[int], assignment: list[int], pipelines: int, new: list[int], **rules: object) -> list[int]:
    instance = Instance(np.array(weights, dtype=np.int64), pipelines, **rules)  # type: ignore[arg-type]  # any of its rules
    today = np.array(assignment, dtype=np.int64)
    after = fill(instance, today, today, np.ones(len(weights), dtype=np.int64), new, tolerance=0.05)
    return [int(home) for home in after]


def test_a_new_pipeline_gets_its_share_from_the_heaviest() -> None:
    assignment = filled([10] * 12, [0] * 6 + [1] * 6, 3, [2])

    assert [assignment.count(pipeline) for pipeline in range(3)] == [4, 4, 4]


def test_the_unit_that_brings_most_for_its_cost_goes() -> None:
    assert filled([20, 9, 1, 30], [0, 0, 0, 1], 3, [2]) == [2, 0, 0, 1]


def test_one_that_no_share_fits_takes_the_lightest() -> None:
    assert filled([50, 50, 50, 2], [0, 1, 0, 1], 3, [2]) in ([2, 1, 0, 1], [0, 1, 2, 1])


def test_units_that_must_be_apart_stay_apart() -> None:
    assignment = filled(
        [10, 10, 10, 10, 10, 10], [0, 0, 0, 1, 1, 1], 3, [2], anti_affinity=[(0, 3), (0, 4), (0, 5), (1, 3), (1, 4)]
    )

    assert all(assignment[one] != assignment[two] for one, two in [(0, 3), (0, 4), (0, 5), (1, 3), (1, 4)])
    assert 2 in assignment


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3)), min_size=6, max_size=30))
def test_none_of_the_others_gets_heavier_and_no_new_one_is_heavier_than_they_were(units: list[tuple[int, int]]) -> None:
    weights, assignment = [weight for weight, _ in units], [home for _, home in units]
    before = np.bincount(assignment, weights, minlength=6)

    after = np.bincount(filled(weights, assignment, 6, [4, 5]), weights, minlength=6)

    assert (after[:4] <= before[:4]).all()
    assert after.max() <= before.max()
    assert after.sum() == before.sum()


def test_of_tables_that_weigh_nothing_a_new_pipeline_gets_the_cheapest_all_the_same() -> None:
    assert filled([0, 0], [0, 0], 2, [1]) == [1, 0]
    assert filled([0, 0, 0], [0, 1, 1], 3, [2]) == [0, 2, 1]


def test_where_no_pipeline_has_a_unit_to_spare_a_new_one_stays_empty() -> None:
    assert filled([5], [0], 3, [1, 2]) == [0]
