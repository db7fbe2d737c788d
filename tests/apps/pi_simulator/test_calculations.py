"""Calculations see their names from their target, as Grafana's plug-in asks them: `.` is the point or attribute itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.streams.samples import View
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, ticks_of
from apps.pi_simulator.truth import Truth
from tests.apps.pi_simulator.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND
WORLD = AssetWorld(Plant(1, 120))
UNIT = r"\\SIM-AF\Plant\Site 0000\Unit 0000"
PUMP = rf"{UNIT}\Pump 000002"  # of the tags 10 to 14: flow, temperature, pressure, level, speed
ANOTHER = 10


@pytest.fixture(scope="module")
def pi() -> Iterator[Api]:
    with served(create_app(Settings(tags=120, clock=lambda: NOW, strict=True))) as url:
        yield Api(url)


def web_id(path: str) -> str:
    controller = "attributes" if "|" in path else "assetdatabases" if path.count("\\") == 3 else "elements"
    found = WORLD.at_path(path, NOW, controller)
    assert found is not None
    return found.identity.web_id()


def value(number: int) -> float:
    told: float = View(Truth(1), tag(number), NOW).at([NOW - HOUR])[0].value
    return told


def limit(name: str) -> float:
    found = WORLD.at_path(f"{PUMP}|{name}|High Limit", NOW, "attributes")
    one = WORLD.attribute(found.kind, found.number, NOW) if found else None
    return float(one.value) if one else 0.0


@pytest.mark.parametrize(
    ("target", "expression", "result"),
    [
        (tag(10).identity.web_id(), "'.' * 2", lambda: value(10) * 2),
        (tag(10).identity.web_id(), f"'.' + '{tag(12).name}'", lambda: value(10) + value(12)),
        (web_id(f"{PUMP}|Flow"), "'.' * 2", lambda: value(10) * 2),
        (web_id(f"{PUMP}|Flow"), "'.|High Limit' - '.'", lambda: limit("Flow") - value(10)),
        (web_id(f"{PUMP}|Flow"), "'..|Pressure' + 'Pressure'", lambda: value(12) * 2),
        (web_id(f"{PUMP}|Flow|High Limit"), "'..' + '.'", lambda: None),
        (web_id(f"{PUMP}|Flow|High Limit"), "'.' + 'Flow'", lambda: limit("Flow") + value(10)),
        (web_id(PUMP), "'Flow' + '.|Pressure'", lambda: value(10) + value(12)),
        (web_id(PUMP), "'Flow|High Limit' * 1", lambda: limit("Flow")),
        (web_id(PUMP), r"'..\Pump 000006|Flow' * 1", lambda: value(30)),
        (web_id(UNIT), r"'.\Pump 000002|Flow' * 1", lambda: value(10)),
        (web_id(r"\\SIM-AF\Plant"), r"'Site 0000\Unit 0000\Pump 000002|Flow' * 1", lambda: value(10)),
        (None, f"'{PUMP}|Flow' + '{tag(12).path}'", lambda: value(10) + value(12)),
    ],
)  # fmt: skip
def test_a_name_stands_for_what_it_does_from_the_target(pi: Api, target: str | None, expression: str, result: object) -> None:
    answer = pi.get("/calculation/times", webId=target, expression=expression, time="*-1h")

    expected = result() if callable(result) else None
    if expected is None:
        assert answer.status_code == 400
    else:
        assert answer.status_code == 200, answer.text
        assert answer.json()["Items"][0]["Value"] == pytest.approx(expected)


def test_every_calculation_takes_a_point_itself(pi: Api) -> None:
    target, ends = tag(10).identity.web_id(), {"startTime": "*-2h", "endTime": "*-1h"}
    recorded = pi.get(f"/streams/{target}/recorded", **ends).json()["Items"]

    told = pi.get("/calculation/recorded", webId=target, expression="'.'", **ends).json()["Items"]
    # Of several values at one time the last counts.
    assert {one["Timestamp"]: one["Value"] for one in told} == {one["Timestamp"]: one["Value"] for one in recorded}
    every = pi.get("/calculation/intervals", webId=target, expression="'.'*10", sampleInterval="30m", **ends).json()["Items"]
    assert len(every) == 3
    summed = pi.get("/calculation/summary", webId=target, expression="'.'", summaryType="Maximum", **ends).json()["Items"]
    assert summed[0]["Value"]["Value"] == max(one["Value"] for one in recorded if one["Good"])


@pytest.mark.parametrize(
    ("target", "expression", "status"),
    [
        (web_id(PUMP), "'.' * 2", 400),
        (web_id(PUMP), "'Nothing'", 400),
        (None, "'.'", 400),
        ("F1DPnothing", "'.'", 400),
        ("F1Emnothing", "'Flow'", 404),
    ],
)
def test_what_a_target_does_not_have_is_an_error(pi: Api, target: str | None, expression: str, status: int) -> None:
    assert pi.get("/calculation/times", webId=target, expression=expression, time="*").status_code == status
