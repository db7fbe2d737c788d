"""What a source says becomes a row; what nobody says stays empty, so that the definition decides."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.discovery.arrange import Rules, arrange
from headgate.inventory.row import INGESTION_TYPES, TableRow
from headgate.names import catalog_name_fault

DEFINITION = Definition.model_validate(
    {
        "id": "pi",
        "source": "osipi",
        "connection": {"name": "pi_conn"},
        "destination": {"catalog": "main", "schema": "pi"},
        "schedules": {"cdc": "0 * * * *"},
    }
)
SOURCES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6).filter(str.strip), unique=True, max_size=8)


def test_category_and_group_are_filled_in() -> None:
    tables = [TableRow("crm_a", ingestion_type="cdc"), TableRow("b", category="listed"), TableRow("c", pipeline_group="own")]
    assert [(t.category, t.pipeline_group) for t in arrange(tables, Rules())] == [
        ("crm", "crm_cdc"),
        ("listed", "listed_unknown"),
        ("core", "own"),
    ]


def test_schedules_and_weights_go_by_ingestion_type() -> None:
    rules = Rules(schedules={"cdc": "@hourly", "unknown": "@daily"}, weights={"snapshot": 3})
    tables = [TableRow(kind or "none", ingestion_type=kind) for kind in (*INGESTION_TYPES, "")]
    assert {t.source_table: (t.schedule, t.weight) for t in arrange(tables, rules)} == {
        "snapshot": ("", 3),
        "append": ("", None),
        "cdc": ("@hourly", None),
        "cdc_with_deletes": ("@hourly", None),
        "none": ("@daily", None),
    }


def test_what_the_definition_says_anyway_stays_empty() -> None:
    rules = Rules(
        connection="pi_conn", catalog="main", schema="pi", schedules={"cdc": "0 * * * *"}, weights={"cdc": 10, "append": 10}
    )
    (table,) = arrange([TableRow("a", ingestion_type="cdc")], rules.without(DEFINITION))
    assert table == TableRow("a", ingestion_type="cdc", category="core", pipeline_group="core_cdc")


def test_what_differs_from_the_definition_is_written() -> None:
    rules = Rules(connection="other", catalog="dev", schema="x", schedules={"cdc": "5 * * * *"}, weights={"cdc": 11})
    (table,) = arrange([TableRow("a", ingestion_type="cdc")], rules.without(DEFINITION))
    assert (table.connection_name, table.destination_catalog, table.destination_schema) == ("other", "dev", "x")
    assert (table.schedule, table.weight) == ("5 * * * *", 11)


def test_names_that_unity_catalog_does_not_take_get_another() -> None:
    tables = [TableRow("Packaging Tasks"), TableRow("packaging_tasks"), TableRow("a.b"), TableRow("plain")]
    assert [t.destination_table for t in arrange(tables, Rules())] == ["Packaging_Tasks", "packaging_tasks_2", "a_b", ""]


def test_a_name_given_before_is_kept() -> None:
    before = arrange([TableRow("b c"), TableRow("b_c")], Rules())
    mine = (replace(before[0], destination_table="mine"), before[1])
    assert [t.destination_table for t in arrange([TableRow("b_c"), TableRow("b c"), TableRow("b/c")], Rules(), mine)] == [
        "b_c_2",
        "mine",
        "b_c",
    ]


@given(SOURCES)
def test_every_destination_is_taken_and_is_one_tables_only(sources: list[str]) -> None:
    arranged = arrange([TableRow(source) for source in sources], Rules())
    assert [table.source_table for table in arranged] == sources
    names = [table.destination_name for table in arranged]
    assert not any(catalog_name_fault(name) for name in names)
    assert len({name.lower() for name in names}) == len(names)


@given(SOURCES, SOURCES)
def test_a_second_discovery_renames_nothing(first: list[str], more: list[str]) -> None:
    before = arrange([TableRow(source) for source in first], Rules())
    after = arrange([TableRow(source) for source in dict.fromkeys([*more, *first])], Rules(), before)
    known = {table.source_table: table for table in after}
    assert [known[table.source_table] for table in before] == list(before)
