"""Channels: what arrives is told, each value once in a friendly world."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from apps.pi_simulator.faults import FaultPlan
from apps.pi_simulator.settings import Logins, fast_clock
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, parse
from apps.pi_simulator.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.apps.pi_simulator.api import Api, Start

START = parse("2026-03-01T12:00:00Z", 0)


@pytest.fixture
def clock() -> Callable[[], int]:
    return fast_clock(START, 600)


def channel(api: Api, *numbers: int, **params: Any) -> str:
    query = "&".join([f"webId={tag(number).identity.web_id()}" for number in numbers] + [f"{k}={v}" for k, v in params.items()])
    return f"{api.base.replace('http', 'ws')}/streamsets/channel?{query}"


def told(message: str | bytes) -> list[tuple[str, str, Any]]:
    return [
        (stream["WebId"], value["Timestamp"], json.dumps(value["Value"]))
        for stream in json.loads(message)["Items"]
        for value in stream["Items"]
    ]


def test_everything_that_arrives_is_told_once(start: Start, clock: Callable[[], int]) -> None:
    api = start(clock=clock, channel_seconds=0.05)
    numbers = (0, 11, 22, 77)
    got: list[tuple[str, str, Any]] = []
    with connect(channel(api, *numbers)) as socket:
        while len(got) < 400:
            got += told(socket.recv())
    for number in numbers:
        own = [one for one in got if one[0] == tag(number).identity.web_id()]
        arrived = Truth(1).arrived(tag(number), START, clock())
        arrived = arrived.pick(np.argsort(arrived.arrivals, kind="stable"))
        rows = [arrived.row(at) for at in range(len(arrived))]
        expected = [(own[0][0], row["Timestamp"], json.dumps(row["Value"])) for row in rows]
        first = min(map(expected.index, own))
        run = expected[first : first + len(own)]
        assert sorted(own) == sorted(run)


def test_current_values_come_first_where_they_are_asked_for(start: Start, clock: Callable[[], int]) -> None:
    api = start(clock=clock, channel_seconds=30)
    with connect(channel(api, 0, 1, includeInitialValues="true")) as socket:
        assert [web_id for web_id, _, _ in told(socket.recv())] == [tag(0).identity.web_id(), tag(1).identity.web_id()]


def test_a_channel_is_asked_in_capitals_or_not(start: Start) -> None:
    api = start(clock=lambda: START, channel_seconds=0.01)
    with connect(
        f"{api.url.replace('http', 'ws')}/PIWebAPI/StreamSets/Channel?WebID={tag(0).identity.web_id()}&heartbeatrate=1"
    ):
        pass


def test_a_heart_beats_where_nothing_arrives(start: Start) -> None:
    api = start(clock=lambda: START, channel_seconds=0.01)
    with connect(channel(api, 0, heartbeatRate=2)) as socket:
        assert json.loads(socket.recv()) == {"Links": {}, "Items": []}


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?webId=nonsense", 400), (f"?webId={tag(5000).identity.web_id()}", 404), ("?webId=x&nosuch=1", 400)],
)
def test_a_channel_about_nothing_is_refused(api: Api, query: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{api.base.replace('http', 'ws')}/streamsets/channel{query}")
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"{}")["Errors"]


def test_a_channel_wants_the_login_too(start: Start) -> None:
    api = start(logins=Logins(users={"reader": "right"}))
    with pytest.raises(InvalidStatus):
        connect(channel(api, 0))


def test_a_hostile_world_breaks_sockets_without_a_farewell(start: Start, clock: Callable[[], int]) -> None:
    api = start(clock=clock, channel_seconds=0.01, hostility=FaultPlan(share=0.3, troubles=()))
    messages: list[str | bytes] = []
    with connect(channel(api, 0, 1, 2)) as socket, pytest.raises(ConnectionClosed) as closed:
        messages.extend(socket)
    assert closed.value.rcvd is None
    assert messages


def test_what_arrives_is_what_becomes_visible() -> None:
    truth, end = Truth(1), START + 3600 * SECOND
    for number in (0, 11, 77, 88):
        one, middle = tag(number), START - 600 * SECOND + 5
        before, after = (truth.between(one, START - 20 * 3600 * SECOND, end + 86400 * SECOND, now) for now in (middle, end))
        new = truth.arrived(one, middle, end)
        assert len(new) > 0
        assert sorted([*before.times.tolist(), *new.times.tolist()]) == sorted(after.times.tolist())
