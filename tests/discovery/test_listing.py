"""A CSV of tables is a source of tables too: one connector's, or several's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.discovery.listing import read_csv
from headgate.inventory.read import parse_lists
from headgate.problems import InputError
from tests.support.listing import listing, write_listing
from tests.support.shared import COMMUNITY, shared

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {"snapshot", "append", "cdc", "cdc_with_deletes"}


def test_all_tables_of_several_connectors_are_read_as_they_are_written(tmp_path: Path) -> None:
    listings = parse_lists(write_listing(tmp_path / "list.csv").read_bytes(), "list.csv")

    read = [
        (connector, table.source_table, table.ingestion_type, table.primary_keys, table.cursor_field)
        for connector, tables in listings.items()
        for table in tables
    ]
    rows = [tuple(row.values()) for row in listing()]
    assert read == [(connector, name, kind, tuple(json.loads(keys)), cursor) for connector, name, kind, keys, cursor in rows]
    assert (len(listings), len(read), {kind for _, _, kind, _, _ in read}) == (29, 520, TYPES)


@pytest.mark.shared(COMMUNITY)
def test_all_tables_of_the_community_connectors_are_read() -> None:
    listings = parse_lists(shared(COMMUNITY).read_bytes(), COMMUNITY)
    assert len(listings) == 29
    assert sum(map(len, listings.values())) == 520
    assert {table.ingestion_type for tables in listings.values() for table in tables} == TYPES


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


def test_a_list_says_everything_that_an_inventory_does_and_whose_each_row_is(tmp_path: Path) -> None:
    head = "connector,source_table,destination_table,schedule,weight,table_options_json\n"
    (tmp_path / "list.csv").write_text(head + 'crm,users,people,0 2 * * *,7.5,"{""a"":""b""}"\nerp,users,,,,\n')
    (table,) = read_csv(tmp_path / "list.csv", "crm").tables
    assert (table.destination_table, table.schedule, table.weight) == ("people", "0 2 * * *", 7.5)
    assert table.options == {"a": "b"}


def test_columns_of_the_connectors_own_generators_mean_what_they_mean_there(tmp_path: Path) -> None:
    head = "source_table,pipeline_group,prefix,priority,table_options_json,table_configuration_json\n"
    rows = ["a,,core,01,,{}", 'b,,core,,{},"{""x"":1}"', 'c,own,core,01,"{""x"":2}",', "d,,,,,"]
    (tmp_path / "list.csv").write_text(head + "\n".join(rows))

    read = [(table.pipeline_group, dict(table.options)) for table in read_csv(tmp_path / "list.csv", "any").tables]

    assert read == [("core_01", {}), ("core", {"x": 1}), ("own", {"x": 2}), ("", {})]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ('a,,,"{""x"":1}","{""x"":2}"', "table_configuration_json: says otherwise than table_options_json"),
        ("a,,01,,", "priority: says nothing without a prefix"),
        ('a,,,,"{"', "table_configuration_json: is not JSON"),
        ("a,NULL,,,", "prefix: is NULL, a program's word for nothing"),
    ],
)
def test_what_those_columns_can_t_mean_is_said(tmp_path: Path, cells: str, said: str) -> None:
    (tmp_path / "list.csv").write_text("source_table,prefix,priority,table_options_json,table_configuration_json\n" + cells)

    with pytest.raises(InputError) as error:
        read_csv(tmp_path / "list.csv", "any")

    assert said in str(error.value)


def test_columns_of_other_names_are_read_as_they_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Object;Row Count;Owner\nusers;1200;Ann\n", encoding="utf-8")
    theirs = {"Object": "source_table", "Row Count": "estimated_rows", "Owner": ""}

    (table,) = read_csv(tmp_path / "list.csv", "any", theirs).tables

    assert (table.source_table, table.estimated_rows) == ("users", 1200)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({}, "unknown column 'owner'"),
        ({"ownr": ""}, "has no column 'ownr'"),
        ({"owner": "groop"}, "--column names 'groop', which is no column"),
        ({"owner": "source_table"}, "column source_table is there 2 times"),
    ],
)
def test_a_column_is_passed_over_on_purpose_alone(tmp_path: Path, theirs: dict[str, str], said: str) -> None:
    (tmp_path / "list.csv").write_text("source_table,owner\nusers,Ann\n")

    with pytest.raises(InputError) as error:
        read_csv(tmp_path / "list.csv", "any", theirs)

    assert said in str(error.value)


def test_blanks_around_a_name_are_the_spreadsheets(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table\n users \n")
    assert [table.source_table for table in read_csv(tmp_path / "list.csv", "any").tables] == ["users"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "connector,source_table,ingestion_type,primary_keys\nc,a,,\nc,,cdc,\nc,a,,\nd,a,never,\nc,b,,[x\n,e,,\n"
    )
    assert [line.split(": ", 2)[1:] for line in refused(tmp_path / "list.csv").splitlines()[::2]] == [
        ["row 2, column source_table", "is empty: found ''"],
        ["row 3, column destination_table", "'a' goes to 'a', as 'a' in row 1 does"],
        ["row 4, column ingestion_type", "is not one of the known values: found 'never'"],
        ["row 5, column primary_keys", "is not a JSON list (Expecting value: line 1 column 2 (char 1)): found '[x'"],
        ["row 6, column connector", "is empty"],
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("connector,source_table,primary_keys,cursor_field\nc,a,id,line_no,at\n", "has 5 cells", id="shifted"),
        pytest.param('connector,source_table\nc,"a\nc,b\n', "a quote is opened and not closed", id="an unclosed quote"),
        pytest.param("connector,source_table,primary_key\nc,a,id\n", "did you mean 'primary_keys'?", id="a misspelt column"),
        pytest.param("connector,source_table,colour\nc,a,red\n", "unknown column 'colour'", id="a column of somebody's own"),
        pytest.param("connector,source_table,weight,weight\nc,a,1,2\n", "column weight is there 2 times", id="a column twice"),
        pytest.param("connector,source_table,primary_keys\nc,a,NULL\n", "word for nothing: found 'NULL'", id="NULL as a key"),
        pytest.param("connector,source_table,cursor_field\nc,a,NULL\n", "is NULL, a program's word", id="NULL as a cursor"),
        pytest.param("connector,source_table\nc,a\n,b\n", "merged cells only the first has it", id="a merged cell"),
        pytest.param("connector,source_table\nc,a\u2028b\n", "holds '\\u2028', which few programs show", id="U+2028"),
        pytest.param("connector,source_table\nc,a\u200bb\n", "holds '\\u200b', which few", id="a blank without width"),
        pytest.param("connector,source_table\nc,#REF!\n", "is #REF!, a spreadsheet's word for an error", id="an error"),
        pytest.param("Table,weight\nusers,1\n", "that it is none, --column THEIRS=", id="another name for the tables"),
        pytest.param("connector,source_table\nc,a\0\n", "list.csv:2: holds a NUL character", id="NUL"),
        pytest.param("source_table\nOrders\norders\n", "which is the same name to Unity Catalog", id="other capitals"),
        pytest.param("source_table\n\u00e9tat\ne\u0301tat\n", "which may be the same name", id="an accent of its own"),
        pytest.param("source_table\nusers\n users \n", "'users' goes to 'users', as 'users' in row 1", id="blanks around"),
        pytest.param("source_table\na\na\n", "take one of the rows out", id="a table twice"),
    ],
)
def test_what_an_inventory_may_not_hold_a_list_may_not_either(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert said in refused(tmp_path / "list.csv")


def test_a_word_for_nothing_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table,weight\na,NULL\n")

    assert refused(tmp_path / "list.csv").splitlines()[::2] == [
        f"{tmp_path / 'list.csv'}:2: row 1, column weight: is NULL, a program's word for nothing"
    ]


def test_best_effort_keeps_the_names_of_what_has_no_metadata_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("connector,source_table,ingestion_type\nc,a,daily\nc,b,cdc\nd,e,hourly\n")
    found = read_csv(tmp_path / "list.csv", "c", best_effort=True)
    told = [(table.source_table, table.ingestion_type, table.status) for table in found.tables]
    assert told == [("a", "", "unverified"), ("b", "cdc", "")]
    assert [(failure.table, "found 'daily'" in failure.message) for failure in found.failed] == [("a", True)]
    (tmp_path / "list.csv").write_text("source_table,weight\na,heavy\n")
    with pytest.raises(InputError, match="found 'heavy'"):
        read_csv(tmp_path / "list.csv", "c", best_effort=True)


def refused(path: Path) -> str:
    """Give what is said of a list that is wrong."""
    with pytest.raises(InputError) as caught:
        read_csv(path, "c")
    return str(caught.value)


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
    with pytest.raises(InputError, match="column source_table is missing"):
        read_csv(tmp_path / "list.csv", "any")
