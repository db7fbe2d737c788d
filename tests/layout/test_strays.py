"""A table whose line was lost from the lock does not come to another pipeline without a handover."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement
from headgate.layout.observe import observe, state_of
from headgate.layout.strays import strays
from headgate.problems import InputError
from headgate.tables.ids import TableId

ORDERS = TableId("orders", "main.bronze.orders")


def layout_with(placement: Placement, *, renamed: Change[str] | None = None, left: tuple[Left, ...] = ()) -> Layout:
    pipelines = (Pipeline("g_1", "g", 1, renamed=renamed), Pipeline("g_2", "g", 1))
    return Layout("crm", Asked(2, 1), pipelines, (placement,), left)


def recorded(pipeline: str, table: str = "orders → main.bronze.orders") -> Deployed:
    return Deployed("dev", {"databricks_pipeline.g_1": "1"}, {TableId.parse(table): pipeline})


def test_a_table_placed_anew_while_another_pipeline_has_it_is_told_with_the_fix() -> None:
    (problem,) = strays(layout_with(Placement(ORDERS, "g_2")), recorded("g_1"), None)

    assert "is deployed to 'dev' in pipeline 'g_1', and the lock has it in 'g_2' without a handover" in problem.message
    assert "pin it to 'g_1'" in problem.fix


@pytest.mark.parametrize(
    ("placement", "pipeline"),
    [
        (Placement(ORDERS, "g_1"), "g_1"),
        (Placement(ORDERS, "g_1", Move("g_2", {})), "g_1"),
        (Placement(ORDERS, "g_1", Move("g_2", {"dev": "handed_over"})), "g_1"),
        (Placement(ORDERS, "g_1", Move("g_2", {"dev": "done"})), "g_2"),
    ],
    ids=["in its place", "planned", "handed over, not applied", "done"],
)
def test_a_table_on_its_way_is_none(placement: Placement, pipeline: str) -> None:
    assert strays(layout_with(placement), recorded(pipeline), None) == []


def test_a_target_s_own_catalog_is_reckoned_with() -> None:
    record = recorded("g_1", "orders → dev_main.bronze.orders")

    assert strays(layout_with(Placement(ORDERS, "g_2")), record, None) == []
    assert len(strays(layout_with(Placement(ORDERS, "g_2")), record, "dev_main")) == 1


def test_a_pipeline_with_a_new_id_is_the_same_one() -> None:
    layout = layout_with(Placement(ORDERS, "g_1"), renamed=Change("old", ("dev",)))

    assert strays(layout, recorded("old"), None) == []


def test_a_pipeline_that_left_still_has_its_tables() -> None:
    layout = layout_with(Placement(ORDERS, "g_2"), left=(Left("gone", 1, ("dev",)),))

    assert len(strays(layout, recorded("gone"), None)) == 1


def file_in_state(pipeline: str, spec: str) -> dict[str, object]:
    content = b64encode(f"pipeline_spec = {spec}".encode()).decode()
    address = f"databricks_workspace_file.{pipeline}"
    return {"mode": "managed", "address": address, "values": {"id": "/x.py", "content_base64": content}}


def state_with(*resources: dict[str, object]) -> dict[str, object]:
    return {"format_version": "1.0", "values": {"root_module": {"resources": list(resources)}}}


def test_the_states_tell_which_pipeline_reads_a_table() -> None:
    parts = {"source_table": "orders", "destination_catalog": "main", "destination_schema": "bronze"}
    spec = {"objects": [{"table": parts | {"destination_table": "orders"}}]}
    state = state_of(state_with(file_in_state("g_1", repr(spec))), "crm-dev-1")

    _, deployed = observe(layout_with(Placement(ORDERS, "g_1")), "dev", ["dev"], {1: state}, {}, Deployed("dev"))

    assert deployed.tables == {ORDERS: "g_1"}


def test_a_pipeline_gone_from_its_state_has_no_tables_any_more_and_one_that_was_not_read_keeps_its_own() -> None:
    known = Deployed(
        "dev",
        {"databricks_pipeline.g_1": "1", "databricks_pipeline.g_2": "2"},
        {ORDERS: "g_1", TableId("users", "main.bronze.users"): "g_2"},
    )
    layout = Layout("crm", Asked(2, 2), (Pipeline("g_1", "g", 1), Pipeline("g_2", "g", 2)), (Placement(ORDERS, "g_1"),))

    _, deployed = observe(layout, "dev", ["dev"], {1: state_of(state_with(), "crm-dev-1")}, {}, known)

    assert deployed.tables == {TableId("users", "main.bronze.users"): "g_2"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mode", "address", "values", "id", "content_base64", "ingestion_definition", "objects", "table"]),
            inner | st.just("managed"),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_resources_give_a_state_or_a_clear_error(resources: object) -> None:
    shown = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    try:
        state_of(json.loads(json.dumps(shown)), "crm-dev-1")
    except InputError as error:
        assert "crm-dev-1" in str(error)  # noqa: PT017  # either is right, and an error has to say whose state it is
