"""What `make bench-balance` is made of: instances, other packages at arm's length, drift, verdicts. Nothing is timed here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.balance.aside import Aside, Outcome
from bench.balance.churn import NOWHERE, State, best_names, carried, from_scratch, moved_share, states
from bench.balance.connector import SIZE, listed, mixed
from bench.balance.instances import OWN, Goal, given, goal_of, graham, near_equal, planted, triplets, zipf
from bench.balance.placement import Line
from bench.balance.rivals import RIVALS, SOLVER, Proved, Rival, longest_first, makespan_of
from bench.balance.staying import within

if TYPE_CHECKING:
    from pathlib import Path

BY_NAME = {rival.name: rival for rival in RIVALS}
LPT_NAMES = ["longest-first", "pytest-split", "binpacking", "prtpy LPT"]
FULL_METHODS = ["prtpy KK", "prtpy multifit", "prtpy complete", "numpart KK", "numpart cKK", SOLVER]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_weights_fill_every_pipeline_to_the_optimum(seed: int) -> None:
    weights = planted(40, 7, seed, optimum=1_000)

    assert (len(weights), weights.sum()) == (40, 7 * 1_000)
    assert weights.min() >= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_triplets_are_between_a_quarter_and_half_of_the_optimum(seed: int) -> None:
    weights = triplets(50, seed, optimum=1_000)

    assert (len(weights), weights.sum()) == (150, 50 * 1_000)
    assert weights.min() > 250
    assert weights.max() < 500


@pytest.mark.parametrize("pipelines", [2, 4, 11])
def test_longest_first_does_worst_on_grahams_weights(pipelines: int) -> None:
    weights = graham(pipelines)

    assert weights.sum() == 3 * pipelines * pipelines
    assert makespan_of(weights, longest_first(weights, pipelines), pipelines) == 4 * pipelines - 1


def test_near_equal_weights_are_within_five_percent_and_zipf_falls_with_the_rank() -> None:
    level, steep = near_equal(500, 1, middle=1_000), np.sort(zipf(100, 1.0, 0, 1))[::-1]

    assert (level.min() >= 950, level.max() <= 1_050) == (True, True)
    assert steep[0] / steep[9] == pytest.approx(10, rel=0.01)


def test_every_instance_is_the_same_each_time_and_its_optimum_is_no_less_than_the_mean() -> None:
    for case in OWN:
        if "1M" not in case.name:
            (weights, pipelines, optimum), (again, _, _) = case.make(), case.make()
            assert np.array_equal(weights, again), case.name
            assert optimum is None or optimum * pipelines >= weights.sum(), case.name


def test_instances_beside_the_project_are_read_where_there_are_any(tmp_path: Path) -> None:
    file = tmp_path / "instances.py"
    assert given(file) == ()

    file.write_text("INSTANCES = {'planted, 2 to 1': lambda: ([1, 2], 1, 3)}\n")

    (case,) = given(file)
    assert (case.name, case.own) == ("planted, 2 to 1", False)
    assert list(map(str, case.make())) == ["[1, 2]", "1", "3"]


@pytest.mark.parametrize(
    ("name", "tables", "goal"),
    [
        ("39 to 4, zipf 1.0", 39, Goal(0.1, 0.05)),
        ("100k to 1k, lognormal 1.0", 100_000, Goal(0.1, 1.0)),
        ("1M to 10k, within 5%", 1_000_000, Goal(0.1, 2.0)),
        ("30 to 12, uniform 1e9", 30, Goal(0.85, 1.0)),
        ("triplets, 60 to 20", 60, Goal(0.2, 1.0)),
        ("triplets, 300 to 100", 300, Goal(None, None)),
        ("planted, 200 to 20", 200, Goal(0.0, 1.0)),
        ("Graham, 50", 101, Goal(0.0, 1.0)),
    ],
)
def test_what_is_asked_follows_from_the_name(name: str, tables: int, goal: Goal) -> None:
    assert goal_of(name, tables) == goal


def test_a_rival_that_is_missing_is_told() -> None:
    nobody = Rival("nobody", "a_package_that_nobody_has", longest_first)

    with Aside() as aside:
        assert aside.run(nobody, graham(2), 2, 1.0) == Outcome(note="missing")


def of_others(name: str) -> Any:
    """A rival whose package only the long run installs is left to it."""
    package = BY_NAME[name].package
    return pytest.param(name, marks=() if package in {"numpy", "ortools"} else pytest.mark.long)


@pytest.mark.parametrize("name", [of_others(name) for name in (*LPT_NAMES, *FULL_METHODS)])
def test_a_rival_places_every_table(name: str) -> None:
    rival = BY_NAME[name]
    pytest.importorskip(rival.package, reason="needs what the balance is measured against: make .venv/.bench.ready")
    weights = graham(3)

    found = rival.solve(weights, 3, 0.5)

    assignment = found.assignment if isinstance(found, Proved) else found
    assert 9 <= makespan_of(weights, assignment, 3) <= 11


@pytest.mark.long
def test_pytest_split_breaks_ties_by_names_that_are_in_the_order_of_rows() -> None:
    pytest.importorskip("pytest_split", reason="needs what the balance is measured against: make .venv/.bench.ready")
    weights = np.full(10, 5, dtype=np.int64)

    assert np.array_equal(BY_NAME["pytest-split"].solve(weights, 3, 1.0), longest_first(weights, 3))


@pytest.mark.long
def test_a_rival_that_takes_too_long_or_fails_is_told_and_the_next_one_runs() -> None:
    pytest.importorskip("prtpy", reason="needs what the balance is measured against: make .venv/.bench.ready")
    many = planted(20_000, 500, 1)

    with Aside() as aside:
        assert aside.run(BY_NAME["prtpy KK"], many, 500, 0.3) == Outcome(note="> 0.3 s", over=True)
        assert aside.run(BY_NAME["prtpy KK"], graham(3), 0, 5.0).makespan is None
        assert aside.run(BY_NAME["longest-first"], graham(3), 3, 5.0).makespan == 11


def test_a_split_that_leaves_a_table_out_is_refused() -> None:
    with pytest.raises(ValueError, match="not every table"):
        makespan_of(graham(2), np.array([0, 1, 0, 1, -1]), 2)


LINE = Line(
    "39 to 4", 39, 4, 1_000, known=False, goal=Goal(0.1, 1.0), ours=Outcome(1_001, 0.5), rivals={SOLVER: Outcome(1_001, 5.0)}
)


@pytest.mark.parametrize(
    ("line", "missed"),
    [
        (LINE, []),
        (replace(LINE, ours=Outcome(1_002, 0.5)), ["gap over 0.1 %", "CP-SAT is better"]),
        (replace(LINE, ours=Outcome(1_001, 1.5)), ["over 1 s"]),
        (replace(LINE, goal=Goal(None, None), ours=Outcome(2_000, 9.0), rivals={}), []),
        (replace(LINE, best=1_002), ["the lower bound is wrong: a split is below it"]),
        (replace(LINE, rivals={SOLVER: Outcome(note="missing")}), []),
    ],
)
def test_a_line_says_what_was_missed(line: Line, missed: list[str]) -> None:
    assert line.missed == missed
    assert str(line).endswith("met" if not missed else "MISSED: " + ", ".join(missed))
    assert line.as_data()["missed"] == missed


def test_drift_is_the_same_for_all_who_follow_it_and_tables_keep_their_numbers() -> None:
    first, second = list(states(100, 1.0, 20, 7)), list(states(100, 1.0, 20, 7))

    assert [state.weights.tolist() for state in first] == [state.weights.tolist() for state in second]
    assert all((np.diff(state.tables) > 0).all() for state in first)
    last = first[-1].tables
    assert 0 < len(set(range(100)) - set(last.tolist())) < 50
    assert last.max() >= 100


def test_tables_that_stay_keep_their_home_and_new_ones_have_none() -> None:
    before = State(np.array([0, 1, 2]), np.array([5, 5, 5]))
    after = State(np.array([0, 2, 3]), np.array([5, 5, 5]))

    assignment = carried(before, np.array([1, 0, 2]), after)

    assert assignment.tolist() == [1, 2, NOWHERE]
    assert moved_share(assignment, np.array([1, 0, 0])) == 50


def test_pipelines_made_anew_are_named_after_those_that_they_share_most_with() -> None:
    weights = np.array([9, 8, 7, 1])
    assignment = np.array([2, 1, 0, NOWHERE])
    fresh = np.array([0, 1, 2, 2])

    assert best_names(fresh, assignment, weights, 3).tolist() == [2, 1, 0, 0]


def test_renaming_keeps_the_split_and_moves_no_more() -> None:
    weights = near_equal(60, 3)
    assignment = np.random.default_rng(4).permutation(longest_first(weights, 5))

    plain, named = (from_scratch(5, renamed=renamed)(weights, assignment) for renamed in (False, True))

    assert makespan_of(weights, plain, 5) == makespan_of(weights, named, 5)
    assert moved_share(assignment, named) <= moved_share(assignment, plain)


def test_a_tolerance_is_not_rounded() -> None:
    assert within(102, 100, 0.02)
    assert not within(103, 100, 0.02)
    assert within(10**18 + 2 * 10**16, 10**18, 0.02)
    assert not within(10**18 + 2 * 10**16 + 1, 10**18, 0.02)


def test_a_connector_of_250_tables_is_found_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "tables.csv"
    assert listed(file) is None

    file.write_text(
        "connector,source_table,ingestion_type\n" + "small,t,cdc\n" + "big,t,snapshot\n" * 100 + "big,t,cdc\n" * 150
    )

    weights = listed(file)
    assert weights is not None
    assert np.bincount(weights).tolist() == [0, 100, *[0] * 8, 150]
    assert sorted(mixed().tolist()) == sorted(weights.tolist())
    assert len(mixed()) == SIZE
