"""What a reading took: of this process only what it did itself, apart from what it waited for."""

from __future__ import annotations

import resource
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from requests.adapters import HTTPAdapter
from urllib3.response import HTTPResponse

from bench.pi.answers import seconds
from connectors.osipi import client, codec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TASKS = Path("/proc/self/task")


class Waiting:
    """Counts requests, and the time in which none is under way and the processor does nothing for this process."""

    def __init__(self) -> None:
        self.requests, self.idle = 0, 0.0
        self._lock, self._under_way = threading.Lock(), 0
        self._queued: dict[str, float] = {}  # by thread, those that ended too
        self._since = self._used()

    def _used(self) -> float:
        """Give seconds of the clock in which this process neither ran nor waited for a processor that others had.

        Linux, Documentation/scheduler/sched-stats: the second figure of a task's schedstat is its time on a run queue.
        """
        with suppress(OSError):
            for task in _TASKS.iterdir():
                with suppress(OSError, IndexError):  # it may have ended
                    self._queued[task.name] = int((task / "schedstat").read_text().split()[1]) / 1e9
        return time.perf_counter() - time.process_time() - sum(self._queued.values())

    def settle(self) -> float:
        """Count the time until now; give all of it."""
        with self._lock:
            if not self._under_way:
                self.idle += self._used() - self._since
                self._since = self._used()
            return self.idle

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Leave out the time in which this is entered by any thread."""
        self.settle()
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    self._since = self._used()


def took(batches: Callable[[], Iterator[int]], *, decoding: bool) -> dict[str, float]:
    """Read all batches, which are given as their rows' counts.

    Give by name `seconds` of the clock, `cpu` of this process's processor, `idle` as `Waiting`, `rows`, `requests`, `batch` (of
    the largest, in rows), `megabytes` (the most resident memory, 10^6 bytes), and where `decoding` is asked for what the same
    answers take without the reader (`answers.seconds`); those are then kept, which takes memory.
    """
    waiting, answers = Waiting(), list[bytes]()
    send, read, decode = HTTPAdapter.send, HTTPResponse.read, codec.decode

    def sent(*given: Any, **named: Any) -> Any:
        waiting.requests += 1
        with waiting.waiting():
            return send(*given, **named)

    def received(*given: Any, **named: Any) -> Any:
        with waiting.waiting():
            return read(*given, **named)

    def kept(text: bytes) -> Any:
        answers.append(text)
        return decode(text)

    with (
        patch.object(HTTPAdapter, "send", sent),
        patch.object(HTTPResponse, "read", received),
        patch.object(client, "decode", kept if decoding else decode),
    ):
        waiting.settle()
        before = waiting.idle
        wall, cpu = time.perf_counter(), time.process_time()
        counts = list(batches())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        idle = waiting.settle() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    found = {
        "seconds": wall,
        "cpu": cpu,
        "idle": idle,
        "rows": sum(counts),
        "requests": waiting.requests,
    }
    return {**found, "batch": max(counts), "megabytes": megabytes} | (seconds(answers) if decoding else {})
