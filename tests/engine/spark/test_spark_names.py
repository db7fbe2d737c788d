"""Names of columns on Spark: any that its Delta tables can have; others are refused by name."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from headgate.engine.model import PipelineOrder, TableOrder
from headgate.engine.worker.channel import Channel
from headgate.engine.worker.errors import TableError
from tests.engine.played import LONG, STRING, Connector, Failing, struct

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.played import Engine

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default")]


@pytest.fixture
def engine() -> Engine:
    table: Engine = import_module("tests.engine.spark.warm").spark_table()
    return table


def test_columns_keys_and_sequences_of_any_name_that_spark_takes(engine: Engine, tmp_path: Path) -> None:
    key, value, sequence = "a.b`c", "select\"'$1", "ä.t"
    for scd in ("SCD_TYPE_1", "SCD_TYPE_2"):
        schema = struct(**{key: STRING, value: LONG, sequence: LONG})
        table = engine(tmp_path / scd, Connector(schema, "cdc_with_deletes", [key], sequence), {"scd_type": scd})
        table.connector.deleted = [[{key: "b", sequence: 5}]]
        table.give([{key: name, value: 1, sequence: 1} for name in "ab"])
        table.give([{key: "a", value: 2, sequence: 2}, {key: "a", value: 1.5, sequence: 3}])
        ended = [] if scd == "SCD_TYPE_1" else [("a", 1), ("b", 1)]
        assert table.rows(key, value) == [*ended[:1], ("a", 2), *ended[1:]]
        assert [cell["column"] for cell in table.quarantined()] == [value]


def test_a_column_that_no_delta_table_of_spark_has_is_refused_by_name(engine: Engine, tmp_path: Path) -> None:
    table = engine(tmp_path, Connector(struct(**{"id": LONG, "na me": STRING})))
    with pytest.raises(TableError, match="Spark's Delta tables have no such column: Invalid column names: na me"):
        table.give([{"id": 1}])
    assert not table.path.exists()


def test_an_answer_that_fails_leaves_those_before_it_and_says_why(engine: Engine, tmp_path: Path) -> None:
    table = engine(tmp_path, Failing(struct(id=LONG)))
    table.connector.changes = [[{"id": 1}, {"id": "x"}], [{"id": 2}]]
    with pytest.raises(TableError, match="read_table: OSError: gone") as refused:
        table.load()
    assert "Traceback" not in refused.value.message
    assert (table.rows("id"), [cell["value"] for cell in table.quarantined()]) == ([(1,)], ['"x"'])
    table.connector = Connector(struct(id=LONG), changes=table.connector.changes)
    table.load()
    assert table.rows("id") == [(1,), (2,)]


@pytest.mark.parametrize(
    "raised",
    [
        "[STREAM_FAILED] Query [id = 1, runId = 2] terminated with exception:  SQLSTATE: XXKST",
        "org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)",
    ],
)
def test_a_process_that_ended_while_the_connector_was_asked_is_told_as_one(raised: str) -> None:
    told = import_module("headgate.engine.spark.driver.errors").table_error(RuntimeError(raised))
    assert "it gave no answer in time, or was killed" in told.message
    assert "more time: --timeout" in told.fix


def test_a_process_that_did_not_start_in_time_is_told_as_one() -> None:
    told = import_module("headgate.engine.spark.driver.errors").table_error(
        RuntimeError("[STREAM_FAILED] Query terminated with exception: Python worker failed to connect back. SQLSTATE: XXKST")
    )
    assert told.message == "a process of Spark's took too long to start"


def test_a_server_that_ended_is_told_by_what_grpc_says_of_it() -> None:
    raised = '<_Rendezvous of RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = "Socket closed"\n>'
    told = import_module("headgate.engine.spark.driver.errors").table_error(RuntimeError(raised))
    assert told.message == "the Spark Connect server broke off: Socket closed"


def test_a_stream_whose_process_is_late_is_started_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = import_module("headgate.engine.spark.driver.load")
    late = load.RAISED[0]("org.apache.spark.SparkException: Python worker failed to connect back.")
    query, lates = load.Load._query, [late, late]

    def tried(self: Any, flow: str) -> None:
        if lates:
            raise lates.pop()
        query(self, flow)

    monkeypatch.setattr(load.Load, "_query", tried)
    table = engine(tmp_path, Connector(struct(id=LONG)))
    table.give([{"id": 1}])
    assert table.rows("id") == [(1,)]
    lates.extend([late] * 3)
    with pytest.raises(TableError, match="took too long to start"):
        table.give([{"id": 2}])


def test_a_lock_that_can_not_be_made_is_told_with_the_disk_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    table = TableOrder(name="a", source_table="a", folder="", aside="")
    order = PipelineOrder(
        pipeline="one", lock=str(tmp_path / "file" / "lock"), code="", connection={}, tables=(table,), memory=1, patience=1
    )
    out = io.StringIO()
    import_module("headgate.engine.spark.driver.pipeline").Pipeline(order, None, Channel(out)).run()
    [failed] = [said for line in out.getvalue().splitlines() if (said := json.loads(line).get("said"))]
    assert (failed["what"], failed["fix"]) == ("failed", "look at the disk, then run it again")
    assert failed["error"].startswith("the system failed: ")
