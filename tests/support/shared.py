"""Data that does not come with the project: in the folder that HEADGATE_SHARED names, by default ../shared; empty: nowhere.

A test that needs a file of it is marked so: `@pytest.mark.shared("plans/01_create.json")`. `make test` leaves these tests
out, `make test-shared` runs them alone, and where the file is not there they are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = os.environ.get("HEADGATE_SHARED", "../shared")

COMMUNITY = "connectors/community_tables.csv"  # 520 tables of 29 connectors
INSTANCES = "balance/instances.py"  # weights to balance, with the optimum where it is known
PI = "pi/piwebapi-2018sp1.swagger.json"  # AVEVA's own description of PI Web API


def is_there(name: str) -> bool:
    """Say whether a file of the additional data is there."""
    return shared(name).exists()


def shared(name: str) -> Path:
    """Give the place of a file of the additional data, whether it is there or not."""
    return PROJECT / (FOLDER or os.devnull) / name


def missing(*names: str) -> str:
    """Give why a test that needs these files is skipped, and what to do; nothing where all are there."""
    absent = [name for name in names if not is_there(name)]
    where = f"not in {FOLDER}" if FOLDER else "HEADGATE_SHARED is empty"
    return f"needs {', '.join(absent)} ({where}): set HEADGATE_SHARED to the folder that holds it" if absent else ""
