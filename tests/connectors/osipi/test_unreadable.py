"""What a server can't give of a tag now stays open, is told at each run, and is read later; all else is read at once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.erroneous import good_parts
from connectors.osipi.problems import PiUnavailableError
from connectors.osipi.times import next_after, previous, stamp_of
from tests.connectors.osipi.conftest import BY_BOTH
from tests.connectors.osipi.recorded import TABLE, Connectors, at, check, key, read, set_clock
from tests.connectors.osipi.server import PiServer, Raw, Request, Tag
from tests.support.examples import some_of

if TYPE_CHECKING:
    from collections.abc import Callable

ERRORS = [{"FieldName": "Value", "Message": ["the archive did not answer in time"]}]


def spoil(tag: Tag, *numbers: int, **more: Any) -> Callable[[], None]:
    """Give some of a tag's values an error; give what takes the errors away again."""
    whole = list(tag.values)
    tag.values = [{**value, "Errors": ERRORS, **more} if n in numbers else value for n, value in enumerate(whole)]

    def mend() -> None:
        tag.values = whole

    return mend


def later(one: Any, pi: PiServer, tags: list[str], offset: Any, hours: int, **options: str) -> tuple[list[dict[str, Any]], Any]:
    """Read on so many hours after noon, with an offset that went through JSON."""
    set_clock(one, timedelta(hours=hours))
    assert pi.tags
    return read(one, tags, json.loads(json.dumps(offset)), **options)


