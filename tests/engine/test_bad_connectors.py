"""Whatever a connector does wrong: it is told table by table, in words, and stops nothing else."""

from __future__ import annotations

import os
from threading import Event
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.engine.model import PipelineOrder, TableOrder
from headgate.engine.process import PipelineProcess
from headgate.engine.worker import batches
from headgate.engine.worker.batches import Shape, checked_rows
from headgate.engine.worker.errors import TableError
from headgate.redaction.redactor import redactor
from tests.engine.played import LONG, Connector, Played, Table, struct

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.engine.model import Said
    from tests.engine.conftest import Project

CODE = """
import os, subprocess, sys, time
from pyspark.sql.types import LongType, StringType, StructField, StructType
from databricks.labs.community_connector.interface import LakeflowConnect


class Crm(LakeflowConnect):
    def __init__(self, options):
        self.options = options

    def list_tables(self):
        return []

    def read_table_metadata(self, table, options):
        if table == "no_metadata":
            raise KeyError(table)
        return {"ingestion_type": "snapshot", "primary_keys": ["id"]}

    def get_table_schema(self, table, options):
        if table == "no_schema":
            return "id: long"
        return StructType([StructField("id", LongType(), False), StructField("text", StringType())])

    def read_table(self, table, offset, options):
        return getattr(self, table, self.fine)(), None

    def fine(self):
        return [{"id": 1, "text": "a"}]

    def raises(self):
        yield {"id": 1}
        raise ValueError("the token is " + self.options["token"])

    def exits(self):
        sys.exit("enough")

    def prints(self):
        for number in range(2000):
            print("x" * 60, self.options["token"], number)
        return self.fine()

    def dies(self):
        os._exit(3)

    def hangs(self):
        time.sleep(600)

    def leaves(self):
        subprocess.Popen(["sh", "-c", "echo more; exec sleep 600"], stdout=open(__file__ + ".fifo", "w"))
        return self.fine()

    def eats(self):
        return [{"id": number, "text": str(number) * 10**6} for number in range(10_000)]
"""


@pytest.mark.long
def test_each_table_says_what_is_wrong_with_it_and_the_others_are_loaded(project: Project) -> None:
    bad = ["no_metadata", "no_schema", "raises", "exits", "dies", "eats", "hangs"]
    project.write(CODE, {**dict.fromkeys([*bad, "prints", "after"], "bad"), "good": "good"})
    done = project.run("--timeout", "5", code=4)
    told = {event["source_table"]: event for event in project.events if event["kind"] == "table"}
    assert {table for table, event in told.items() if event["state"] == "loaded"} == {"prints", "after", "good"}
    assert {table: told[table]["error"] for table in bad} == {
        "no_metadata": "read_table_metadata: KeyError: 'no_metadata'",
        "no_schema": "get_table_schema gave str: expected a StructType",
        "raises": "read_table: ValueError: the token is ***",
        "exits": "read_table: SystemExit: enough",
        "dies": "its pipeline's process ended with exit code 3",
        "eats": "its pipeline took more than 512 MiB of memory",
        "hangs": "the connector gave no answer for 5 seconds",
    }
    log = project.folder / "out" / "_headgate" / "logs" / "crm.bad_1.log"
    assert told["hangs"]["fix"] == f"what it printed is in {log}; more time: --timeout"
    states = {event["pipeline"] or event["kind"]: event["state"] for event in project.events if event["kind"] != "table"}
    assert states == {"bad_1": "failed", "good_1": "loaded", "run": "failed"}
    assert project.rows("good") == [(1, "a")]
    everything = [path.read_bytes() for path in (project.folder / "out").rglob("*") if path.is_file()]
    assert not any(b"5ecret" in text for text in [*everything, done.stdout.encode(), done.stderr.encode()])
    assert log.read_text().count("x" * 60 + " *** ") == 2000  # as many as were printed


def test_what_a_connector_started_and_left_ends_with_its_pipeline(project: Project) -> None:
    project.write(CODE, {"leaves": "all"})
    pipe = project.folder / "connectors" / "crm" / "crm" / "crm.py.fifo"
    os.mkfifo(pipe)
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8") as told:  # noqa: PTH123  # no path opens it so
        project.run()
        assert told.read() == "more\n"  # to its end: nobody holds it any more
    assert project.rows("leaves") == [(1, "a")]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "no connector class found"),
        ("raise RuntimeError('on import')", "crm.py: on import"),
        (
            CODE.replace("self.options = options", "raise RuntimeError('at its making')"),
            "it can't be made: RuntimeError: at its making",
        ),
        (CODE.replace("self.options = options", "os._exit(7)"), "its pipeline's process ended with exit code 7"),
    ],
)
def test_a_connector_that_cannot_be_made_fails_all_its_tables_at_once(code: str, said: str, project: Project) -> None:
    project.write(CODE, {"one": "all", "two": "all"})
    (project.folder / "connectors" / "crm" / "crm" / "crm.py").write_text(code)
    project.run(code=4)
    errors = [event["error"] for event in project.events if event["kind"] == "table"]
    assert [said in error for error in errors] == [True, True]
    assert errors[0] == errors[1]


