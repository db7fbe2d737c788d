"""One connector asked by `headgate discover`, as a user would: first as it is, then with --best-effort."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.public.clone import Source

_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: tables, how much is known of them (complete, unverified, none), and what was missing."""

    tables: int
    how: str
    missing: str = ""


def ask(work: Path, source: Source, code: Path) -> Answer:
    """Ask a connector whose code lies in the folder `code`, in a project of its own below `work`."""
    root = work / "projects" / f"{source.branch.strip('#')}_{source.name}"
    run = _discover(root, source.name, code)
    if run.returncode:
        run = _discover(root, source.name, code, "--best-effort")
    told = next((line for line in run.stderr.splitlines() if line.startswith((str(code), "unverified: "))), "")
    missing = told.removeprefix(str(code)).removeprefix(": ")[:_WIDTH]
    if run.returncode:
        return Answer(0, "none", missing)
    with (root / "connectors" / source.name / "tables.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    complete = all(row.get("ingestion_type") and row.get("status") != "unverified" for row in rows)
    return Answer(len(rows), "complete" if complete else "unverified", missing)


def _discover(root: Path, name: str, code: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    root.mkdir(parents=True, exist_ok=True)
    words = ["-m", "headgate", "discover", name, "--connector-python-file", str(code), "--root", str(root), "-q", *flags]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HEADGATE_", "DATABRICKS_"))}
    return subprocess.run([sys.executable, *words], env=kept, capture_output=True, text=True, check=False)
