"""A small project in a folder of its own, and the command on it: in this process, or as the program that users run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Run, in_process
from tests.support.small_project import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with one connector and no lock yet."""
    return write_project(tmp_path)


@pytest.fixture
def headgate(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command, run in the project's folder and in this process: one of its own takes a second to start."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return in_process(project, monkeypatch, capfd)


@pytest.fixture
def process(project: Path) -> Run:
    """Give the command as a program of its own, run in the project's folder."""

    def run(*words: str, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "headgate", *words],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            input=stdin,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
