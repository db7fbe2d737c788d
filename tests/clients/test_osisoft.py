"""OSIsoft's own client for Python reads from the simulator what the simulator's truth says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.pi_simulator.archive import SERVER_IDENTITY
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import active
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, parse, written
from apps.pi_simulator.truth import Slice, Truth
from tests.clients.conftest import NOON, told_by

START, END = NOON - 2 * 3600 * SECOND, NOON - 3600 * SECOND
NUMBERS = (0, 11, 22)
PATHS = [tag(number).path for number in NUMBERS]
PLANT = Plant(1, 100)


@pytest.fixture(scope="session")  # workers take a module over in parts
def told() -> dict[str, Any]:
    return told_by("osisoft_script.py", lambda: NOON, {"paths": PATHS, "start": written(START), "end": written(END)})


@pytest.fixture
def answers(told: dict[str, Any], request: pytest.FixtureRequest) -> Any:
    """What the client was told of one matter."""
    found = told[request.param]
    assert "failed" not in found, found["failed"]
    return found


def about(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("answers", [name], indirect=True, ids=[""])


def values(number: int) -> Slice:
    return Truth(1).between(tag(number), START, END, NOON)


def rows(number: int) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "Annotated"} for row in values(number).rows()]


def worth(number: int, step: int) -> list[float]:
    """Give what a tag of numbers is worth every `step` seconds: what a line between its neighbours says."""
    around = Truth(1).between(tag(number), START - 3600 * SECOND, END + 3600 * SECOND, NOON)
    places = np.arange(START, END + 1, step * SECOND)
    after = np.searchsorted(around.times, places, side="right")
    assert not (around.system[after] | around.system[after - 1]).any(), "no line goes to a system state"
    told: list[float] = np.interp(places, around.times, around.numbers).tolist()
    return told


@about("servers")
def test_data_servers_and_their_points_by_name_and_page(answers: Any) -> None:
    [[web_id, name, _, _]] = answers["servers"]
    assert (web_id, name) == (SERVER_IDENTITY.web_id(), "SIM-PI")
    assert answers["by_path"] == web_id
    assert [[one[0], one[1], one[2]] for one in answers["points"]] == [
        [tag(number).identity.web_id(), tag(number).name, tag(number).path] for number in range(2, 7)
    ]


@about("points")
def test_points_by_path_and_many_at_once(answers: Any) -> None:
    wanted = [(tag(number).identity.web_id(), tag(number)) for number in NUMBERS]
    assert answers == [[web_id, one.name, one.point_type, one.units, web_id] for web_id, one in wanted]


@about("streams")
class TestStreams:
    def test_recorded_values_as_data_frames(self, answers: Any) -> None:
        assert answers["recorded"] == rows(0)
        assert answers["many"] == {f"pi:{path}": rows(number) for path, number in zip(PATHS, NUMBERS, strict=True)}

    def test_interpolated_values(self, answers: Any) -> None:
        assert [row["Timestamp"] for row in answers["interpolated"]] == [
            written(time) for time in range(START, END + 1, 600 * SECOND)
        ]
        assert [row["Value"] for row in answers["interpolated"]] == pytest.approx(worth(0, 600))

    def test_interpolated_values_of_several_points_beside_each_other(self, answers: Any) -> None:
        assert [row["Value1"] for row in answers["together"]] == pytest.approx(worth(0, 1800))
        for column, number in (("Value2", 11), ("Value3", 22)):
            held = [Truth(1).last(tag(number), at, NOON).values()[0] for at in range(START, END + 1, 1800 * SECOND)]
            assert [row[column] for row in answers["together"]] == held

    def test_plot_values_are_recorded_ones_with_the_extremes_among_them(self, answers: Any) -> None:
        recorded = {row["Timestamp"]: row["Value"] for row in rows(0)}
        inner = [row for row in answers["plot"] if row["Timestamp"] not in {written(START), written(END)}]
        numbers = values(0).numbers
        assert len(inner) <= 6 * 5
        assert all(row["Timestamp"] in recorded for row in inner)
        assert {np.nanmin(numbers), np.nanmax(numbers)} <= {row["Value"] for row in inner if row["Good"]}

    def test_summaries(self, answers: Any) -> None:
        good = values(0).numbers[~values(0).system]
        assert answers["summary"] == pytest.approx(
            {"Minimum": good.min(), "Maximum": good.max(), "Average": good.mean(), "Count": len(good)}
        )

    def test_the_value_of_now(self, answers: Any) -> None:
        last = Truth(1).last(tag(0), NOON, NOON)
        assert answers["value"] == [written(int(last.times[0])), last.values()[0]]


@about("assets")
class TestAssets:
    def test_servers_databases_and_elements(self, answers: Any) -> None:
        world = AssetWorld(PLANT)
        assert [one[1] for one in answers["server"]] == ["SIM-AF"]
        assert [one[:3] for one in answers["databases"]] == [
            [one.identity.web_id(), one.name, one.path] for one in world.databases
        ]
        known = {thing.path: thing.identity.web_id() for place in world.elements(0) for thing in [world.element(place)]}
        assert len(answers["elements"]) == 20
        assert all(known[path] == web_id for web_id, _, path, _ in answers["elements"])

    def test_attributes(self, answers: Any) -> None:
        world = AssetWorld(PLANT)
        owner = next(thing for place in world.elements(0) for thing in [world.element(place)] if thing.path == answers["owner"])
        own = {one.thing.path: one.thing.identity.web_id() for one in world.attributes_of(owner, NOON)}
        assert answers["attributes"]
        assert all(own[path] == web_id for web_id, _, path, _ in answers["attributes"])

    def test_event_frames_of_two_days(self, answers: Any) -> None:
        since = NOON - 2 * 86400 * SECOND
        known = {one.name: one for one in active(PLANT, since, NOON, NOON)}
        assert len(answers["frames"]) == 10
        for _, name, path, _, start, end in answers["frames"]:
            assert path == f"\\\\SIM-AF\\Plant\\EventFrames[{name}]"
            assert (parse(start, 0), parse(end, 0)) == (known[name].start, known[name].seen_end(NOON))


@about("batch")
def test_a_batch_whose_second_request_takes_the_first_ones_web_id(answers: Any) -> None:
    last = Truth(1).last(tag(0), NOON, NOON)
    assert answers["point"] == [200, {"WebId": tag(0).identity.web_id(), "Name": tag(0).name}]
    assert (answers["value"][0], answers["value"][1]["Value"]) == (200, last.values()[0])
    assert answers["nothing"][0] == 400
    assert answers["nothing"][1]["Errors"]


@about("refused")
def test_an_error_is_told_as_the_client_expects_it(answers: Any) -> None:
    status, body = answers
    assert status == 404
    assert list(body) == ["Errors"]


@about("web_ids")
class TestWebIds:
    def test_the_client_makes_the_same_ones_from_paths(self, answers: Any) -> None:
        assert answers["servers"] == [SERVER_IDENTITY.web_id("PathOnly")]
        assert [one["made"] for one in answers["points"]] == [tag(number).identity.web_id("PathOnly") for number in range(2, 7)]
        for name, things in answers.items():
            marker = 5 if "attributes" in name else 4
            for one in things if name != "servers" else []:
                assert one["made"][1:marker] == one["web_id"][1:marker], name
                assert one["web_id"].endswith(one["made"][marker:]), name

    def test_the_client_takes_them_apart(self, answers: Any) -> None:
        del answers["servers"]
        assert len(answers) == 10
        for name, things in answers.items():
            assert things, name
            for one in things:
                assert one["taken"] == [one["path"].lstrip("\\").upper(), one["id"]], name
