"""How fast a workspace is asked: at most so many requests a second, whoever asks and however much there is to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from databricks.sdk.clock import Clock

PER_SECOND = 3.0


class Pace:
    """Lets a request go once the one before it is long enough ago, by a clock that also waits."""

    def __init__(self, clock: Clock, per_second: float = PER_SECOND) -> None:
        self._clock, self._gap = clock, 1 / per_second
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next request may go."""
        now = self._clock.time()
        if now < self._next:
            self._clock.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap
