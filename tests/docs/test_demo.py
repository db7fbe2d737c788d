"""`make demo` shows a balance on a copy, and leaves the project as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import PROJECT


@pytest.mark.long
def test_the_demo_makes_a_layout_balances_a_drift_and_ends_with_a_page() -> None:
    state = ["git", "status", "--porcelain"]
    before = subprocess.run(state, cwd=PROJECT, capture_output=True, text=True, check=True).stdout

    done = subprocess.run(
        [sys.executable, "examples/demo.py"], cwd=PROJECT, capture_output=True, text=True, check=True, encoding="utf-8"
    )

    assert len([line for line in done.stdout.splitlines() if line.startswith("pipeline") and "of lower bound" in line]) == 2
    assert done.stdout.count(" is to move from ") in range(1, 12)
    assert "- it moves from " in done.stdout
    assert "osipi-dev-shared" in done.stdout
    page = next(line.split()[4] for line in done.stdout.splitlines() if line.startswith("The page of it: "))
    assert (PROJECT / page).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert subprocess.run(state, cwd=PROJECT, capture_output=True, text=True, check=True).stdout == before
    assert done.stdout.count("The longest pipeline took ") == 4  # a first load and three increments
    assert "weights: 39 by ingestion type" in done.stdout
    assert "connectors/osipi/runs.csv: 69 runs added" in done.stdout
    assert " failed" not in done.stdout
    assert "make dashboard" in done.stdout
    assert len(list((PROJECT / "build/demo/build/run/dev_osipi/bronze").iterdir())) == 39
    assert not Path(PROJECT / "build/demo/connectors/osipi/__pycache__").exists()
