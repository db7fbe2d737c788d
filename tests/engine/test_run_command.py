"""`headgate run`, as its users meet it: what it loads, what it says, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from headgate.engine.events import Event
from headgate.engine.worker.lock import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.conftest import Project

CODE = """
import pathlib
from pyspark.sql.types import LongType, StringType, StructField, StructType
from databricks.labs.community_connector.interface import LakeflowConnect

TIME = pathlib.Path(__file__).parent / "time"


class Crm(LakeflowConnect):
    def __init__(self, options):
        self.options = options

    def list_tables(self):
        return []

    def read_table_metadata(self, table, options):
        return {"ingestion_type": "append"}

    def get_table_schema(self, table, options):
        return StructType([StructField("id", LongType()), StructField("text", StringType())])

    def read_table(self, table, offset, options):
        at = (offset or {"at": 0})["at"]
        now = int(TIME.read_text())
        if table == "endless":  # whoever reads its pipe knows when this process has ended
            self.pipe = getattr(self, "pipe", None) or open(TIME.parent / "endless", "w", buffering=1)
            self.pipe.write("more\\n" if at == 1 else "")
            now = at + 1
        rows = [{"id": number, "text": table} for number in range(at, now)]
        if table == "unfit":
            rows.append({"id": 1.5, "more": 1})
        return rows, {"at": max(at, now)}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """Give a project with two pipelines, one of them of two tables."""
    project.write(CODE, {"orders": "sales", "unfit": "sales", "people": "people"})
    set_time(project, 2)
    return project


def set_time(project: Project, now: int) -> None:
    (project.folder / "connectors" / "crm" / "crm" / "time").write_text(str(now))


def masked(text: str, project: Project) -> str:
    """Give a text without its times and folders."""
    text = re.sub(r"\d+\.\d", "0.0", text.replace(str(project.folder), "…"))
    return re.sub(r" +\d+ %", "  0 %", text)


def test_from_nothing_to_rows_and_on_from_there(shop: Project) -> None:
    first = shop.run("--jobs", "1")
    assert shop.rows("orders") == [(0, "orders"), (1, "orders")]
    assert (
        masked(first.stdout, shop)
        == """\
pipeline  tables  rows  written  unfit  seconds  waiting  state
────────────────────────────────────────────────────────────────
sales_1        2     5        4      1      0.0  0 %  loaded
people_1       1     2        2      0      0.0  0 %  loaded
The longest pipeline took 0.0 s, the mean 0.0 s, all together 0.0 s.
The tables are below …/out, the event log is …/out/_headgate/events.jsonl
"""
    )
    assert "main.bronze.unfit: 1 row did not fit, and went to the quarantine" in first.stderr
    assert "main.bronze.unfit: rows have columns that the schema has not, and they are left out: more" in first.stderr
    set_time(shop, 3)
    second = shop.run("--only", "orders,people_1", "--format", "json")
    assert shop.rows("orders") == [(number, "orders") for number in range(3)]
    assert shop.rows("people") == [(number, "people") for number in range(3)]
    assert len(shop.rows("unfit")) == 2  # as before
    events = [Event.model_validate_json(line) for line in second.stdout.splitlines()]
    log = (shop.folder / "out" / "_headgate" / "events.jsonl").read_text()
    assert log.endswith(second.stdout)
    tables = {event.source_table: event for event in events if event.kind == "table"}
    assert {table: (one.rows, one.rows_written, one.full_load, one.state) for table, one in tables.items()} == {
        "orders": (1, 1, False, "loaded"),
        "people": (1, 1, False, "loaded"),
    }
    assert (events[-1].kind, events[-1].rows, events[-1].run) == ("run", 2, events[0].run)
    again = shop.run("--full-refresh", "main.bronze.orders", "--only", "orders", "--format", "json")
    assert [event["full_load"] for line in again.stdout.splitlines() if (event := json.loads(line))["kind"] == "table"] == [
        True
    ]
    assert len(shop.rows("orders")) == 3  # none twice


def test_a_dry_run_says_what_it_would_do_and_does_nothing(shop: Project) -> None:
    said = shop.run("--dry-run", "--full-refresh", "orders")
    assert (
        said.stdout
        == """\
pipeline  source table  Delta table         load
────────────────────────────────────────────────────────────────
sales_1   orders        main.bronze.orders  from nothing
sales_1   unfit         main.bronze.unfit   on from the last run
people_1  people        main.bronze.people  on from the last run
"""
    )
    found = json.loads(shop.run("--dry-run", "--full-refresh-all", "--format", "json").stdout)
    assert "canary" not in json.dumps(found)
    assert not (shop.folder / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "order"], "--only 'order' is no table of the layout"),
        (["--full-refresh", "nothing"], "--full-refresh 'nothing' is no table of the layout"),
        (["--memory", "100"], "--memory 100 is too little: a pipeline takes 256 MiB at least"),
        (["--code", "nowhere"], "nowhere is not there"),
        (["--out", "a#1"], "a#1: Delta tables can't be below a folder with '#' in its path"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(words: list[str], said: str, shop: Project) -> None:
    assert said in shop.run(*words, code=None).stderr
    assert not (shop.folder / "out").exists()


def test_a_pipeline_that_is_being_run_is_refused_saying_by_whom(shop: Project) -> None:
    with held(shop.folder / "out" / "_headgate" / "locks" / "crm.people_1.lock"):
        done = shop.run(code=4)
    assert f"people_1 is being run already, by process {os.getpid()} on " in done.stderr
    assert not (shop.folder / "out" / "main" / "bronze" / "people").exists()
    assert len(shop.rows("orders")) == 2  # the other one went on
    shop.run("--only", "people")
    assert len(shop.rows("people")) == 2  # the lock is free


def started(project: Project, *words: str) -> subprocess.Popen[str]:
    """Start the command as a program, which a signal can be sent to."""
    return subprocess.Popen(
        [sys.executable, "-m", "headgate", "run", "crm", "--out", "out", *words],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "HEADGATE_OPTION_TOKEN": "tok-5ecret-canary"},
    )


def until(lines: Any, text: str) -> Iterator[str]:
    """Read lines up to one that has a text."""
    for line in lines:
        yield line
        if text in line:
            return


def test_ctrl_c_ends_it_at_a_commit_and_says_what_is_kept(shop: Project) -> None:
    with started(shop, "--continuous", "--every", "0.1", "--format", "json", "--only", "orders") as process:
        assert process.stdout
        assert process.stderr
        assert list(until(process.stdout, '"loaded"'))
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert process.returncode == 130  # as shells have it
    assert "ended by hand: what was committed stays, and the same command goes on from there" in said
    assert {json.loads(line)["state"] for line in rest.splitlines()} <= {"loaded", "stopped"}
    assert shop.rows("orders") == [(0, "orders"), (1, "orders")]


def test_workers_end_by_themselves_when_what_started_them_is_killed(project: Project) -> None:
    project.write(CODE, {"endless": "all"})
    set_time(project, 1)
    pipe = project.folder / "connectors" / "crm" / "crm" / "endless"
    os.mkfifo(pipe)
    with started(project) as process, pipe.open() as told:
        assert told.readline() == "more\n"
        process.kill()
        assert told.read() == ""  # it has ended
    assert project.rows("endless")[0] == (0, "endless")
