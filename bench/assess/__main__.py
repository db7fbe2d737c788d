"""Measure an assessment of 500 pipelines with a year of events, print the table, and exit with 1 where a goal is missed."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.__main__ import Row, show
from bench.assess.logs import write_logs
from bench.measure import peak_memory

PIPELINES, DAYS, TABLES = 500, 365, 6


def main() -> int:
    """Measure, and give the exit code."""
    with TemporaryDirectory(prefix="headgate-bench-") as name:
        sys.stderr.write("Writing the logs (2 GB), and reading them: some minutes …\n")
        logs = Path(name) / "events"
        count = write_logs(logs, PIPELINES, DAYS, TABLES)
        rows = measure(logs, f"headgate assess, {PIPELINES} pipelines, {DAYS} days, {count:,} rows")
    missed = show(rows)
    print(
        "\nThe first line is what the command and its processes computed, on one or more cores. Memory: their resident sets\n"
        "together, the highest sum of the run."
    )
    return missed


def measure(logs: Path, what: str) -> list[Row]:
    """Give the table's rows."""
    before, started = os.times(), time.perf_counter()
    memory = peak_memory([sys.executable, "-m", "headgate", "assess", "--log", logs, "-o", "json"], os.environ, Path.cwd())
    clock, after = time.perf_counter() - started, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return [Row(what, processor, "s", 60), Row("  by the clock", clock, "s"), Row("  memory", memory, "MB", 500)]


if __name__ == "__main__":
    sys.exit(main())
