"""What reading took of a server: requests, retries, and the time that was waited."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Counters:
    """Counts for all clients and threads that share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests, self._retries, self._waited = 0, 0, 0.0

    def request(self) -> None:
        """Count a request that goes out."""
        with self._lock:
            self._requests += 1

    def retry(self) -> None:
        """Count that something is asked for again, since it failed."""
        with self._lock:
            self._retries += 1

    def counting(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Give a `sleep` (seconds) whose time is counted."""

        def slept(seconds: float) -> None:
            with self._lock:
                self._waited += seconds
            sleep(seconds)

        return slept

    def told(self) -> dict[str, int | float]:
        """Give the counts so far: `requests`, `retries`, `waited` (seconds)."""
        with self._lock:
            return {"requests": self._requests, "retries": self._retries, "waited": self._waited}
