"""Exported rows of a workspace's virtual tables are a source of tables too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.discovery.workspace import read_workspace
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path
from typing import Any

TABLES = [{"namespace": [], "tableName": "users"}, {"namespace": ["Sales"], "tableName": "orders"}]
METADATA = [
    {"tableName": "orders", "primary_keys": ["id"], "cursor_field": "at", "ingestion_type": "cdc"},
    {"tableName": "users", "primary_keys": ["id"], "ingestion_type": "snapshot"},
]


def _written(path: Path, rows: list[Any], *, lines: bool = False) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n" if lines else json.dumps(rows, indent=2))
    return path


@pytest.mark.parametrize("lines", [False, True])
def test_tables_with_their_metadata(tmp_path: Path, lines: bool) -> None:
    tables = _written(tmp_path / "tables.json", TABLES, lines=lines)
    metadata = _written(tmp_path / "metadata.json", METADATA, lines=lines)
    found = read_workspace(tables, metadata)
    assert [(t.source_table, t.ingestion_type, t.primary_keys, t.cursor_field) for t in found.tables] == [
        ("users", "snapshot", ("id",), ""),
        ("orders", "cdc", ("id",), "at"),
    ]


def test_without_metadata_the_ingestion_types_are_unknown(tmp_path: Path) -> None:
    found = read_workspace(_written(tmp_path / "tables.json", TABLES))
    assert [table.ingestion_type for table in found.tables] == ["", ""]


def test_one_name_in_several_namespaces_is_told_apart(tmp_path: Path) -> None:
    rows = [{"namespace": names, "tableName": "Customers"} for names in ([], ["Sales"], ["HR", "Old"])]
    found = read_workspace(_written(tmp_path / "tables.json", rows))
    assert [(table.destination_name, dict(table.options)) for table in found.tables] == [
        ("Customers", {}),
        ("Sales_Customers", {"namespace": "Sales"}),
        ("HR_Old_Customers", {"namespace": '["HR", "Old"]'}),
    ]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    rows = [
        {"table": "x"},
        {"tableName": "a", "namespace": "root"},
        {"tableName": "b"},
        {"tableName": "b"},
        {"tableName": "users"},
    ]
    tables = _written(tmp_path / "tables.json", rows)
    metadata = _written(tmp_path / "metadata.json", [{"tableName": "b", "ingestion_type": "daily"}, {"name": "?"}])
    with pytest.raises(InputError) as caught:
        read_workspace(tables, metadata)
    said = str(caught.value)
    for text in (
        "tables.json: row 1: tableName is missing or no text; the row has 'table'",
        "row 2: namespace of 'a' is not a list",
        "row 4: 'b' is there a second time, first in row 3",
        "metadata.json: row 2: tableName is missing",
        "b: ingestion_type is 'daily'",
        "users: " + str(metadata) + " has no row for it",
    ):
        assert text in said


def test_a_column_that_is_called_otherwise_is_told_once(tmp_path: Path) -> None:
    tables = _written(tmp_path / "tables.json", [{"table_name": f"t{number}"} for number in range(60)])
    with pytest.raises(InputError) as caught:
        read_workspace(tables)
    assert str(caught.value).splitlines() == [
        f"{tables}: row 1: tableName is missing or no text; the row has 'table_name'",
        "    is this an export of _community_tables?",
        "    the same 59 times more, up to row 60",
    ]


def test_the_whole_answer_of_the_sql_api_is_an_export(tmp_path: Path) -> None:
    tables = _answer(["namespace", "tableName"], ['["HR"]', "users"], [None, "orders"])
    columns = ["tableName", "primary_keys", "ingestion_type"]
    metadata = _answer(columns, ["users", '["id","no"]', "cdc"], ["orders", "[]", "append"])
    for name, answer, indent in (("tables", tables, 2), ("metadata", metadata, None)):
        (tmp_path / name).write_text(json.dumps(answer, indent=indent))

    found = read_workspace(tmp_path / "tables", tmp_path / "metadata").tables

    assert [(table.source_table, table.primary_keys) for table in found] == [("users", ("id", "no")), ("orders", ())]


def _answer(columns: list[str], *rows: list[str | None]) -> dict[str, Any]:
    schema = {"columns": [{"name": name, "position": position} for position, name in enumerate(columns)]}
    return {"manifest": {"schema": schema, "total_row_count": len(rows)}, "result": {"data_array": rows}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"manifest": {"schema": {"columns": [{"name": "tableName"}]}, "total_row_count": 7}}, "holds 1 of 7 rows"),
        ({"manifest": {}}, "is not an answer of the SQL API"),
        ({"result": {"external_links": []}}, "has links to its rows, not the rows\n.*INLINE"),
        ({"manifest": {"schema": {"columns": [{"name": "tableName"}]}, "truncated": True}}, "was cut off"),
        ({"result": {}}, "holds 0 of 1 row"),
        ({"status": {"state": "FAILED", "error": {"message": "no such table"}}}, "is FAILED: 'no such table'"),
        ({"status": {"state": "PENDING"}}, "until it has SUCCEEDED"),
        (
            {"result": {"data_array": [["a"]]}, "manifest": {"schema": {"columns": [{"name": "primary_keys"}]}}},
            "row 1.*found 'a'",
        ),
    ],
)
def test_an_answer_without_its_rows_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    (tmp_path / "tables").write_text(json.dumps(_answer(["tableName"], ["a"]) | change))
    with pytest.raises(InputError, match=said):
        read_workspace(tmp_path / "tables")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_one_row_over_several_lines_is_one(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "tables").write_text('{\n  "tableName": "Größe"\n}\n', encoding=encoding)
    assert [table.source_table for table in read_workspace(tmp_path / "tables").tables] == ["Größe"]


def test_a_line_ends_where_json_says_so(tmp_path: Path) -> None:
    (tmp_path / "tables").write_text('{"tableName": "a\u2028b"}\n{"tableName": "c"}\n', encoding="utf-8")
    assert [table.source_table for table in read_workspace(tmp_path / "tables").tables] == ["a\u2028b", "c"]


@pytest.mark.parametrize("name", ["", " ", "a\0", "\ud800"])
def test_a_name_that_no_file_can_hold_is_told_where_it_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="row 1: tableName is missing or no text"):
        read_workspace(_written(tmp_path / "tables.json", [{"tableName": name}]))


def test_best_effort_keeps_the_names_of_what_has_no_metadata(tmp_path: Path) -> None:
    tables = _written(tmp_path / "tables.json", TABLES)
    found = read_workspace(tables, _written(tmp_path / "metadata.json", METADATA[1:]), best_effort=True)
    assert {table.source_table: table.status for table in found.tables} == {"orders": "unverified", "users": ""}
    assert [failure.table for failure in found.failed] == ["orders"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no row"),
        ("[]", "there is no row"),
        ('[{"tableName": "a"},\n 7]', "row 2: not a JSON object"),
        ('{"tableName": "a"}\n{"tableName": ', "tables.json:2: is not JSON"),
        ('[{"tableName": "a"},\n {]', "tables.json:2: is not JSON"),
    ],
)
def test_what_is_no_export_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "tables.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_workspace(tmp_path / "tables.json")
