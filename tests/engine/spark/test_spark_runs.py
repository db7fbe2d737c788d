"""`headgate run --engine spark` as a whole, beside the engine on one machine; and what is left where processes are killed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from headgate.engine.folder import RunFolder
from headgate.tables.ids import TableId
from tests.engine.spark.disturbed import DRIVER, JVM, LANDING, READER, WORKER, Disturbed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Project

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default")]
SOURCE = Path(__file__).parent / "source" / "crm.py"
# Table → its pipeline's group, and whether it keeps history.
TABLES = {
    "append": ("one", False), "parts": ("one", False), "columns": ("one", False), "changes": ("two", False),
    "history": ("two", True), "snapshot": ("one", False), "snapshots": ("two", True),
}  # fmt: skip
KILLS = int(os.environ.get("HEADGATE_KILLS", "3"))
SEED = int(os.environ.get("HEADGATE_SEED", "25"))


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project with tables of all kinds in two pipelines, for a Spark that starts soon."""
    for name, value in import_module("tests.engine.spark.warm").SPARK.items():
        monkeypatch.setenv(name, value)
    project.write(SOURCE.read_text(), {table: group for table, (group, _) in TABLES.items()})
    listed = project.folder / "connectors" / "crm" / "tables.csv"
    named = {table: '"{""scd_type"": ""SCD_TYPE_2""}"' if history else "" for table, (_, history) in TABLES.items()}
    lines = [f"{table},{group},snapshot,10,{named[table]}\n" for table, (group, _) in TABLES.items()]
    listed.write_text("source_table,pipeline_group,ingestion_type,weight,table_options_json\n" + "".join(lines))
    project.headgate("balance", "crm")
    return project


def set_time(project: Project, now: int) -> None:
    new = project.folder / "time"
    new.write_text(str(now))
    new.replace(project.folder / "connectors" / "crm" / "crm" / "time")  # a run may be reading it


def held(folder: Path) -> dict[str, list[Any]]:
    """Give each table's rows and quarantine, without the times of a run."""
    found: dict[str, list[Any]] = {}
    for table in TABLES:
        name = TableId(table, f"main.bronze.{table}")
        rows = pl.read_delta(str(RunFolder(folder).table(name)))
        times = table == "snapshots"
        found[table] = sorted(
            repr({key: value is not None if times and key.startswith("__") else value for key, value in row.items()})
            for row in rows.to_dicts()
        )
        found[f"{table}'s columns"] = sorted(map(repr, rows.schema.items()))
        aside = RunFolder(folder).aside(name) / "quarantine"
        cells = pl.read_delta(str(aside)).drop("batch", "found_at").to_dicts() if aside.exists() else []
        found[f"{table}'s quarantine"] = sorted(map(repr, cells))
    return found


def test_both_engines_come_to_the_same_tables_from_all_kinds_of_sources(shop: Project) -> None:
    for now, master in ((7, "local[2]"), (18, server())):
        set_time(shop, now)
        shop.run("--engine", "spark", "--master", master)
        shop.headgate("run", "crm", "--out", "other")
        assert held(shop.folder / "out") == held(shop.folder / "other")
    tables = [event for event in shop.events if event["kind"] == "table"]
    assert {event["state"] for event in tables} == {"loaded"}
    counts = ("table", "ingestion_type", "full_load", "rows", "rows_written", "rows_deleted", "rows_quarantined", "converted")
    other = [json.loads(line) for line in (shop.folder / "other" / "_headgate" / "events.jsonl").read_text().splitlines()]
    there = [event for event in other if event["kind"] == "table"]
    appended = {"main.bronze.append", "main.bronze.parts", "main.bronze.columns"}
    for name in appended:
        one, two = (
            [[event[count] for count in counts] for event in some if event["table"] == name] for some in (tables, there)
        )
        assert one == two
    log = (shop.folder / "out" / "_headgate" / "logs" / "crm.spark.log").read_text()
    assert "made with ***" in log
    assert "5ecret" not in log


def test_tables_that_processes_are_killed_of_are_whole_after_the_next_run(shop: Project) -> None:
    kinds = (WORKER, JVM, READER, DRIVER, WORKER, READER, WORKER)
    killed_at_random(shop, Disturbed(shop, "local[2]", Random(SEED), kinds, tuple(TABLES)))  # noqa: S311  # no secret


@pytest.mark.long
def test_so_are_those_that_a_server_loads_whose_client_or_workers_are_killed(shop: Project) -> None:
    kinds = (DRIVER, WORKER, LANDING, DRIVER, READER)
    killed_at_random(shop, Disturbed(shop, server(), Random(SEED), kinds, tuple(TABLES), os.getpid()))  # noqa: S311  # no secret


def server() -> str:
    """Give the address of the Spark of all tests, which is warm."""
    address: str = import_module("tests.engine.spark.warm").server()
    return address


def killed_at_random(shop: Project, runs: Disturbed) -> None:
    """Kill as many processes as are asked for, and compare what a last run leaves with what one that nothing befalls does."""
    now = 0
    try:
        while len(runs.killed) < KILLS:
            now += runs.luck.randrange(1, 5)
            set_time(shop, now)
            runs.kill_one()
    finally:
        runs.end()
    shop.run("--engine", "spark", "--master", server())
    shop.headgate("run", "crm", "--out", "other")
    found, wanted = held(shop.folder / "out"), held(shop.folder / "other")
    # A history of snapshots is one of the times at which they were read.
    del found["snapshots"], wanted["snapshots"]
    assert found == wanted
    print(f"killed with seed {SEED}: {Counter(runs.killed)}")  # noqa: T201  # shown with -rP


def test_a_cluster_of_two_workers_loads_the_same(shop: Project, tmp_path: Path) -> None:
    set_time(shop, 9)
    with cluster(tmp_path / "cluster") as master:
        shop.run("--engine", "spark", "--master", master)
    shop.headgate("run", "crm", "--out", "other")
    assert held(shop.folder / "out") == held(shop.folder / "other")


def test_a_server_that_is_not_there_is_told_for_each_table(shop: Project) -> None:
    set_time(shop, 9)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = shop.run("--engine", "spark", "--master", f"sc://127.0.0.1:{port}", code=4).stderr
    assert said.count(f"no Spark Connect server can be reached at 127.0.0.1:{port}: Connection refused") >= len(TABLES)
    assert {event["state"] for event in shop.events if event["kind"] == "table"} == {"failed"}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Have a standalone master and two workers on this machine; gives the master's address."""
    folder.mkdir()
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    with ExitStack() as running:
        master = daemon(running, "Starting Spark master at (spark://\\S+)", "master.Master", *here, "--port", "0")
        for number in range(2):
            words = (*here, "--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{number}"), master)
            daemon(running, "(Successfully registered) with master", "worker.Worker", *words)
        yield master


def daemon(running: ExitStack, until: str, name: str, *words: str) -> str:
    """Start one of Spark's daemons, and give what it says once it is up."""
    spark = Path(import_module("pyspark").__file__ or "").parent
    command = [str(spark / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *words]
    process = running.enter_context(
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"SPARK_HOME": str(spark)}
        )
    )
    running.callback(process.kill)
    printed = []
    assert process.stdout
    for line in process.stdout:
        printed.append(line)
        if found := re.search(until, line):
            threading.Thread(target=process.stdout.read, daemon=True).start()  # so that it is never held up
            return found[1]
    raise RuntimeError("".join(printed))
