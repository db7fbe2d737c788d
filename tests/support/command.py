"""The command line, run in this process: for tests that run it often."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from headgate.cli import main

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def command_line(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs `headgate` as `in_process` does, away from Terraform's variables and a CI's of the machine."""
    for name in os.environ:
        if name.startswith(("TF_", "GITHUB_", "CI_", "GITLAB_", "HEADGATE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")
    return in_process(folder, monkeypatch, capfd)


def in_process(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs `headgate` in a folder, expects an exit code (None: any), and gives what was said.

    An error that is not the user's comes out as what it is, not as a code. `stdin` is what is typed or piped in; its further
    keywords are environment variables.
    """
    monkeypatch.chdir(folder)

    def run(*words: str, code: int | None = 0, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["headgate", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        found = int(ended.value.code or 0)
        assert code in (None, found), said.out + said.err
        return subprocess.CompletedProcess(words, found, said.out, said.err)

    return run
