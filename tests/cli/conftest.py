"""A small project in a folder of its own, and the command run on it as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token], external_options: [maxCount]}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 0 * * *}
balance: {stacks: 2}
targets:
  dev: {default: true, name_prefix: dev_, protect: false}
  prod: {}
"""
TABLES = """\
source_table,pipeline_group,ingestion_type,weight
contacts,people,snapshot,100
companies,people,snapshot,50
deals,money,snapshot,70
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with one connector and no lock yet."""
    folder = tmp_path / "connectors" / "crm"
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "tables.csv").write_text(TABLES)
    return tmp_path


@pytest.fixture
def headgate(project: Path) -> Run:
    """Give the command, run in the project's folder."""

    def run(*words: str, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "headgate", *words],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            input=stdin,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