class Wrong(Connector):
    """A connector that gives what it is told in place of an answer."""

    def read_table(self, _table: str, _offset: Any, _options: Any) -> Any:
        return self.now


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "read_table gave NoneType: expected rows and an offset"),
        ([{"id": 1}], "read_table gave list: expected rows and an offset"),
        ((5, {}), "read_table gave tuple: expected rows and an offset"),
        (([None], {}), "it gave NoneType 'None' among its rows: expected a dictionary"),
        (([{"id": 1}, 0], {}), "it gave int '0' among its rows: expected a dictionary"),
        (("text", {}), "it gave str 't' among its rows: expected a dictionary"),
        (({"id": 1}, {}), "it gave str 'id' among its rows: expected a dictionary"),
        (([[1]], {}), "it gave list '[1]' among its rows: expected a dictionary"),
    ],
)
def test_answers_of_a_wrong_form_are_told(answer: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(TableError) as refused:
        Table(tmp_path, Wrong(struct(id=LONG), now=answer)).load()
    assert refused.value.message == said


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ([], "read_table_metadata gave list: expected a dictionary"),
        ({"ingestion_type": "full"}, "its ingestion_type is 'full': expected one of snapshot, append, cdc, cdc_with_deletes"),
        ({"ingestion_type": "snapshot"}, "snapshot needs primary keys, and there are none"),
        ({"primary_keys": "id"}, "its primary_keys are 'id': expected a list of column names"),
        ({"primary_keys": ["id"]}, "cdc needs a column that orders changes, and there is none"),
        (
            {"primary_keys": ["id"], "cursor_field": "at"},
            "the schema has no column at, which rows are told apart or ordered by",
        ),
        (
            {"primary_keys": ["place"], "cursor_field": "id"},
            "rows can't be told apart or ordered by place: expected a plain type, found a nested one",
        ),
    ],
)
def test_metadata_by_which_no_table_can_be_loaded_is_told(metadata: Any, said: str, tmp_path: Path) -> None:
    connector: Any = Connector(struct(id=LONG, place=struct(x=LONG)))
    connector.read_table_metadata = lambda _table, _options: metadata
    with pytest.raises(TableError) as refused:
        Table(tmp_path, connector).load()
    assert refused.value.message == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scd_type": "SCD_TYPE_3"}, "scd_type is 'SCD_TYPE_3': expected one of SCD_TYPE_1, SCD_TYPE_2, APPEND_ONLY"),
        ({"primary_keys": "[id"}, "primary_keys is '[id': expected names by commas, or a list of JSON"),
        ({"sequence_by": "when"}, "the schema has no column when, which rows are told apart or ordered by"),
        ({"scd_type": "SCD_TYPE_2"}, "columns can't be named __end_at: rows have these of their own"),
    ],
)
def test_options_of_a_layout_by_which_no_table_can_be_loaded_are_told(
    options: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(TableError) as refused:
        Table(tmp_path, Connector(struct(id=LONG, __end_at=LONG), "cdc", ["id"], "id"), options).load()
    assert refused.value.message == said


def test_a_method_named_counters_that_counts_nothing_is_no_hindrance() -> None:
    def counted(counters: Any) -> dict[str, float]:
        connector: Any = Connector(struct(id=LONG))
        connector.counters = counters
        return Played(connector).counters()

    assert counted(lambda: {"requests": 3, "more": 1}) == {"requests": 3}
    for found in (None, 5, {"requests": "many"}, {"requests": float("nan")}):
        assert counted(lambda found=found: found) == {}
    assert counted(lambda _needed: {}) == {}
    assert counted(5) == {}


def test_rows_that_come_slowly_are_taken_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(batches, "monotonic", lambda: now[0])

    def rows(seconds: float) -> Any:
        for key in range(1000):
            now[0] += seconds
            yield {"id": key}

    shape = Shape(pa.schema([("id", pa.int64())]))
    assert [piece.rows for piece in checked_rows(rows(1), shape)] == [16] * 62 + [8]
    assert [piece.rows for piece in checked_rows(rows(0), shape)] == [64, 256, 680]


class Waits(Event):
    """Notes how long something waits to be stopped, and is stopped then."""

    asked: list[float | None]

    def __init__(self) -> None:
        super().__init__()
        self.asked = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout)
        self.set()
        return True


def test_one_that_cannot_be_made_is_tried_again_after_the_interval_and_not_before(tmp_path: Path) -> None:
    table = TableOrder(name="a", source_table="a", folder=str(tmp_path / "a"), aside=str(tmp_path / "aside"))
    order = PipelineOrder(
        pipeline="one", lock=str(tmp_path / "lock"), code=str(tmp_path), connection={}, tables=(table,), memory=2**30,
        patience=60, interval=600,
    )  # fmt: skip
    said: list[Said] = []
    process = PipelineProcess(order, tmp_path / "log", redactor([]), said.append)
    process._child.stopping = waits = Waits()
    process.run()
    assert [(one.what, one.error.partition(": ")[2]) for one in said] == [("failed", "no connector class found")]
    assert waits.asked == [600]
