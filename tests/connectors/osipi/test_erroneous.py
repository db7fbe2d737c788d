"""Values with errors of their own, in every table that has values: no row, no stop for others, read once they are whole."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.catalogue import BY_NAME, RECORDED
from connectors.osipi.problems import PiError
from connectors.osipi.tables import TABLES
from tests.connectors.osipi.filled import fill
from tests.connectors.osipi.recorded import Connectors, set_clock

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Reply, Request

ERRORS = [{"FieldName": "Value", "Message": ["the archive did not answer in time"]}]
WITHOUT_VALUES = {"pi_point_attributes"}
OF_TAGS = [name for name, table in TABLES.items() if table.by_tag and name not in WITHOUT_VALUES]


class ValueErrors:
    """Spoils the values of streams of these WebIDs, and of calculations with this tag's name, while it is `on`."""

    def __init__(self, server: PiServer, *webids: str) -> None:
        self.on, self._webids, self._reply = True, set(webids), server._reply
        server._reply = self  # type: ignore[method-assign]  # what it answers is spoilt on the way

    def __call__(self, path: str, request: Request) -> Reply:
        status, body = self._reply(path, request)
        if not self.on or not isinstance(body, dict):
            return status, body
        body = copy.deepcopy(body)
        mine = path.startswith("/calculation") and "'b'" in request.query["expression"][0]
        for stream in [body] if mine else body.get("Items") or []:
            if mine or stream.get("WebId") in self._webids or self._webids & set(path.split("/")):
                values = [stream, *(stream.get("Items") or [])]
                for value in values:
                    (value["Value"] if isinstance(value.get("Value"), dict) else value)["Errors"] = ERRORS
        return status, body


def read(one: Any, name: str, offset: Any, **options: str) -> tuple[list[dict[str, Any]], Any]:
    """Read a table as a framework does: a snapshot once, else on until nothing is left."""
    found: list[dict[str, Any]] = []
    for _ in range(20):
        rows, after = one.read_table(name, offset, options)
        found += rows
        if after == offset or TABLES[name].snapshot:
            return found, after
        offset = json.loads(json.dumps(after))
    raise AssertionError("the read does not end")


@pytest.mark.parametrize("name", OF_TAGS)
def test_of_one_tag_stop_no_other_and_come_later(pi: PiServer, connector: Connectors, name: str) -> None:
    spoiling = ValueErrors(fill(pi), "B")
    one = connector()

    rows, offset = read(one, name, None)

    assert {row["tag_webid"] for row in rows} == {"A"}
    assert all(row["errors"] is None for row in rows)
    told = [(problem.webid, problem.message) for problem in one.problems]
    assert {webid for webid, _ in told} == {"B"}
    assert "the archive did not answer in time" in told[0][1]

    spoiling.on = False
    later = connector()
    rest, _ = read(later, name, None if TABLES[name].snapshot else offset)

    def values(rows: list[dict[str, Any]], tag: str) -> list[Any]:
        return [row["value"] for row in rows if row["tag_webid"] == tag]

    assert values(rest, "B") == values(rows, "A")
    assert not later.problems


@pytest.mark.parametrize("name", sorted({*OF_TAGS} - RECORDED))
def test_of_all_tags_are_an_error_and_no_empty_table(pi: PiServer, connector: Connectors, name: str) -> None:
    ValueErrors(fill(pi), "A", "B")

    with pytest.raises(PiError, match="the archive did not answer in time"):
        read(connector(), name, None, tag_webids="B")


@pytest.mark.parametrize("hours", [1, 24 * 40])
def test_of_an_event_frames_attribute_let_the_frame_wait_however_long(pi: PiServer, connector: Connectors, hours: int) -> None:
    spoiling = ValueErrors(fill(pi), "F2")
    one = connector()

    some, offset = one.read_table("pi_event_frames", None, {})
    rows = list(some)

    assert [row["webid"] for row in rows] == ["F1"]
    assert [(problem.webid, problem.message.split(":")[0]) for problem in one.problems] == [("F2", "Cause")]
    frames = pi.lists["/assetdatabases/DB/eventframes"]
    pi.objects |= {f"/eventframes/{frame['WebId']}": frame for frame in frames}
    if hours > 24:
        del frames[1]
    spoiling.on = False
    later = connector()
    set_clock(later, timedelta(hours=hours))

    rest, _ = read(later, "pi_event_frames", offset)

    assert [row["attributes"] for row in rest if row["webid"] == "F2"] == [{"Cause": "Open"}]
    assert not later.problems


def test_every_table_that_has_values_is_among_these() -> None:
    with_values = {name for name, table in TABLES.items() if any(column.name == "value_type" for column in table.columns)}

    assert with_values == set(OF_TAGS) & BY_NAME.keys()
