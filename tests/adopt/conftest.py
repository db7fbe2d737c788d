"""A workspace with pipelines that somebody made, and the command on it, whose waits take no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.clients.databricks import Login
from tests.adopt.cloud import Cloud
from tests.support.command import command_line
from tests.workspace.client import QuickClock
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import Run


@pytest.fixture(scope="session")
def served_cloud() -> Iterator[tuple[Workspace, str]]:
    """A workspace that is served, and where."""
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, host


@pytest.fixture
def cloud(served_cloud: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A workspace that the environment is logged in to, empty but for its catalog."""
    (workspace, host), clock = served_cloud, QuickClock()
    workspace.reset()

    def login(host: str | None, profile: str | None, _clock: object = None, retries: int | None = None) -> Login:
        return Login(host, profile, clock, retries)

    monkeypatch.setattr("headgate.operate.databricks.Login", login)
    monkeypatch.setenv("DATABRICKS_HOST", host)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    return Cloud(workspace)


@pytest.fixture
def headgate(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command, in a folder without a project, logged in to the workspace."""
    assert cloud.workspace.pipelines == {}
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return command_line(tmp_path, monkeypatch, capfd)
