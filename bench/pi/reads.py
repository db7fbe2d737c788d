"""One reading in a process of its own: `python -m bench.pi.reads WHAT ADDRESS …` prints what it took as JSON."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START, END = "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"


@dataclass(frozen=True, slots=True)
class Took:
    """What a reading took: seconds of wall clock, of this process's processor, rows, requests, most resident memory in MB."""

    seconds: float
    cpu: float
    rows: int
    requests: int
    megabytes: float


def recorded(base: str, webids: Sequence[str], threads: int, start: str, end: str) -> Iterator[dict[str, Any]]:
    """Read recorded values through the connector, as a framework calls it."""
    from connectors.osipi.connector import OsipiLakeflowConnect  # noqa: PLC0415 (after the decoder is chosen)

    connector = OsipiLakeflowConnect({"pi_base_url": base, "threads": str(threads)})
    options = {"tag_webids": ",".join(webids), "startTime": start, "endTime": end, "late_hours": "0"}
    offset: dict[str, Any] | None = None
    while True:
        rows, after = connector.read_table("pi_timeseries", offset, options)
        yield from rows
        if after == offset:
            return
        offset = after


def partitions(base: str, webids: Sequence[str], start: str, end: str) -> Iterator[dict[str, Any]]:
    """Read recorded values as parallel partitions, one after the other."""
    from connectors.osipi.connector import OsipiLakeflowConnect  # noqa: PLC0415 (after the decoder is chosen)

    connector = OsipiLakeflowConnect({"pi_base_url": base, "partitioned": "true"})
    options = {"tag_webids": ",".join(webids), "startTime": start, "endTime": end}
    offset: dict[str, Any] | None = None
    while (after := connector.latest_offset("pi_timeseries", options, offset)) != offset:
        for part in connector.get_partitions("pi_timeseries", options, offset, after):
            yield from connector.read_partition("pi_timeseries", part, options)
        offset = after


def one_by_one(base: str, webids: Sequence[str], start: str, end: str) -> Iterator[dict[str, Any]]:
    """Read as one would without the connector: a request for each tag, one after the other, decoded the same."""
    from connectors.osipi.codec import decode  # noqa: PLC0415 (after the decoder is chosen)
    from connectors.osipi.values import value_rows  # noqa: PLC0415

    session = requests.Session()
    params = {"startTime": start, "endTime": end, "maxCount": "150000"}
    for webid in webids:
        answer = session.get(f"{base}/streams/{webid}/recorded", params=params, timeout=60)
        answer.raise_for_status()
        yield from value_rows((webid, "", ""), decode(answer.content)["Items"], END)


def points(base: str) -> Iterator[dict[str, Any]]:
    """List all points through the connector."""
    from connectors.osipi.connector import OsipiLakeflowConnect  # noqa: PLC0415 (after the decoder is chosen)

    yield from OsipiLakeflowConnect({"pi_base_url": base}).read_table("pi_points", None, {})[0]


def took(rows: Callable[[], Iterator[dict[str, Any]]]) -> Took:
    """Read all rows, keep none."""
    with patch.object(HTTPAdapter, "send", autospec=True, side_effect=HTTPAdapter.send) as send:
        wall, cpu = time.perf_counter(), time.process_time()
        count = sum(1 for _ in rows())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Took(wall, cpu, count, send.call_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def main() -> None:
    """Read what the words ask for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["recorded", "partitions", "one_by_one", "points"])
    parser.add_argument("base")
    parser.add_argument("--tags", type=int, default=0, help="how many, by their numbers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="decode with the standard library")
    parser.add_argument("--start", default=START)
    asked = parser.parse_args()
    if asked.plain:
        sys.modules["orjson"] = None  # type: ignore[assignment]  # how Python marks what can't be imported
    from apps.pi_simulator.tags import tag  # noqa: PLC0415 (not measured)

    webids = [tag(number).identity.web_id() for number in range(asked.tags)]
    readings: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "recorded": lambda: recorded(asked.base, webids, asked.threads, asked.start, END),
        "partitions": lambda: partitions(asked.base, webids, asked.start, END),
        "one_by_one": lambda: one_by_one(asked.base, webids, asked.start, END),
        "points": lambda: points(asked.base),
    }
    print(json.dumps(asdict(took(readings[asked.what]))))


if __name__ == "__main__":
    main()
