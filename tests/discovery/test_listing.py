"""A CSV of tables is a source of tables too: one connector's, or several's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.discovery.listing import read_csv, read_listing
from headgate.problems import InputError
from tests.support.listing import listing, write_listing
from tests.support.shared import COMMUNITY, shared

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {"snapshot", "append", "cdc", "cdc_with_deletes"}


def test_all_tables_of_several_connectors_are_read_as_they_are_written(tmp_path: Path) -> None:
    listings = read_listing(write_listing(tmp_path / "list.csv"))

    read = [
        (connector, table.source_table, table.ingestion_type, table.primary_keys, table.cursor_field)
        for connector, found in listings.items()
        for table in found.tables
    ]
    rows = [tuple(row.values()) for row in listing()]
    assert read == [(connector, name, kind, tuple(json.loads(keys)), cursor) for connector, name, kind, keys, cursor in rows]
    assert (len(listings), len(read), {kind for _, _, kind, _, _ in read}) == (29, 520, TYPES)


@pytest.mark.shared(COMMUNITY)
def test_all_tables_of_the_community_connectors_are_read() -> None:
    listings = read_listing(shared(COMMUNITY))
    assert len(listings) == 29
    assert sum(len(found.tables) for found in listings.values()) == 520
    assert {table.ingestion_type for found in listings.values() for table in found.tables} == TYPES


def test_one_connector_of_several(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("connector,source_table,ingestion_type\none,a,cdc\ntwo,b,append\none,c,\n")
    assert [(table.source_table, table.ingestion_type) for table in read_csv(tmp_path / "list.csv", "one").tables] == [
        ("a", "cdc"),
        ("c", ""),
    ]


def test_the_table_name_is_all_that_is_needed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table\nusers\norders\n")
    assert [table.source_table for table in read_csv(tmp_path / "list.csv", "any").tables] == ["users", "orders"]


def test_keys_are_a_json_list_or_names_with_commas(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('source_table,primary_keys,category\na,"[""x"", ""y,z""]",core\nb,"x, y",\n')
    assert [(t.primary_keys, t.category) for t in read_csv(tmp_path / "list.csv", "any").tables] == [
        (("x", "y,z"), "core"),
        (("x", "y"), ""),
    ]


def test_an_inventory_keeps_everything_that_it_says(tmp_path: Path) -> None:
    (tmp_path / "tables.csv").write_text("source_table,destination_table,weight\nusers,people,7.5\n")
    (table,) = read_csv(tmp_path / "tables.csv", "any").tables
    assert (table.destination_table, table.weight) == ("people", 7.5)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "connector,source_table,ingestion_type,primary_keys\nc,a,,\nc,,,\nc,a,,\nd,a,never,\nc,b,,[x\n"
    )
    with pytest.raises(InputError) as caught:
        read_csv(tmp_path / "list.csv", "c")
    said = str(caught.value)
    for text in (
        "row 2, column source_table: no table",
        "row 3: 'a' is there a second",
        "row 4: ingestion_type is 'never'",
        "row 5: primary_keys is '[x'",
    ):
        assert text in said


def test_a_connector_that_is_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("connector,source_table\nhubspot,a\n")
    with pytest.raises(InputError, match="did you mean 'hubspot'"):
        read_csv(tmp_path / "list.csv", "hubspt")


def test_a_csv_without_rows(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table\n")
    with pytest.raises(InputError, match="holds no table"):
        read_csv(tmp_path / "list.csv", "any")


def test_a_csv_without_source_tables(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("table,weight\n")
    with pytest.raises(InputError, match="no column source_table; it has table, weight"):
        read_csv(tmp_path / "list.csv", "any")
