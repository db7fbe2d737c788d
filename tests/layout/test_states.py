"""What a state tells: ids, files, the tables of each pipeline, the connection; and what the workspace has in its stead."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Change, Layout, Left, Pipeline, Placement
from headgate.layout.observe import State, as_found, observe, state_of
from headgate.layout.progress import retire_target
from headgate.problems import InputError
from headgate.tables.ids import TableId

ORDERS, NOTES = TableId("orders", "main.bronze.orders"), TableId("Notes", "main.silver.notes")


def file_of(*tables: TableId) -> str:
    objects = [
        {"table": {"source_table": one.source_table, "destination_catalog": one.catalog, "destination_schema": one.schema,
                   "destination_table": one.table}}
        for one in tables
    ]  # fmt: skip
    spec = {"objects": objects}
    return b64encode(f"pipeline_spec = {spec!r}".encode()).decode()


def shown(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    managed = [{"mode": "managed", "address": address, "values": values} for address, values in resources]
    read = {"mode": "data", "address": "data.databricks_current_user.me", "values": {"id": "9"}}
    return {"format_version": "1.0", "values": {"root_module": {"resources": [*managed, read]}}}


def test_a_state_tells_ids_files_tables_and_the_connections_digest() -> None:
    content = file_of(ORDERS)
    place = {"destination_catalog": "main", "destination_schema": "silver", "destination_table": "notes"}
    definition = [{"objects": [{"table": [{"source_table": "Notes"} | place]}, {"table": None}]}]
    state = state_of(
        shown(
            ("databricks_pipeline.a_1", {"id": "1"}),
            ("databricks_workspace_file.a_1", {"id": "/a_1.py", "content_base64": content}),
            (
                "databricks_pipeline.a_2",
                {"id": 2, "ingestion_definition": definition},
            ),
            ("databricks_permissions.pipeline_a_1", {"id": None}),
            ("terraform_data.headgate_connection", {"id": "n", "input": "d1"}),
        ),
        "crm-dev-1",
    )

    assert state == State(
        ids={
            "databricks_pipeline.a_1": "1",
            "databricks_workspace_file.a_1": "/a_1.py",
            "databricks_pipeline.a_2": "2",
            "terraform_data.headgate_connection": "n",
        },
        files={"databricks_workspace_file.a_1": content},
        tables={"a_1": [ORDERS], "a_2": [NOTES]},
        connection="d1",
    )


@pytest.mark.parametrize("form", [{}, {"format_version": "2.0"}, {"format_version": "1.0", "planned_values": {}}, []])
def test_a_plan_or_another_form_is_no_state(form: object) -> None:
    with pytest.raises(InputError, match="crm-dev-1 is not a state") as caught:
        state_of(form, "crm-dev-1")

    assert "without a plan file" in str(caught.value)


def test_what_the_workspace_has_of_files_goes_before_what_the_state_says() -> None:
    one, two = "databricks_workspace_file.a_1", "databricks_workspace_file.a_2"
    state = State(files={one: file_of(ORDERS), two: file_of(NOTES)}, tables={"a_1": [ORDERS], "a_2": [NOTES]})

    there = as_found(state, {one: file_of(ORDERS, NOTES), two: file_of()})

    assert there.files == {one: file_of(ORDERS, NOTES), two: file_of()}
    assert there.tables == {"a_1": [ORDERS, NOTES]}


def whole(*pipelines: Pipeline, left: tuple[Left, ...] = ()) -> Layout:
    return Layout("crm", Asked(None, 2), pipelines, (Placement(ORDERS, pipelines[0].id),), left)


@pytest.mark.parametrize(("numbers", "gone"), [({0, 1, 2}, True), ({0, 1}, False), ({1, 2}, False)])
def test_a_target_is_taken_down_when_all_its_states_are_read_and_empty(numbers: set[int], gone: bool) -> None:
    layout = whole(Pipeline("a_1", "a", 1), left=(Left("a_2", 2, ("dev",)), Left("a_3", 3, ("prod",))))
    retiring = retire_target(layout, "dev", "leave")

    done, record = observe(retiring, "dev", ["dev"], dict.fromkeys(numbers, State()), {}, Deployed("dev", connection="d1"))

    assert [entry.done for entry in done.retired] == [gone]
    assert record.connection == ("" if gone else "d1")


def test_a_target_of_which_anything_is_left_is_not_taken_down() -> None:
    states = {0: State(), 1: State({"databricks_job.a_1": "7"})}

    retiring = retire_target(whole(Pipeline("a_1", "a", 1)), "dev", "leave")

    done, _ = observe(retiring, "dev", ["dev"], states, {}, Deployed("dev"))

    assert [entry.done for entry in done.retired] == [False]


def test_another_targets_change_of_stack_keeps_nothing_here() -> None:
    moved = Pipeline("a_1", "a", 1, restacked=Change("2", ("prod",)))
    known = Deployed("dev", {"databricks_pipeline.a_1": "1"})

    _, record = observe(whole(moved), "dev", ["dev", "prod"], {1: State()}, {}, known)

    assert record.ids == {}


def test_a_pipeline_that_arrived_has_in_its_new_state_all_that_was_recorded_of_it() -> None:
    moved = Pipeline("a_1", "a", 2, restacked=Change("1", ("dev",)))
    ids = {"databricks_pipeline.a_1": "1", "databricks_job.a_1": "2"}
    half = {0: State(), 1: State(), 2: State({"databricks_pipeline.a_1": "1"})}

    for states, until in ((half, ("dev",)), (half | {2: State(ids)}, None)):
        done, _ = observe(whole(moved), "dev", ["dev"], states, {}, Deployed("dev", ids))
        assert (done.pipelines[0].restacked and done.pipelines[0].restacked.until) == until


def test_a_pipeline_that_is_renamed_is_where_its_old_id_was() -> None:
    renamed = Pipeline("b_1", "a", 1, renamed=Change("a_1", ("dev",)))
    known = Deployed("dev", {"databricks_pipeline.a_1": "1"})

    for state, until in ((State({"databricks_pipeline.a_1": "1"}), ("dev",)), (State({"databricks_pipeline.b_1": "1"}), None)):
        done, _ = observe(whole(renamed), "dev", ["dev"], {1: state}, {}, known)
        assert (done.pipelines[0].renamed and done.pipelines[0].renamed.until) == until
