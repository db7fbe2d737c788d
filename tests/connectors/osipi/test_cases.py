"""Cases in which connectors lose or double values, each by name: what landed is what the server has, and every read ends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.client import PiClient
from connectors.osipi.problems import PiError, PiUnavailableError
from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.plant import LocalPlant, Plant, landed
from tests.connectors.osipi.recorded import TABLE, at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.server import PiServer

PLANTS: dict[str, Callable[[PiServer], Plant]] = {"local": lambda server: LocalPlant(server, NOW)}
LONG = "F1DPkm7hQHxB0i6VfC9MwAA"  # as WebIDs begin


@pytest.fixture(params=PLANTS)
def plant(request: pytest.FixtureRequest, pi: PiServer) -> Plant:
    return PLANTS[request.param](pi)


class Reader:
    """Reads as the framework does, on from its offset, each run later than the last one."""

    def __init__(self, plant: Plant, **options: str) -> None:
        self._plant, self._options = plant, options
        self.offset: Any = None
        self.rows: list[dict[str, Any]] = []
        self.told: dict[str, str] = {}

    def run(self, tags: list[str], minutes: float = 0, **options: str) -> list[dict[str, Any]]:
        """Read with a new connector until nothing is left, so many minutes past the plant's now; give the rows of this run."""
        one = OsipiLakeflowConnect({"pi_base_url": self._plant.url, **self._options})
        one.clock = lambda: self._plant.now + timedelta(minutes=minutes)
        new: list[dict[str, Any]] = []
        for _ in range(500):
            rows, after = one.read_table(TABLE, self.offset, {"tag_webids": ",".join(tags), **options})
            new += rows
            self.told |= {problem.webid: f"{problem.status} {problem.message}" for problem in one.problems}
            if after == self.offset:
                self.rows += new
                return new
            self.offset = json.loads(json.dumps(after))
        raise AssertionError("the read does not end")


@pytest.fixture(autouse=True)
def _never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    defaults = PiClient.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(PiClient.__init__, "__kwdefaults__", {**defaults, "sleep": waits.append})


def tags_of(plant: Plant, count: int, values: Callable[[int], int], prefix: str = "T") -> list[str]:
    """Have tags, each with as many values within the hour as its number says."""
    tags = []
    for number in range(count):
        many = values(number)
        tags.append(plant.add(f"{prefix}{number:05d}", [(at(3600 * step / max(many, 1)), float(step)) for step in range(many)]))
    return tags


def test_2500_values_of_one_tag_in_a_window(plant: Plant) -> None:
    plant.limit(1000)
    tags = tags_of(plant, 1, lambda _: 2500)
    reader = Reader(plant)
    reader.run(tags)

    assert landed(reader.rows) == plant.truth(tags)


def test_1040_tags_of_mixed_rates_of_which_one_fills_maxcount(plant: Plant) -> None:
    tags = tags_of(plant, 1040, lambda number: 3000 if number == 517 else number % 12)
    reader = Reader(plant, tags_per_request="100")
    reader.run(tags)

    assert landed(reader.rows) == plant.truth(tags)


