"""OSI PI's 39 tables in one pipeline, table after table, and as a layout balances them over four by what they took there."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.__main__ import Row
from bench.pi.running import server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.pi.running import Server

_ROOT = Path(__file__).resolve().parents[2]
TAGS, WAIT, PIPELINES = 1040, 200, 4
DAYS, MINUTES = 1, 15  # of event frames, of values
FASTER, WAITING = 2.5, 75
_CONNECTOR = Path("connectors") / "osipi"
_DEFINITION = """
id: osipi
source: osipi
connection: {name: pi, type: GENERIC_LAKEFLOW_CONNECT, options: {}}
destination: {catalog: main, schema: bronze}
code: {folder: .}
schedules: {snapshot: 0 0 * * *, append: 0 0 * * *}
balance: {pipelines: PIPELINES}
targets: {dev: {default: true}}
"""


def rows() -> list[Row]:
    """Run them both ways."""
    with server(TAGS, WAIT, goes=True) as at, TemporaryDirectory(prefix="headgate-bench-") as name:
        place = Path(name)
        _project(place, 1, {})
        one = _run(place, at)
        _project(place, PIPELINES, {event["source_table"]: round(event["seconds"], 3) for event in _tables(one)})
        before = at.cpu()
        several = _run(place, at)
        simulator = at.cpu() - before
    alone, together = (next(event for event in some if _is_end(event, "run")) for some in (one, several))
    if len(_tables(one)) != len(_tables(several)):
        raise SystemExit("the two runs do not have the same tables")
    waited = 100 * alone["waiting_seconds"] / alone["seconds"]
    longest = max(event["seconds"] for event in several if _is_end(event, "pipeline"))
    return [
        Row(f"{len(_tables(one))} tables of {TAGS:,} tags, {WAIT} ms a request, one pipeline", alone["seconds"], "s"),
        Row("  rows", alone["rows"], "rows"),
        Row("  of its time it waits for the source", waited, "%", WAITING, over=True),
        Row(f"as a layout of {PIPELINES} pipelines, on {os.cpu_count()} cores", together["seconds"], "s"),
        Row("  its longest pipeline", longest, "s"),
        Row("  the simulator's processor meanwhile", simulator, "s"),
        Row("  times faster", alone["seconds"] / together["seconds"], "x", FASTER, over=True),
    ]


def _project(place: Path, pipelines: int, seconds: Mapping[str, float]) -> None:
    """Write a project with OSI PI's tables, and the layout of them by the seconds that each of them takes."""
    folder = place / _CONNECTOR
    if not folder.exists():
        shutil.copytree(_ROOT / _CONNECTOR, folder, ignore=shutil.ignore_patterns("__pycache__", "layout.lock"))
    with (_ROOT / _CONNECTOR / "tables.csv").open(encoding="utf-8", newline="") as file:
        tables = [
            row | {"pipeline_group": "all", "weight": seconds.get(row["source_table"], "")} for row in csv.DictReader(file)
        ]
    with (folder / "tables.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(tables[0]))
        writer.writeheader()
        writer.writerows(tables)
    (folder / "layout.lock").unlink(missing_ok=True)
    (folder / "connector.yaml").write_text(_DEFINITION.replace("PIPELINES", str(pipelines)), encoding="utf-8")
    _headgate(place, "balance", "osipi")


def _run(place: Path, at: Server) -> list[dict[str, Any]]:
    """Run the layout into a new folder; give its events."""
    options = {"PI_BASE_URL": at.base, "AUTH": "none", "LOOKBACK_DAYS": str(DAYS), "LOOKBACK_MINUTES": str(MINUTES)}
    os.environ |= {f"HEADGATE_OPTION_{name}": value for name, value in options.items()}
    shutil.rmtree(place / "out", ignore_errors=True)
    said = _headgate(place, "run", "osipi", "--out", "out", "--jobs", str(PIPELINES), "--format", "json")
    return [json.loads(line) for line in said.splitlines()]


def _is_end(event: dict[str, Any], kind: str) -> bool:
    return bool(event["kind"] == kind and event["state"] != "started")


def _tables(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if _is_end(event, "table")]


def _headgate(place: Path, *words: str) -> str:
    command = [sys.executable, "-m", "headgate", *words]
    done = subprocess.run(command, cwd=place, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
