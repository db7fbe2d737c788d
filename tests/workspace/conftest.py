"""One server for all tests here, whose workspace each test finds empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workspace.client import client_of
from tests.workspace.server import served
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from databricks.sdk import WorkspaceClient


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Workspace, WorkspaceClient]]:
    """A workspace that is served, and a client of it."""
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, client_of(host)


@pytest.fixture
def workspace(server: tuple[Workspace, WorkspaceClient]) -> Workspace:
    """The workspace, empty."""
    server[0].reset()
    return server[0]


@pytest.fixture
def client(server: tuple[Workspace, WorkspaceClient], workspace: Workspace) -> WorkspaceClient:
    """databricks-sdk's client."""
    assert workspace.log == []
    return server[1]
