"""Patience with a server: how long to wait before the next try, and how many requests a second are fair."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What passes by itself. Any other answer of 400 and above is the request's own fault and stays.
PASSING = frozenset({429, 500, 502, 503, 504})
RETRIED = frozenset({429, 502, 503, 504})
_LONGEST_ASKED = 300.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Tries at most, and seconds between them: `first`, doubled each time up to `most`, of which chance takes half."""

    tries: int = 6
    first: float = 0.5
    most: float = 60.0

    def delay(self, failed: int, chance: float, asked: float | None = None) -> float:
        """Give the seconds to wait after `failed` tries; `chance` is from 0 to 1, `asked` what Retry-After asks for."""
        longest = min(self.most, self.first * 2 ** (failed - 1))
        own = longest * (0.5 + chance / 2)
        return own if asked is None else max(min(asked, _LONGEST_ASKED), 0) + self.first * chance


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Give the seconds that a Retry-After header asks for (RFC 9110: seconds, or a date); None without one."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - (now or datetime.now(UTC))).total_seconds(), 0)
    except (TypeError, ValueError):
        return None


class RateLimit:
    """A number of requests a second that all threads share; 0 means no limit."""

    def __init__(self, per_second: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._clock, self._sleep = clock, sleep
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for one's turn. Turns are given in the order asked for, one each 1/per_second seconds."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
