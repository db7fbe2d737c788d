"""What a source says becomes a row; what nobody says stays empty, so that the definition decides."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.discovery.arrange import Rules, arrange, ungrouped
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


def test_a_category_is_the_sources_or_a_prefixs_and_nobody_elses() -> None:
    tables = [TableRow("crm_a", category="listed"), TableRow("crm_b"), TableRow("web_c"), TableRow("d", pipeline_group="own")]
    assert [(t.category, t.pipeline_group) for t in arrange(tables, Rules(prefixes={"crm_": "sales"}))] == [
        ("listed", ""),
        ("sales", ""),
        ("", ""),
        ("", "own"),
    ]


def test_groups_and_categories_that_a_discovery_once_made_of_names_are_told_from_a_persons() -> None:
    made = [
        TableRow("crm_a", category="crm", ingestion_type="cdc", pipeline_group="crm_cdc"),
        TableRow("b", category="core", ingestion_type="cdc", pipeline_group="core_cdc"),
    ]
    own = [TableRow("crm_x", category="listed", pipeline_group="vip")]

    assert ungrouped([*made, *own]) == (TableRow("crm_a", ingestion_type="cdc"), TableRow("b", ingestion_type="cdc"), *own)
    assert ungrouped(own) == tuple(own)


def test_a_new_table_joins_those_whose_categories_were_once_made_of_names() -> None:
    before = [TableRow("crm_a", category="crm"), TableRow("b", category="core"), TableRow("c", category="listed")]

    assert [table.category for table in arrange([TableRow("crm_new")], Rules(), before)] == ["crm"]
    assert [table.category for table in arrange([TableRow("crm_new")], Rules(), before[2:])] == [""]


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
    assert table == TableRow("a", ingestion_type="cdc")


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
