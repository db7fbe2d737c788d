"""A server with channels, and a reader that runs beside the test."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.streaming.reader import StreamReader
from connectors.osipi.streaming.segments import Segments
from tests.connectors.osipi.streaming.channels import ChannelServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FAST = {
    "flush_seconds": "0.05", "reread_seconds": "600", "patience_seconds": "1", "heartbeat_rate": "1", "timeout_seconds": "5",
    "lookback_minutes": "60", "tag_webids": "A,B,C",
}  # fmt: skip
LONGEST = 30.0


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fail where it never does."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end, f"in vain: {what}"
        threading.Event().wait(0.01)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Give what landed, segment after segment, as one who reads the folder sees it."""
    return [json.loads(line) for path in sorted((folder / "rows").glob("*.jsonl")) for line in path.read_text().splitlines()]


def landed(folder: Path) -> Counter[tuple[str, float]]:
    return Counter((row["tag_webid"], row["value"]) for row in rows_of(folder))


def truth(pi: ChannelServer) -> Counter[tuple[str, float]]:
    return Counter((webid, item["Value"]) for webid, tag in pi.tags.items() for item in tag.values)


def check_keys(folder: Path) -> None:
    """Hold that no two rows have one key."""
    keys = [(row["tag_webid"], row["timestamp"], row["sub_microsecond"], row["occurrence"]) for row in rows_of(folder)]
    assert len(keys) == len(set(keys))


class Running:
    """A reader in a thread of its own."""

    def __init__(self, options: dict[str, str], out: Path) -> None:
        self.reader = StreamReader(options, Segments(out), chance=lambda: 0.0)
        self.error: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self._task = self._loop.create_task(self.reader.run())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001  # the test looks at it
            self.error = error
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def stop(self) -> None:
        if self._thread.is_alive() and self._task:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(LONGEST)
        self.reader._landing._segments.close()


@pytest.fixture
def channels() -> Iterator[ChannelServer]:
    with ChannelServer() as server:
        for webid in "ABC":
            server.add(webid, [])
        yield server


@pytest.fixture
def started(channels: ChannelServer, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a reader with these options, whose rows land in `out`; it listens when this returns, unless told otherwise."""
    running: list[Running] = []

    def start(*, listens: bool = True, **options: str) -> Running:
        one = Running({"pi_base_url": channels.url, **FAST, **options}, tmp_path / "out")
        running.append(one)
        if listens:
            until(lambda: bool(channels.channels), "a channel opens")
        return one

    yield start
    for one in running:
        one.stop()