class TestAValueWithAnErrorOfItsOwn:
    @BY_BOTH
    @pytest.mark.parametrize("numbers", some_of([(0,), (8, 9), tuple(range(10)), (5,), (9,), (0, 1, 2), (3, 6)], 3), ids=str)
    @pytest.mark.parametrize("overlap", ["0", "5", "60"])
    def test_is_no_row_and_comes_once_it_is_whole(
        self, pi: PiServer, connector: Connectors, numbers: tuple[int, ...], overlap: str
    ) -> None:
        tag = pi.add("A", [(at(number * 300), number) for number in range(10)])
        pi.add("B", [(at(60), -1), (at(3000), -2)])
        mend = spoil(tag, *numbers)
        one = connector(overlap_minutes=overlap)

        rows, offset = read(one, ["A", "B"])

        assert Counter(row["value"] for row in rows) == Counter(
            [-1, -2, *(number for number in range(10) if number not in numbers)]
        )
        assert {problem.webid for problem in one.problems} == {"A"}
        assert "the archive did not answer in time" in one.problems[0].message

        tag.values.append({"Timestamp": at(3700), "Value": 10})
        more, offset = later(one, pi, ["A", "B"], offset, 1)
        assert {problem.webid for problem in one.problems} == {"A"}, "it is told at each run"
        mend()
        tag.values.append({"Timestamp": at(3700), "Value": 10})
        rest, offset = later(one, pi, ["A", "B"], offset, 2)

        check(pi, [*rows, *more, *rest], ["A", "B"])
        assert not one.problems
        assert "gaps" not in offset

    def test_all_values_of_its_instant_wait_for_it(self, pi: PiServer, connector: Connectors) -> None:
        tag = pi.add("A", [(at(1), 1), (at(2), 2), (at(2), 3), (at(2), 4), (at(3), 5)])
        mend = spoil(tag, 3)
        one = connector()

        rows, offset = read(one, ["A"])
        assert [row["value"] for row in rows] == [1, 5]
        mend()
        rest, _ = later(one, pi, ["A"], offset, 1)

        check(pi, [*rows, *rest], ["A"])
        assert [key(row)[3] for row in rest] == [0, 1, 2]

    @pytest.mark.parametrize("time", [None, "", "1970-01-01T00:00:00Z", "no time"])
    def test_may_have_no_time_of_its_own(self, pi: PiServer, connector: Connectors, time: str | None) -> None:
        tag = pi.add("A", [(at(number * 300), number) for number in range(10)])
        spoilt = [{**value} for value in tag.values]
        spoilt[4] |= {"Timestamp": time, "Errors": ERRORS}
        answers = [(200, {"Items": [{"WebId": "A", "Name": "name", "Items": spoilt}]})]
        pi.trouble.append(lambda _: answers.pop() if answers else None)
        one = connector()

        rows, _ = read(one, ["A"])

        check(pi, rows, ["A"])

    @pytest.mark.parametrize("time", [None, "no time"])
    def test_may_have_no_time_where_a_page_ends(self, pi: PiServer, connector: Connectors, time: str | None) -> None:
        tag = pi.add("A", [(at(number), number) for number in range(1000)])
        spoilt = [{**value} for value in tag.values]
        spoilt[-1] |= {"Timestamp": time, "Errors": ERRORS}
        answers = [(200, {"Items": [{"WebId": "A", "Name": "name", "Items": spoilt}]})]
        pi.trouble.append(lambda _: answers.pop() if answers else None)

        rows, _ = read(connector(), ["A"])

        check(pi, rows, ["A"])

    def test_in_a_page_that_was_cut_loses_nothing(self, pi: PiServer, connector: Connectors) -> None:
        tag = pi.add("A", [(at(number), number) for number in range(2500)])
        mend = spoil(tag, 5, 399, 400, 1234)
        one = connector(max_items_per_call="400")

        rows, offset = read(one, ["A"])
        assert Counter(row["value"] for row in rows) == Counter(set(range(2500)) - {5, 399, 400, 1234})
        mend()
        rest, _ = later(one, pi, ["A"], offset, 1)

        check(pi, [*rows, *rest], ["A"])

    @BY_BOTH
    @pytest.mark.parametrize("hours", [0, 3])
    def test_among_values_that_were_given_is_waited_for_and_what_came_late_beside_it_comes(
        self, pi: PiServer, connector: Connectors, hours: int
    ) -> None:
        tag = pi.add("A", [(at(number * 300), number) for number in range(13)])
        one = connector(overlap_minutes="30")
        rows, offset = read(one, ["A"])
        tag.values.insert(10, {"Timestamp": at(9 * 300 + 150), "Value": 99})  # late, within the overlap
        mend = spoil(tag, 9, 10)
        more, offset = later(one, pi, ["A"], offset, 1, overlap_minutes="30")
        for hour in range(hours):
            tag.values.append({"Timestamp": at(3600 * (hour + 2) - 60), "Value": 100 + hour})
            some, offset = later(one, pi, ["A"], offset, 2 + hour, overlap_minutes="30")
            more += some
        late = [value for value in tag.values if value["Value"] >= 100]
        mend()
        tag.values += late

        rest, offset = later(one, pi, ["A"], offset, 3 + hours, overlap_minutes="30")

        check(pi, [*rows, *more, *rest], ["A"])
        assert "gaps" not in offset

    @BY_BOTH
    def test_with_reread_hours_is_not_taken_for_deleted(self, pi: PiServer, connector: Connectors) -> None:
        tag = pi.add("A", [(at(number * 300), number) for number in range(10)])
        one = connector(reread_hours="6")
        rows, offset = read(one, ["A"])
        mend = spoil(tag, 4)
        more, offset = later(one, pi, ["A"], offset, 1)
        mend()
        rest, _ = later(one, pi, ["A"], offset, 2)

        check(pi, rows, ["A"])
        assert not [row for row in [*more, *rest] if row["value_type"] == "deleted"]

    def test_keeps_no_other_hour_from_being_compared(
        self, pi: PiServer, connector: Connectors, caplog: pytest.LogCaptureFixture
    ) -> None:
        tag = pi.add("A", [(at(number * 600), number) for number in range(18)])
        one = connector(reread_hours="6")
        _, offset = read(one, ["A"])
        _, offset = later(one, pi, ["A"], offset, 2)
        spoil(tag, 9)  # in the second of three hours
        for number in (2, 15):
            tag.values[number]["Value"] = 100 + number

        rows, _ = later(one, pi, ["A"], offset, 3)

        assert {row["value"] for row in rows} == {0, 1, 102, 3, 4, 5, 12, 13, 14, 115, 16, 17}
        (told,) = caplog.messages
        first, last = next_after(stamp_of(at(8 * 600))), previous(stamp_of(at(10 * 600)))
        assert f"can't be read from {first}Z to {last}Z, and is tried again by each run" in told

    @given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=14))
    def test_cuts_a_page_into_parts_that_cover_it(self, told: list[tuple[int, bool]]) -> None:
        items = [
            {"Timestamp": at(second), "Value": number, **({"Errors": ERRORS} if bad else {})}
            for number, (second, bad) in enumerate(sorted(told))
        ]
        start, stop = stamp_of(at(0)), stamp_of(at(20))

        parts = list(good_parts(items, start, stop))

        assert [part[0] for part in parts] == [start, *(part[1] for part in parts[:-1])]
        assert parts[-1][1] == stop
        assert all(begin < end for begin, end, _, _ in parts)
        spoilt = {str(item["Timestamp"]) for item in items if "Errors" in item}
        given_ = [item for _, _, some, _ in parts for item in some]
        assert given_ == [item for item in items if item["Timestamp"] not in spoilt]
        for begin, end, some, words in parts:
            assert all(begin <= stamp_of(item["Timestamp"]) < end for item in some)
            assert bool(words) == any(begin <= stamp_of(time) < end for time in spoilt)