def test_1200_values_within_one_second(plant: Plant) -> None:
    plant.limit(1000)
    tag = plant.add("A", [(at(10, number // 3), float(number)) for number in range(1200)])
    reader = Reader(plant)
    reader.run([tag])

    assert landed(reader.rows) == plant.truth([tag])


@pytest.mark.parametrize("page", [50, 51, 52, 53, 100])
def test_equal_timestamps_at_a_cut(plant: Plant, page: int) -> None:
    tag = plant.add("A", [(at(number // 4), float(number)) for number in range(400)])
    reader = Reader(plant, maxCount=str(page))
    reader.run([tag])

    assert landed(reader.rows) == plant.truth([tag])


@pytest.mark.parametrize("kind", ["part", "tenth", "whole", "exception", "reset"])
def test_a_failure_that_passes_loses_and_doubles_nothing(plant: Plant, kind: str) -> None:
    tags = tags_of(plant, 300, lambda number: number % 5, f"{LONG}{'0' * 60}")
    plant.trouble(kind)
    reader = Reader(plant)
    reader.run(tags)
    reader.run(tags, 10)

    assert landed(reader.rows) == plant.truth(tags)
    assert reader.told == {}


@pytest.mark.parametrize("kind", ["long", "long as 404"])
def test_a_url_that_is_too_long_for_the_server_is_split(plant: Plant, kind: str) -> None:
    tags = tags_of(plant, 60, lambda _: 3)
    plant.trouble(kind)
    reader = Reader(plant)
    reader.run(tags)

    assert landed(reader.rows) == plant.truth(tags)
    assert reader.told == {}


def test_a_restart_from_the_offset_goes_on_there(plant: Plant) -> None:
    tags = tags_of(plant, 20, lambda _: 120)
    reader = Reader(plant, max_records_per_batch="100", tags_per_request="5", window_minutes="17")
    for minutes in range(-50, 1, 10):
        reader.run(tags, minutes, startTime="2026-03-01T11:00:00Z")

    assert landed(reader.rows) == plant.truth(tags)


def test_a_late_value_inside_the_overlap_is_read_once(plant: Plant) -> None:
    tags = tags_of(plant, 3, lambda _: 60)
    reader = Reader(plant)
    reader.run(tags)
    plant.write(tags[1], at(3500), -1.0)
    reader.run(tags, 15)

    assert landed(reader.rows) == plant.truth(tags)
    assert reader.run(tags, 30) == []


def test_a_late_value_outside_the_overlap_is_reported(plant: Plant) -> None:
    tags = tags_of(plant, 3, lambda _: 60)
    reader = Reader(plant)
    reader.run(tags)
    plant.write(tags[1], at(500), -1.0)

    assert reader.run(tags, 15) == []
    assert list(reader.told) == [tags[1]]
    assert "1 value" in reader.told[tags[1]]


def test_idle_reads_add_no_row(plant: Plant) -> None:
    tags = tags_of(plant, 3, lambda _: 60)
    reader = Reader(plant, reread_hours="3")
    reader.run(tags)

    assert [reader.run(tags, minutes) for minutes in (1, 2, 30, 600)] == [[], [], [], []]


def test_digital_system_and_string_values_are_kept_as_they_are(plant: Plant) -> None:
    values = [
        {"Name": "Open", "Value": 1, "IsSystem": False},
        {"Name": "No Data", "Value": 248, "IsSystem": True},
        "a text, with “quotes”", "", None, 2**60 + 1, -0.1, True,
    ]  # fmt: skip
    tag = plant.add("A", [(at(number), value) for number, value in enumerate(values)])
    reader = Reader(plant)
    reader.run([tag])

    assert landed(reader.rows) == plant.truth([tag])
    assert [row["value_type"] for row in reader.rows] == [
        "digital", "system", "string", "string", "null", "number", "number", "boolean"
    ]  # fmt: skip
    assert reader.rows[5]["value_text"] == str(2**60 + 1)


def test_unknown_parameters_are_refused_so_none_is_sent(plant: Plant) -> None:
    tags = tags_of(plant, 2, lambda _: 3)
    base = plant.url if plant.url.endswith("/piwebapi") else f"{plant.url}/piwebapi"
    times = {"startTime": at(0), "endTime": at(3600)}
    answer = requests.get(f"{base}/streamsets/recorded", {"webId": tags, **times, "maxcounts": "5"}, timeout=10)
    Reader(plant).run(tags, reread_hours="1")

    assert answer.status_code == 400


def test_no_server_at_all_is_an_error_and_never_an_empty_table(plant: Plant) -> None:
    tags = tags_of(plant, 2, lambda _: 3)
    plant.trouble("away")
    reader = Reader(plant, max_tries="2")

    with pytest.raises(PiUnavailableError):
        reader.run(tags)
    with pytest.raises(PiUnavailableError):
        OsipiLakeflowConnect({"pi_base_url": "http://127.0.0.1:9", "max_tries": "1"}).read_table(TABLE, None, {})


class TestTagsThatChangeBetweenReads:
    @pytest.mark.parametrize("status", [403, 404])
    @pytest.mark.parametrize("again", ["0", "3"])
    def test_one_that_is_forbidden_or_deleted_is_told_and_stops_nobody_else(
        self, plant: Plant, status: int, again: str
    ) -> None:
        tags = tags_of(plant, 30, lambda _: 10)
        reader = Reader(plant, reread_hours=again)
        reader.run(tags)
        plant.vanish(tags[4], status)
        for tag in tags:
            plant.write(tag, at(3700), 7.0)
        reader.run(tags, 10)

        others = [tag for tag in tags if tag != tags[4]]
        assert landed(row for row in reader.rows if row["tag_webid"] != tags[4]) == plant.truth(others)
        assert list(reader.told) == [tags[4]]
        assert reader.told[tags[4]].startswith(str(status))

    def test_when_all_are_forbidden_it_is_an_error(self, plant: Plant) -> None:
        tags = tags_of(plant, 3, lambda _: 10)
        reader = Reader(plant, reread_hours="3")
        reader.run(tags)
        for tag in tags:
            plant.vanish(tag, 403)

        with pytest.raises(PiError, match="none of 3"):
            reader.run(tags, 10)

    @pytest.mark.parametrize("again", ["0", "3"])
    def test_one_that_is_added_begins_with_its_lookback(self, plant: Plant, again: str) -> None:
        tags = tags_of(plant, 3, lambda _: 60)
        reader = Reader(plant, reread_hours=again)
        reader.run(tags[:2])
        reader.run(tags, 1, startTime="2026-03-01T11:00:00Z")

        assert landed(reader.rows) == plant.truth(tags)
        assert reader.told == {}

    def test_one_that_left_the_list_keeps_its_place_for_when_it_is_back(self, plant: Plant) -> None:
        tags = tags_of(plant, 2, lambda _: 60)
        reader = Reader(plant)
        reader.run(tags)
        plant.write(tags[1], at(3700), 7.0)
        reader.run(tags[:1], 10)
        reader.run(tags, 20)

        assert landed(reader.rows) == plant.truth(tags)
