"""Recorded values: all of them, each once, whatever the server cuts, refuses or loses on the way."""

from __future__ import annotations

import pickle
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.options import settings_of
from connectors.osipi.problems import OffsetError, OptionsError, PiError, PiUnavailableError
from tests.connectors.osipi.conftest import BY_BOTH
from tests.connectors.osipi.recorded import TABLE, Connectors, at, check, key, read, set_clock
from tests.connectors.osipi.server import PiServer, Raw, Request

if TYPE_CHECKING:
    from connectors.osipi import OsipiLakeflowConnect


@BY_BOTH
class TestPaging:
    def test_one_tag_with_2500_values_and_a_server_that_gives_1000(self, pi: PiServer, connector: Connectors) -> None:
        pi.most = 1000
        pi.add("A", [(at(number), number) for number in range(2500)])

        rows, _ = read(connector(), ["A"])

        check(pi, rows, ["A"])
        assert [row["value"] for row in rows] == list(range(2500))

    def test_one_stream_fills_its_page_and_others_do_not(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"T{number}" for number in range(20)]
        for number, tag in enumerate(tags):
            pi.add(tag, [(at(step / 2), step) for step in range(3000 if number == 7 else number)])

        rows, _ = read(connector(max_items_per_call="2000", threads="4"), tags)

        check(pi, rows, tags)

    def test_1200_values_within_one_second(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10, number // 3), number) for number in range(1200)])

        rows, _ = read(connector(max_items_per_call="1000"), ["A"])

        check(pi, rows, ["A"])

    def test_more_equal_times_than_a_page(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1), -1), *((at(2), number) for number in range(1200)), (at(3), -2)])
        tags = ["A", *(f"T{number}" for number in range(19))]
        for tag in tags[1:]:
            pi.add(tag, [])

        rows, _ = read(connector(max_items_per_call="2000"), tags)

        check(pi, rows, ["A"])
        assert max(row["occurrence"] for row in rows) == 1199

    def test_equal_times_at_a_cut(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(number // 4), number) for number in range(400)])

        for page in (50, 51, 52, 53):
            rows, _ = read(connector(max_items_per_call=str(page)), ["A"])
            check(pi, rows, ["A"])

    def test_exactly_a_thousand_equal_times_end(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [*((at(2), number) for number in range(1000)), (at(3), -2)])

        rows, _ = read(connector(), ["A"])

        check(pi, rows, ["A"])

    def test_more_equal_times_than_the_server_gives_are_reported(self, pi: PiServer, connector: Connectors) -> None:
        pi.most = 100
        pi.add("A", [(at(2), number) for number in range(101)])
        pi.add("B", [(at(2), 5)])
        one = connector()

        rows, _ = read(one, ["A", "B"])

        assert {row["tag_webid"] for row in rows} == {"B"}
        assert [(problem.webid, "100" in problem.message) for problem in one.problems] == [("A", True)]

    def test_values_100_ns_apart_stay_two(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1, 1), 1), (at(1, 2), 2)])

        rows, _ = read(connector(), ["A"])

        assert [(row["timestamp"][-10:], row["sub_microsecond"]) for row in rows] == [("01.000000Z", 1), ("01.000000Z", 2)]

    @pytest.mark.parametrize("seed", range(3))
    def test_any_mixture_of_rates_and_pages(self, pi: PiServer, connector: Connectors, seed: int) -> None:
        luck = random.Random(seed)  # noqa: S311  # tests need no secrets
        tags = [f"T{number}" for number in range(30)]
        for tag in tags:
            times = sorted(luck.choice([luck.randrange(3600), luck.randrange(5)]) for _ in range(luck.choice([0, 1, 30, 400])))
            pi.add(tag, [(at(second), number) for number, second in enumerate(times)])
        pi.most = luck.choice([300, 1000, 150_000])
        size = {"max_items_per_call": str(luck.choice([900, 5000])), "tags_per_request": str(luck.choice([7, 30]))}

        rows, _ = read(connector(**size, threads="3"), tags, max_records_per_batch="500", window_minutes="25")

        check(pi, rows, tags)


