"""What changes behind the overlap: values that come late are told, corrected and deleted ones are read again when asked for."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.problems import OptionsError, PiUnavailableError
from tests.connectors.osipi.conftest import BY_BOTH, NOW
from tests.connectors.osipi.recorded import TABLE, at, check, key, read, set_clock
from tests.connectors.osipi.test_hostile import hostile

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Request

Connectors = Callable[..., OsipiLakeflowConnect]


def put(pi: PiServer, tag: str, seconds: float, value: Any) -> None:
    """Write one more value into the archive, after those of the same time."""
    pi.tags[tag].values.append({"Timestamp": at(seconds), "Value": value, "Good": True})
    pi.tags[tag].values.sort(key=lambda one: one["Timestamp"].rstrip("Z"))


def told(one: OsipiLakeflowConnect) -> list[tuple[str, str]]:
    return [(problem.webid, problem.message) for problem in one.problems]


def go_on(one: OsipiLakeflowConnect, tags: list[str], offset: Any, minutes: int, **options: str) -> tuple[Any, Any, Any]:
    """Read on at so many minutes past noon; give the rows, the offset and what was told in any of the calls."""
    set_clock(one, timedelta(minutes=minutes))
    rows: list[dict[str, Any]] = []
    words: list[tuple[str, str]] = []
    for _ in range(30):
        some, after = one.read_table(TABLE, offset, {"tag_webids": ",".join(tags), **options})
        rows += some
        words += told(one)
        if after == offset:
            return rows, after, words
        offset = after
    raise AssertionError("the read does not end")


def while_asked_for(pi: PiServer, tag: str, change: Callable[[], None]) -> None:
    """Do something once, when values of a tag are asked for, before they are given."""
    todo = [change]

    def once(request: Request) -> None:
        if request.path.endswith("/recorded") and tag in request.webids and todo:
            todo.pop()()

    pi.trouble.append(once)


class TestLate:
    def test_inside_the_overlap_it_is_read_once_and_not_told(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        rows, offset = read(one, ["A"])
        put(pi, "A", 3590, -1)

        late, offset, words = go_on(one, ["A"], offset, 15)
        again, _, more = go_on(one, ["A"], offset, 30)

        check(pi, rows + late, ["A"])
        assert (again, words, more) == ([], [], [])

    def test_outside_the_overlap_it_is_told_once_with_what_reads_it(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(60)])
        one = connector()
        _, offset = read(one, ["A", "B"])
        put(pi, "A", 100, -1)
        put(pi, "A", 200, -1)

        rows, offset, words = go_on(one, ["A", "B"], offset, 15)
        again, _, more = go_on(one, ["A", "B"], offset, 30)

        assert rows == again == more == []
        [(tag, message)] = words
        assert tag == "A"
        assert message.startswith("2 values")
        assert "headgate backfill osipi --from 2026-03-01T11:00:00Z --to 2026-03-01T11:55:00Z --tags A --merge`" in message

    def test_a_value_that_was_deleted_is_told_too(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(100), 1), (at(200), 2)])
        one = connector()
        _, offset = read(one, ["A"])
        del pi.tags["A"].values[0]

        [(_, message)] = go_on(one, ["A"], offset, 15)[2]

        assert message.startswith(
            "1 value between 2026-03-01T11:00:00Z and 2026-03-01T11:55:00Z was deleted after it was read; take out what is"
        )
        assert message.endswith("--tags A --merge --delete`")

    def test_of_several_the_number_is_told(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(100), 1), (at(200), 2), (at(300), 3)])
        one = connector()
        _, offset = read(one, ["A"])
        del pi.tags["A"].values[:2]

        [(_, message)] = go_on(one, ["A"], offset, 15)[2]

        assert message.startswith("2 values")
        assert "were deleted after they were read" in message
        assert message.endswith("--tags A --merge --delete`")

    def test_it_is_told_once_though_the_tag_waits_for_its_turn(self, pi: PiServer, connector: Connectors) -> None:
        tags = list("ABCD")  # the first batch reaches three of them
        for tag in tags:
            pi.add(tag, [(at(10), 1)])
        options = {"max_records_per_batch": "1", "overlap_minutes": "5"}
        one = connector(tags_per_request="1")
        _, offset = read(one, tags, **options)
        put(pi, "D", 20, 2)
        put(pi, "A", 3700, 2)

        assert [tag for tag, _ in go_on(one, tags, offset, 15, **options)[2]] == ["D"]

    def test_it_is_told_of_a_tag_that_has_an_open_time(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        pi.tags["A"].values[30]["Errors"] = [{"Message": ["not now"]}]
        one = connector()
        _, offset, _ = go_on(one, ["A"], None, 0)
        put(pi, "A", 100, -1)
        assert "gaps" in offset

        assert [message[:7] for _, message in go_on(one, ["A"], offset, 15)[2] if "came later" in message] == ["1 value"]

    def test_a_value_in_the_first_hour_without_any_is_told(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [])
        one = connector()
        _, offset = read(one, ["A"])
        put(pi, "A", 100, -1)

        assert go_on(one, ["A"], offset, 15)[2][0][1].startswith("1 value")

    def test_of_a_tag_that_is_new_it_is_told_from_where_its_first_read_began(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector(lookback_minutes="30")
        _, offset = read(one, ["A"])
        pi.add("B", [(at(3600 + 60 * number), number) for number in range(90)])
        rows, offset, _ = go_on(one, ["A", "B"], offset, 90)
        assert min(row["timestamp"] for row in rows) < at(3700)  # where the table stood, an hour before the look back
        put(pi, "B", 4200.5, -1)

        rows, _, words = go_on(one, ["A", "B"], offset, 100)

        assert -1 not in {row["value"] for row in rows}
        assert [webid for webid, message in words if "came later" in message] == ["B"]

    @pytest.mark.parametrize("server_is_behind", [False, True])
    def test_what_is_inserted_behind_the_page_of_a_first_read_is_told(
        self, pi: PiServer, connector: Connectors, *, server_is_behind: bool
    ) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(20)])
        if server_is_behind:
            pi.now = NOW - timedelta(minutes=10)
        one = connector(tags_per_request="1")
        while_asked_for(pi, "B", lambda: put(pi, "A", 100, -1))
        rows, offset = read(one, ["A", "B"])
        pi.now = pi.now and NOW + timedelta(minutes=5)

        more, offset, words = go_on(one, ["A", "B"], offset, 15)

        assert len(rows + more) == 40
        assert [(tag, message[:7]) for tag, message in words if "clock" not in message] == [("A", "1 value")]
        assert go_on(one, ["A", "B"], offset, 30)[::2] == ([], [])

    def test_and_of_one_that_goes_on_in_windows_and_batches(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector(maxCount="10")
        while_asked_for(pi, "A", lambda: put(pi, "A", 3000, -2))
        options = {"window_minutes": "20", "max_records_per_batch": "10", "late_hours": "1"}
        pages = iter(range(1, 100))
        pi.trouble.append(lambda request: put(pi, "A", 65, -1) if request.path.endswith("d") and next(pages) == 4 else None)

        rows, offset, words = go_on(one, ["A"], None, 0, **options)
        more, _, others = go_on(one, ["A"], offset, 15, **options)

        assert len(rows + more) == 61
        assert [message[:7] for _, message in words + others] == ["1 value"]

    @pytest.mark.parametrize("seed", range(5))
    def test_whatever_comes_late_is_either_read_or_told(self, pi: PiServer, connector: Connectors, seed: int) -> None:
        luck = random.Random(seed)  # noqa: S311  # tests need no secrets
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        rows, offset = read(one, ["A"])
        missing = 0
        for minutes in range(10, 100, 10):
            for _ in range(luck.randrange(4)):
                put(pi, "A", luck.uniform(0, 3600 + 60 * minutes), minutes)
            late, offset, words = go_on(one, ["A"], offset, minutes)
            rows += late
            missing += sum(int(message.split()[0]) for _, message in words)

        assert len(rows) + missing == len(pi.tags["A"].values)
        assert len(set(map(key, rows))) == len(rows)

    def test_it_costs_one_request_a_read(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"T{number}" for number in range(1040)]
        for tag in tags:
            pi.add(tag, [(at(10), 1)])
        one = connector()
        _, offset = read(one, tags)
        before = len(pi.gets)
        go_on(one, tags, offset, 15)

        assert len(pi.gets) - before == 11 + 1

    def test_a_server_that_counts_nothing_is_read_all_the_same(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"T{number}" for number in range(200)]
        for tag in tags:
            pi.add(tag, [(at(10), 1)])
        pi.trouble.append(lambda request: (403, {}) if request.path.endswith("summary") else None)
        one = connector()
        rows, offset = read(one, tags)

        check(pi, rows, tags)
        assert go_on(one, tags, offset, 15)[::2] == ([], [])
        assert len(pi.gets) < 15

    def test_a_tag_that_is_not_counted_keeps_no_other_from_it(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "ABC":
            pi.add(tag, [(at(10), 1)])
        pi.trouble.append(lambda request: (403, {}) if request.path.endswith("summary") and "B" in request.webids else None)
        one = connector()
        _, offset = read(one, list("ABC"))
        put(pi, "C", 20, 2)

        assert [tag for tag, _ in go_on(one, list("ABC"), offset, 15)[2]] == ["C"]

    def test_counting_that_fails_keeps_nothing_from_being_read(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10), 1)])
        one = connector(max_tries="2")
        rows, offset = read(one, ["A"])
        put(pi, "A", 3700, 2)
        pi.trouble.append(lambda request: (503, {}) if request.path.endswith("summary") else None)
        more, offset, words = go_on(one, ["A"], offset, 15)
        pi.trouble.clear()
        put(pi, "A", 20, 3)

        assert [row["value"] for row in rows + more] == [1, 2]
        assert words == []
        assert len(go_on(one, ["A"], offset, 30)[2]) == 1

    def test_it_can_be_left_off(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10), 1)])
        one = connector()
        _, offset = read(one, ["A"], late_hours="0")
        go_on(one, ["A"], offset, 15, late_hours="0")

        assert not [request for request in pi.requests if request.path.endswith("summary")]


def table_of(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], Any]:
    """Keep what a pipeline keeps of the rows: of each key the latest, the deleted ones left out."""
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        assert key(row) not in latest or ingested(latest[key(row)]) < ingested(row)
        latest[key(row)] = row
    return {place: row["value"] for place, row in latest.items() if row["value_type"] != "deleted"}


def ingested(row: dict[str, Any]) -> str:
    return str(row["ingestion_timestamp"]).rstrip("Z")


def truth_of(pi: PiServer, tag: str) -> list[tuple[str, Any]]:
    return [(value["Timestamp"], value["Value"]) for value in pi.tags[tag].values]


def held(rows: list[dict[str, Any]], tag: str) -> list[Any]:
    return [value for place, value in sorted(table_of(rows).items()) if place[0] == tag]


AGAIN = {"reread_hours": "24"}


@BY_BOTH
class TestReread:
    def test_a_corrected_value_overwrites_by_its_key(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        rows, offset = read(one, ["A"], **AGAIN)
        pi.tags["A"].values[7]["Value"] = -7

        more, _, _ = go_on(one, ["A"], offset, 15, **AGAIN)

        assert held(rows + more, "A") == [value for _, value in truth_of(pi, "A")]
        assert -7 in [row["value"] for row in more]

    def test_only_the_hour_that_changed_is_given_again(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector(lookback_minutes="60")
        rows, offset = read(one, ["A"], **AGAIN)
        for number in range(60, 120):
            put(pi, "A", 60 * number, number)
        more, offset, _ = go_on(one, ["A"], offset, 60, **AGAIN)
        pi.tags["A"].values[7]["Value"] = -7

        third, _, _ = go_on(one, ["A"], offset, 75, **AGAIN)

        assert (len(rows), len(more), len(third)) == (60, 60, 60)
        assert {row["timestamp"][11:13] for row in third} == {"11"}

    @pytest.mark.parametrize("seconds", [60.0, 3590.0])
    def test_a_deleted_value_comes_as_a_row_that_says_so(self, pi: PiServer, connector: Connectors, seconds: float) -> None:
        pi.add("A", [(at(10), 1), (at(seconds), 2), (at(seconds), 3), (at(3599), 4)])
        one = connector()
        rows, offset = read(one, ["A"], **AGAIN)
        del pi.tags["A"].values[1]

        more, offset, _ = go_on(one, ["A"], offset, 1, **AGAIN)

        gone = [row for row in more if row["value_type"] == "deleted"]
        assert [(row["occurrence"], row["value"], row["quality_good"]) for row in gone] == [(1, None, None)]
        assert held(rows + more, "A") == [1, 3, 4]
        assert go_on(one, ["A"], offset, 2, **AGAIN)[0] == []

    def test_a_value_that_comes_late_is_read_however_late(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60), 1)])
        one = connector()
        rows, offset = read(one, ["A"], **AGAIN)
        put(pi, "A", 30, 2)

        more, _, words = go_on(one, ["A"], offset, 15, **AGAIN)

        assert held(rows + more, "A") == [2, 1]
        assert words == []

    def test_an_idle_read_adds_no_row(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(60)])
        one = connector()
        _, offset = read(one, ["A", "B"], **AGAIN)

        for minute in (15, 70, 200, 1500, 3000):
            rows, offset, words = go_on(one, ["A", "B"], offset, minute, **AGAIN)
            assert (rows, words) == ([], [])

    def test_what_lies_behind_the_window_is_no_longer_looked_at_but_told(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        _, offset = read(one, ["A"], reread_hours="2")
        _, offset, _ = go_on(one, ["A"], offset, 180, reread_hours="2")
        pi.tags["A"].values[7]["Value"] = -7
        put(pi, "A", 200, 5)

        rows, _, words = go_on(one, ["A"], offset, 200, reread_hours="2")

        assert (rows, [tag for tag, _ in words]) == ([], ["A"])

    def test_turned_on_later_it_begins_there(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        rows, offset = read(one, ["A"])
        put(pi, "A", 3700, 61)
        more, offset, _ = go_on(one, ["A"], offset, 15, **AGAIN)
        pi.tags["A"].values[-1]["Value"] = 62

        third, _, _ = go_on(one, ["A"], offset, 30, **AGAIN)

        assert held(rows + more + third, "A") == [value for _, value in truth_of(pi, "A")]

    def test_too_many_values_to_remember_are_told_and_the_offset_stays_small(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3 * number), number) for number in range(1200)])
        one = connector()
        rows, offset = read(one, ["A"], reread_values="100", **AGAIN)
        _, offset, _ = go_on(one, ["A"], offset, 30, reread_values="100", **AGAIN)
        assert len(str(offset)) < 3000
        del pi.tags["A"].values[5]
        pi.tags["A"].values[7]["Value"] = -7

        more, offset, words = go_on(one, ["A"], offset, 45, reread_values="100", **AGAIN)

        assert -7 in held(rows + more, "A")
        [(tag, message)] = words
        assert tag == "A"
        assert message.startswith("the values from 2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z changed (-1), and too many")
        assert "--from 2026-03-01T11:00:00Z --to 2026-03-01T12:00:00Z --tags A --merge --delete`" in message
        assert go_on(one, ["A"], offset, 50, reread_values="100", **AGAIN)[::2] == ([], [])

    def test_a_tag_that_is_forbidden_meanwhile_is_told_and_compared_later(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60), 1)])
        one = connector()
        rows, offset = read(one, ["A", "B"], **AGAIN)
        pi.tags["A"].values[0]["Value"] = pi.tags["B"].values[0]["Value"] = 2
        pi.tags["A"].broken = 403, {"Errors": ["not for you"]}

        more, offset, words = go_on(one, ["A", "B"], offset, 15, **AGAIN)
        pi.tags["A"].broken = None
        third, _, _ = go_on(one, ["A", "B"], offset, 30, **AGAIN)

        assert {tag for tag, _ in words} == {"A"}
        assert held(rows + more, "A") == [1]
        assert held(rows + more + third, "A") == held(rows + more, "B") == [2]

    @pytest.mark.parametrize("seed", range(4))
    def test_whatever_changes_in_the_window_the_table_is_the_archive(
        self, pi: PiServer, connector: Connectors, seed: int
    ) -> None:
        luck = random.Random(seed)  # noqa: S311  # tests need no secrets
        tags = ["A", "B", "C"]
        for tag in tags:
            pi.add(tag, [(at(luck.randrange(3600)), number) for number in range(50)])
            pi.tags[tag].values.sort(key=lambda one: one["Timestamp"].rstrip("Z"))
        one = connector(tags_per_request="2", max_items_per_call="40")
        rows, offset = read(one, tags, **AGAIN, max_records_per_batch="60")
        for minutes in range(10, 160, 30):
            for tag in tags:
                self.change(pi, luck, tag, 3600 + 60 * minutes)
            more, offset, _ = go_on(connector(tags_per_request="2"), tags, offset, minutes, **AGAIN, max_records_per_batch="60")
            rows += more
            for tag in tags:
                assert held(rows, tag) == [value for _, value in truth_of(pi, tag)]

    @pytest.mark.parametrize("seed", range(3))
    def test_a_server_that_fails_and_a_reader_that_dies_lose_no_change(
        self, pi: PiServer, connector: Connectors, seed: int
    ) -> None:
        luck = random.Random(seed)  # noqa: S311  # tests need no secrets
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        pi.add("B", [(at(60 * number), number) for number in range(60)])
        pi.trouble.append(hostile(luck))
        rows: list[dict[str, Any]] = []
        offset, ticks = None, count()
        options = {"tag_webids": "A,B", "startTime": at(0), **AGAIN}
        for minutes in range(0, 100, 20):
            done = False
            while not done:
                one = connector(max_tries="3")
                set_clock(one, timedelta(minutes=minutes, seconds=next(ticks)))
                try:
                    some, after = one.read_table(TABLE, offset, options)
                    batch = list(some)
                except PiUnavailableError:
                    continue
                if luck.random() < 0.3:  # killed before it could commit
                    continue
                # A new reader sees a new time, so it has always something to look at; a quiet one ends the run by chance.
                done = not batch and luck.random() < 0.3
                rows, offset = rows + batch, after
            self.change(pi, luck, "A", 3600 + 60 * minutes)
        one = connector()
        more, _, _ = go_on(one, ["A", "B"], offset, 130, **AGAIN)

        for tag in "AB":
            assert held(rows + more, tag) == [value for _, value in truth_of(pi, tag)]

    @staticmethod
    def change(pi: PiServer, luck: random.Random, tag: str, now: float) -> None:
        values = pi.tags[tag].values
        for _ in range(luck.randrange(6)):
            kind = luck.choice(["late", "corrected", "deleted", "new"])
            if kind == "deleted":
                del values[luck.randrange(len(values))]
            elif kind == "corrected":
                values[luck.randrange(len(values))]["Value"] = luck.random()
            else:
                put(pi, tag, luck.randrange(3600 if kind == "late" else int(now)), luck.random())

    def test_the_framework_is_told_to_keep_the_latest_row_of_a_key(self, connector: Connectors) -> None:
        plain = connector().read_table_metadata(TABLE, {})
        again = connector().read_table_metadata(TABLE, AGAIN)

        assert (plain["ingestion_type"], plain["cursor_field"]) == ("append", "timestamp")
        assert (again["ingestion_type"], again["cursor_field"]) == ("cdc", "ingestion_timestamp")
        assert again["primary_keys"] == plain["primary_keys"]
        assert connector(**AGAIN).read_table_metadata(TABLE, {}) == again

    def test_partitions_have_no_offset_to_remember_it_in(self, connector: Connectors) -> None:
        with pytest.raises(OptionsError, match="partitioned"):
            connector(partitioned="true").latest_offset(TABLE, AGAIN, {})


class TestPartitioned:
    def on(self, one: OsipiLakeflowConnect, offset: Any, minutes: int, **options: str) -> tuple[list[Any], Any, list[str]]:
        """Read on in parts at so many minutes past noon; give the values, the offset and what was told."""
        set_clock(one, timedelta(minutes=minutes))
        values: list[Any] = []
        words: list[str] = []
        asked = {"tag_webids": "A,B", **options}
        while (end := one.latest_offset(TABLE, asked, offset)) != offset:
            words += [message for _, message in told(one)]
            for part in one.get_partitions(TABLE, asked, offset, end):
                values += [row["value"] for row in one.read_partition(TABLE, part, asked)]
            offset = end
        return values, offset, words

    def test_what_comes_or_goes_after_it_was_read_is_told_once(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(60)])
        one = connector(partitioned="true")
        values, offset, _ = self.on(one, None, 0)
        put(pi, "A", 100, -1)
        del pi.tags["B"].values[-2]

        more, offset, words = self.on(one, offset, 15)
        again, _, others = self.on(one, offset, 30)

        assert (len(values), more + again) == (120, [])
        assert [message[:7] for message in words] == ["1 value", "1 value"]
        assert ["came later" in message for message in words] == [True, False]
        assert others == []

    def test_also_what_comes_behind_the_page_of_a_first_read(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(59)])
        one = connector(partitioned="true", tags_per_request="1")
        while_asked_for(pi, "B", lambda: put(pi, "A", 100, -1))
        values, offset, _ = self.on(one, None, 0)

        assert len(values) == 118
        assert [message[:7] for message in self.on(one, offset, 15)[2]] == ["1 value"]

    def test_an_offset_of_an_older_version_goes_on(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(30), 1)])
        pi.add("B", [])
        one = connector(partitioned="true")
        _, offset, _ = self.on(one, None, 0)
        del offset["late"]
        put(pi, "A", 3600, 2)

        values, offset, words = self.on(one, offset, 15)

        assert (values, words, "late" in offset) == ([2], [], True)

    def test_a_tag_that_is_renamed_has_its_count(self, pi: PiServer, connector: Connectors) -> None:
        ids = "F1DPkm7hQHxB0i6VfC9MwAA" + "Z" * 9
        old, new = (ids + base64.urlsafe_b64encode(path).decode().rstrip("=") for path in (b"PI\\OLD", b"PI\\NEW"))
        pi.add(old, [(at(30), 1)])
        one = connector(partitioned="true")
        _, offset, _ = self.on(one, None, 0, tag_webids=old)
        pi.tags[new] = pi.tags.pop(old)
        put(pi, new, 40, 2)

        assert [message[:7] for message in self.on(one, offset, 15, tag_webids=new)[2]] == ["1 value"]

    def test_it_can_be_left_off(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(30), 1)])
        pi.add("B", [])
        one = connector(partitioned="true", late_hours="0")
        _, offset, _ = self.on(one, None, 0)

        assert offset.keys() == {"from", "until"}
        assert not [request for request in pi.requests if request.path.endswith("summary")]

    def test_counting_that_fails_keeps_nothing_from_being_read(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(30), 1)])
        pi.add("B", [])
        pi.trouble.append(lambda request: (503, {}) if request.path.endswith("summary") else None)
        one = connector(partitioned="true", max_tries="1")

        assert self.on(one, None, 0)[0] == [1]
