"""`headgate sql check` on files: what it prints, writes and ends with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.outputs import parsed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

UNSORTED = "CREATE STREAMING TABLE t AS\nSELECT * FROM STREAM(main.bronze.leads) ORDER BY id;\n"


@pytest.fixture
def silver(project: Path) -> Path:
    (project / "connectors/crm/tables.csv").write_text(
        'source_table,ingestion_type,primary_keys\ncontacts,cdc,"[""id""]"\nleads,append,\nlists,snapshot,"[""id""]"\n'
    )
    return project / "silver.sql"


def test_findings_are_on_stdout_with_place_and_fix_and_end_with_1(headgate: Run, silver: Path) -> None:
    silver.write_text(UNSORTED)

    ended = headgate("sql", "check", "silver.sql", code=1)

    assert ended.stdout.splitlines()[0].startswith("silver.sql:2:41: error sort: a stream has no last row")
    assert ended.stdout.splitlines()[1].startswith("    leave ORDER BY out")
    assert ended.stdout.splitlines()[-1] == "1 file: 1 error"
    assert ended.stderr == ""


def test_fix_writes_the_file_once_and_then_nothing(headgate: Run, silver: Path) -> None:
    silver.write_text(UNSORTED)

    first = headgate("sql", "check", "silver.sql", "--fix")

    assert silver.read_text() == "CREATE STREAMING TABLE t AS\nSELECT * FROM STREAM(main.bronze.leads);\n"
    assert first.stderr == "1 finding fixed in silver.sql\n"
    again = parsed("sql check", headgate("sql", "check", "silver.sql", "--fix", "-o", "json").stdout)
    assert (again["fixed"], again["changed"], again["findings"]) == (0, [], [])


def test_results_become_inexact_only_where_that_is_said(headgate: Run, silver: Path) -> None:
    text = (
        "CREATE STREAMING TABLE t AS SELECT count(DISTINCT  a, b) AS n\n"
        "FROM STREAM(main.bronze.leads) WATERMARK at DELAY OF INTERVAL 1 HOUR GROUP BY window(at, '1 day');"
    )
    silver.write_text(text)

    headgate("sql", "check", "silver.sql", "--fix", code=1)
    assert silver.read_text() == text
    headgate("sql", "check", "silver.sql", "--fix", "--approximate")
    assert "approx_count_distinct(struct(a, b)) AS n" in silver.read_text()
    assert "say --fix too" in headgate("sql", "check", "silver.sql", "--approximate", code=1).stderr


def test_the_inventory_says_which_tables_change(headgate: Run, silver: Path) -> None:
    reading = "CREATE STREAMING TABLE {0} AS SELECT * FROM STREAM(main.bronze.{0});"
    silver.write_text("\n".join(map(reading.format, ("contacts", "leads", "lists"))))

    found = parsed("sql check", headgate("sql", "check", "silver.sql", "-o", "json", code=1).stdout)["findings"]

    assert [(one["code"], one["line"]) for one in found] == [("stream-of-changes", 1), ("stream-of-changes", 3)]
    assert "ingested as cdc" in found[0]["message"]


def test_a_table_in_its_targets_catalog_is_known(headgate: Run, silver: Path, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("prod: {}", "prod: {catalog: finance}"))
    silver.write_text("CREATE STREAMING TABLE t AS SELECT * FROM STREAM(finance.bronze.leads);")

    assert "nothing is known of finance.bronze.leads" in headgate("sql", "check", "silver.sql").stdout
    assert headgate("sql", "check", "silver.sql", "-t", "prod").stdout == "1 file: no errors\n"


def test_files_of_a_folder_are_one_pipeline(headgate: Run, silver: Path) -> None:
    folder = silver.parent / "pipeline/more"
    folder.mkdir(parents=True)
    (folder / "b.sql").write_text("CREATE MATERIALIZED VIEW b AS SELECT idd FROM a;")
    (folder.parent / "a.sql").write_text("CREATE STREAMING TABLE a (id BIGINT) AS SELECT id FROM STREAM(main.bronze.leads);")

    said = headgate("sql", "check", "pipeline", code=1).stdout

    assert "pipeline/more/b.sql:1:38: error unknown-column: 'idd' is no column of a\n    did you mean 'id'?" in said
    assert said.endswith("2 files: 1 error\n")


def test_strict_makes_errors_of_warnings_and_notes(headgate: Run, silver: Path) -> None:
    silver.write_text("CREATE MATERIALIZED VIEW t AS SELECT * FROM elsewhere.x;")

    assert headgate("sql", "check", "silver.sql").stdout.endswith("1 file: no errors, 1 warning or note\n")
    assert "error unknown-table" in headgate("sql", "check", "silver.sql", "--strict", code=1).stdout


def test_a_kind_of_finding_may_be_allowed(headgate: Run, silver: Path) -> None:
    silver.write_text(UNSORTED)

    said = headgate("sql", "check", "silver.sql", "--allow", "sort", "--strict").stdout

    assert "warning sort: " in said
    assert said.endswith("1 file: no errors, 1 warning or note\n")
    refused = headgate("sql", "check", "silver.sql", "--allow", "srot", code=1).stderr
    assert refused == "--allow srot: there is no such finding\n    did you mean 'sort'?\n"


def test_what_was_deployed_is_compared(headgate: Run, silver: Path, project: Path) -> None:
    (project / "was.sql").write_text("CREATE MATERIALIZED VIEW t AS SELECT 1 AS id;")
    silver.write_text("CREATE STREAMING TABLE t AS SELECT * FROM STREAM(main.bronze.leads);")

    assert "CANNOT_CHANGE_DATASET_TYPE" in headgate("sql", "check", "silver.sql", "--deployed", "was.sql", code=1).stdout


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        ("# none yet\n", "write `catalog.schema.table: {columns: {id: bigint}}`, one for each table"),
        ("a: 5", "a: expected a mapping, found 5"),
        ("a: {columns: {b: 5}}", "a.columns.b: expected a string, found 5"),
        ("a: {appendonly: true}\nb: {columns: []}", "unknown key 'appendonly'"),
        ("- a", "holds no mapping"),
        ('{"a": {"append_only": "yes"}}', "a.append_only: expected true or false, found 'yes'"),
        ("", "is empty"),
        ("a: {", "is not YAML"),
    ],
)
def test_what_is_wrong_with_schemas_is_said_with_its_line(schemas: str, said: str, headgate: Run, silver: Path) -> None:
    silver.write_text(UNSORTED)
    (silver.parent / "s.yaml").write_text(schemas)

    ended = headgate("sql", "check", "silver.sql", "--schemas", "s.yaml", code=1)

    assert said in ended.stderr
    assert ended.stderr.startswith("s.yaml")
    assert ended.stdout == ""


def test_files_that_are_not_there_or_no_text_are_said_all_at_once(headgate: Run, silver: Path) -> None:
    (silver.parent / "empty").mkdir()
    silver.write_bytes(b"SELECT \xff\x00\xff")

    said = headgate("sql", "check", "nowhere.sql", "empty", "silver.sql", code=1).stderr

    assert "nowhere.sql" in said
    assert "empty: holds no *.sql" in said
    assert "silver.sql" in said


def test_edits_are_places_in_the_text(headgate: Run, silver: Path) -> None:
    silver.write_text("-- é\n" + UNSORTED)

    (found,) = json.loads(headgate("sql", "check", "silver.sql", "-o", "json", code=1).stdout)["findings"]

    (edit,) = found["edits"]
    assert silver.read_text()[edit["start"] : edit["end"]] == " ORDER BY id"