@given(st.integers(0, 10**8))
def test_previous_and_next_stamps_are_each_others(ticks: int) -> None:
    stamp = stamp_of(at(0, ticks % 10) if ticks < 10 else at(ticks // 10 / 1e6, ticks % 10))

    assert next_after(previous(stamp)) == stamp
    assert previous(next_after(stamp)) == stamp
    assert previous(stamp) < stamp < next_after(stamp)


def fails(pi: PiServer, tag: str, start: str, end: str, reply: Any) -> Callable[[], None]:
    """Have each request of a tag that touches a time fail; give what ends that."""
    first, last = stamp_of(start), stamp_of(end)

    def cause(request: Request) -> Any:
        if not request.path.endswith("recorded") or tag not in request.webids:
            return None
        asked = [stamp_of(request.query[name][0]) for name in ("startTime", "endTime")]
        return reply if asked[0] <= last and first <= asked[1] else None

    pi.trouble.append(cause)
    return pi.trouble.clear


REPLIES = {
    "400": (400, {"Errors": ["the archive file is corrupt"]}),
    "409": (409, {"Errors": ["conflict"]}),
    "500": (500, {"Errors": ["an unexpected error occurred"]}),
    "502": (502, {"Message": "bad gateway"}),
    "504": (504, {}),
    "a body that breaks off": (200, Raw(b'{"Items": [{"WebId"', 4000)),
}


@BY_BOTH
class TestATimeThatFails:
    @pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
    @pytest.mark.parametrize("tags", [["A"], [f"T{number}" for number in range(30)] + ["A"]], ids=["alone", "among others"])
    def test_stays_open_while_the_rest_is_read(self, pi: PiServer, connector: Connectors, reply: Any, tags: list[str]) -> None:
        for tag in tags:
            pi.add(tag, [(at(second), second) for second in range(0, 3600, 20)])
        mend = fails(pi, "A", at(1500), at(1530), reply)
        one = connector(max_tries="2")

        rows, offset = read(one, tags)

        lost = {key(row)[1] for row in rows if row["tag_webid"] == "A"} ^ {
            stamp_of(value["Timestamp"]) + "Z" for value in pi.tags["A"].values
        }
        assert lost == {at(1500), at(1520)}
        check(pi, [row for row in rows if row["tag_webid"] != "A"], [tag for tag in tags if tag != "A"])
        assert {problem.webid for problem in one.problems} == {"A"}
        assert all(stamp_of(at(1498)) <= problem.start <= problem.end <= stamp_of(at(1532)) for problem in one.problems)
        mend()
        rest, offset = later(one, pi, tags, offset, 1)

        check(pi, [*rows, *rest], tags)
        assert "gaps" not in offset

    @pytest.mark.parametrize("reply", [REPLIES["400"], REPLIES["502"]], ids=["400", "502"])
    def test_that_is_all_of_a_tags_costs_few_requests_and_no_other_tag(
        self, pi: PiServer, connector: Connectors, reply: Any
    ) -> None:
        tags = [f"T{number}" for number in range(40)]
        for tag in tags:
            pi.add(tag, [(at(second), second) for second in range(0, 3600, 300)])
        mend = fails(pi, "T7", at(0), at(36000), reply)
        one = connector(max_tries="2")

        rows, offset = read(one, tags)

        check(pi, rows, [tag for tag in tags if tag != "T7"])
        assert [problem.webid for problem in one.problems] == ["T7"]
        assert len(pi.gets) < 100
        mend()
        rest, _ = later(one, pi, tags, offset, 1)
        check(pi, [*rows, *rest], tags)

    def test_of_one_data_server_of_two_stops_none_of_the_others(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"F1DP{server:x<22}{number}" for number in range(100) for server in ("up", "down")]
        for tag in tags:
            pi.add(tag, [(at(second), second) for second in range(0, 3600, 600)])

        def cause(request: Request) -> Any:
            return (502, {}) if any("down" in tag for tag in request.webids) else None

        pi.trouble.append(cause)
        one = connector(max_tries="2")

        rows, offset = read(one, tags)

        check(pi, rows, [tag for tag in tags if "up" in tag])
        assert {problem.webid for problem in one.problems} == {tag for tag in tags if "down" in tag}
        pi.trouble.clear()
        rest, _ = later(one, pi, tags, offset, 1)
        check(pi, [*rows, *rest], tags)

    def test_of_everything_is_an_error(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1), 1)])
        pi.trouble.append(lambda _: (502, {}))

        with pytest.raises(PiUnavailableError):
            connector(max_tries="2").read_table(TABLE, None, {"tag_webids": "A"})

    def test_more_open_times_than_an_offset_remembers_hold_the_tag_back(self, pi: PiServer, connector: Connectors) -> None:
        tag = pi.add("A", [(at(second), second) for second in range(0, 3600, 20)])
        mend = spoil(tag, *range(1, 180, 2))
        one = connector()

        rows, offset = read(one, ["A"])

        assert len(json.loads(offset["gaps"])["A"]) == 20
        mend()
        rest, offset = later(one, pi, ["A"], offset, 1)
        check(pi, [*rows, *rest], ["A"])
        assert "gaps" not in offset