class TestRequests:
    def test_1040_tags_take_11_requests(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"F1DPkm7hQHxB0i6VfC9MwAA{number:040d}" for number in range(1040)]
        for tag in tags:
            pi.add(tag, [(at(number * 900), number) for number in range(4)])

        one = connector(late_hours="0")
        rows, offset = one.read_table(TABLE, None, {"tag_webids": ",".join(tags)})

        check(pi, list(rows), tags)
        read(one, tags, offset)
        assert len(pi.gets) == 11

    def test_and_one_more_where_what_comes_late_is_told(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"F1DPkm7hQHxB0i6VfC9MwAA{number:040d}" for number in range(1040)]
        for tag in tags:
            pi.add(tag, [(at(number * 900), number) for number in range(4)])

        read(connector(), tags)

        assert len(pi.gets) == 12  # a batch of counts

    def test_a_servers_limit_is_learnt_from_the_first_answers(self, pi: PiServer, connector: Connectors) -> None:
        pi.most = 50
        tags = [f"T{number}" for number in range(12)]
        for tag in tags:
            pi.add(tag, [(at(number), number) for number in range(3)])

        read(connector(tags_per_request="3", max_items_per_call="900"), tags)

        asked = [int(request.query["maxCount"][0]) for request in pi.requests if request.path.endswith("recorded")]
        assert {count for count in asked if count > 50} == {300}
        assert asked.count(300) <= 2  # one goes out while the other is under way

    def test_no_url_grows_too_long(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"F1DPkm7hQHxB0i6VfC9MwAA{number:0100d}" for number in range(60)]
        for tag in tags:
            pi.add(tag, [(at(1), 1)])
        lengths = []
        pi.trouble.append(lambda request: lengths.append(sum(len(tag) + 7 for tag in request.webids)))

        read(connector(), tags)

        assert max(lengths) < 1900

    @pytest.mark.parametrize("which", ["one part", "every tenth", "the whole"])
    def test_503_in_a_batch_loses_nothing(self, pi: PiServer, connector: Connectors, which: str) -> None:
        tags = [f"F1DPkm7hQHxB0i6VfC9MwAA{number:0100d}" for number in range(100)]
        for tag in tags:
            pi.add(tag, [(at(number), number) for number in range(5)])
        left = {"one part": [1], "every tenth": [1, 10, 20], "the whole": [0]}[which]
        seen = [0]

        def cause(request: Request) -> Any:
            seen[0] += 1
            due = request.path.endswith("/batch") if which == "the whole" else request.part and seen[0] in left
            if due and (which != "the whole" or left):
                left.pop()
                return 503, {}
            return None

        pi.trouble.append(cause)
        rows, _ = read(connector(), tags)

        check(pi, rows, tags)

    def test_a_web_exception_of_one_stream_passes(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(1), 1)])
        pi.tags["A"].broken = 200, {"Items": [], "WebException": {"StatusCode": 503, "Errors": ["timed out"]}}
        calls = [0]

        def mend(_: Request) -> None:
            calls[0] += 1
            if calls[0] == 3:
                pi.tags["A"].broken = None

        pi.trouble.append(mend)
        rows, _ = read(connector(), ["A", "B"])

        check(pi, rows, ["A", "B"])

    def test_a_reset_in_the_middle_of_a_body(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1), 1)])
        broken = [(200, Raw(b'{"Items": [{"WebId"', 4000))]
        pi.trouble.append(lambda _: broken.pop() if broken else None)

        rows, _ = read(connector(), ["A"])

        check(pi, rows, ["A"])

    def test_a_server_that_is_away_is_an_error_and_no_empty_table(self, pi: PiServer, connector: Connectors) -> None:
        pi.trouble.append(lambda _: (503, {}))

        with pytest.raises(PiUnavailableError):
            connector(max_tries="2").read_table(TABLE, None, {"tag_webids": "A"})


class TestTags:
    @pytest.mark.parametrize("status", [403, 404])
    def test_a_tag_that_is_forbidden_or_deleted_stops_nobody_else(
        self, pi: PiServer, connector: Connectors, status: int
    ) -> None:
        tags = [f"T{number}" for number in range(9)]
        for tag in tags:
            pi.add(tag, [(at(1), 1)])
        pi.tags["T4"].broken = status, {"Errors": ["not for you"]}
        one = connector()

        rows, offset = read(one, tags)

        check(pi, rows, [tag for tag in tags if tag != "T4"])
        assert [(problem.webid, problem.status) for problem in one.problems] == [("T4", status)]
        pi.tags["T4"].broken = None
        late, _ = read(one, tags, offset)
        check(pi, late, ["T4"])

    def test_when_no_tag_can_be_read_it_is_an_error(self, connector: Connectors) -> None:
        with pytest.raises(PiError, match="none of 2 can be read"):
            connector().read_table(TABLE, None, {"tag_webids": "A,B"})

    def test_a_tag_that_is_added_begins_with_its_lookback(self, pi: PiServer, connector: Connectors) -> None:
        for tag in "AB":
            pi.add(tag, [(at(60 * number), number) for number in range(50)])
        one = connector()
        _, offset = read(one, ["A"])

        rows, _ = read(one, ["A", "B"], offset)

        check(pi, rows, ["B"])

    def test_a_tag_that_is_renamed_keeps_its_place(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60), 1)])
        one = connector()
        _, offset = read(one, ["A"])
        pi.tags["A"].name = "new name"
        pi.tags["A"].values.append({"Timestamp": at(3700), "Value": 2})
        set_clock(one, timedelta(hours=1))

        rows, _ = read(one, ["A"], offset)

        assert [(row["tag_name"], row["value"]) for row in rows] == [("new name", 2)]

    def test_without_tag_webids_all_points_are_read(self, pi: PiServer, connector: Connectors) -> None:
        pi.lists["/dataservers"] = [{"WebId": "S1"}]
        pi.lists["/dataservers/S1/points"] = [{"WebId": "A"}, {"WebId": "B"}]
        for tag in "AB":
            pi.add(tag, [(at(60), 1)])

        rows, _ = read(connector(), [])

        check(pi, rows, ["A", "B"])


