"""The closed loop with real runs: a connector whose tables differ in what they cost, which only running them shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.partition.instance import exact_weights
from headgate.partition.spread import spread
from tests.support.command import command_line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection}
destination: {catalog: main, schema: bronze}
balance: {pipelines: 2}
targets:
  dev: {default: true, protect: false}
code: {folder: crm}
"""
CODE = """
import pathlib
from pyspark.sql.types import LongType, StructField, StructType
from databricks.labs.community_connector.interface import LakeflowConnect

ROUND = pathlib.Path(__file__).parent / "round"


class Crm(LakeflowConnect):
    def __init__(self, options):
        self.options = options

    def list_tables(self):
        return []

    def read_table_metadata(self, table, options):
        return {"ingestion_type": "append"}

    def get_table_schema(self, table, options):
        return StructType([StructField("id", LongType())])

    def read_table(self, table, offset, options):
        at, now = (offset or {"at": 0})["at"], int(ROUND.read_text())
        rows = 400 * int(table.removeprefix("t_")) ** 2
        return [{"id": number} for number in range(at * rows, now * rows)], {"at": now}
"""
TABLES, ROUNDS = 8, 3


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command in a project whose tables weigh what their type says, and are loaded in full."""
    folder = tmp_path / "connectors" / "crm"
    (folder / "crm").mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "crm" / "crm.py").write_text(CODE)
    rows = "".join(f"t_{number},all,append\n" for number in range(1, TABLES + 1))
    (folder / "tables.csv").write_text(f"source_table,pipeline_group,ingestion_type\n{rows}")
    run = command_line(tmp_path, monkeypatch, capfd)
    run("balance", "crm")
    load(tmp_path, run, 1)
    return run


def load(folder: Path, headgate: Run, number: int) -> None:
    (folder / "connectors" / "crm" / "crm" / "round").write_text(str(number))
    headgate("run", "crm", "--jobs", "1")
    headgate("observe", "crm", code=None)


@pytest.mark.long
def test_three_rounds_of_run_observe_and_balance(headgate: Run, tmp_path: Path) -> None:
    for number in range(2, 2 + ROUNDS):
        load(tmp_path, headgate, number)
        headgate("balance", "crm")

    (found,) = json.loads(headgate("balance", "crm", "-o", "json").stdout)
    weights = [table["weight"] for table in found["tables"]]
    integers, scale = exact_weights(weights)
    assert {table["weight_from"] for table in found["tables"]} == {"observed"}
    assert all(table["first_load"] is not None for table in found["tables"])
    assert max(one["weight"] for one in found["pipelines"]) <= 1.1 * spread(integers, 2).makespan * scale
    assert found["steps"] == []
