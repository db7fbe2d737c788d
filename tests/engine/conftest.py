"""A project whose connector's code a test writes, and `headgate run` on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.engine.played import Table
from tests.support.command import command_line

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.engine.played import Engine
    from tests.support.command import Run

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token], options: {region: north}}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 0 * * *}
targets:
  dev: {default: true, protect: false}
code: {folder: crm}
"""


@dataclass
class Project:
    """A project with one connector, whose tables are each in the pipeline group that is named beside them."""

    folder: Path
    headgate: Run

    def write(self, code: str, tables: dict[str, str]) -> Project:
        """Write the connector's code and its tables, table → pipeline group, and lay them out."""
        connector = self.folder / "connectors" / "crm"
        (connector / "crm").mkdir(parents=True, exist_ok=True)
        (connector / "connector.yaml").write_text(DEFINITION)
        (connector / "crm" / "crm.py").write_text(code)
        rows = [f"{table},{group},snapshot,10\n" for table, group in tables.items()]
        (connector / "tables.csv").write_text("source_table,pipeline_group,ingestion_type,weight\n" + "".join(rows))
        self.headgate("balance", "crm")
        return self

    def run(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run the layout into the folder `out`."""
        return self.headgate("run", "crm", "--out", "out", *words, code=code, HEADGATE_OPTION_TOKEN="tok-5ecret-canary")  # noqa: S106  # a made-up one

    def rows(self, table: str) -> list[Any]:
        """Give a table's rows, in order."""
        return sorted(pl.read_delta(str(self.folder / "out" / "main" / "bronze" / table)).rows())

    @property
    def events(self) -> list[dict[str, Any]]:
        """The event log."""
        return [json.loads(line) for line in (self.folder / "out" / "_headgate" / "events.jsonl").read_text().splitlines()]


# In a driver of this process, and at a Spark Connect server; Spark has warnings of its own.
_SPARK = [pytest.mark.spark, pytest.mark.filterwarnings("default")]
ON_SPARK = [pytest.param("spark_table", marks=_SPARK), pytest.param("served_table", marks=[*_SPARK, pytest.mark.long])]


@pytest.fixture(params=["embedded", *ON_SPARK])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give the class of a table that one of the engines loads."""
    if request.param == "embedded":
        return Table
    table: Engine = getattr(import_module("tests.engine.spark.warm"), request.param)()  # not before: there may be no Spark
    return table


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Project:
    """Give a folder for a project."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return Project(tmp_path, command_line(tmp_path, monkeypatch, capfd))
