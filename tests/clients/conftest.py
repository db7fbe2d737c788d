"""A simulator, and the clients that others wrote, each run in the environment that they have of their own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Logins, Settings
from apps.pi_simulator.times import parse

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parents[1] / "build" / "clients" / "bin" / "python"
NOON = parse("2026-03-01T12:00:00Z", 0)
_USER, _WORD = "reader", "right"


def told_by(script: str, clock: Callable[[], int], asked: dict[str, Any]) -> dict[str, Any]:
    """Run a script against a simulator of 100 tags; give what it was told."""
    if not PYTHON.exists():
        pytest.skip("other people's clients are not installed: make build/.clients.ready")
    settings = Settings(tags=100, clock=clock, logins=Logins(users={_USER: _WORD}), channel_seconds=0.05)
    with served(create_app(settings)) as url:
        run = subprocess.run(
            [PYTHON, HERE / script, f"{url}/piwebapi", _USER, _WORD, json.dumps(asked)],
            # Their bytecode is kept: without it each run compiles pandas.
            env={**os.environ, "PYTHONPATH": str(HERE / "stubs"), "NO_PROXY": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    return told
