"""Recorded values from run to run: where a read begins, what an offset holds, and what a run that is cut off leaves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.problems import OffsetError, OptionsError
from connectors.osipi.times import from_datetime
from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.recorded import TABLE, Connectors, at, check, read, set_clock

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer


class TestOffsets:
    def test_reads_go_on_from_the_offset_in_another_process(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(300)])
        rows: list[dict[str, Any]] = []
        offset = None
        for hour in range(5):
            one = connector()
            set_clock(one, timedelta(hours=hour))
            some, offset = read(one, ["A"], offset)
            rows += some

        check(pi, rows, ["A"])

    def test_a_value_that_comes_late_within_the_overlap_is_read_once(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3600 - 200), 1), (at(3600 - 100), 2)])
        one = connector()
        rows, offset = read(one, ["A"])
        pi.tags["A"].values[1:1] = [{"Timestamp": at(3600 - 200), "Value": 3}, {"Timestamp": at(3600 - 150, 7), "Value": 4}]
        set_clock(one, timedelta(minutes=1))

        late, offset = read(one, ["A"], offset)

        assert [(row["value"], row["occurrence"], row["sub_microsecond"]) for row in late] == [(3, 1, 0), (4, 0, 7)]
        check(pi, rows + late, ["A"])
        assert read(one, ["A"], offset)[0] == []

    def test_more_overlap_than_before_doubles_nothing(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(60 * number), number) for number in range(60)])
        one = connector()
        rows, offset = read(one, ["A"], overlap_minutes="1")
        set_clock(one, timedelta(minutes=1))

        more, _ = read(one, ["A"], offset, overlap_minutes="30")

        check(pi, rows + more, ["A"])

    def test_idle_reads_add_no_row_and_end(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3599), 1), (at(3600), 2)])
        one = connector()
        _, offset = read(one, ["A"])

        for minute in range(1, 4):
            set_clock(one, timedelta(minutes=minute))
            rows, offset = read(one, ["A"], offset)
            assert rows == []

    def test_future_data_is_read_when_asked_for(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3500), 1), (at(7000), 2)])

        assert [row["value"] for row in read(connector(), ["A"])[0]] == [1]
        assert [row["value"] for row in read(connector(), ["A"], future_minutes="120")[0]] == [1, 2]

    @pytest.mark.parametrize(
        "offset",
        [
            {"offset": "done"},
            {"version": 2},
            {"version": 1, "until": "soon", "tags": "{}"},
            {"version": 1, "until": "", "tags": "["},
        ],
    )
    def test_a_bad_offset_is_a_clear_error(self, connector: Connectors, offset: Any) -> None:
        with pytest.raises(OffsetError, match="full refresh"):
            connector().read_table(TABLE, offset, {"tag_webids": "A"})

    def test_the_offset_stays_small(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"T{number}" for number in range(30)]
        for tag in tags:
            pi.add(tag, [(at(3300 + number), number) for number in range(300)])

        _, offset = read(connector(), tags)

        assert len(str(offset)) < 30_000

    def test_start_and_lookback_choose_where_the_first_read_begins(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(from_datetime(NOW - timedelta(hours=hour)) + "Z", hour) for hour in range(30, 0, -1)])

        for options, first in (({"startTime": "*-1d"}, 24), ({"lookback_minutes": "180"}, 3), ({"startTime": "t"}, 12)):
            assert read(connector(), ["A"], **options)[0][0]["value"] == first


class TestAFirstRunThatIsCutOff:
    """The first batch is kept, and the next read comes hours later: nothing of the tags that were not reached is lost."""

    def test_tags_that_were_not_reached_begin_where_the_others_did(self, pi: PiServer, connector: Connectors) -> None:
        tags = [f"T{number}" for number in range(8)]
        for tag in tags:
            pi.add(tag, [(at(minute * 60), minute) for minute in range(240)])
        options = {"tags_per_request": "1", "max_records_per_batch": "1", "lookback_minutes": "60"}
        rows, offset = connector(**options).read_table(TABLE, None, {"tag_webids": ",".join(tags)})
        first = list(rows)
        assert {row["tag_webid"] for row in first} == {"T0"}

        later = connector(**options)
        set_clock(later, timedelta(hours=3))
        rest, _ = read(later, tags, json.loads(json.dumps(offset)))

        check(pi, [*first, *rest], tags)

    def test_a_relative_start_is_that_of_the_first_batch(self, pi: PiServer, connector: Connectors) -> None:
        for tag in ("A", "B"):
            pi.add(tag, [(at(3600), 1), (at(7200), 2)])
        options = {"startTime": "*"}
        rows, offset = connector(**options).read_table(TABLE, None, {"tag_webids": "A,B"})
        first = list(rows)

        later = connector(**options)
        set_clock(later, timedelta(hours=3))
        rest, _ = read(later, ["A", "B"], offset)

        check(pi, [*first, *rest], ["A", "B"])

    def test_a_tag_that_is_added_later_begins_where_the_table_stood(self, pi: PiServer, connector: Connectors) -> None:
        for tag in ("A", "B"):
            pi.add(tag, [(at(minute * 60), minute) for minute in range(240)])
        _, offset = read(connector(), ["A"])

        later = connector()
        set_clock(later, timedelta(hours=2))
        rows, _ = read(later, ["A", "B"], offset)

        assert min(row["value"] for row in rows if row["tag_webid"] == "B") == 60, "two hours ago, not one"


class TestWhereAReadBeginsAndEnds:
    """No option moves a tag's place to where values are still to come, for what comes before it would never be read."""

    @pytest.mark.parametrize("options", [{"startTime": "2027-01-01"}, {"startTime": "*-30m", "endTime": "*-1h"}])
    @pytest.mark.parametrize("table", [TABLE, "pi_interpolated", "pi_event_frames"])
    def test_a_start_after_the_end_is_refused(self, connector: Connectors, table: str, options: dict[str, str]) -> None:
        with pytest.raises(OptionsError, match="startTime is"):
            connector().read_table(table, None, {"tag_webids": "A", **options})

    def test_a_start_after_the_end_is_refused_of_a_partitioned_stream(self, connector: Connectors) -> None:
        with pytest.raises(OptionsError, match="startTime is 2027"):
            connector(partitioned="true").latest_offset(TABLE, {"startTime": "2027-01-01"})

    def test_an_end_that_lies_ahead_is_now(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(1800), 1), (at(7200), 2)])
        first, offset = read(connector(), ["A"], endTime="2027-01-01")
        later = connector()
        set_clock(later, timedelta(hours=2))

        rest, _ = read(later, ["A"], offset, endTime="2027-01-01")

        check(pi, [*first, *rest], ["A"])

    def test_the_look_back_counts_from_an_end_in_the_past(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(-3600 * 5), 1), (at(-3600 * 4), 2)])
        first, offset = read(connector(), ["A"], endTime=at(-3600 * 4.5))
        assert [row["value"] for row in first] == [1]

        rest, _ = read(connector(), ["A"], offset)

        check(pi, [*first, *rest], ["A"])

    def test_an_end_counts_in_points_of_the_future_too(self, pi: PiServer, connector: Connectors) -> None:
        pi.add("A", [(at(3700), 1), (at(3900), 2)])

        rows, _ = read(connector(), ["A"], endTime="*+3m", future_minutes="10")

        assert [row["value"] for row in rows] == [1]

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("startTime", "2026-13-45T99:99:99Z"),
            ("startTime", "*-99999y"),
            ("startTime", "1969-12-31"),
            ("endTime", "9998-01-01"),
            ("lookback_minutes", "1e9"),
            ("overlap_minutes", "1e9"),
            ("future_minutes", "1e9"),
            ("window_minutes", "1e9"),
        ],
    )
    def test_a_time_that_cannot_be_is_an_error_that_names_the_option(
        self, connector: Connectors, name: str, given: str
    ) -> None:
        with pytest.raises(OptionsError, match=f"^{name}"):
            connector().read_table(TABLE, None, {"tag_webids": "A", name: given})

    @pytest.mark.parametrize(
        ("table", "name", "given"),
        [
            ("pi_event_frames", "lookback_days", "1e9"),
            ("pi_event_frames", "overlap_days", "1e9"),
            ("pi_interpolated", "lookback_minutes", "1e9"),
            ("pi_interpolated", "interval", "9999999d"),
            ("pi_current_value", "time", "*-9999y"),
        ],
    )
    def test_of_other_tables_too(self, connector: Connectors, table: str, name: str, given: str) -> None:
        with pytest.raises(OptionsError, match=f"^{name}"):
            list(connector().read_table(table, None, {"tag_webids": "A", name: given})[0])
