"""databricks-sdk's client of the workspace, for which time passes as soon as it waits."""

from __future__ import annotations

from databricks.sdk import WorkspaceClient
from databricks.sdk.clock import Clock
from databricks.sdk.config import Config

from tests.workspace.workspace import TOKEN


class QuickClock(Clock):  # type: ignore[misc]  # the SDK's types are not read
    """Time passes as soon as somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def client_of(host: str, token: str = TOKEN) -> WorkspaceClient:
    """Give a client, which tries again a few times where a connection is closed."""
    return WorkspaceClient(config=Config(host=host, token=token, clock=QuickClock(), retry_timeout_seconds=5))
