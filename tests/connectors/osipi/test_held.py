"""However many values there are, a batch has no more rows than it may, and few values are held at a time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.connectors.osipi.recorded import TABLE, at, read, set_clock
from tests.connectors.osipi.test_late import AGAIN, held, truth_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer

    Connectors = Callable[..., OsipiLakeflowConnect]

TAGS = [f"T{number:02}" for number in range(6)]
SIZE = {"max_items_per_call": "240", "max_records_per_batch": "300"}


class Value(dict[str, Any]):
    """An object of an answer that counts how many of its kind there are."""

    now: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        Value.now += 1
        Value.most = max(Value.most, Value.now)

    def __del__(self) -> None:
        Value.now -= 1


@pytest.fixture(autouse=True)
def _counted(monkeypatch: pytest.MonkeyPatch) -> None:
    Value.now = Value.most = 0

    def made(found: dict[str, Any]) -> dict[str, Any]:
        return Value(found) if "Timestamp" in found else found

    monkeypatch.setattr("connectors.osipi.client.decode", lambda text: json.loads(text, object_hook=made))


def batches(one: OsipiLakeflowConnect, tags: list[str], offset: Any, **options: str) -> tuple[list[list[dict[str, Any]]], Any]:
    """Read until nothing is left; give the rows of each batch, and the last offset."""
    found = []
    while True:
        rows, after = one.read_table(TABLE, offset, {"tag_webids": ",".join(tags), **options})
        found.append(list(rows))
        if after == offset:
            return found, after
        offset = after


class TestReadAgain:
    def fill(self, pi: PiServer) -> None:
        for tag in TAGS:
            pi.add(tag, [(at(12 * number), number) for number in range(300)])

    def correct(self, pi: PiServer) -> None:
        """Correct all values but those of each tenth instant, which are deleted."""
        for tag in TAGS:
            pi.tags[tag].values = [one | {"Value": -one["Value"]} for one in pi.tags[tag].values if one["Value"] % 10]

    @pytest.mark.parametrize("threads", ["1", "3"])
    def test_all_changed_values_come_in_batches(self, pi: PiServer, connector: Connectors, threads: str) -> None:
        self.fill(pi)
        one = connector(threads=threads, **SIZE)
        first, offset = batches(one, TAGS, None, **AGAIN)
        self.correct(pi)
        set_clock(one, timedelta(minutes=10))
        Value.most = 0

        again, offset = batches(one, TAGS, offset, **AGAIN)

        assert Value.most <= 2 * 240 + 300  # under way, and in the batch
        assert len(TAGS) * 300 / 300 <= len(again) <= 20
        assert max(map(len, (*first, *again))) <= 300
        rows = [row for some in (*first, *again) for row in some]
        assert len([row for row in rows if row["value_type"] == "deleted"]) == len(TAGS) * 30
        for tag in TAGS:
            assert held(rows, tag) == [value for _, value in truth_of(pi, tag)]
        assert batches(one, TAGS, offset, **AGAIN) == ([[]], offset)

    def test_where_nothing_changed_no_more_is_held_than_is_under_way(self, pi: PiServer, connector: Connectors) -> None:
        self.fill(pi)
        one = connector(**SIZE)
        _, offset = batches(one, TAGS, None, **AGAIN)
        set_clock(one, timedelta(minutes=10))
        Value.most = 0

        again, _ = batches(one, TAGS, offset, **AGAIN)

        assert [len(rows) for rows in again if rows] == []
        assert Value.most <= 2 * 240 + 300

    def test_a_reader_that_dies_on_the_way_gives_the_hour_again(self, pi: PiServer, connector: Connectors) -> None:
        self.fill(pi)
        rows, offset = read(connector(**SIZE), TAGS, **AGAIN)
        before = {tag: pi.tags[tag].values for tag in TAGS}
        self.correct(pi)
        one = connector(**SIZE)
        set_clock(one, timedelta(minutes=10))
        for _ in range(3):
            some, offset = one.read_table(TABLE, offset, {"tag_webids": ",".join(TAGS), **AGAIN})
            rows += some
        for tag in TAGS:  # what was given of it already has to be taken back
            pi.tags[tag].values = before[tag]

        one = connector(**SIZE)
        set_clock(one, timedelta(minutes=20))
        more, offset = read(one, TAGS, offset, **AGAIN)

        assert any(row["value_type"] == "deleted" for row in rows)
        for tag in TAGS:
            assert held(rows + more, tag) == [value for _, value in truth_of(pi, tag)]
