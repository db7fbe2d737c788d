"""A workspace that can't be reached is not waited for as often as there are questions, and old stacks are told."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from headgate.problems import SourceError
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

    with pytest.raises(SourceError, match="refused"):
        workspace.jobs()
    for path in ("/a", "/b", "/c"):
        with pytest.raises(SourceError, match=f"the file {path}: .*refused"):
            workspace.file(path)

    assert retries < clock.now < most


def test_only_files_that_were_written_later_and_are_there_are_newer(tmp_path: Path) -> None:
    written, older, later = (tmp_path / name for name in ("manifest.json", "tables.csv", "layout.lock"))
    for second, file in enumerate((older, written, later)):
        file.touch()
        os.utime(file, (second, second))

    assert newer_than(written, [older, later, written, tmp_path / "gone"]) == [later]
