"""Tags that no option names are listed, once for the batches of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from connectors.osipi import OsipiLakeflowConnect
from tests.connectors.osipi.recorded import TABLE, at, check, read, set_clock

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer

Connectors = Callable[..., OsipiLakeflowConnect]


class TestTagsThatAreListed:
    """Where no option names the tags, the batches of a run share a list of them for five minutes."""

    OPTIONS: ClassVar = {"tags_per_request": "1", "max_records_per_batch": "1", "late_hours": "0"}

    @pytest.fixture(autouse=True)
    def _points(self, pi: PiServer) -> None:
        pi.lists["/dataservers"] = [{"WebId": "S"}]
        pi.lists["/dataservers/S/points"] = []
        for number in range(5):
            self.add(pi, f"T{number}")

    def add(self, pi: PiServer, tag: str) -> None:
        pi.add(tag, [(at(60), 1)])
        pi.lists["/dataservers/S/points"].append({"WebId": tag})

    def lists(self, pi: PiServer) -> int:
        """Give how often the points were listed; the list of five takes one page."""
        return sum(request.path.endswith("/points") for request in pi.requests)

    def test_a_run_of_many_batches_lists_them_once_and_the_next_run_again(self, pi: PiServer, connector: Connectors) -> None:
        one = connector(**self.OPTIONS)
        rows, offset = read(one, [])
        assert (len(rows), self.lists(pi)) == (5, 1)

        self.add(pi, "new")
        rows, _ = read(one, [], offset)
        assert ([row["tag_webid"] for row in rows], self.lists(pi)) == (["new"], 2)

    def test_a_run_that_takes_longer_sees_what_was_added_and_reads_it_from_where_the_others_began(
        self, pi: PiServer, connector: Connectors
    ) -> None:
        one = connector(**self.OPTIONS)
        rows, offset = one.read_table(TABLE, None, {})
        found = list(rows)
        self.add(pi, "new")
        for minutes, new in ((4, False), (5, True)):
            set_clock(one, timedelta(minutes=minutes))
            rows, offset = one.read_table(TABLE, offset, {})
            found += rows
            assert ("new" in json.loads(offset["tags"])) is new
        rest, _ = read(one, [], offset)

        check(pi, [*found, *rest], list(pi.tags))
        assert self.lists(pi) == 2

    @pytest.mark.parametrize("kind", ["from the beginning", "by another connector"])
    def test_a_read_that_begins_lists_anew(self, pi: PiServer, connector: Connectors, kind: str) -> None:
        one = connector(**self.OPTIONS)
        _, offset = one.read_table(TABLE, None, {})
        if kind == "from the beginning":
            one.read_table(TABLE, None, {})
        else:
            connector(**self.OPTIONS).read_table(TABLE, offset, {})

        assert self.lists(pi) == 2

    def test_two_name_filters_have_two_lists(self, pi: PiServer, connector: Connectors) -> None:
        one = connector(**self.OPTIONS)
        _, offset = one.read_table(TABLE, None, {"nameFilter": "a*"})
        for text in ("b*", "a*", "b*"):
            one.read_table(TABLE, offset, {"nameFilter": text})

        assert [one.query["nameFilter"] for one in pi.requests if one.path.endswith("/points")] == [["a*"], ["b*"]]

    def test_the_batches_of_a_partitioned_run_share_a_list_too(self, pi: PiServer, connector: Connectors) -> None:
        one = connector(partitioned="true", window_minutes="10", lookback_minutes="60")
        start: dict[str, Any] = {}
        parts = []
        while (end := one.latest_offset(TABLE, {}, start)) != start:
            parts += one.get_partitions(TABLE, {}, start, end)
            start = end

        assert (len(parts), self.lists(pi)) == (6, 1)
