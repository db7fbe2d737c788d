"""How often something starts, by the times at which it did. Pure."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from headgate.assess.model import NEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
# What schedules are made of: seconds → words.
_USUAL = {
    5 * _MINUTE: "every 5 minutes",
    10 * _MINUTE: "every 10 minutes",
    15 * _MINUTE: "every 15 minutes",
    20 * _MINUTE: "every 20 minutes",
    30 * _MINUTE: "every 30 minutes",
    _HOUR: "every hour",
    2 * _HOUR: "every 2 hours",
    3 * _HOUR: "every 3 hours",
    4 * _HOUR: "every 4 hours",
    6 * _HOUR: "every 6 hours",
    8 * _HOUR: "every 8 hours",
    12 * _HOUR: "every 12 hours",
    _DAY: "every day",
    7 * _DAY: "every week",
    30 * _DAY: "every month",
}
_NEAR = 1.15  # how far from a usual one an interval may be, as a ratio, and still be called it
ONCE = "once"


def interval_of(starts: Sequence[float]) -> float | None:
    """Give the usual seconds between two starts, ascending: the median of the newest; None of fewer than two."""
    gaps = [then - now for now, then in pairwise(starts[-NEWEST:]) if then > now]
    return median(gaps) if gaps else None


def rhythm_of(interval: float | None) -> tuple[str, float | None]:
    """Give an interval in words, and as the usual one that it is near to, else as it is to the hour, or the minute."""
    if interval is None:
        return ONCE, None
    near = min(_USUAL, key=lambda usual: max(usual / interval, interval / usual))
    if max(near / interval, interval / near) <= _NEAR:
        return _USUAL[near], near
    if interval < _HOUR:
        minutes = max(1, round(interval / _MINUTE))
        return f"every {minutes} minutes" if minutes > 1 else "every minute", minutes * _MINUTE
    if interval < _DAY:
        hours = round(interval / _HOUR)
        return f"every {hours} hours" if hours > 1 else "every hour", hours * _HOUR
    days = round(interval / _DAY)
    return f"every {days} days" if days > 1 else "every day", days * _DAY
