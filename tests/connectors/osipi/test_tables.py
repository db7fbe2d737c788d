"""Every table is read by requests that PI Web API has, into the columns that its schema says."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.__main__ import main
from connectors.osipi.catalogue import BY_NAME
from connectors.osipi.problems import OffsetError, OptionsError
from connectors.osipi.tables import TABLES
from connectors.osipi.tags import as_values, tag_weights
from headgate.inventory.values import parse_values
from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.filled import fill, one_value, streams
from tests.connectors.osipi.recorded import set_clock

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Reply, Request

Connectors = Callable[..., OsipiLakeflowConnect]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def plant(pi: PiServer) -> PiServer:
    return fill(pi)


def rows_of(one: OsipiLakeflowConnect, name: str, **options: str) -> list[dict[str, Any]]:
    return list(one.read_table(name, None, options)[0])


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_table_gives_rows_of_its_columns_and_then_nothing_more(plant: PiServer, connector: Connectors, name: str) -> None:
    one = connector()
    rows, offset = one.read_table(name, None, {})
    found = list(rows)

    assert found
    columns = {column.name: column for column in TABLES[name].columns}
    for row in found:
        assert row.keys() == columns.keys()
        assert [column for column in columns.values() if column.required and row[column.name] is None] == []
    keys = [tuple(row[key] for key in BY_NAME[name].primary_keys) for row in found]
    assert len(set(keys)) == len(keys)
    again, offset = one.read_table(name, offset, {})  # a first read of recorded values ends by counting what is behind it
    assert list(again) == []
    again, after = one.read_table(name, offset, {})
    assert (list(again), after) == ([], offset)
    assert plant.gets


@pytest.mark.parametrize("name", list(BY_NAME))
def test_partitions_of_a_batch_give_the_same_rows(plant: PiServer, connector: Connectors, name: str) -> None:
    one = connector(tags_per_request="1")
    parts = one.get_partitions(name, {})
    found = [row for part in parts for row in one.read_partition(name, part, {})]

    assert sorted(map(str, found)) == sorted(map(str, rows_of(one, name)))
    assert len(parts) == (2 if TABLES[name].by_tag else 1)
    assert plant.gets


def test_the_tables_are_those_of_the_catalogue_and_have_its_columns() -> None:
    assert list(TABLES) == list(BY_NAME)
    for name, table in BY_NAME.items():
        columns = {column.name for column in TABLES[name].columns}
        assert {*table.primary_keys, table.cursor_field or table.primary_keys[0]} <= columns
        assert (TABLES[name].append is None) == (table.ingestion_type == "snapshot")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "pi_timeseries",
            (
                "tag_name tag_webid timestamp value units quality_good quality_questionable quality_substituted "
                "ingestion_timestamp"
            ),
        ),
        ("pi_af_hierarchy", "name element_type template_name path description parent_element_webid webid depth"),
        ("pi_event_frames", "name template_name start_time end_time attributes primary_referenced_element_webid webid"),
    ],
)
def test_the_columns_that_dashboards_live_on_are_there(name: str, columns: str) -> None:
    assert set(columns.split()) <= {column.name for column in TABLES[name].columns}


def test_the_hierarchy_has_parents_and_depths(plant: PiServer, connector: Connectors) -> None:
    found = {row["name"]: row for row in rows_of(connector(), "pi_af_hierarchy")}

    assert (found["North"]["depth"], found["North"]["parent_element_webid"]) == (0, None)
    assert (found["Pump 1"]["depth"], found["Pump 1"]["parent_element_webid"]) == (1, "E1")
    assert sum(request.path.endswith("/elements") for request in plant.requests) == 1


def later(one: OsipiLakeflowConnect, offset: Any, hours: float, **options: str) -> tuple[list[dict[str, Any]], Any]:
    """Read event frames on at so many hours past noon."""
    one._now, one.clock = None, lambda: NOW + timedelta(hours=hours)
    rows, after = one.read_table("pi_event_frames", offset, options)
    return list(rows), after


class TestEventFrames:
    def test_a_running_frame_ends_in_9999_and_has_its_attributes(self, plant: PiServer, connector: Connectors) -> None:
        running, ended = rows_of(connector(), "pi_event_frames")

        assert (running["end_time"], running["is_running"]) == ("9999-12-31T00:00:00Z", True)
        assert (ended["end_time"], ended["is_running"]) == ("2026-03-01T11:30:00Z", False)
        assert running["attributes"] == {"Cause": "Open"}
        assert running["primary_referenced_element_webid"] == "E2"
        assert plant.gets

    def test_a_frame_that_changed_after_it_began_is_given_again(self, plant: PiServer, connector: Connectors) -> None:
        one = connector()
        _, offset = one.read_table("pi_event_frames", None, {})
        plant.lists["/assetdatabases/DB/eventframes"][0]["EndTime"] = "2026-03-01T12:10:00Z"
        one.clock = lambda: NOW + timedelta(hours=1)
        # The first call ends the run that noon began; the next one looks at one o'clock.
        before, offset = one.read_table("pi_event_frames", offset, {})
        after, _ = one.read_table("pi_event_frames", offset, {})

        assert [(row["webid"], row["is_running"]) for row in (*before, *after)] == [("F1", False)]

    @pytest.mark.parametrize(
        ("change", "column"),
        [
            ({"EndTime": "2026-03-01T12:10:00Z"}, "end_time"),
            ({"IsAcknowledged": True, "AcknowledgedBy": "you", "AcknowledgedDate": "2026-03-01T12:10:00Z"}, "acknowledged_by"),
            ({"TemplateName": "TripTemplate"}, "template_name"),
            ({"RefElementWebIds": ["E1"]}, "primary_referenced_element_webid"),
            ({"Severity": "Major"}, "severity"),
        ],
    )
    @pytest.mark.parametrize("number", [0, 1], ids=["running", "ended"])
    def test_whatever_changes_of_a_frame_comes_once_more(
        self, plant: PiServer, connector: Connectors, number: int, change: dict[str, Any], column: str
    ) -> None:
        one = connector()
        first, offset = one.read_table("pi_event_frames", None, {})
        before = list(first)[number]
        plant.lists["/assetdatabases/DB/eventframes"][number] |= change

        rows, offset = later(one, offset, 1)
        again, _ = later(one, offset, 2)

        assert [row["webid"] for row in rows] == [before["webid"]]
        assert rows[0][column] != before[column]
        assert again == []

    def test_an_attributes_value_that_changes_is_a_change_of_its_frame(self, plant: PiServer, connector: Connectors) -> None:
        one = connector()
        _, offset = one.read_table("pi_event_frames", None, {})
        plant.objects["/streamsets/F2/value"] = {"Items": [{"Name": "Cause", "Value": {"Value": "Leak"}}]}

        rows, _ = later(one, offset, 1)

        assert [(row["webid"], row["attributes"]) for row in rows] == [("F2", {"Cause": "Leak"})]

    def test_a_frame_that_runs_for_weeks_is_read_again_when_it_ends(self, plant: PiServer, connector: Connectors) -> None:
        one = connector()
        del plant.lists["/assetdatabases/DB/eventframes"][1]
        _, offset = one.read_table("pi_event_frames", None, {})
        for day in (1, 10, 40):
            rows, offset = later(one, offset, 24 * day)
            assert rows == []
        plant.lists["/assetdatabases/DB/eventframes"][0]["EndTime"] = "2026-04-11T00:00:00Z"

        assert [row["webid"] for row in later(one, offset, 24 * 41)[0]] == ["F1"]

    @pytest.mark.parametrize("options", [{"searchMode": "StartInclusive"}, {"templateName": "AlarmTemplate"}])
    def test_a_frame_that_the_search_finds_no_more_is_asked_for(
        self, plant: PiServer, connector: Connectors, options: dict[str, str]
    ) -> None:
        one = connector()
        _, offset = one.read_table("pi_event_frames", None, options)
        running = plant.lists["/assetdatabases/DB/eventframes"].pop(0)
        plant.objects["/eventframes/F1"] = running | {"EndTime": "2026-03-01T12:10:00Z", "TemplateName": "TripTemplate"}

        rows, _ = later(one, offset, 1, **options)

        assert [(row["webid"], row["is_running"], row["template_name"]) for row in rows] == [("F1", False, "TripTemplate")]

    def test_a_frame_that_was_deleted_is_reported_once(self, plant: PiServer, connector: Connectors) -> None:
        one = connector()
        _, offset = one.read_table("pi_event_frames", None, {})
        del plant.lists["/assetdatabases/DB/eventframes"][0]

        rows, offset = later(one, offset, 1)
        assert (rows, [(problem.webid, problem.status) for problem in one.problems]) == ([], [("F1", 404)])
        later(one, offset, 2)
        assert one.problems == []

    @pytest.mark.parametrize(
        "offset",
        [
            {"offset": "done"},
            {"version": 1, "until": "", "tags": "{}"},
            {"version": 1, "until": "0000", "overlap": 1, "frames": "{}"},
        ],
    )
    def test_another_tables_offset_is_refused(self, connector: Connectors, offset: Any) -> None:
        with pytest.raises(OffsetError, match="event frames"):
            connector().read_table("pi_event_frames", offset, {})


def test_gridded_reads_go_on_where_they_ended(plant: PiServer, connector: Connectors) -> None:
    starts = []

    def answer(request: Request) -> Reply:
        starts.append((request.query["startTime"][0], request.query["endTime"][0]))
        return streams("many")(request)

    plant.objects["/streamsets/interpolated"] = answer
    one = connector()
    _, offset = one.read_table("pi_interpolated", None, {"interval": "10m", "lookback_minutes": "35"})
    one.read_table("pi_interpolated", offset, {"interval": "10m"})
    one.clock = lambda: NOW + timedelta(minutes=25)
    one.read_table("pi_interpolated", offset, {"interval": "10m"})

    assert starts == [("2026-03-01T11:20:00Z", "2026-03-01T12:00:00Z"), ("2026-03-01T12:00:00Z", "2026-03-01T12:20:00Z")]


GRIDS = {
    "pi_interpolated": ("/streamsets/interpolated", {"interval": "10m"}),
    "pi_plot": ("/streamsets/plot", {"window_seconds": "600", "intervals": "1"}),
    "pi_streamset_summary": ("/streamsets/summary", {"summaryDuration": "10m", "summaryType": "Count"}),
}


def each_ten_minutes(request: Request) -> Reply:
    """Give a value each ten minutes, at the ends of the time too; the time in which a step begins is a summary's."""
    start, end = (datetime.fromisoformat(request.query[name][0]) for name in ("startTime", "endTime"))
    times = [start + timedelta(minutes=10 * number) for number in range((end - start) // timedelta(minutes=10) + 1)]
    values = [one_value(0, f"{time:%Y-%m-%dT%H:%M:%SZ}") for time in times]
    items = [{"Type": "Count", "Value": one} for one in values[:-1]] if request.path.endswith("summary") else values
    return 200, {"Items": [{"WebId": webid, "Name": webid.lower(), "Items": items} for webid in request.webids]}


def read_grid(one: OsipiLakeflowConnect, name: str, offset: Any, **options: str) -> tuple[list[dict[str, Any]], Any]:
    """Read on until nothing is left."""
    found: list[dict[str, Any]] = []
    for _ in range(50):
        rows, after = one.read_table(name, offset, {**GRIDS[name][1], **options})
        found += rows
        if after == offset:
            return found, after
        offset = json.loads(json.dumps(after))
    raise AssertionError("the read does not end")


@pytest.mark.parametrize("name", GRIDS)
def test_a_tag_that_can_not_be_read_at_first_begins_where_the_others_did(
    plant: PiServer, connector: Connectors, name: str
) -> None:
    plant.objects[GRIDS[name][0]] = each_ten_minutes
    plant.trouble.append(lambda request: (403, {"Errors": ["not for you"]}) if "B" in request.webids else None)
    before, offset = read_grid(connector(), name, None, lookback_minutes="30")

    plant.trouble.clear()
    later = connector()
    later.clock = lambda: NOW + timedelta(hours=2)
    after, _ = read_grid(later, name, offset, lookback_minutes="30")

    times = {tag: [row["timestamp"] for row in [*before, *after] if row["tag_webid"] == tag] for tag in "AB"}
    assert times["B"] == times["A"]
    assert times["A"][0] == "2026-03-01T11:30:00Z"
    assert len(set(times["A"])) == len(times["A"]) == 2 * 6 + 3 + (name != "pi_streamset_summary")


def test_a_calculations_value_at_the_end_of_a_read_is_not_given_again_by_the_next(
    plant: PiServer, connector: Connectors
) -> None:
    plant.objects["/calculation/intervals"] = lambda request: (200, each_ten_minutes(request)[1]["Items"][0])
    options = {"sampleInterval": "10m", "lookback_minutes": "30", "tag_webids": "A"}
    rows, offset = connector().read_table("pi_calculated", None, options)
    later = connector()
    set_clock(later, timedelta(hours=1))
    more, _ = later.read_table("pi_calculated", offset, options)

    assert [row["timestamp"][11:16] for row in rows] == ["11:30", "11:40", "11:50", "12:00"]
    assert [row["timestamp"][11:16] for row in more] == ["12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]


def test_a_tag_that_is_new_while_no_step_ends_begins_with_the_step_that_runs(plant: PiServer, connector: Connectors) -> None:
    plant.objects["/streamsets/summary"] = each_ten_minutes
    found: list[dict[str, Any]] = []
    offset = None
    for minutes in (5, 25):  # the step from 12:00 on ends in between
        one = connector()
        set_clock(one, timedelta(minutes=minutes))
        rows, offset = read_grid(one, "pi_streamset_summary", offset, lookback_minutes="1", tag_webids="A")
        found += rows

    assert [row["timestamp"] for row in found] == ["2026-03-01T12:00:00Z", "2026-03-01T12:10:00Z"]


@pytest.mark.parametrize(("given", "words"), [(2, "2 of Count"), (0, "nothing")])
def test_a_tag_whose_summaries_are_not_one_a_step_is_told_and_read_later(
    plant: PiServer, connector: Connectors, given: int, words: str
) -> None:
    def short(request: Request) -> Reply:
        status, body = each_ten_minutes(request)
        for stream in body["Items"]:
            stream["Items"] = stream["Items"][: given if stream["WebId"] == "B" else None]
        return status, body

    plant.objects["/streamsets/summary"] = short
    one = connector()
    rows, offset = one.read_table("pi_streamset_summary", None, {**GRIDS["pi_streamset_summary"][1], "lookback_minutes": "30"})
    problems = [(problem.webid, problem.message) for problem in one.problems]
    plant.objects["/streamsets/summary"] = each_ten_minutes
    after, _ = read_grid(connector(), "pi_streamset_summary", offset)

    assert problems == [("B", f"for 3 steps the server gave {words}, where each type has one for each")]
    for tag, found in (("A", rows), ("B", after)):
        assert [(row["tag_webid"], row["interval_start"][11:16]) for row in found] == [(tag, f"11:{ten}0") for ten in "345"]


def test_extrema_of_two_steps_on_the_edge_between_them_are_two_rows_with_keys_of_their_own(
    plant: PiServer, connector: Connectors
) -> None:
    minima = [{"Type": "Minimum", "Value": one_value(number, "2026-03-01T11:50:00Z")} for number in (1, 2)]
    plant.objects["/streamsets/summary"] = {"Items": [{"WebId": "A", "Name": "a", "Items": minima}]}
    options = {"summaryDuration": "10m", "summaryType": "Minimum", "lookback_minutes": "20", "tag_webids": "A"}
    rows = list(connector().read_table("pi_streamset_summary", None, options)[0])

    key = BY_NAME["pi_streamset_summary"].primary_keys
    assert [(row["value"], row["interval_start"][11:16]) for row in rows] == [(1, "11:40"), (2, "11:50")]
    assert len({tuple(row[name] for name in key) for row in rows}) == 2


@pytest.mark.parametrize("name", ["pi_interpolated", "pi_plot", "pi_streamset_summary", "pi_timeseries"])
def test_a_forbidden_tag_stops_no_other_in_any_call_of_a_run(plant: PiServer, connector: Connectors, name: str) -> None:
    plant.trouble.append(lambda request: (403, {"Errors": ["not for you"]}) if "B" in request.webids else None)
    one = connector()
    found: list[dict[str, Any]] = []
    offsets: list[Any] = [None]
    while len(offsets) < 2 or offsets[-1] != offsets[-2]:
        assert len(offsets) < 9
        rows, after = one.read_table(name, offsets[-1], {})
        found += rows
        offsets.append(after)
        assert [(problem.webid, problem.status) for problem in one.problems] == [("B", 403)]

    assert {row["tag_webid"] for row in found} == {"A"}


def test_a_bad_table_option_is_told(plant: PiServer, connector: Connectors) -> None:
    for name, options in (
        ("pi_timeseries", {"lookback_minutes": "x"}),
        ("pi_timeseries", {"startTime": "soon"}),
        ("pi_interpolated", {"interval": "often"}),
    ):
        with pytest.raises(OptionsError, match=next(iter(options))):
            connector().read_table(name, None, options)
    assert all("recorded" not in request.path for request in plant.requests)


def test_a_table_that_there_is_not_is_refused(connector: Connectors) -> None:
    with pytest.raises(ValueError, match="pi_points"):
        connector().read_table("pi_point", None, {})


def test_webids_are_quoted(pi: PiServer, connector: Connectors) -> None:
    pi.lists["/points/F1 ü?#/attributes"] = [{"Name": "a", "Value": 1}]

    assert rows_of(connector(), "pi_point_attributes", tag_webids="F1 ü?#")[0]["point_webid"] == "F1 ü?#"
    assert quote("F1 ü?#") in pi.requests[0].path


def test_tags_are_weighed_by_what_they_wrote(plant: PiServer, connector: Connectors) -> None:
    def counts(request: Request) -> Reply:
        value = {"A": {"Value": 4800}, "B": {"Value": {"Name": "Bad", "Value": 1}}}
        return 200, {"Items": [{"WebId": one, "Items": [{"Type": "Count", "Value": value[one]}]} for one in request.webids]}

    plant.objects["/streamsets/summary"] = counts
    weights = tag_weights(connector()._reading({}))

    assert weights == {"A": 200.0, "B": 200.0}
    assert parse_values(as_values(weights).encode(), ",") == weights


def test_schemas_are_made_of_sparks_types_when_they_are_asked_for() -> None:
    code = (
        "from headgate.discovery.child import stubs; stubs.install('.');"
        "from connectors.osipi import OsipiLakeflowConnect as C; one = C({});"
        "print(*one.get_table_schema('pi_timeseries', {}).names)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout.split() == [column.name for column in TABLES["pi_timeseries"].columns]


def test_describing_tables_imports_neither_requests_nor_pyspark() -> None:
    code = (
        "import sys; from connectors.osipi import OsipiLakeflowConnect as C; one = C({});"
        "[one.read_table_metadata(name, {}) for name in one.list_tables()]; print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert not {"requests", "pyspark", "orjson"} & set(run.stdout.split())


class TestTagsCommand:
    def run(self, monkeypatch: pytest.MonkeyPatch, options: Path, *words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["osipi", "tags", str(options), *words])
        return main()

    def test_a_servers_tags_are_printed_as_values_to_slice_by(
        self, plant: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plant.objects["/streamsets/summary"] = streams("summaries")
        options = tmp_path / "options.json"
        options.write_text(json.dumps({"pi_base_url": plant.url}))

        assert self.run(monkeypatch, options, "--hours", "1") == 0
        assert capsys.readouterr().out == "A,5\nB,5\n"

    @pytest.mark.parametrize("others", ["", '"{""tag_webids"": 5}"', "[", '"[]"'])
    def test_a_renamed_tag_is_printed_as_its_slice_names_it(
        self, plant: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], others: str
    ) -> None:
        before, now = (f"F1DP{'abcd' * 7}{b64encode(path).decode()}" for path in (rb"\\PLANT\OLD", rb"\\PLANT\NEW"))
        plant.lists["/dataservers/S1/points"] = [{"WebId": now}, {"WebId": "B"}]
        inventory = tmp_path / "tables.csv"
        row = json.dumps({"tag_webids": f"X, {before}"}).replace('"', '""')
        inventory.write_text(f'source_table,table_options_json\npi_points,{others}\npi_timeseries,"{row}"\n')
        monkeypatch.setattr("connectors.osipi.__main__.INVENTORY", inventory)
        (tmp_path / "options.json").write_text(json.dumps({"pi_base_url": plant.url}))

        assert self.run(monkeypatch, tmp_path / "options.json") == 0
        assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [before, "B"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("{", 1), ("[]", 1), ('{"pi_base_url": "x"}', 1), ('{"pi_base_url": "http://127.0.0.1:9", "max_tries": "1"}', 4)],
    )
    def test_tags_that_cannot_be_listed_are_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, code: int
    ) -> None:
        (tmp_path / "options.json").write_text(text)

        assert self.run(monkeypatch, tmp_path / "options.json") == code
        assert capsys.readouterr().out == ""
