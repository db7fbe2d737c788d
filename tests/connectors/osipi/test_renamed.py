"""Tags that come, go, are renamed or made anew between runs: each is read on or begun where it should, and told once."""

from __future__ import annotations

import json
import logging
import struct
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.webids import has_id, path_of, stable_id
from tests.connectors.osipi.points import SERVER, full, id_only, packed
from tests.connectors.osipi.recorded import TABLE, Connectors, at, key, read, set_clock

if TYPE_CHECKING:
    from uuid import UUID

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer


class Plant:
    """Points with ids and names on the tests' server, and a connector that reads on day after day."""

    def __init__(self, pi: PiServer, connector: Connectors) -> None:
        self._pi, self._connector = pi, connector
        self.server, self.names = "PLANT", dict[int, str]()
        self.offset: Any = None
        self.rows: list[dict[str, Any]] = []
        pi.lists["/dataservers"] = [{"WebId": "S"}]

    def webid(self, number: int) -> str:
        return full(number, self.names[number], self.server)

    def make(self, number: int, name: str, minutes: range, created: str = "") -> None:
        """Make a point with a value at each of these minutes after 11:00."""
        self.names[number] = name
        self._pi.add(self.webid(number), [(at(minute * 60), minute) for minute in minutes])
        if created:
            self._pi.objects[f"/points/{id_only(number)}/attributes/creationdate"] = {"Value": created}

    def rename(self, **more: Any) -> None:
        """Give points (`names`) or the server (`server`) other names."""
        tags = {number: self._pi.tags.pop(self.webid(number)) for number in self.names}
        self.server = more.get("server", self.server)
        self.names |= more.get("names", {})
        for number, tag in tags.items():
            tag.name = self.names[number]
            self._pi.tags[self.webid(number)] = tag

    def delete(self, number: int) -> None:
        del self._pi.tags[self.webid(number)]
        del self.names[number]

    def run(self, hours: float, **options: str) -> list[str]:
        """Read all that is new so many hours after noon, by a new process; give what was told, without repetition."""
        items = [
            {"WebId": self.webid(number), "Name": name, "Path": f"\\\\{self.server}\\{name}", "Id": number}
            for number, name in self.names.items()
        ]
        self._pi.lists["/dataservers/S/points"] = items
        one: OsipiLakeflowConnect = self._connector(**options)
        set_clock(one, timedelta(hours=hours))
        told = []
        for _ in range(50):
            rows, after = one.read_table(TABLE, self.offset, {})
            self.rows += rows
            told += [f"{problem.tag}: {problem.message}" for problem in one.problems]
            if after == self.offset:
                return told
            self.offset = json.loads(json.dumps(after))
        raise AssertionError("the run does not end")

    def landed(self, webid: str) -> list[float]:
        """Give the values that landed under a WebID, in order, each once."""
        assert max(Counter(map(key, self.rows)).values()) == 1
        return sorted(row["value"] for row in self.rows if row["tag_webid"] == webid)


@pytest.fixture
def plant(pi: PiServer, connector: Connectors) -> Plant:
    return Plant(pi, connector)


