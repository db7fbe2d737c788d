"""A second discovery keeps what people edited, and takes the source's facts."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.merge import Merged, merge_discovered
from headgate.inventory.row import INGESTION_TYPES, TableRow

NAMES = st.sampled_from("abcdef")
ROWS = st.builds(
    TableRow,
    NAMES,
    destination_table=st.sampled_from(["", "first", "second"]),
    weight=st.none() | st.just(7.0),
    ingestion_type=st.sampled_from(["", *INGESTION_TYPES]),
    primary_keys=st.sampled_from([(), ("id",)]),
    cursor_field=st.sampled_from(["", "ts"]),
    status=st.sampled_from(["", "gone", "unverified"]),
)
FOUND = st.lists(
    ROWS.map(lambda table: replace(table, status="", destination_table="")), unique_by=lambda table: table.source_table
)


def test_what_the_source_answered_for_once_stays_verified() -> None:
    """Else the file would change with each day on which the source is not reached."""
    known, unsure = TableRow("a", ingestion_type="cdc"), TableRow("a", status="unverified")
    assert merge_discovered([known], [unsure]) == Merged((known,))
    assert merge_discovered([unsure], [known]) == Merged((known,), changed=("a",))
    assert merge_discovered([replace(known, status="gone")], [unsure]).tables == (replace(known, status="unverified"),)


def test_a_persons_edits_stay_and_the_sources_facts_are_taken() -> None:
    edited = TableRow(
        "contacts",
        destination_table="people",
        pipeline_group="vip",
        schedule="@daily",
        options={"maxCount": "5"},
        weight=99,
        ingestion_type="snapshot",
        connection_name="mine",
    )
    fact = TableRow("contacts", pipeline_group="main", weight=1, ingestion_type="cdc", primary_keys=("id",), cursor_field="ts")

    merged = merge_discovered([edited], [fact])

    assert merged.tables == (replace(edited, ingestion_type="cdc", primary_keys=("id",), cursor_field="ts"),)
    assert merged.changed == ("contacts",)


def test_a_category_is_taken_only_where_there_is_none() -> None:
    merged = merge_discovered(
        [TableRow("a"), TableRow("b", category="mine")], [TableRow("a", category="x"), TableRow("b", category="x")]
    )

    assert [table.category for table in merged.tables] == ["x", "mine"]


def test_what_the_source_is_silent_about_stays() -> None:
    known = TableRow("a", ingestion_type="cdc", primary_keys=("id",), cursor_field="ts")

    assert merge_discovered([known], [TableRow("a")]) == Merged((known,))


def test_a_cursor_goes_where_the_source_names_a_type_without_one() -> None:
    known = TableRow("a", ingestion_type="cdc", primary_keys=("id",), cursor_field="ts")

    (table,) = merge_discovered([known], [TableRow("a", ingestion_type="snapshot")]).tables

    assert table == TableRow("a", ingestion_type="snapshot", primary_keys=("id",))


def test_new_tables_come_after_the_others_in_the_order_found() -> None:
    merged = merge_discovered([TableRow("m")], [TableRow("z"), TableRow("m"), TableRow("a")])

    assert [table.source_table for table in merged.tables] == ["m", "z", "a"]
    assert merged.added == ("z", "a")


def test_a_table_that_is_gone_is_marked_and_told_once() -> None:
    first = merge_discovered([TableRow("a"), TableRow("b")], [TableRow("b")])
    second = merge_discovered(first.tables, [TableRow("b")])

    assert first == Merged((TableRow("a", status="gone"), TableRow("b")), gone=("a",))
    assert second == Merged(first.tables)


def test_a_table_that_came_back_is_unmarked() -> None:
    assert merge_discovered([TableRow("a", status="gone")], [TableRow("a")]) == Merged((TableRow("a"),), back=("a",))


def test_all_rows_of_one_source_table_go_together() -> None:
    rows = [TableRow("a"), TableRow("a", destination_table="copy", status="gone")]

    merged = merge_discovered(rows, [TableRow("a", ingestion_type="append")])

    assert [(table.ingestion_type, table.status) for table in merged.tables] == [("append", ""), ("append", "")]
    assert (merged.back, merged.changed) == (("a",), ())


@given(st.lists(ROWS), FOUND)
def test_nothing_is_lost_and_the_same_discovery_again_changes_nothing(existing: list[TableRow], found: list[TableRow]) -> None:
    merged = merge_discovered(existing, found)

    names = [table.source_table for table in existing]
    assert [table.source_table for table in merged.tables][: len(names)] == names
    assert {table.source_table for table in merged.tables if table.status != "gone"} == {t.source_table for t in found}
    assert [(t.destination_table, t.weight) for t in merged.tables[: len(names)]] == [
        (t.destination_table, t.weight) for t in existing
    ]
    assert merge_discovered(merged.tables, found) == Merged(merged.tables)


@given(st.lists(ROWS), FOUND)
def test_each_source_table_is_told_at_most_once(existing: list[TableRow], found: list[TableRow]) -> None:
    merged = merge_discovered(existing, found)
    told = [*merged.added, *merged.gone, *merged.back, *merged.changed]

    assert len(told) == len(set(told))