class TestABatch:
    """A batch is as large as was asked for, whatever the rates, the windows and the number of tags."""

    @pytest.mark.parametrize(("tags", "values"), [(1, 12_000), (40, 300), (400, 30)])
    @pytest.mark.parametrize("threads", ["1", "4"])
    def test_holds_little_more_than_it_may(
        self, pi: PiServer, connector: Connectors, tags: int, values: int, threads: str
    ) -> None:
        names = [f"T{number}" for number in range(tags)]
        for tag in names:
            pi.add(tag, [(at(3600 * number / values), number) for number in range(values)])
        one = connector(max_items_per_call="1000", threads=threads, max_records_per_batch="3000")
        sizes, offset, rows = [], None, []
        while True:
            some, after = one.read_table(TABLE, offset, {"tag_webids": ",".join(names)})
            batch = list(some)
            if after == offset:
                break
            rows += batch
            sizes.append(len(batch))
            offset = after

        check(pi, rows, names)
        assert max(sizes) <= 3000 + (int(threads) + 1) * 1000

    def test_moves_on_though_all_of_it_was_given_before(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(number), number) for number in range(3600)])
        one = connector(overlap_minutes="30", max_items_per_call="100", max_records_per_batch="50")

        rows, _ = read_slowly(one, ["A"])

        check(pi, rows, ["A"])


def read_slowly(one: Any, tags: list[str]) -> tuple[list[dict[str, Any]], Any]:
    """Read in many small batches."""
    rows, offset = [], None
    for _ in range(400):
        some, after = one.read_table(TABLE, offset, {"tag_webids": ",".join(tags)})
        rows += some
        if after == offset:
            return rows, after
        offset = after
    raise AssertionError("the read does not end")


def test_a_tag_that_goes_on_within_a_run_is_not_read_twice(pi: PiServer, connector: Connectors) -> None:
    pi.add("A", [(at(number), number) for number in range(3600)])

    rows, _ = read_slowly(connector(max_records_per_batch="1000"), ["A"])

    check(pi, rows, ["A"])
    starts = [stamp_of(request.query["startTime"][0]) for request in pi.requests if request.path.endswith("recorded")]
    assert len(starts) <= 3600 / 1000 + 2
    assert starts == sorted(starts)
