"""`deployed.<target>.json`: what is written is read again, and files of before are read as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.layout.deployed import Deployed, read_deployed, write_deployed
from headgate.problems import InputError
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    record = Deployed(
        "dev", {"databricks_pipeline.a_1": "1"}, {TableId("t", "main.bronze.t"): "a_1"}, {"17": "databricks_job.a_1"}, "0123",
        "bundle", {"sales": "2"},
    )  # fmt: skip

    assert write_deployed(tmp_path, record)
    assert read_deployed(tmp_path, "dev") == record


def test_a_file_from_before_connections_were_recorded_says_nothing_of_them(tmp_path: Path) -> None:
    (tmp_path / "deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_pipeline.a_1": "1"}}')

    assert read_deployed(tmp_path, "dev") == Deployed("dev", {"databricks_pipeline.a_1": "1"})


def test_what_a_later_headgate_records_beside_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_job.a_1": null}, "news": [1]}')

    assert read_deployed(tmp_path, "dev") == Deployed("dev")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"deployed\.dev\.json: is empty"),
        ('{\n"format": 1,', r"deployed\.dev\.json:2: ends in the middle"),
        ("[" * 100_000, "is not JSON: recursion limit exceeded"),
        ("[]", "expected a mapping, found a list"),
        ("{}", "format: is missing"),
        ('{"format": 2}', "has format 2, this headgate reads 1"),
        ('{"format": 1, "ids": {"databricks_job.a": 5}}', r"ids\.databricks_job\.a: expected a string, found 5"),
        ('{"format": 1, "ids": {}, "tables": []}', "tables: expected a mapping, found a list"),
    ],
)
def test_a_damaged_record_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "deployed.dev.json").write_text(text)

    with pytest.raises(InputError, match=said):
        read_deployed(tmp_path, "dev")
