"""The command, run in an empty folder."""

from pathlib import Path

import pytest

from tests.support.command import Run, command_line


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run where there is nothing."""
    return command_line(tmp_path, monkeypatch, capfd)
