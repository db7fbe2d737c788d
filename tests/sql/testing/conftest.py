"""The command, in a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import Run, in_process

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return in_process(tmp_path, monkeypatch, capfd)
