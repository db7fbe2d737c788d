"""Data that does not come with the project is looked for where HEADGATE_SHARED says, and a test without it is skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import shared as support
from tests.support.shared import PI, PROJECT, missing, shared

if TYPE_CHECKING:
    from pathlib import Path

TEST = "tests/connectors/osipi/test_described.py"


@pytest.mark.parametrize(("folder", "where"), [("", "HEADGATE_SHARED is empty"), ("nowhere", "not in nowhere")])
def test_what_is_missing_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, folder: str, where: str) -> None:
    monkeypatch.setattr(support, "FOLDER", folder)

    assert missing(PI) == f"needs {PI} ({where}): set HEADGATE_SHARED to the folder that holds it"


def test_data_is_found_in_the_folder_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(support, "FOLDER", str(tmp_path))
    (tmp_path / "pi").mkdir()
    (tmp_path / PI).touch()

    assert (missing(PI), shared(PI)) == ("", tmp_path / PI)


def test_a_test_without_its_data_is_skipped() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "-m", "shared", TEST]
    run = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, "HEADGATE_SHARED": ""}, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0
    assert "1 skipped" in run.stdout
