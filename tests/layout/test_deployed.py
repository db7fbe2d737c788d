"""`deployed.<target>.json`: what is written is read again, and files of before are read as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.layout.deployed import Deployed, read_deployed, write_deployed
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    record = Deployed(
        "dev", {"databricks_pipeline.a_1": "1"}, {TableId("t", "main.bronze.t"): "a_1"}, {"17": "databricks_job.a_1"}, "0123"
    )

    assert write_deployed(tmp_path, record)
    assert read_deployed(tmp_path, "dev") == record


def test_a_file_from_before_connections_were_recorded_says_nothing_of_them(tmp_path: Path) -> None:
    (tmp_path / "deployed.dev.json").write_text('{"format": 1, "ids": {"databricks_pipeline.a_1": "1"}}')

    assert read_deployed(tmp_path, "dev") == Deployed("dev", {"databricks_pipeline.a_1": "1"})
