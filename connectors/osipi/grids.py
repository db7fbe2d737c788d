"""Grids of time: which instants are on one depends on its step alone, never on when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .times import from_datetime, to_datetime

_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)  # PI has no time before
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole multiples of `step` (microseconds, 1 at least) from midnight UTC of 1 January 1970 on.

    A step that divides a day has a time on each midnight; any other, such as 7 hours, goes on over midnight without a cut.
    """

    step: int

    @classmethod
    def of(cls, seconds: float) -> Grid:
        """Give the grid of a step in seconds, to the microsecond."""
        return cls(max(1, round(seconds * 1e6)))

    @property
    def span(self) -> str:
        """The step as a PI time span in plain digits: `600s`, `0.3s`.

        Seconds are evenly spaced in UTC, where days follow the clock on the wall (AVEVA, AF SDK Reference, AFData.Summaries).
        """
        whole, below = divmod(self.step, 10**6)
        return f"{whole}.{below:06d}".rstrip("0").rstrip(".") + "s"

    def floor(self, stamp: str) -> str:
        """Give the grid's last time at or before a stamp."""
        return self._at(self._steps(stamp))

    def ceil(self, stamp: str) -> str:
        """Give the grid's first time at or after a stamp, to the 100 ns."""
        floor = self.floor(stamp)
        return floor if floor == stamp else self.later(floor, 1)

    def later(self, time: str, steps: int) -> str:
        """Give the time so many steps after one of the grid's."""
        return self._at(self._steps(time) + steps)

    def starts(self, start: str, end: str) -> list[str]:
        """Give the times at which the steps between two times of the grid start, in order."""
        return [self._at(step) for step in range(self._steps(start), self._steps(end))]

    def count(self, start: str, end: str) -> int:
        """Give how many steps there are between two times of the grid."""
        return self._steps(end) - self._steps(start)

    def until(self, start: str, end: str, most: int) -> str:
        """Give the end of the steps between two times of the grid, or of the first `most` of them."""
        return self.later(start, min(most, self._steps(end) - self._steps(start)))

    def _steps(self, stamp: str) -> int:
        return (to_datetime(stamp) - _ORIGIN) // _MICROSECOND // self.step

    def _at(self, steps: int) -> str:
        return from_datetime(_ORIGIN + steps * self.step * _MICROSECOND)
