"""A project that is deployed to a workspace, beside pipelines of others, and the command on it, whose waits take no time."""

from __future__ import annotations

from dataclasses import dataclass
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from headgate.clients.databricks import Login
from headgate.layout.deployed import Deployed, write_deployed
from headgate.use_cases.balance import BalanceRequest, balance_tables
from tests.support.command import command_line
from tests.support.small_project import write_project
from tests.workspace import model
from tests.workspace.client import QuickClock
from tests.workspace.server import served
from tests.workspace.workspace import OWNER, TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import Run

# The layout of tests/support/small_project.py, a pipeline a group, in the target prod.
TABLES = {"money_1": ("deals",), "people_1": ("companies", "contacts")}


@dataclass
class Cloud:
    """A workspace and the clock that it and the command go by."""

    workspace: Workspace
    clock: QuickClock

    def add(self, name: str, id_: str, tables: tuple[str, ...] = (), **more: object) -> model.Pipeline:
        """Make a pipeline whose file names tables of main.bronze, each of which it has loaded once, and takes a minute."""
        path = f"/Shared/{id_}.py"
        objects = [{"table": {"source_table": table, "destination_table": table}} for table in tables]
        self.workspace.put(path, f"pipeline_spec = { {'connection_name': 'c', 'objects': objects}!r}\n")
        spec = {
            "name": name, "catalog": "main", "schema": "bronze", "continuous": False,
            "libraries": [{"file": {"path": f"/Workspace{path}"}}], **more,
        }  # fmt: skip
        made = model.Pipeline(id_, {key: value for key, value in spec.items() if value is not None}, OWNER, OWNER, seconds=60)
        self.workspace.pipelines[id_] = made
        for table in tables:
            full = f"main.bronze.{table}"
            self.workspace.tables[full] = model.Table(full, OWNER, {"pipelines.pipelineId": id_})
        return made


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Workspace, str]]:
    """A workspace that is served, and where."""
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, host


@pytest.fixture
def cloud(server: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A workspace that the environment is logged in to; it has the project's pipelines in prod, and one of somebody else's."""
    (workspace, host), clock = server, QuickClock()
    workspace.reset()
    workspace.clock = clock.time
    found = Cloud(workspace, clock)
    for id_, tables in TABLES.items():
        found.add(f"crm_{id_}", f"id-{id_}", tables)
    found.add("legacy", "id-legacy", ("old",))

    def login(host: str | None, profile: str | None, _clock: object = None, retries: int | None = None) -> Login:
        return Login(host, profile, clock, retries)

    monkeypatch.setattr("headgate.operate.databricks.Login", login)
    monkeypatch.setenv("DATABRICKS_HOST", host)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    return found


@pytest.fixture(scope="session")
def balanced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, which is recorded as deployed to prod."""
    root = write_project(tmp_path_factory.mktemp("project"))
    balance_tables(BalanceRequest(root=root), lambda _: None)
    ids = {f"databricks_pipeline.{id_}": f"id-{id_}" for id_ in TABLES}
    write_deployed(root / "connectors/crm", Deployed("prod", ids))
    return root


@pytest.fixture
def headgate(
    cloud: Cloud, balanced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """The command in that project."""
    assert cloud.workspace.pipelines
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    copytree(balanced, tmp_path, dirs_exist_ok=True)
    return command_line(tmp_path, monkeypatch, capfd)