class TestRenamed:
    @pytest.mark.parametrize(
        "what", [{"names": {1: "Renamed.Flow"}}, {"server": "OTHER"}, {"names": {1: "x"}, "server": "OTHER"}]
    )
    def test_tags_go_on_from_their_places_under_the_webid_that_they_had(self, plant: Plant, what: dict[str, Any]) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.make(2, "Level", range(60 * 24))
        first = plant.webid(1)
        assert plant.run(0) == []
        plant.rename(**what)

        told = plant.run(12)
        assert plant.run(20) == []

        assert plant.landed(first) == list(range(60 * 21 + 1))
        assert {row["tag_webid"] for row in plant.rows} == {first, full(2, "Level")}
        assert {row["tag_id"] for row in plant.rows} == {id_only(1), id_only(2)}
        assert len(told) == (2 if "server" in what else 1)
        assert "was renamed: it was PLANT\\FLOW" in told[0]
        assert f"{plant.server}\\{plant.names[1]}" in told[0]

    def test_the_name_that_a_tag_had_before_counts_no_more_than_any(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.run(0)
        plant.rename(names={1: "New"})
        plant.run(1)
        plant.rename(names={1: "Flow"})

        (told,) = plant.run(2)

        assert "it was PLANT\\New, and is read on as PLANT\\Flow" in told
        assert "paths" not in plant.offset
        assert plant.landed(full(1, "Flow")) == list(range(60 * 3 + 1))

    def test_two_tags_that_swap_their_names_stay_two(self, plant: Plant) -> None:
        plant.make(1, "Old", range(60 * 24))
        plant.make(2, "New", range(0, 60 * 24, 7))
        plant.run(0)
        plant.rename(names={1: "New", 2: "Old"})

        assert len(plant.run(2)) == 2

        assert plant.landed(full(1, "Old")) == list(range(181))
        assert plant.landed(full(2, "New")) == list(range(0, 181, 7))

    @pytest.mark.parametrize("given", ["old", "new", "old and new", "id"])
    def test_tags_that_an_option_names_by_any_of_their_webids_are_one(self, plant: Plant, given: str) -> None:
        plant.make(1, "Old", range(60 * 24))
        old, new = full(1, "Old"), full(1, "New")
        plant.run(0, tag_webids=old)
        plant.rename(names={1: "New"})
        option = {"old": old, "new": new, "old and new": f"{new},{old}", "id": id_only(1)}[given]

        told = plant.run(2, tag_webids=option)
        assert plant.run(3, tag_webids=option) == []

        assert plant.landed(old) == list(range(60 * 4 + 1))
        assert ["was renamed" in one for one in told] == [True]

    def test_the_offset_of_an_older_version_goes_on(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.run(0)
        assert plant.offset.keys() <= {"version", "until", "tags", "guards"}, "nothing is remembered of plain tags"

    @pytest.mark.parametrize("table", ["pi_interpolated", "pi_plot", "pi_streamset_summary", "pi_calculated"])
    def test_values_that_the_server_computes_go_on_too(
        self, pi: PiServer, connector: Connectors, plant: Plant, table: str
    ) -> None:
        plant.make(1, "Flow", range(1))
        asked: list[tuple[str, str]] = []

        def answer(request: Any) -> Any:
            asked.append((request.query["startTime"][0], request.query["endTime"][0]))
            value = {"Timestamp": request.query["endTime"][0], "Value": 1.0, "Good": True}
            items = [{"Type": "Average", "Value": value}] if "summary" in request.path else [value]
            return 200, {"Items": items if "calculation" in request.path else [{"WebId": plant.webid(1), "Items": items}]}

        for path in ("interpolated", "plot", "summary"):
            pi.objects[f"/streamsets/{path}"] = answer
        pi.objects["/calculation/intervals"] = answer
        options = {"interval": "1h", "lookback_minutes": "60", "summaryType": "Average"}
        options |= {"sampleInterval": "1h"} if table == "pi_calculated" else {}
        offset = None
        for hours, name in ((0, "Flow"), (1, "New"), (2, "New")):
            plant.rename(names={1: name})
            item = {"WebId": plant.webid(1), "Name": name, "Path": f"\\\\PLANT\\{name}"}
            pi.lists["/dataservers/S/points"] = [item]
            one = connector(**options)
            set_clock(one, timedelta(hours=hours))
            rows, offset = one.read_table(table, offset, {})
            assert {(row["tag_webid"], row["tag_id"]) for row in rows} == {(full(1, "Flow"), id_only(1))}
            assert len(one.problems) == (hours == 1)

        assert sorted(set(asked)) == sorted(asked), "no stretch was read twice"

    def test_partitioned_tags_go_on_without_a_gap_under_their_new_webids(self, pi: PiServer, connector: Connectors) -> None:
        values = [(at(minute * 60), minute) for minute in range(300)]
        pi.lists["/dataservers"] = [{"WebId": "S"}]
        rows: list[dict[str, Any]] = []
        start: dict[str, Any] = {}
        for hours, tags in ((0, {1: "Old"}), (2, {1: "New", 2: "Made since"})):
            pi.tags.clear()
            for number, name in tags.items():
                pi.add(full(number, name), values)
            pi.lists["/dataservers/S/points"] = [{"WebId": webid} for webid in pi.tags]
            one = connector(partitioned="true", settle_seconds="0")
            set_clock(one, timedelta(hours=hours))
            end = one.latest_offset(TABLE, {}, start)
            for part in one.get_partitions(TABLE, {}, start, end):
                rows += one.read_partition(TABLE, part, {})
            start = end

        found = {
            webid: [row["value"] for row in rows if row["tag_webid"] == webid] for webid in {one["tag_webid"] for one in rows}
        }
        assert found == {
            full(1, "Old"): list(range(61)),
            full(1, "New"): list(range(61, 181)),
            full(2, "Made since"): list(range(61, 181)),
        }
        assert {row["tag_id"] for row in rows} == {id_only(1), id_only(2)}


class TestMadeAnew:
    def test_a_tag_that_has_the_name_of_a_deleted_one_is_a_tag_of_its_own(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60))
        plant.run(0)
        plant.delete(1)
        plant.make(2, "Flow", range(70, 60 * 24))

        (told,) = plant.run(12)
        assert plant.run(13) == []

        assert told.startswith("Flow (\\\\PLANT\\Flow, ")
        assert "was deleted and made anew" in told
        assert full(1, "Flow") in told
        assert plant.landed(full(1, "Flow")) == list(range(60))
        assert plant.landed(full(2, "Flow")) == list(range(70, 60 * 14 + 1))

    def test_another_point_that_the_server_finds_by_the_name_is_not_taken_for_the_deleted_one(
        self, pi: PiServer, connector: Connectors
    ) -> None:
        pi.add("B", [(at(1), 5)])
        stranger = {"WebId": full(2, "Flow"), "Name": "Flow", "Items": [{"Timestamp": at(1), "Value": 1}]}
        pi.trouble.append(lambda request: (200, {"Items": [stranger]}) if request.webids == [id_only(1)] else None)
        one = connector(tags_per_request="1")

        rows, _ = read(one, [full(1, "Flow"), "B"])

        assert [row["tag_webid"] for row in rows] == ["B"]
        assert [(problem.webid, problem.status) for problem in one.problems] == [(full(1, "Flow"), 404)]


class TestNew:
    def test_a_tag_made_while_nothing_ran_is_read_from_its_creation(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.run(0)
        plant.make(2, "Level", range(60 * 3, 60 * 24), created=at(3600 * 3))

        (told,) = plant.run(20)
        assert plant.run(21) == []

        assert plant.landed(full(2, "Level")) == list(range(60 * 3, 60 * 22 + 1))
        assert told.startswith("Level (\\\\PLANT\\Level, ")
        assert told.endswith("is new to this table, and is read from 2026-03-01T14:00:00Z on")

    def test_one_that_was_made_shortly_before_the_table_was_read_begins_at_its_creation_too(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.run(0)
        plant.make(2, "Level", range(57, 60 * 24), created=at(57 * 60))

        plant.run(20)

        assert plant.landed(full(2, "Level")) == list(range(57, 60 * 21 + 1)), "the server's clock may have been behind"

    @pytest.mark.parametrize("created", ["", "no time", "2020-01-01T00:00:00Z"])
    def test_one_of_unknown_or_older_creation_begins_where_the_table_stood(self, plant: Plant, created: str) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.run(0)
        plant.make(2, "Level", range(60 * 24), created=created)

        plant.run(20)

        assert plant.landed(full(2, "Level")) == list(range(60, 60 * 21 + 1))

    def test_the_tag_that_was_read_least_far_says_where_the_table_stood(self, pi: PiServer, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.make(2, "Level", range(60 * 24))
        plant.run(0)
        pi.tags[plant.webid(2)].broken = (403, {"Errors": ["not for you"]})
        plant.run(8)
        plant.make(3, "Speed", range(60 * 24))

        plant.run(20)

        assert plant.landed(full(3, "Speed")) == list(range(60, 60 * 21 + 1))

    def test_a_tag_that_went_long_ago_does_not(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.make(2, "Level", range(60 * 24))
        plant.run(0)
        plant.delete(2)
        plant.run(8)
        plant.make(3, "Speed", range(60 * 24))

        plant.run(20)

        assert plant.landed(full(3, "Speed"))[0] == 60 * 9

    def test_all_creations_are_asked_for_in_one_batch(self, pi: PiServer, plant: Plant) -> None:
        plant.make(0, "Flow", range(1))
        plant.run(0)
        for number in range(1, 40):
            plant.make(number, f"T{number}", range(1), created=at(3600))
        pi.requests.clear()

        plant.run(12, late_hours="0")

        assert [request.path.rpartition("/")[2] for request in pi.gets] == ["dataservers", "points", "batch", "batch"]


class TestGone:
    def test_a_tag_that_a_list_has_no_more_is_told_once_and_goes_on_when_it_is_back(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60 * 24))
        plant.make(2, "Level", range(60 * 24))
        plant.run(0)
        hidden = plant.names.pop(2)

        (told,) = plant.run(1)
        assert plant.run(2) == []
        plant.names[2] = hidden
        (back,) = plant.run(3)
        assert plant.run(4) == []

        assert told == (
            f"LEVEL (\\\\PLANT\\LEVEL, {full(2, 'Level')}): is in the list of tags no more: it was deleted, or nameFilter "
            "leaves it out, or the account may not see it any more; its place is kept, at 2026-03-01T12:00:00Z"
        )
        assert "Level" in back
        assert "is there again, and read on from 2026-03-01T12:00:00Z" in back
        assert plant.landed(full(2, "Level")) == list(range(60 * 5 + 1))

    def test_a_tag_that_an_option_does_not_name_any_more_is_not_gone(self, plant: Plant) -> None:
        plant.make(1, "Flow", range(60))
        plant.make(2, "Level", range(60))
        plant.run(0)

        assert plant.run(1, tag_webids=plant.webid(1)) == []

    def test_it_is_logged(self, plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
        plant.make(1, "Flow", range(60))
        plant.make(2, "Level", range(60))
        plant.run(0)
        plant.delete(2)
        with caplog.at_level(logging.WARNING):
            plant.run(1)

        assert "\\\\PLANT\\LEVEL" in caplog.text


class TestWebIds:
    @given(st.integers(1, 2**32 - 1), st.text(st.characters(exclude_categories=["Cs"])), st.uuids())
    def test_what_stays_of_a_full_one_is_the_idonly_one(self, number: int, name: str, server: UUID) -> None:
        ids = packed(server.bytes_le) + packed(struct.pack("<I", number))
        path = f"PI\\{name}"

        assert stable_id(f"F1DP{ids}{packed(path.encode())}") == stable_id(f"I1DP{ids}") == f"I1DP{ids}"
        assert path_of(f"F1DP{ids}{packed(path.encode())}") == path_of(f"P1DP{packed(path.encode())}") == path
        assert has_id(f"I1DP{ids}")

    @given(st.text() | st.from_regex(r"[FIP]1(DP|AbE|Em|RS)[\w-]*", fullmatch=True))
    def test_anything_else_is_left_as_it_is(self, text: str) -> None:
        stays = stable_id(text)

        assert stays == text or (text.startswith("F1") and has_id(stays) and path_of(text))

    @pytest.mark.parametrize(
        ("marker", "ids", "path"),
        [("RS", 1, "AF"), ("DS", 1, "PI"), ("RD", 2, "AF\\DB"), ("Em", 2, "AF\\DB\\E"), ("Fm", 2, "AF\\DB\\EVENTFRAMES[F]")],
    )
    def test_what_stays_of_an_asset_is_the_idonly_one(self, marker: str, ids: int, path: str) -> None:
        own = packed(SERVER.bytes_le) * ids

        assert stable_id(f"F1{marker}{own}{packed(path.encode())}") == f"I1{marker}{own}"
        assert path_of(f"F1{marker}{own}{packed(path.encode())}") == path

    def test_an_attribute_has_three_ids_as_aveva_shows_them(self) -> None:
        shown = "AbEDqD5loBNH0erqeqJodtALAYIKyyz2F5BGAxQAVXYRDBAGyPedZG1sUmxOOclp3Flwg"

        assert stable_id("F1" + shown + packed(b"SERVER\\DB\\E|A")) == f"I1{shown}"
        assert has_id(f"I1{shown}")


@pytest.mark.parametrize(
    ("table", "option", "marker", "path"),
    [
        ("pi_element_attributes", "element_webids", "Em", "/elements/{}/attributes"),
        ("pi_eventframe_annotations", "event_frame_webids", "Fm", "/eventframes/{}"),
        ("pi_af_table_rows", "table_webids", "Bl", "/tables/{}/data"),
    ],
)
def test_another_object_that_the_server_finds_by_the_path_is_not_taken_for_the_deleted_one(
    pi: PiServer, connector: Connectors, table: str, option: str, marker: str, path: str
) -> None:
    webid = "F1" + marker + packed(SERVER.bytes_le) * 2 + packed(b"AF\\DB\\E")
    found = {"Items": [{"WebId": "A", "Id": "1", "Name": "Level"}], "Rows": [{"Site": "North"}]}
    pi.objects |= {path.format(webid): found, f"/eventframes/{webid}/annotations": found}
    one = connector(**{option: webid})

    rows, _ = one.read_table(table, None, {})

    assert list(rows) == []
    assert [(problem.webid, problem.status) for problem in one.problems] == [(webid, 404)]
