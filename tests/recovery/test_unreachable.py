"""A workspace that can't be reached is not waited for as often as there are questions, and old stacks are told."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
import requests

from headgate.clients.databricks import unreachable
from headgate.problems import InputError, SourceError
from headgate.recovery.databricks import BRIEFLY, LOOKING, DatabricksWorkspace
from headgate.use_cases.recover import newer_than
from tests.workspace.client import QuickClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which nobody listens."""
    monkeypatch.setenv("DATABRICKS_TOKEN", "token")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize(("retries", "most"), [(LOOKING, 45), (BRIEFLY, 30)])
def test_a_workspace_that_can_not_be_reached_is_given_up_for_all_questions(
    nowhere: str, retries: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = QuickClock()
    for user in ("_base_client", "config"):
        monkeypatch.setattr(f"databricks.sdk.{user}.RealClock", lambda: clock)
    workspace = DatabricksWorkspace(nowhere, None, retries)

    with pytest.raises(SourceError, match=f"^{nowhere} can't be reached: the connection is refused"):
        workspace.jobs()
    for path in ("/a", "/b", "/c"):
        with pytest.raises(SourceError, match=f"^{nowhere} can't be reached: the connection is refused"):
            workspace.file(path)

    assert retries < clock.now < most


def test_a_name_that_nobody_knows_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(requests.ConnectionError) as found:
        requests.get("https://nowhere.invalid/api/2.2/jobs/list", timeout=1)

    said = str(unreachable("https://nowhere.invalid", found.value))

    assert said.startswith("https://nowhere.invalid can't be reached: its name is not known here, so there is no network")
    assert "Pool" not in said
    assert "/api" not in said


def test_a_login_that_asks_a_host_which_is_not_there_says_so(nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABRICKS_TOKEN")
    monkeypatch.setenv("DATABRICKS_CLIENT_ID", "id")
    monkeypatch.setenv("DATABRICKS_CLIENT_SECRET", "secret")
    clock = QuickClock()
    for user in ("_base_client", "config"):
        monkeypatch.setattr(f"databricks.sdk.{user}.RealClock", lambda: clock)

    with pytest.raises(InputError, match="can't log in to the workspace: the host doesn't say where to: there is no network"):
        DatabricksWorkspace(nowhere, None, BRIEFLY)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (requests.exceptions.SSLError("HTTPSConnectionPool(…)"), "REQUESTS_CA_BUNDLE"),
        (requests.exceptions.ProxyError("HTTPSConnectionPool(…)"), "the proxy"),
        (requests.exceptions.ConnectTimeout("HTTPSConnectionPool(…)"), "in time"),
        (requests.exceptions.ConnectionError(), "broke off"),
    ],
)
def test_what_is_in_the_way_is_said_and_not_in_a_librarys_words(error: requests.ConnectionError, says: str) -> None:
    said = str(unreachable("https://w.example.com", error))

    assert says in said
    assert "Pool" not in said


def test_a_password_in_the_hosts_address_is_not_told() -> None:
    said = str(unreachable("https://me:long-password@w.example.com", requests.exceptions.ConnectionError()))

    assert "w.example.com can't be reached" in said
    assert "long-password" not in said


def test_only_files_that_were_written_later_and_are_there_are_newer(tmp_path: Path) -> None:
    written, older, later = (tmp_path / name for name in ("manifest.json", "tables.csv", "layout.lock"))
    for second, file in enumerate((older, written, later)):
        file.touch()
        os.utime(file, (second, second))

    assert newer_than(written, [older, later, written, tmp_path / "gone"]) == [later]
