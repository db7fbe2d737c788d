"""Snapshots that compression drops after they were read: told with what takes them out, or given as deleted rows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.dropped import gone
from connectors.osipi.streamsets import Page
from tests.connectors.osipi.conftest import BY_BOTH
from tests.connectors.osipi.recorded import TABLE, Connectors, at, check, read
from tests.connectors.osipi.test_late import AGAIN, go_on, held, put

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer


def drop(pi: PiServer, tag: str, value: Any) -> None:
    """Have the archive not keep a value."""
    pi.tags[tag].values = [one for one in pi.tags[tag].values if one["Value"] != value]


instants = st.sampled_from([f"2026-03-01T11:00:0{second}" for second in range(8)])
counts = st.dictionaries(instants, st.integers(1, 3), max_size=6).map(Counter)


@given(
    counts,
    counts,
    st.lists(st.tuples(instants, instants).map(sorted), max_size=2, unique_by=lambda span: span[0]),
    st.sampled_from(["Z", ".000Z"]),
)
def test_gone_is_what_was_given_within_the_pages_time_and_is_not_there(
    before: Counter[str], there: Counter[str], spans: list[list[str]], zone: str
) -> None:
    spans = [span for place, span in enumerate(spans) if all(span[1] <= one[0] or one[1] <= span[0] for one in spans[:place])]
    pages = [
        Page(
            "A",
            "",
            "",
            [{"Timestamp": stamp + zone} for stamp in sorted(there.elements()) if start <= stamp < stop],
            None,
            start,
            stop,
        )
        for start, stop in spans
    ]
    looked_at = Counter(
        {stamp: count for stamp, count in before.items() if any(start <= stamp < stop for start, stop in spans)}
    )

    assert gone(before, pages) == looked_at - there


@BY_BOTH
class TestTold:
    def test_once_with_the_time_and_what_takes_it_out(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3500), 1), (at(3590, 5), 2)])
        one = connector()
        rows, offset = read(one, ["A"])
        drop(pi, "A", 2)
        put(pi, "A", 3700, 3)

        more, offset, words = go_on(one, ["A"], offset, 15)
        again, _, others = go_on(one, ["A"], offset, 30)

        assert [row["value"] for row in rows + more] == [1, 2, 3]
        assert (again, others) == ([], [])
        [(tag, message)] = words
        assert tag == "A"
        assert message.startswith("1 value at 2026-03-01T11:59:50.0000005Z was read and is in the archive no more")
        assert "--from 2026-03-01T11:59:50.000000Z --to 2026-03-01T11:59:50.000001Z --tags A --merge --delete" in message

    def test_of_several_values_of_an_instant_each_counts(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3590), 1), (at(3590), 2), (at(3590), 3)])
        one = connector()
        _, offset = read(one, ["A"])
        drop(pi, "A", 2)
        drop(pi, "A", 3)

        assert [message[:8] for _, message in go_on(one, ["A"], offset, 15)[2]] == ["2 values"]

    def test_a_value_that_comes_at_its_instant_later_is_read(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3590), 1)])
        one = connector()
        _, offset = read(one, ["A"])
        drop(pi, "A", 1)
        _, offset, _ = go_on(one, ["A"], offset, 1)
        put(pi, "A", 3590, 2)

        assert [row["value"] for row in go_on(one, ["A"], offset, 2)[0]] == [2]

    def test_what_is_all_there_is_not(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3300 + number / 2), number) for number in range(600)])
        one = connector(maxCount="100")
        rows, offset = read(one, ["A"])

        more, _, words = go_on(one, ["A"], offset, 2)

        assert (more, words) == ([], [])
        check(pi, rows, ["A"])

    @pytest.mark.parametrize("status", [403, 502])
    def test_a_tag_that_cannot_be_read_lost_nothing(self, pi: PiServer, connector: Connectors, status: int) -> None:
        for tag in "AB":
            pi.add(tag, [(at(3590), 1)])
        one = connector(max_tries="1")
        _, offset = read(one, ["A", "B"])
        pi.tags["A"].broken = status, {"Errors": ["not now"]}

        assert not [message for _, message in go_on(one, ["A", "B"], offset, 5)[2] if "no more" in message]

    def test_nor_did_a_time_with_an_error_until_it_can_be_read(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3500), 0), (at(3580), 1), (at(3590), 2)])
        one = connector()
        _, offset = read(one, ["A"])
        pi.tags["A"].values[1]["Errors"] = [{"Message": ["not now"]}]
        put(pi, "A", 3700, 4)

        _, offset, words = go_on(one, ["A"], offset, 5)
        assert "gaps" in offset
        assert not [message for _, message in words if "no more" in message]
        drop(pi, "A", 1)
        rows, offset, words = go_on(one, ["A"], offset, 6)

        assert (rows, "gaps" in offset) == ([], False)
        assert [message[:31] for _, message in words if "no more" in message] == ["1 value at 2026-03-01T11:59:40Z"]

    def test_of_many_tags_in_one_line_of_the_log(
        self, pi: PiServer, connector: Connectors, caplog: pytest.LogCaptureFixture
    ) -> None:
        tags = [f"T{number}" for number in range(20)]
        for tag in tags:
            pi.add(tag, [(at(3590), 1)])
        one = connector()
        _, offset = read(one, tags)
        for tag in tags:
            drop(pi, tag, 1)
        caplog.clear()

        words = go_on(one, tags, offset, 5)[2]

        assert sorted(tag for tag, _ in words) == sorted(tags)
        [line] = caplog.messages
        assert line.startswith("20 values of 20 tags were read and are in the archive no more")


@BY_BOTH
class TestReadAgain:
    def test_it_comes_as_a_deleted_row_and_is_not_told(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3500), 1), (at(3590), 2)])
        one = connector()
        rows, offset = read(one, ["A"], **AGAIN)
        drop(pi, "A", 2)
        put(pi, "A", 3700, 3)

        more, _, words = go_on(one, ["A"], offset, 15, **AGAIN)

        assert held(rows + more, "A") == [1, 3]
        assert words == []

    def test_it_is_told_where_the_window_is_shorter_than_the_overlap(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10), 1)])
        one = connector()
        options = {"reread_hours": "0.1", "overlap_minutes": "120"}
        _, offset = read(one, ["A"], **options)
        drop(pi, "A", 1)

        assert [message[:8] for _, message in go_on(one, ["A"], offset, 15, **options)[2]] == ["1 value "]


class TestSettling:
    def test_the_newest_values_are_left_alone_for_settle_seconds(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3530), 1), (at(3550), 2), (at(3590), 3)])
        one = connector(settle_seconds="60")
        rows, offset = read(one, ["A"])
        drop(pi, "A", 2)

        more, _, words = go_on(one, ["A"], offset, 1)

        assert [row["value"] for row in rows] == [1]
        assert [row["value"] for row in more] == [3]
        assert words == []

    def test_by_the_clock_that_is_behind_ours_or_the_servers(self, pi: PiServer, connector: Connectors) -> None:
        pi.now = pi.now or connector().clock() - timedelta(minutes=10)
        pi.add("A", [(at(2930), 1), (at(2990), 2)])

        assert [row["value"] for row in read(connector(settle_seconds="60"), ["A"])[0]] == [1]

    def test_a_read_may_begin_now(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3590), 1)])
        one = connector(settle_seconds="60", startTime="*")
        rows, offset = read(one, ["A"])
        put(pi, "A", 3610, 2)

        assert (rows, [row["value"] for row in go_on(one, ["A"], offset, 5)[0]]) == ([], [2])

    def test_it_ends_no_earlier_than_endtime_where_that_is_past(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1790), 1)])
        one = connector(settle_seconds="60", endTime=at(1800))

        assert len(list(one.read_table(TABLE, None, {"tag_webids": "A"})[0])) == 1


@pytest.mark.usefixtures("pi")
class TestBackfill:
    def test_a_range_that_reaches_up_to_now_says_that_its_newest_values_may_go(self, connector: Connectors) -> None:
        one = connector(tag_webids="A")
        planned = one.plan_backfill(TABLE, "*-1h", "*", {})
        assert planned["parts"][-1]["before"] == "2026-03-01T12:00:00Z"
        assert "compression may drop" in one.problems[0].message

        one.plan_backfill(TABLE, "*-2h", "*-1h", {})
        assert one.problems == []

    def test_it_ends_settle_seconds_before_now(self, connector: Connectors) -> None:
        one = connector(tag_webids="A", settle_seconds="60")
        planned = one.plan_backfill(TABLE, "*-1h", "*", {})

        assert planned["parts"][-1]["before"] == "2026-03-01T11:59:00Z"
        assert "as settle_seconds says" in one.problems[0].message
