"""What was billed, as it is exported.

Source of the columns and of what corrections look like: Databricks, "Billable usage system table reference".
"""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from headgate.cost.usage import UsageRecord, read_usage, usage_of
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

ONE = "7c1e0a52-0000-4000-8000-000000000001"
DAY = date(2026, 10, 3)


def billed(id_: str | None = ONE, quantity: float | str = 2.5, **more: Any) -> dict[str, Any]:
    """Give a row as the table has it, of a pipeline's update."""
    metadata = {"cluster_id": None, "job_id": None, "dlt_pipeline_id": id_, "dlt_update_id": "u-1", "dlt_maintenance_id": None}
    return {
        "record_id": "11e22ba4-0001",
        "account_id": "23e22ba4-0001",
        "workspace_id": "1234567890123456",
        "sku_name": "PREMIUM_JOBS_SERVERLESS_COMPUTE_US_EAST",
        "cloud": "AWS",
        "usage_start_time": "2026-10-03T10:00:00.000Z",
        "usage_end_time": "2026-10-03T11:00:00.000Z",
        "usage_date": "2026-10-03",
        "custom_tags": {"headgate_connector": "crm"},
        "usage_unit": "DBU",
        "usage_quantity": quantity,
        "usage_metadata": metadata,
        "record_type": "ORIGINAL",
        "billing_origin_product": "DLT",
        "usage_type": "COMPUTE_TIME",
    } | more


def as_json(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(rows))


def as_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def as_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as the SQL editor downloads them: structs and maps as JSON text, null as nothing."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)


def as_answer(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as the SQL statements' API answers them, in JSON_ARRAY: every cell is text."""
    columns = [{"name": name} for name in rows[0]]
    data = [[_text(value) for value in row.values()] for row in rows]
    manifest = {"schema": {"columns": columns}, "total_row_count": len(rows)}
    path.write_text(json.dumps({"status": {"state": "SUCCEEDED"}, "manifest": manifest, "result": {"data_array": data}}))


def _text(value: Any) -> str | None:
    return json.dumps(value) if isinstance(value, dict) else None if value is None else str(value)


@pytest.mark.parametrize("write", [as_json, as_lines, as_csv, as_answer])
def test_rows_are_read_in_each_form_that_they_are_exported_in(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "usage", [billed(), billed(None, 7, record_id="11e22ba4-0002")])

    assert read_usage([tmp_path / "usage"]) == (UsageRecord(DAY, ONE, 2.5), UsageRecord(DAY, "", 7.0))


@pytest.mark.parametrize("heading", ["dlt_pipeline_id", "usage_metadata.dlt_pipeline_id"])
def test_the_pipeline_may_be_a_column_of_its_own(tmp_path: Path, heading: str) -> None:
    (tmp_path / "usage.csv").write_text(f"usage_date,{heading},usage_quantity\n2026-10-03,{ONE},2.5\n2026-10-03,,7\n")

    assert read_usage([tmp_path / "usage.csv"]) == (UsageRecord(DAY, ONE, 2.5), UsageRecord(DAY, "", 7.0))


def test_what_was_taken_back_is_less_whatever_its_sign() -> None:
    rows = [
        billed(quantity=4, record_type="ORIGINAL"),
        billed(quantity=-4, record_type="RETRACTION"),
        billed(quantity=3, record_type="RESTATEMENT"),
        billed(quantity=1, record_type="RETRACTION"),
    ]

    assert [record.dbus for record in usage_of(rows)] == [4, -4, 3, -1]


def test_upkeep_is_told_apart() -> None:
    upkeep = {"dlt_pipeline_id": ONE, "dlt_update_id": None, "dlt_maintenance_id": "m-1"}

    assert usage_of([billed(usage_metadata=upkeep)]) == (UsageRecord(DAY, ONE, 2.5, maintenance=True),)


def test_other_units_than_dbus_are_passed_over() -> None:
    assert usage_of([billed(usage_unit="MILLISECOND", quantity=90_000)]) == ()


def test_a_row_that_two_files_share_counts_once(tmp_path: Path) -> None:
    as_json(tmp_path / "a.json", [billed(), billed(record_id="11e22ba4-0002")])
    as_json(tmp_path / "b.json", [billed(record_id="11e22ba4-0002"), billed(record_id="11e22ba4-0003")])

    assert len(read_usage([tmp_path / "a.json", tmp_path / "b.json"])) == 3


def test_a_row_that_files_of_several_forms_share_counts_once(tmp_path: Path) -> None:
    rows = [
        billed(quantity=1.5),
        billed(quantity=-1.5, record_type="RETRACTION"),
        billed(quantity=2, record_type="RESTATEMENT"),
    ]
    forms = {"usage.json": as_json, "usage.jsonl": as_lines, "usage.csv": as_csv, "answer.json": as_answer}
    for name, write in forms.items():
        write(tmp_path / name, rows)
    columns = ("record_id", "record_type", "usage_date", "sku_name", "usage_quantity")
    as_csv(tmp_path / "few.csv", [{name: row[name] for name in columns} | {"dlt_pipeline_id": ONE} for row in rows])

    found = read_usage([tmp_path / name for name in [*forms, "few.csv"]])

    assert [record.dbus for record in found] == [1.5, -1.5, 2]


@pytest.mark.parametrize("null", ["null", "NULL"])
def test_null_as_a_word_is_no_id(tmp_path: Path, null: str) -> None:
    columns = ("record_id", "usage_unit", "dlt_pipeline_id", "dlt_maintenance_id", "usage_metadata", "record_type")
    nulls = dict.fromkeys(columns, null) | {"usage_date": "2026-10-03", "usage_quantity": 2.5}
    as_csv(tmp_path / "usage.csv", [nulls | {"dlt_pipeline_id": ONE}, nulls, nulls])

    others = UsageRecord(DAY, "", 2.5)
    assert read_usage([tmp_path / "usage.csv"]) == (UsageRecord(DAY, ONE, 2.5), others, others)


def test_sums_that_look_alike_and_have_no_record_id_all_count() -> None:
    summed = {"usage_date": "2026-10-03", "dlt_pipeline_id": ONE, "usage_quantity": "2.5"}

    assert len(usage_of([summed, summed])) == 2


def test_all_that_is_wrong_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.json"
    rows = [billed(), billed(quantity="many"), billed(usage_date="yesterday", usage_metadata={}, record_type="GUESS")]
    as_csv(first, [row | {"usage_metadata": "[object Object]"} for row in rows])
    as_json(second, [{"usage_date": "2026-10-03", "usage_quantity": 1}])

    with pytest.raises(InputError) as error:
        read_usage([first, second])

    assert [(problem.file, problem.row, problem.column, problem.message) for problem in error.value.problems] == [
        (str(first), 1, "usage_metadata", "expected a JSON object, found '[object Object]'"),
        (str(first), 2, "usage_quantity", "expected a number, found 'many'"),
        (str(first), 2, "usage_metadata", "expected a JSON object, found '[object Object]'"),
        (str(first), 3, "usage_date", "expected a day such as 2026-10-31, found 'yesterday'"),
        (str(first), 3, "record_type", "expected one of ORIGINAL, RETRACTION, RESTATEMENT, found 'GUESS'"),
        (str(first), 3, "usage_metadata", "expected a JSON object, found '[object Object]'"),
        (str(second), 1, "", "has neither usage_metadata nor dlt_pipeline_id, so nothing says whose it is"),
    ]
    assert error.value.problems[0].line == 2
