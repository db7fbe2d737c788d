"""One reading in a process of its own: `python -m bench.pi.reads WHAT ADDRESS …` prints what it took as JSON.

A reading gives its batches, each of which is taken row by row, or Arrow batch by Arrow batch, and kept nowhere.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from bench.pi.batch_client import batch_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyarrow import RecordBatch

    from connectors.osipi.connector import OsipiLakeflowConnect

    Batches = Iterator[Iterable[Any]]

START, END = "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"
TABLE = "pi_timeseries"
_OFTEN = 3  # of ten tags of the simulator, the first three have the most values: one every five seconds


def recorded(base: str, webids: Sequence[str], threads: int, start: str) -> Batches:
    """Read recorded values through the connector, as a framework calls it."""
    yield from (rows for rows, _ in _read(base, _options(webids, start), None, threads=str(threads)))


def columns(base: str, webids: Sequence[str], threads: int, start: str) -> Batches:
    """Read recorded values as Arrow record batches."""
    connector, options, offset = _connector(base, threads=str(threads)), _options(webids, start), None
    while found := connector.read_table_arrow(TABLE, offset, options):
        batches, after = found
        yield batches
        if after == offset:
            return
        offset = after
    raise SystemExit("there is no pyarrow: make .venv/.exact.ready")


def _options(webids: Sequence[str], start: str) -> dict[str, str]:
    return {"tag_webids": ",".join(webids), "startTime": start, "endTime": END, "late_hours": "0"}


def reread(base: str, webids: Sequence[str], start: str) -> Batches:
    """Read recorded values, then find each hour of them changed: all are given again."""
    hours = {"reread_hours": "100", "late_hours": "0"}
    options = {"tag_webids": ",".join(webids), "startTime": start, "endTime": END, **hours}
    offset: dict[str, Any] = {}
    for rows, after in _read(base, options, None):
        yield rows
        offset = after
    memories = json.loads(offset["memories"])
    for memory in memories.values():
        memory[2], memory[3] = "", [[hour, count, "0"] for hour, count, _ in memory[3]]
    yield from (rows for rows, _ in _read(base, options, offset | {"memories": json.dumps(memories)}))


def _read(
    base: str, options: dict[str, str], offset: dict[str, Any] | None, **more: str
) -> Iterator[tuple[Iterable[dict[str, Any]], dict[str, Any]]]:
    connector = _connector(base, **more)
    while True:
        rows, after = connector.read_table(TABLE, offset, options)
        yield rows, after
        if after == offset:
            return
        offset = after


def _connector(base: str, **more: str) -> OsipiLakeflowConnect:
    from connectors.osipi.connector import OsipiLakeflowConnect  # noqa: PLC0415 (after the decoder is chosen)

    connector = OsipiLakeflowConnect({"pi_base_url": base, **more})
    connector.clock = lambda: datetime.fromisoformat(END)
    return connector


def partitions(base: str, webids: Sequence[str], start: str) -> Batches:
    """Read recorded values as parallel partitions, one after the other."""
    from connectors.osipi.connector import OsipiLakeflowConnect  # noqa: PLC0415 (after the decoder is chosen)

    connector = OsipiLakeflowConnect({"pi_base_url": base, "partitioned": "true"})
    options = {"tag_webids": ",".join(webids), "startTime": start, "endTime": END}
    offset: dict[str, Any] | None = None
    while (after := connector.latest_offset(TABLE, options, offset)) != offset:
        for part in connector.get_partitions(TABLE, options, offset, after):
            yield connector.read_partition(TABLE, part, options)
        offset = after


def one_by_one(base: str, webids: Sequence[str], start: str) -> Batches:
    """Read as one would without the connector: a request for each tag, one after the other, decoded the same."""
    from connectors.osipi.codec import decode  # noqa: PLC0415 (after the decoder is chosen)
    from connectors.osipi.values import value_rows  # noqa: PLC0415

    session = requests.Session()
    params = {"startTime": start, "endTime": END, "maxCount": "150000"}
    for webid in webids:
        answer = session.get(f"{base}/streams/{webid}/recorded", params=params, timeout=60)
        answer.raise_for_status()
        yield value_rows((webid, "", ""), decode(answer.content)["Items"], END)


def points(base: str) -> Batches:
    """List all points through the connector."""
    yield _connector(base).read_table("pi_points", None, {})[0]


def _in_rows(rows: Iterable[Any]) -> int:
    return sum(1 for _ in rows)


def _in_batches(batches: Iterable[RecordBatch]) -> int:
    return sum(batch.num_rows for batch in batches)


def _load(base: str, what: str, *, decoding: bool) -> None:
    """Have imported what a reading imports, by a small one: that is not measured. pyarrow imports with its first array too."""
    _in_rows(_connector(base).read_table("pi_dataservers", None, {})[0])
    if what == "columns" or decoding:
        importlib.import_module("connectors.osipi.arrow")
        importlib.import_module("pyarrow").array([0.0])


def main() -> None:
    """Read what the words ask for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["recorded", "columns", "reread", "partitions", "one_by_one", "batch_client", "points"])
    parser.add_argument("base")
    parser.add_argument("--tags", type=int, default=0, help="how many, by their numbers")
    parser.add_argument("--often", action="store_true", help="those that have the most values")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="decode with the standard library")
    parser.add_argument("--decoding", action="store_true", help="measure decoding alone besides")
    parser.add_argument("--start", default=START)
    asked = parser.parse_args()
    if asked.plain:
        sys.modules["orjson"] = None  # type: ignore[assignment]  # how Python marks what can't be imported
    logging.disable()  # the simulator's clock stands still, which the connector tells
    from apps.pi_simulator.tags import tag  # noqa: PLC0415 (not measured)
    from bench.pi.took import took  # noqa: PLC0415 (after the decoder is chosen)

    numbers = [number for number in range(asked.tags * 10) if not asked.often or number % 10 < _OFTEN][: asked.tags]
    webids = [tag(number).identity.web_id() for number in numbers]
    tag.cache_clear()  # memory that is the simulator's
    _load(asked.base, asked.what, decoding=asked.decoding)
    readings: dict[str, Callable[[], Batches]] = {
        "recorded": lambda: recorded(asked.base, webids, asked.threads, asked.start),
        "columns": lambda: columns(asked.base, webids, asked.threads, asked.start),
        "reread": lambda: reread(asked.base, webids, asked.start),
        "partitions": lambda: partitions(asked.base, webids, asked.start),
        "one_by_one": lambda: one_by_one(asked.base, webids, asked.start),
        "batch_client": lambda: batch_client(asked.base, webids, asked.start, END),
        "points": lambda: points(asked.base),
    }
    count = _in_batches if asked.what == "columns" else _in_rows
    print(json.dumps(took(lambda: map(count, readings[asked.what]()), decoding=asked.decoding)))


if __name__ == "__main__":
    main()
