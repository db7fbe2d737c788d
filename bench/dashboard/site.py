"""A large project as runs on this machine leave it: 500 pipelines that ran daily for a year, and a table of 10 million rows."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from bench.project import make_project
from headgate.engine.folder import RunFolder
from headgate.inventory.keep_runs import MOST_RUNS
from headgate.inventory.runs import COLUMNS, LOCAL, RUNS
from headgate.project import read_connectors, target_of
from headgate.use_cases.run import OUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.tables.table import Table

PIPELINES, DAYS = 500, 365
ROWS, FILES = 10_000_000, 100
FIRST = datetime(2025, 1, 1, tzinfo=UTC)  # of the rows' times, 3 seconds apart
_STEP = 7_654_321  # has no divisor in common with the number of rows: each key comes once, in no order
_SITES, _STATES = np.array([f"site {number:02}" for number in range(50)]), np.array(["open", "held", "done", "void"])


def make_site(root: Path) -> Path:
    """Make the project where it is not there yet, and give the folder of its large table. Its year ends with the last midnight.

    All is the same each time, but for the day on which the year ends.
    """
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if not _is_made(root / "project.json", (made := {"pipelines": PIPELINES, "days": DAYS, "until": f"{today:%Y-%m-%d}"})):
        shutil.rmtree(root / "connectors", ignore_errors=True)
        make_project(root, PIPELINES, schedule="0 3 * * *")
        write_history(root, today)
        (root / "project.json").write_text(json.dumps(made))
    (connector,) = read_connectors(root)
    folder = RunFolder(root / OUT).table(min(connector.tables, key=lambda table: table.id.source_table).id)
    if not _is_made(root / "rows.json", (made := {"rows": ROWS, "files": FILES})):
        shutil.rmtree(folder, ignore_errors=True)
        for number in range(FILES):
            write_deltalake(folder, rows(number * ROWS // FILES, ROWS // FILES), mode="append")
        (root / "rows.json").write_text(json.dumps(made))
    return folder


def _is_made(note: Path, what: dict[str, Any]) -> bool:
    return note.exists() and json.loads(note.read_text()) == what


def rows(first: int, count: int) -> pa.Table:
    """Give rows by number: each with a key of its own in no order, later than the one before, as loads bring them."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    random = np.random.default_rng(first)
    keys = numbers * _STEP % ROWS
    times = np.datetime64(FIRST.replace(tzinfo=None), "us") + numbers * np.timedelta64(3, "s")
    return pa.table(
        {
            "id": keys,
            "updated_at": pa.array(times).cast(pa.timestamp("us", tz="UTC")),
            "site": _SITES[random.integers(0, len(_SITES), count)],
            "value": random.normal(100, 15, count).round(3),
            "state": _STATES[random.integers(0, len(_STATES), count)],
            "note": [f"order {key:08} of {key % 9973}" for key in keys.tolist()],
        }
    )


def write_history(root: Path, until: datetime) -> None:
    """Write the event log of the days before, and in runs.csv each table's newest runs, as `headgate observe` keeps them."""
    (connector,) = read_connectors(root)
    weighed = {table.id: table for table in connector.weighed()}
    target = target_of(connector.definition, None)
    by_pipeline: dict[str, list[Table]] = {}
    for one in connector.agreed().tables:
        by_pipeline.setdefault(one.in_target(target), []).append(weighed[one.table])
    log = RunFolder(root / OUT).events
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as events, (connector.folder / RUNS).open("w", newline="") as runs:
        kept = csv.writer(runs)
        kept.writerow(COLUMNS)
        for day in range(DAYS):
            for number, (pipeline, tables) in enumerate(sorted(by_pipeline.items())):
                its = {"connector": connector.definition.id, "target": target, "run": f"{day:03}", "pipeline": pipeline}
                at = until - timedelta(days=DAYS - day, hours=-3, minutes=-(number % 60))
                for event in _update(Random(number * DAYS + day), its, at, tables):  # noqa: S311  # the same in each run
                    events.write(json.dumps(event) + "\n")
                    if event["kind"] == "table" and day >= DAYS - MOST_RUNS:
                        kept.writerow(_kept(event))


def _update(random: Random, its: dict[str, str], at: datetime, tables: list[Table]) -> Iterator[dict[str, Any]]:
    """Give an update's events: one in 200 fails at its last table."""
    begin = {**its, "kind": "pipeline", "started_at": at.isoformat()}
    yield begin | {"state": "started"}
    now, failed = at + timedelta(seconds=5), random.random() < 1 / 200
    for table in tables:
        seconds = round(10 * random.uniform(0.8, 1.2), 3)
        fails = failed and table is tables[-1]
        yield {
            **its, "kind": "table", "state": "failed" if fails else "loaded", "table": table.id.destination,
            "source_table": table.id.source_table, "ingestion_type": "append", "full_load": False,
            "started_at": now.isoformat(),
            "ended_at": (now + timedelta(seconds=seconds)).isoformat(), "seconds": seconds, "rows": random.randrange(5000),
            "error": "the source answered 503: try again later" if fails else None,
        }  # fmt: skip
        now += timedelta(seconds=seconds)
    took = (now - at).total_seconds()
    waited = round(took * random.uniform(0.2, 0.6), 3)
    yield begin | {
        "state": "failed" if failed else "loaded", "ended_at": now.isoformat(), "seconds": took, "waiting_seconds": waited
    }  # fmt: skip


def _kept(event: dict[str, Any]) -> tuple[Any, ...]:
    state = "completed" if event["state"] == "loaded" else "failed"
    rows = event["rows"] if state == "completed" else ""
    named = event["source_table"], event["table"], event["started_at"]
    return (*named, event["seconds"], "false", rows, state, LOCAL)
