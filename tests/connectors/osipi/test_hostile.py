"""A server that fails at random and a reader that dies at random: what landed is the server's truth, each value once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.problems import PiUnavailableError
from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.recorded import TABLE, at, check, set_clock
from tests.connectors.osipi.server import Raw, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer

HOURS = 4
MOST_STEPS = 400


def hostile(luck: random.Random) -> Callable[[Request], Any]:
    """Fail every fifth request, each in another way."""

    def cause(request: Request) -> Any:
        if luck.random() > 0.2:
            return None
        replies: list[Any] = [(503, {}), (200, {"Items": [], "WebException": {"StatusCode": 504}})]
        if not request.part:
            replies += [(429, Raw(b"{}", headers={"Retry-After": "1"})), (502, Raw(b"<html>")), (200, Raw(b'{"Items"', 900))]
        return luck.choice(replies)

    return cause


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 200))])
def test_nothing_is_lost_or_doubled(pi: PiServer, connector: Callable[..., OsipiLakeflowConnect], seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311  # tests need no secrets
    tags = [f"T{number:070d}" for number in range(25)]
    pi.most = luck.choice([60, 1000, 150_000])
    for tag in tags:
        pi.add(tag, [])
    pi.trouble.append(hostile(luck))
    options = {"tag_webids": ",".join(tags), "max_records_per_batch": "200", "overlap_minutes": "10"}
    landed: list[dict[str, Any]] = []
    offset: dict[str, Any] | None = None
    written = dict.fromkeys(tags, 0)

    for hour in range(HOURS):
        _write(pi, luck, written, hour)
        one = _reader(connector, luck, hour)
        for _ in range(MOST_STEPS):
            try:
                rows, after = one.read_table(TABLE, offset, options)
                batch = list(rows)
            except PiUnavailableError:
                batch, after = [], None
            if after is None or luck.random() < 0.1:  # it failed for good, or was killed before it could commit
                one = _reader(connector, luck, hour)
                continue
            landed += batch
            if after == offset:
                break
            offset = after
        else:
            pytest.fail("the read does not end")

    check(pi, landed, tags)


def _reader(connector: Callable[..., OsipiLakeflowConnect], luck: random.Random, hour: int) -> OsipiLakeflowConnect:
    one = connector(threads=str(luck.choice([1, 3])), tags_per_request=str(luck.choice([6, 25])), max_items_per_call="900")
    set_clock(one, timedelta(hours=hour))
    return one


def _write(pi: PiServer, luck: random.Random, written: dict[str, int], hour: int) -> None:
    """Add an hour of values to each tag, some of one instant, some late by up to nine minutes."""
    for tag, count in written.items():
        begin = 3600 * hour
        late = [luck.uniform(begin - 540, begin) for _ in range(luck.randrange(3))] if hour else []
        fresh = [luck.uniform(begin, begin + 3599) for _ in range(luck.choice([0, 3, 40]))]
        fresh += [begin + 1800.0] * luck.choice([0, 2, 70 if pi.most > 60 else 5])
        values = [
            {"Timestamp": at(round(second, 6), luck.choice([0, 3])), "Value": float(count + number), "Good": True}
            for number, second in enumerate([*late, *fresh])
        ]
        written[tag] += len(values)
        pi.tags[tag].values = sorted([*pi.tags[tag].values, *values], key=lambda value: value["Timestamp"].rstrip("Z"))


def test_the_hours_end_where_the_clock_says() -> None:
    assert at(3600) == f"{NOW:%Y-%m-%dT%H:%M:%S}Z"
