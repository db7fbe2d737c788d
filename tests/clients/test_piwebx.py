"""piwebx reads from the simulator what the simulator's truth says, and its channels tell what arrives.

Two values of one time make `piwebx.get_recorded` (0.2.3) leave a stream's later values out, since it takes only one of them
off its list: the client's own fault, so the time that is asked for has none.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from apps.pi_simulator.archive import SERVER_IDENTITY
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.settings import fast_clock
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, written
from apps.pi_simulator.truth import Slice, Truth
from tests.clients.conftest import NOON, told_by

NUMBERS, CHANNEL = (0, 11, 22), (0, 1, 11, 22, 77)


def _unambiguous(start: int) -> bool:
    """Say whether no two values of ten minutes have one time, to a microsecond, which is what Python's times hold."""
    found = [Truth(1).between(tag(number), start, start + 600 * SECOND, NOON).times for number in NUMBERS]
    times = (np.concatenate(found) // 10).tolist()
    return len(set(times)) == len(times)


START = next(start for start in range(NOON - 3600 * SECOND, 0, -600 * SECOND) if _unambiguous(start))
END = START + 600 * SECOND
ENOUGH = 200
WORLD = AssetWorld(Plant(1, 100))
ELEMENT = next(thing for place in WORLD.elements(0) for thing in [WORLD.element(place)] if WORLD.attributes_of(thing, NOON))


@pytest.fixture(scope="session")  # workers take a module over in parts
def told() -> dict[str, Any]:
    asked = {
        "names": [tag(number).name for number in NUMBERS],
        "start": written(START),
        "end": written(END),
        "elements": [ELEMENT.path],
        "channel": [tag(number).name for number in CHANNEL],
        "enough": ENOUGH,
    }
    found = told_by("piwebx_script.py", fast_clock(NOON, 300), asked)
    for one in found.values():
        assert "failed" not in one, one["failed"]
    return found


def cut(ticks: int) -> datetime:
    """Give a time as Python holds it: to a microsecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)


def plain(values: Slice) -> list[Any]:
    """Give values as piwebx does: states by their name, nothing for what is not good."""
    worths = [value["Name"] if isinstance(value, dict) else value for value in values.values()]
    return [value if good else None for value, good in zip(worths, values.flags[0].tolist(), strict=True)]


def test_points_servers_and_assets(told: dict[str, Any]) -> None:
    found = told["told"]
    assert found["points"] == [[tag(number).name.upper(), tag(number).identity.web_id()] for number in NUMBERS]
    assert found["missing"] == ["NOBODY"]
    assert found["types"] == [tag(number).point_type for number in NUMBERS]
    assert found["dataserver"] == SERVER_IDENTITY.web_id()
    assert found["assetserver"] == WORLD.server(NOON).identity.web_id()
    assert found["database"] == WORLD.databases[0].identity.web_id()
    assert found["elements"] == [[ELEMENT.path.upper(), ELEMENT.identity.web_id()]]
    own = {one.thing.path: one.thing.identity.web_id() for one in WORLD.attributes_of(ELEMENT, NOON)}
    assert found["attributes"].items() <= own.items()
    assert found["attributes"]


def test_recorded_values(told: dict[str, Any]) -> None:
    for column, number in enumerate(NUMBERS):
        values = Truth(1).between(tag(number), START, END, NOON)
        rows = told["told"]["recorded"]
        by_time = {datetime.fromisoformat(time): row[column] for time, row in rows[1:-1]}
        assert [by_time[cut(time)] for time in values.times.tolist()] == plain(values)
        # Between them stand rows of the other tags, of which this one has no value.
        others = by_time.keys() - {cut(time) for time in values.times.tolist()}
        assert {by_time[time] for time in others} == {None}
        for row, end in ((rows[0], START), (rows[-1], END)):
            assert row[1][column] == plain(Truth(1).last(tag(number), end, NOON))[0]


def test_interpolated_values(told: dict[str, Any]) -> None:
    around = Truth(1).between(tag(0), START - 600 * SECOND, END + 600 * SECOND, NOON)
    places = [START, END]
    after = np.searchsorted(around.times, places, side="right")
    assert not (around.system[after] | around.system[after - 1]).any()
    assert [datetime.fromisoformat(time) for time, _ in told["told"]["interpolated"]] == [cut(time) for time in places]
    numbers = [row[0] for _, row in told["told"]["interpolated"]]
    assert numbers == pytest.approx(np.interp(places, around.times, around.numbers).tolist())


def test_channels_tell_everything_that_arrives_once(told: dict[str, Any]) -> None:
    heard = told["channels"]
    assert len(heard) == ENOUGH
    for number in CHANNEL:
        own = [[time, value] for web_id, time, value in heard if web_id == tag(number).identity.web_id()]
        arrived = Truth(1).arrived(tag(number), NOON, NOON + 24 * 3600 * SECOND)
        arrived = arrived.pick(np.argsort(arrived.arrivals, kind="stable"))
        times = [cut(time).isoformat() for time in arrived.times.tolist()]
        known = [json.dumps(one) for one in zip(times, plain(arrived), strict=True)]
        got = [json.dumps(one) for one in own]
        assert got, "every tag has written meanwhile"
        first = min(map(known.index, got))
        assert sorted(got) == sorted(known[first : first + len(got)])
