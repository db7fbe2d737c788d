"""Pipelines of transforms in a lock: they come, leave, and are forgotten in one target after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.layout.deployed import Deployed
from headgate.layout.lock import parse_lock, render_lock
from headgate.layout.model import Asked, Layout, Left, Pipeline, TransformPipeline
from headgate.layout.observe import State, observe
from headgate.layout.progress import pending, record_done
from headgate.layout.transforms import id_clashes, taken_tables, transform_misfits, transform_notes, with_transforms
from headgate.problems import RefusedError

TARGETS = ("dev", "prod")
EMPTY = Layout("crm", Asked(None, 1))
TWO = with_transforms(EMPTY, {"people": (), "sales": ()}, TARGETS)
LEFT = with_transforms(TWO, {"sales": ()}, TARGETS)


def states_of(layout: Layout, shared: dict[str, str], known: Deployed | None = None) -> tuple[Layout, Deployed]:
    """Give what a record makes of a layout and the shared stack's state in dev."""
    return observe(layout, "dev", TARGETS, {0: State(ids=shared)}, {}, known or Deployed("dev"))


def test_they_are_those_of_the_pipeline_files() -> None:
    assert TWO.transforms == (TransformPipeline("people"), TransformPipeline("sales"))
    assert transform_misfits(TWO, ["people", "sales"]) == []
    assert transform_misfits(TWO, ["people", "stock"]) == [
        "pipeline of transforms 'stock' is not in it",
        "pipeline of transforms 'sales' has no pipeline file any more",
    ]


def test_a_lock_says_nothing_of_them_where_there_are_none() -> None:
    assert "transforms" not in render_lock(EMPTY)
    assert parse_lock(render_lock(LEFT)) == LEFT
    assert '{"id": "people", "left": ["dev", "prod"]},\n  {"id": "sales"},\n' in render_lock(LEFT)


def test_one_whose_file_goes_leaves_in_each_target() -> None:
    assert LEFT.transforms[0].left == TARGETS
    assert pending(LEFT, "dev").transforms == ("people",)
    assert "its file renamed, say `deploy: {id: people}`" in next(transform_notes(TWO, LEFT))

    done = record_done(LEFT, "dev", TARGETS, pipelines=["people"])
    assert (pending(done, "dev").transforms, pending(done, "prod").transforms) == ((), ("people",))
    done = record_done(done, "prod", TARGETS, pipelines=["people"])
    assert done.transforms == (TransformPipeline("people", ()), TransformPipeline("sales"))


def test_one_that_left_comes_back_until_a_target_has_forgotten_it() -> None:
    assert with_transforms(LEFT, {"people": (), "sales": ()}, TARGETS) == TWO

    done = record_done(LEFT, "dev", TARGETS, pipelines=["people"])
    with pytest.raises(RefusedError, match="'people' left, and where it was deployed it is still there, with its tables"):
        with_transforms(done, {"people": (), "sales": ()}, TARGETS)


def test_no_table_goes_from_one_that_stays_to_another() -> None:
    before = with_transforms(EMPTY, {"people": ["main.silver.people", "main.silver.teams"], "sales": ()}, TARGETS)
    after = with_transforms(before, {"people": ["main.silver.people"], "sales": ["main.silver.teams"]}, TARGETS)

    (problem,) = taken_tables(before, after, {"people": ("people.pipeline.yaml", 3), "sales": ("sales.pipeline.yaml", 3)})

    assert "'sales' would make main.silver.teams of pipeline of transforms 'people', which keeps its tables" in str(problem)
    assert "leave them to that" in problem.fix
    assert not [*taken_tables(None, after, {})]


def test_no_two_pipelines_have_one_id_even_after_one_left() -> None:
    layout = replace(LEFT, pipelines=(Pipeline("people", "g", 1),), left=(Left("sales", 1, ()),))

    assert list(id_clashes(layout)) == [
        "pipeline of transforms 'people' has the id of a pipeline that ingests",
        "pipeline of transforms 'sales' has the id of a pipeline that ingests",
    ]
    own = with_transforms(EMPTY, {"crm": ()}, TARGETS)
    assert list(id_clashes(own)) == ["pipeline of transforms 'crm' has the connector's id"]


def test_no_other_makes_the_tables_of_one_that_leaves_until_each_target_forgot_it() -> None:
    before = with_transforms(EMPTY, {"people": ["main.silver.people", "main.silver.teams"]}, TARGETS)
    renamed = with_transforms(before, {"persons": ["main.silver.TEAMS", "main.silver.people"]}, TARGETS)
    places = {"persons": ("persons.pipeline.yaml", 3)}

    (problem,) = taken_tables(before, renamed, places)

    assert str(problem) == (
        "persons.pipeline.yaml:3: deploy: 'persons' would make main.silver.TEAMS and 1 more table of pipeline of transforms "
        "'people', which keeps its tables: each update would fail\n"
        "    was the file renamed, say `deploy: {id: people}` in it (of several files `pipeline: people`); "
        "else call its tables something else"
    )
    assert not [*taken_tables(before, with_transforms(before, {"persons": ["main.silver.persons"]}, TARGETS), places)]
    assert [*taken_tables(renamed, record_done(renamed, "dev", TARGETS, pipelines=["people"]), places)] == [problem]
    done = record_done(record_done(renamed, "dev", TARGETS, pipelines=["people"]), "prod", TARGETS, pipelines=["people"])
    assert not [*taken_tables(done, done, places)]
    assert "TEAMS" in render_lock(done)
    assert "teams" not in render_lock(done)


def test_the_shared_stacks_state_tells_which_are_deployed() -> None:
    shared = {"databricks_pipeline.people": "1", "databricks_job.people": "2", "databricks_pipeline.crm": "3"}

    _, deployed = states_of(TWO, shared)

    assert deployed.transforms == {"people": "1"}
    assert deployed.ids == {}


def test_one_left_once_nothing_of_it_is_in_the_state() -> None:
    still, _ = states_of(LEFT, {"databricks_job.people": "2"})
    gone, deployed = states_of(LEFT, {"databricks_pipeline.sales": "3"})

    assert pending(still, "dev").transforms == ("people",)
    assert pending(gone, "dev").transforms == ()
    assert deployed.transforms == {"sales": "3"}


def test_without_the_shared_stacks_state_what_was_recorded_stays() -> None:
    known = Deployed("dev", transforms={"people": "1"})

    layout, deployed = observe(LEFT, "dev", TARGETS, {1: State()}, {}, known)

    assert deployed.transforms == {"people": "1"}
    assert pending(layout, "dev").transforms == ("people",)