class TestPartitions:
    def batches(
        self, one: OsipiLakeflowConnect, offset: dict[str, Any], tags: str
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while (after := one.latest_offset(TABLE, {"tag_webids": tags}, offset)) != offset:
            for part in one.get_partitions(TABLE, {"tag_webids": tags}, offset, after):
                rows += one.read_partition(TABLE, part, {"tag_webids": tags})
            offset = after
        return rows, offset

    def test_batches_follow_each_other_without_gap_or_double(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10 * number), number) for number in range(800)])
        pi.add("B", [(at(20 * number), number) for number in range(400)])
        one = connector(partitioned="true", tags_per_request="1", window_minutes="7")
        rows, offset = self.batches(one, {}, "A,B")
        set_clock(one, timedelta(hours=2))
        more, _ = self.batches(one, offset, "A,B")

        assert one.is_partitioned(TABLE)
        check(pi, rows + more, ["A", "B"])

    def test_what_lies_in_the_past_as_a_whole_is_read_to_its_end(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10 * number), number) for number in range(60)])
        one = connector(partitioned="true", startTime=at(0), endTime=at(590))
        set_clock(one, timedelta(hours=5))
        rows, _ = self.batches(one, {}, "A")

        assert [row["value"] for row in rows] == list(range(60))

    def test_a_batch_that_is_repeated_is_the_same(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(10 * number), number) for number in range(800)])
        one = connector()
        end = one.latest_offset(TABLE, {"tag_webids": "A"}, {})
        runs = []
        for later in (0, 1):
            one = connector()
            set_clock(one, timedelta(hours=later))
            parts = one.get_partitions(TABLE, {"tag_webids": "A"}, {}, end)
            runs.append([key(row) for part in parts for row in one.read_partition(TABLE, part, {"tag_webids": "A"})])

        assert runs[0] == runs[1] != []

    def test_a_stream_is_partitioned_only_when_asked_for(self, connector: Connectors) -> None:
        assert not connector().is_partitioned(TABLE)
        assert not connector(partitioned="true").is_partitioned("pi_event_frames")

    def test_a_connector_travels_to_a_worker(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60), 1)])
        one = connector()
        read(one, ["A"])

        assert pickle.loads(pickle.dumps(one)).options == one.options  # noqa: S301  # our own


def test_a_partitioned_stream_refuses_the_places_of_an_unpartitioned_one(pi: PiServer, connector: Connectors) -> None:
    pi.add("A", [(at(1), 1)])
    _, offset = read(connector(), ["A"])

    with pytest.raises(OffsetError, match="partitioned"):
        connector(partitioned="true").latest_offset(TABLE, {}, offset)


def test_commas_alone_are_not_all_tags(connector: Connectors) -> None:
    with pytest.raises(OptionsError, match="tag_webids"):
        connector().read_table(TABLE, None, {"tag_webids": " , "})


@pytest.mark.parametrize(
    "table", ["pi_timeseries", "pi_current_value", "pi_interpolated", "pi_summary", "pi_plot", "pi_points"]
)
def test_no_visible_point_is_an_error(pi: PiServer, connector: Connectors, table: str) -> None:
    pi.lists["/dataservers"] = [{"WebId": "S", "Name": "S"}]
    pi.lists["/dataservers/S/points"] = []

    with pytest.raises(PiError, match="no point is visible that matches the nameFilter 'nomatch"):
        list(connector(nameFilter="nomatch*").read_table(table, None, {})[0])


def test_null_is_an_option_that_is_not_given() -> None:
    assert settings_of({"pi_base_url": "http://pi", "access_token": None, "threads": None}) == settings_of(
        {"pi_base_url": "http://pi"}
    )
