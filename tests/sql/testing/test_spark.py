"""Tests of pipelines on Spark: by the command, and by pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT
from tests.sql.testing.pipelines import FAILING, GOOD, PIPELINE, SDP_MODEL, SDP_TESTS
from tests.support.outputs import parsed

if TYPE_CHECKING:
    from tests.support.command import Run

PYTHON = Path(os.environ.get("HEADGATE_SPARK_PYTHON", ROOT / "build" / "spark-sql" / "bin" / "python"))
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "pipelines"
    found.mkdir()
    (found / "sales.pipeline.yaml").write_text(PIPELINE)
    return found


@pytest.fixture
def _spark(monkeypatch: pytest.MonkeyPatch) -> None:
    if not PYTHON.exists():
        pytest.skip("Spark is not installed: make build/spark-sql/.ready")
    monkeypatch.setenv("HEADGATE_SPARK_PYTHON", str(PYTHON))


@pytest.mark.long
@pytest.mark.usefixtures("_spark")
def test_what_holds_passes_and_what_does_not_is_told_by_row_and_column(folder: Path, headgate: Run) -> None:
    (folder / "sales.test.yaml").write_text(GOOD)
    (folder / "stg_products.sql").write_text(SDP_MODEL)
    (folder / "stg_products.unit_tests.yml").write_text(SDP_TESTS)
    failing = folder / "failing.test.yaml"
    failing.write_text("pipeline: sales.pipeline.yaml\n" + FAILING)

    printed = parsed("sql test", headgate("sql", "test", str(folder), "-o", "json", code=1).stdout)

    wrong = {one["name"]: one["differences"] for one in printed["tests"] if one["file"] != str(failing)}
    assert {name: found for name, found in wrong.items() if found} == {}
    assert len(wrong) == 7
    assert printed["failed"] == len(printed["tests"]) - len(wrong) == 8


@pytest.mark.long
@pytest.mark.usefixtures("_spark")
def test_what_fails_is_said_in_words(folder: Path, headgate: Run) -> None:
    (folder / "sales.test.yaml").write_text(FAILING)

    said = headgate("sql", "test", str(folder / "sales.pipeline.yaml"), code=1).stdout

    assert said.replace(f"{folder}/", "") == (GOLDEN / "failing.txt").read_text()


def test_without_spark_the_command_says_what_to_install(folder: Path, headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sales.test.yaml").write_text(GOOD)
    monkeypatch.setenv("HEADGATE_SPARK_PYTHON", sys.executable)

    said = headgate("sql", "test", str(folder), code=1)

    assert said.stdout == ""
    assert "Spark does not start\n    it needs Java 17, and pyspark: " in said.stderr


def test_pytest_collects_them_one_by_one_and_says_what_is_wrong_with_a_file(folder: Path) -> None:
    (folder / "sales.test.yaml").write_text(GOOD)
    (folder / "bad.test.yaml").write_text("pipeline: sales.pipeline.yaml\ntests: {a: {expect: {sale: []}}}")
    (folder.parent / "conftest.py").write_text('pytest_plugins = ["headgate.pytest_plugin"]\n')

    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "pipelines"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(words, cwd=folder.parent, env=environment, capture_output=True, text=True, check=False).stdout

    assert "pipelines/sales.test.yaml::files have any rows" in said
    assert "bad.test.yaml:2: a: the pipeline makes no table 'sale'" in said


@pytest.mark.long
@pytest.mark.usefixtures("_spark")
def test_pytest_runs_them_on_one_spark(folder: Path) -> None:
    (folder / "sales.test.yaml").write_text(FAILING)
    (folder.parent / "conftest.py").write_text('pytest_plugins = ["headgate.pytest_plugin"]\n')

    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "pipelines", "-k", "column or step"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=folder.parent, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "line 4: files: row 1: b: expected z, found x" in done.stdout
    assert "3 failed" in done.stdout
    assert "Traceback" not in done.stdout
