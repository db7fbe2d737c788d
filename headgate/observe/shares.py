"""What each of several flows took of the time in which they ran side by side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

K = TypeVar("K")
Span = tuple["datetime", "datetime"]


def shares_of(spans: Mapping[K, Iterable[Span]]) -> dict[K, float]:
    """Give each flow's seconds, of spans in which it ran (from, until): at each moment, time is divided among those that run.

    They add up to the seconds in which any ran, however many did at once: what the flows together cost their pipeline.
    """
    shares: dict[K, float] = dict.fromkeys(spans, 0.0)
    edges = [
        edge for name, its in spans.items() for start, end in its if end > start for edge in ((start, 1, name), (end, -1, name))
    ]
    running: Counter[K] = Counter()
    before: datetime | None = None
    for at, step, name in sorted(edges, key=lambda edge: edge[:2]):
        if before is not None and at > before and running:
            for one in running:
                shares[one] += (at - before).total_seconds() / len(running)
        running[name] += step
        if not running[name]:
            del running[name]
        before = at
    return shares
