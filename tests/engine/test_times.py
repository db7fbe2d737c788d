"""What a table's load took, as the event log has it: the table's own time, and neither the pipe's nor the process's."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.engine.model import Counts, PipelineOrder, Said, TableOrder
from headgate.engine.recorder import Recorder
from headgate.engine.supervise import Heard
from headgate.engine.worker import __main__ as worker
from headgate.engine.worker.channel import Channel
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.warm import warm_up

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from headgate.engine.events import Event

BEGIN = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def tables(*heard: Heard) -> list[Event]:
    """Give the events of tables that what was heard of a pipeline makes."""
    recorder = Recorder("r1", "crm", "dev", {"orders": "orders", "items": "items"}, str)
    events = [recorder.event(one) for one in (Heard("all_1", BEGIN, begins=True), *heard)]
    return [event for event in events if event and event.kind == "table"]


def test_tables_whose_messages_are_read_together_have_each_its_own_time() -> None:
    said = [
        Said(what="loading", table="orders", started_at=at(1)),
        Said(what="loaded", table="orders", seconds=2, counts=Counts()),
        Said(what="loading", table="items", started_at=at(3)),
        Said(what="loaded", table="items", seconds=5, counts=Counts()),
    ]
    found = tables(*(Heard("all_1", at(9), one) for one in said))
    assert [(one.table, one.started_at, one.ended_at, one.seconds) for one in found] == [
        ("orders", at(1), at(3), 2),
        ("items", at(3), at(8), 5),
    ]


def test_a_table_whose_process_died_took_until_that_was_heard() -> None:
    begun, died = Said(what="loading", table="orders", started_at=at(1)), Said(what="failed", table="orders", error="killed")
    (found,) = tables(Heard("all_1", at(2), begun), Heard("all_1", at(4), died))
    assert (found.started_at, found.ended_at, found.seconds) == (at(1), at(4), 3)


def test_a_table_that_never_began_took_no_time() -> None:
    (found,) = tables(Heard("all_1", at(4), Said(what="stopped", table="orders")))
    assert (found.started_at, found.ended_at, found.seconds) == (at(4), at(4), 0)


def test_a_process_is_set_up_before_its_first_table_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that goes on with the set-up alone, by 100 s, and with each table's load by as many seconds as its number."""
    now = 0.0

    def forward(seconds: float) -> None:
        nonlocal now
        now += seconds

    class Clock:
        def __init__(self) -> None:
            self.waiting = 0.0

    class Source:
        def __init__(self, *_: object) -> None:
            self.clock = Clock()
            forward(100)

        def counters(self) -> dict[str, float]:
            return {}

    class Load:
        def __init__(self, order: TableOrder, *_: object) -> None:
            forward(float(order.name))
            raise TableError("enough")

    monkeypatch.setattr(worker, "Source", Source)
    monkeypatch.setattr(worker, "Load", Load)
    monkeypatch.setattr(worker, "warm_up", lambda _: forward(100))
    monkeypatch.setattr(time, "monotonic", lambda: now)
    orders = tuple(TableOrder(name=name, source_table=name, folder="", aside=str(tmp_path / name)) for name in "12")
    lock = str(tmp_path / "all_1.lock")
    order = PipelineOrder(pipeline="all_1", lock=lock, code="", connection={}, tables=orders, memory=1, patience=1)
    out = io.StringIO()
    worker.Worker(order, Channel(out)).run()
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["table"], one["seconds"]) for one in said if one["what"] == "failed"] == [("1", 1), ("2", 2)]


def test_setting_up_leaves_nothing_and_fails_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "all_1.warm"
    (folder / "_delta_log").mkdir(parents=True)  # as a process leaves it that was killed
    warm_up(folder)
    (tmp_path / "file").touch()
    warm_up(tmp_path / "file" / "all_1.warm")  # can't be made
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
