"""However many event frames there are, few are held at a time, each comes once, and a read ends when it has enough."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.filled import fill
from tests.connectors.osipi.frames import Frames, Held, minute, some_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer

    Connectors = Callable[..., OsipiLakeflowConnect]

TABLE = "pi_event_frames"
SMALL = {"max_records_per_batch": "10", "parts_per_batch": "5"}


@pytest.fixture
def plant(pi: PiServer) -> PiServer:
    return fill(pi)


def batches(
    connector: Connectors, offset: Any = None, hours: float = 0, table: str = TABLE, **options: str
) -> tuple[list[list[dict[str, Any]]], Any]:
    """Read until nothing is left, each batch by a reader of its own, as though the one before had been cut off behind it."""
    found = []
    while True:
        one = connector()
        one.clock = lambda: NOW + timedelta(hours=hours)
        rows, after = one.read_table(table, offset, {**SMALL, **options})
        found.append(list(rows))
        if after == offset:
            return found, after
        offset = json.loads(json.dumps(after))


def webids(found: list[list[dict[str, Any]]]) -> list[str]:
    """Give the WebIDs of all rows, in order."""
    return sorted(row["event_frame_webid"] for rows in found for row in rows)


class TestBatches:
    @pytest.mark.parametrize("table", [TABLE, "pi_eventframe_referenced_elements"])
    def test_end_when_there_is_enough_and_together_give_each_frame_once(
        self, plant: PiServer, connector: Connectors, table: str
    ) -> None:
        frames = some_frames(120)
        Frames(plant, DB=frames[:60], OTHER=frames[60:], EMPTY=[])

        found, offset = batches(connector, table=table)

        running_or_late = [one for one in frames if one["EndTime"] >= minute(30 * 1440)]
        assert webids(found) == sorted(one["WebId"] for one in running_or_late)
        assert max(map(len, found)) < 10 + 5
        assert len(found) >= 120 // 15
        assert "run" not in offset
        assert batches(connector, offset, 1, table=table)[0] == [[], []]

    @pytest.mark.parametrize(
        ("mode", "wanted"),
        [
            ("Overlapped", lambda start, end: start <= minute(0) and end >= minute(30)),
            ("StartInclusive", lambda start, _: minute(30) <= start <= minute(0)),
            ("EndInclusive", lambda _, end: minute(30) <= end <= minute(0)),
            ("Inclusive", lambda start, end: minute(30) <= start and end <= minute(0)),
        ],
    )
    def test_are_those_of_the_search_mode(self, plant: PiServer, connector: Connectors, mode: str, wanted: Any) -> None:
        frames = some_frames(120)
        Frames(plant, DB=frames)

        found, _ = batches(connector, startTime=minute(30), searchMode=mode)

        assert webids(found) == sorted(one["WebId"] for one in frames if wanted(one["StartTime"], one["EndTime"]))

    def test_end_between_frames_of_one_instant(self, plant: PiServer, connector: Connectors) -> None:
        frames = [one | {"StartTime": minute(20), "EndTime": minute(10)} for one in some_frames(60)]
        Frames(plant, DB=frames)

        found, _ = batches(connector, overlap_days="0")  # so the offset remembers none of them by itself

        assert webids(found) == sorted(one["WebId"] for one in frames)
        assert max(map(len, found)) < 10 + 5

    def test_end_where_their_attributes_are_many(
        self, plant: PiServer, connector: Connectors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.osipi.events._MOST_CELLS", 4)
        frames = some_frames(20)
        Frames(plant, DB=frames)

        found, _ = batches(connector, max_records_per_batch="1000")

        assert webids(found) == sorted(one["WebId"] for one in frames)
        assert max(map(len, found)) == 5

    def test_of_frames_that_the_search_finds_no_more_end_too(self, plant: PiServer, connector: Connectors) -> None:
        frames = [one | {"EndTime": "9999-12-31T23:59:59.9999999Z"} for one in some_frames(60)]
        held = Frames(plant, DB=frames)
        _, offset = batches(connector)
        held.databases["DB"] = []
        plant.objects |= {f"/eventframes/{one['WebId']}": one | {"EndTime": minute(-10)} for one in frames}

        found, offset = batches(connector, offset, 1)

        assert webids(found) == sorted(one["WebId"] for one in frames)
        assert max(map(len, found)) < 10 + 5
        assert batches(connector, offset, 2)[0] == [[], []]

    def test_hold_no_more_frames_than_their_own_and_a_page(
        self, plant: PiServer, connector: Connectors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Frames(plant, DB=some_frames(600))
        monkeypatch.setattr("connectors.osipi.client.decode", Held.decoder("StartTime"))

        found, _ = batches(connector)

        assert sum(map(len, found)) == 600
        assert 7 <= Held.most <= 3 * 7

    def test_that_are_read_again_are_the_same(self, plant: PiServer, connector: Connectors) -> None:
        Frames(plant, DB=some_frames(40))
        _, offset = connector().read_table(TABLE, None, SMALL)

        once, after = connector().read_table(TABLE, offset, SMALL)
        again, after_again = connector().read_table(TABLE, offset, SMALL)

        assert (list(once), after) == (list(again), after_again)


class TestWhileFramesChange:
    @pytest.mark.parametrize("most", ["10", "1000"])
    @pytest.mark.parametrize("at_once", [1, 3])
    def test_frames_that_go_take_no_other_with_them(
        self, plant: PiServer, connector: Connectors, at_once: int, most: str
    ) -> None:
        frames = sorted(some_frames(240), key=lambda one: str(one["StartTime"]))
        held = Frames(plant, DB=list(frames))
        shown, gone = set[str](), set[str]()

        def remove(page: list[dict[str, Any]]) -> None:
            shown.update(one["WebId"] for one in page)
            for one in [one for one in held.databases["DB"] if one["WebId"] in shown][:at_once]:
                gone.add(one["WebId"])
                held.databases["DB"].remove(one)

        held.after = remove
        found, _ = batches(connector, max_records_per_batch=most)

        assert {one["WebId"] for one in frames} - set(webids(found)) <= gone
        assert len(set(webids(found))) == len(webids(found))

    def test_a_frame_that_changes_after_its_batch_comes_again_in_the_next_run(
        self, plant: PiServer, connector: Connectors
    ) -> None:
        frames = [one for one in some_frames(60) if one["StartTime"] > minute(1440)]
        Frames(plant, DB=frames)
        rows, offset = connector().read_table(TABLE, None, SMALL)
        (changed, *_) = [row["event_frame_webid"] for row in rows]
        next(one for one in frames if one["WebId"] == changed)["Severity"] = "Major"

        rest, offset = batches(connector, offset)
        again, _ = batches(connector, offset, 1)

        assert changed not in webids(rest)
        assert [(row["event_frame_webid"], row["severity"]) for some in again for row in some] == [(changed, "Major")]

    def test_frames_that_begin_meanwhile_belong_to_the_next_run(self, plant: PiServer, connector: Connectors) -> None:
        frames = some_frames(40)
        held = Frames(plant, DB=list(frames))
        new = some_frames(1)[0] | {"WebId": "NEW", "StartTime": minute(-5)}
        plant.objects["/streamsets/NEW/value"] = {"Items": []}
        _, offset = connector().read_table(TABLE, None, SMALL)
        held.databases["DB"].append(new)

        rest, offset = batches(connector, offset, 1)

        assert webids(rest).count("NEW") == 1
        assert len(webids(rest)) == len(set(webids(rest)))


@pytest.mark.parametrize(
    ("table", "digests"),
    [
        (TABLE, {"F1": "0df0e15543e0", "F2": "1c47d7b429b9"}),
        ("pi_eventframe_referenced_elements", {"F1": "37ad2a15dccd", "F2": "85c45c484d3f"}),
    ],
)
@pytest.mark.usefixtures("plant")
def test_frames_that_a_version_without_ids_gave_are_not_given_again(
    connector: Connectors, table: str, digests: dict[str, str]
) -> None:
    offset = {"version": 1, "until": "2026-03-01T12:00:00", "overlap": 86400, "frames": json.dumps({"DB": digests})}

    assert batches(connector, offset, 1, table=table)[0] == [[], []]


@pytest.mark.parametrize("table", ["pi_eventframe_attributes", "pi_eventframe_acknowledgements", "pi_eventframe_annotations"])
def test_details_of_frames_come_before_the_last_page_is_asked(plant: PiServer, connector: Connectors, table: str) -> None:
    acknowledged = {"IsAcknowledged": True, "AcknowledgedDate": minute(1)}
    frames = [one | acknowledged for one in some_frames(60)]
    held = Frames(plant, DB=frames)
    note = {"Id": "1", "Name": "note", "CreationDate": minute(1)}
    plant.lists |= {f"/eventframes/{one['WebId']}/annotations": [note] for one in frames}
    plant.lists |= {f"/eventframes/{one['WebId']}/attributes": [{"WebId": "a", "Name": "Cause"}] for one in frames}

    rows, _ = connector(parts_per_batch="5").read_table(table, None, {"max_items_per_call": "7"})

    assert next(rows)["event_frame_webid"]
    assert held.pages == 1
    assert 1 + len(list(rows)) == 60
    assert held.pages >= 60 // 7
