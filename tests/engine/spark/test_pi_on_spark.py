"""OSI PI's 39 tables of 1,040 tags on Spark, beside the engine on one machine, from a simulator whose time stands still."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.times import parse

if TYPE_CHECKING:
    from tests.engine.conftest import Project

pytestmark = [pytest.mark.spark, pytest.mark.long, pytest.mark.filterwarnings("default")]
ROOT = Path(__file__).resolve().parents[3]
TABLES, TAGS = 39, 1040
NOON = parse("2026-03-01T12:00:00Z", 0)  # of the connector's clock, too
# Ten minutes of values and three days of event frames are enough to see a difference.
DEFINITION = """\
id: pi
source: pi
connection:
  name: pi
  options: {pi_base_url: "ADDRESS/piwebapi", auth: none, lookback_minutes: "10", lookback_days: "3"}
destination: {catalog: main, schema: bronze}
group_by: category_and_ingestion_type
schedules: {snapshot: 0 0 * * *, append: "*/15 * * * *"}
targets:
  dev: {default: true, protect: false}
code: {folder: pi}
"""


def test_all_of_pis_tables_are_the_same_of_both_engines(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in import_module("tests.engine.spark.warm").SPARK.items():
        monkeypatch.setenv(name, value)
    connector = project.folder / "connectors" / "pi"
    (connector / "pi").mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "source" / "pi.py", connector / "pi")
    shutil.copy(ROOT / "connectors" / "osipi" / "tables.csv", connector)
    with served(create_app(Settings(tags=TAGS, clock=lambda: NOON))) as address:
        (connector / "connector.yaml").write_text(DEFINITION.replace("ADDRESS", address))
        project.headgate("balance", "pi")
        project.headgate("run", "pi", "--out", "out", "--engine", "spark", "--master", "local[2]")
        project.headgate("run", "pi", "--out", "other")
    names = {path.name for path in (project.folder / "other" / "main" / "bronze").iterdir()}
    assert len(names) == TABLES
    assert {name for name in names if rows(project, "out", name) != rows(project, "other", name)} == set()
    assert len(rows(project, "out", "pi_points")) == TAGS


def rows(project: Project, out: str, table: str) -> list[str]:
    """Give a table's rows as texts, in order."""
    return sorted(map(repr, pl.read_delta(str(project.folder / out / "main" / "bronze" / table)).rows()))
