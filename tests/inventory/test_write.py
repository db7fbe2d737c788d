"""Writing an inventory: what is written is read again as it was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.read import parse_inventory, read_inventory
from headgate.inventory.row import INGESTION_TYPES, TableRow
from headgate.inventory.write import render_inventory, write_inventory

# What UTF-8 has no bytes for, and NUL, can't stand in a CSV.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.builds(
    TableRow,
    source_table=TEXT.filter(str.strip),
    destination_table=NAMES,
    destination_catalog=st.just("") | NAMES,
    destination_schema=st.just("") | NAMES,
    pipeline_group=st.sampled_from(["", "main", 'Späte, "Gruppe"\n']),
    schedule=st.sampled_from(["", "0 2 * * *", "@daily", "quartz:0 0 2 ? * MON"]),
    options=st.dictionaries(TEXT.filter(lambda name: name != "scd_type"), VALUES, max_size=3),
    weight=st.none() | st.floats(0, 1e12),
    category=TEXT,
    ingestion_type=st.sampled_from(["", *INGESTION_TYPES]),
    primary_keys=st.lists(KEYS, max_size=3).map(tuple),
    cursor_field=TEXT,
    connection_name=TEXT,
    status=st.sampled_from(["", "gone"]),
)


@given(
    st.lists(TABLES, min_size=1, max_size=4, unique_by=lambda table: table.destination_table.lower()),
    st.sets(st.sampled_from(["weight", "status", "schedule"])),
)
def test_what_is_written_is_read_again_as_it_was(tables: list[TableRow], columns: set[str]) -> None:
    text = render_inventory(tables, columns)

    assert parse_inventory(text.encode()) == tuple(tables)
    assert render_inventory(parse_inventory(text.encode()), columns) == text


BY_TYPE = """\
source_table,pipeline_group,schedule,category,ingestion_type
pi_dataservers,metadata_snapshot,0 0 * * *,metadata,snapshot
"""
WITH_OPTIONS = """\
source_table,destination_table,table_options_json,weight
contacts,contacts,"{""maxCount"":""10000"",""a"":[1,2]}",100
companies,companies,,0.5
"""


@pytest.mark.parametrize("text", [BY_TYPE, WITH_OPTIONS])
def test_a_file_in_headgates_own_form_comes_back_to_the_byte(text: str) -> None:
    assert render_inventory(parse_inventory(text.encode())) == text


def test_only_columns_that_a_table_uses_are_written_and_those_asked_for() -> None:
    tables = [TableRow("a"), TableRow("b", weight=2)]

    assert render_inventory(tables) == "source_table,weight\na,\nb,2\n"
    assert render_inventory(tables, ["category"]) == "source_table,weight,category\na,,\nb,2,\n"


@pytest.mark.parametrize(
    ("weight", "written"),
    [(100.0, "100"), (100, "100"), (0.0, "0"), (0.1, "0.1"), (12.5, "12.5"), (1e20, "1e+20")],
)
def test_a_weight_is_written_shortest(weight: float, written: str) -> None:
    assert render_inventory([TableRow("a", weight=weight)]) == f"source_table,weight\na,{written}\n"


def test_options_keep_the_order_of_their_keys() -> None:
    table = TableRow("a", options={"z": 1, "a": "ü"})

    assert render_inventory([table]) == 'source_table,table_options_json\na,"{""z"":1,""a"":""ü""}"\n'


def test_writing_says_whether_the_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "tables.csv"

    assert write_inventory(path, [TableRow("a")])
    assert not write_inventory(path, [TableRow("a")])
    assert read_inventory(path) == (TableRow("a"),)
