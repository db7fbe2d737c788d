"""A project of a plant with real Delta tables and an event log, and its dashboard, which really serves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import requests
from deltalake import write_deltalake

from headgate.dashboard.settings import Settings
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.watch import WatchRequest

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "tok-5ecret-canary"  # noqa: S105  # a made-up one
NOW = datetime.now(UTC).replace(microsecond=0)
# Half an hour from now, and so half an hour ago: what loaded just before is in time, whenever the tests run.
MINUTE = (NOW.minute + 30) % 60
DEFINITION = f"""\
id: plant
source: plant
connection: {{name: plant_connection, secrets: [token]}}
destination: {{catalog: main, schema: bronze}}
schedules: {{append: "{MINUTE} * * * *", snapshot: 0 0 1 1 *}}
balance: {{pipelines: 2}}
targets:
  dev: {{default: true, protect: false}}
  prod: {{catalog: live}}
code: {{wheels: [/Volumes/main/code/plant-1.0-py3-none-any.whl]}}
"""
TABLES = """\
source_table,destination_table,pipeline_group,ingestion_type,primary_keys,cursor_field,weight
pi_timeseries,,values,append,"[""tag_name"",""timestamp""]",timestamp,100
pi_event_frames,,values,append,"[""event_frame_webid""]",start_time,60
pi_points,,objects,snapshot,"[""name""]",,20
pi_af_hierarchy,,objects,snapshot,"[""webid""]",,10
odd,odd_names,objects,snapshot,,,5
unloaded,,objects,snapshot,,,5
"""
# Ties, empty cells, numbers in another order than their texts, names that SQL and HTML would take for something else.
ODD = [{"it's \"odd\" <b>": n % 3 if n % 5 else None, "text": text, "n": float(n) if n % 7 else None} for n, text in enumerate(
    ["=1+1", "<script>alert(1)</script>", "'; DROP TABLE x; --", "-5", "ä", None, "", "\u202e", "a,b", "10", "9"] * 4
)]  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A dashboard's address, with what it was made from."""

    url: str
    root: Path
    settings: Settings

    def get(self, path: str, status: int = 200, **headers: str) -> requests.Response:
        """Ask for a page, and expect a status."""
        answer = requests.get(self.url + path, headers=headers, timeout=30, allow_redirects=False)
        assert answer.status_code == status, answer.text[:2000]
        return answer


def write_project(root: Path) -> Settings:
    """Write the project with its layout, its tables and its event log."""
    folder = root / "connectors" / "plant"
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "tables.csv").write_text(TABLES)
    balance_tables(BalanceRequest(root=root), lambda _: None)
    write_tables(root / "build" / "run" / "main" / "bronze")
    pipelines = pipelines_of(root)
    write_events(
        root,
        run("run-1", pipelines, NOW - timedelta(hours=5), "pi_timeseries", "pi_event_frames", "pi_points", "pi_af_hierarchy"),
        run("run-2", pipelines, NOW - timedelta(minutes=2), "pi_timeseries"),
        run("run-3", pipelines, NOW - timedelta(minutes=1), "odd", failed=f"the server said {SECRET} <b>no</b>"),
    )
    return Settings(watched=WatchRequest(root=root), query_seconds=5, every=0.1)


def pipelines_of(root: Path) -> dict[str, str]:
    """Give source table → pipeline, as the lock has it."""
    tables = json.loads((root / "connectors/plant/layout.lock").read_text())["tables"]
    return {one["source_table"]: one["pipeline"] for one in tables if one}


def run(name: str, pipelines: dict[str, str], at: datetime, *tables: str, failed: str = "") -> list[dict[str, Any]]:
    """Give the events of a run that loads these tables, a second each."""
    of_run = {"run": name, "connector": "plant", "target": "dev"}
    events: list[dict[str, Any]] = [{**of_run, "kind": "run", "state": "started", "started_at": at.isoformat()}]
    for pipeline in sorted({pipelines[table] for table in tables}):
        its = [table for table in tables if pipelines[table] == pipeline]
        state = "failed" if failed else "loaded"
        part = {**of_run, "kind": "pipeline", "pipeline": pipeline, "started_at": at.isoformat()}
        events.append({**part, "state": "started"})
        for number, table in enumerate(its):
            begins = at + timedelta(seconds=number + 1)
            destination = f"main.bronze.{'odd_names' if table == 'odd' else table}"
            events.append({
                **of_run, "kind": "table", "state": state, "pipeline": pipeline, "table": destination, "source_table": table,
                "ingestion_type": "append", "full_load": name == "run-1", "started_at": begins.isoformat(),
                "ended_at": (begins + timedelta(seconds=1)).isoformat(), "seconds": 1.0, "rows": 40, "error": failed or None,
            })  # fmt: skip
        took = len(its) + 1.0
        ended = (at + timedelta(seconds=took)).isoformat()
        events.append({**part, "state": state, "ended_at": ended, "seconds": took, "waiting_seconds": 0.5})
    return events


def write_events(root: Path, *runs: list[dict[str, Any]]) -> None:
    """Append runs to the event log."""
    log = root / "build" / "run" / "_headgate" / "events.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.writelines(json.dumps(event) + "\n" for its in runs for event in its)


def write_tables(folder: Path) -> None:
    """Write the Delta tables."""
    times = [NOW - timedelta(minutes=minute) for minute in range(200)]
    values = {
        "tag_name": [f"Unit.{n % 2}" for n in range(200)],
        "timestamp": pa.array(times, pa.timestamp("us", tz="UTC")),
        "value": [float(n % 17) for n in range(200)],
        "quality_good": [n % 40 > 1 for n in range(200)],
    }
    frames = {
        "event_frame_webid": [f"F{n}" for n in range(30)],
        "name": [f"Frame {n} & more" for n in range(30)],
        "template_name": ["AlarmTemplate" if n % 3 else "BatchTemplate" for n in range(30)],
        "start_time": pa.array(times[:30], pa.timestamp("us", tz="UTC")),
        "severity": ["Major"] * 30,
        "attributes": pa.array([[("Limit", str(n))] for n in range(30)], pa.map_(pa.string(), pa.string())),
    }
    elements = [(None, "A", "Site <1>", True), ("A", "B", "Unit", True), ("B", "C", "Pump", False), (None, "D", "Lab", False)]
    tree = {
        name: [row[place] for row in elements]
        for place, name in enumerate(("parent_element_webid", "webid", "name", "has_children"))
    }
    tree |= {name: ["T"] * 4 for name in ("template_name", "description", "path")}
    write_deltalake(folder / "pi_timeseries", pa.table(values))
    write_deltalake(folder / "pi_event_frames", pa.table(frames))
    write_deltalake(folder / "pi_points", pa.table({"name": ["Unit.0", "Unit.1", "Other"], "=1+1": [1, 2, 3]}))
    write_deltalake(folder / "pi_af_hierarchy", pa.table(tree))
    for part in (ODD[:20], ODD[20:]):
        write_deltalake(folder / "odd_names", pa.Table.from_pylist(part), mode="append")
