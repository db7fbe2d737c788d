"""Reads recorded values from the tests' own server until nothing is left, and compares them with what it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connectors.osipi import OsipiLakeflowConnect
from tests.connectors.osipi.conftest import NOW

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer

Connectors = Callable[..., OsipiLakeflowConnect]
TABLE = "pi_timeseries"


def at(seconds: float, ticks: int = 0) -> str:
    """Give a time so many seconds, and 100 ns besides, after 11:00 (the read's start; now is 12:00)."""
    moment = NOW - timedelta(hours=1) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{round(moment.microsecond * 10) + ticks:07d}".rstrip("0").rstrip(".") + "Z"


def read(one: OsipiLakeflowConnect, tags: list[str], offset: Any = None, **options: str) -> tuple[list[dict[str, Any]], Any]:
    """Read until nothing is left, as the framework does; give all rows and the last offset."""
    rows: list[dict[str, Any]] = []
    for _ in range(100):
        some, after = one.read_table(TABLE, offset, {"tag_webids": ",".join(tags), **options})
        rows += some
        if after == offset:
            return rows, after
        offset = after
    raise AssertionError("the read does not end")


def set_clock(one: OsipiLakeflowConnect, later: timedelta) -> None:
    """Make it so much later than noon."""
    one.clock = lambda: NOW + later


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["tag_webid"], row["timestamp"], row["sub_microsecond"], row["occurrence"]


def check(pi: PiServer, rows: list[dict[str, Any]], tags: list[str]) -> None:
    """Hold that the rows are the values of the server's tags, each once."""
    found = Counter((row["tag_webid"], row["value"]) for row in rows)
    truth = Counter((tag, value["Value"]) for tag in tags for value in pi.tags[tag].values)
    assert found == truth
    assert max(Counter(map(key, rows)).values(), default=1) == 1
