"""A small project that a bundle deploys, and the command on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import Run, command_line
from tests.support.small_project import write_project

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION = """\
id: crm
name: CRM
source: crm
connection: {name: crm_connection, secrets: [token], external_options: [maxCount]}
destination: {catalog: main, schema: bronze, create_schema: true}
schedules: {snapshot: 0 0 * * *}
balance: {stacks: 2}
monitoring: {schema: monitoring}
code: {folder: code}
targets:
  dev: {default: true, name_prefix: dev_, catalog: dev, protect: false, paused: true, development: true, deploy_with: bundle}
  prod:
    run_as: {service_principal: 1b2c}
    permissions: [{level: CAN_RUN, group: analysts}]
    notifications: [data@example.com]
    warehouse_id: 4f5a
    tags: {cost_center: "0042"}
    deploy_with: bundle
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with a connector of three tables in two pipelines, and code of its own."""
    folder = write_project(tmp_path)
    connector = folder / "connectors" / "crm"
    (connector / "connector.yaml").write_text(DEFINITION)
    (connector / "code").mkdir()
    (connector / "code" / "crm.py").write_text("TABLES = 3\n")
    return folder


@pytest.fixture
def headgate(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command, run in the project's folder."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    run = command_line(project, monkeypatch, capfd)
    run("balance")
    return run
