"""What no layout of a group can beat."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def lower_bound(weights: Iterable[float], pipelines: int) -> float:
    """Give a load that the heaviest of `pipelines` pipelines has at least, in the weights' unit; 0 without tables.

    The largest of: the heaviest table; the mean load; and for each k the pigeonhole bound, that of the k x pipelines + 1
    heaviest tables some pipeline holds k + 1, which weigh at least as much as the k + 1 lightest among them.
    Source: Martello and Toth, Knapsack Problems, 1990, chapter 8 (bounds carried over from bin packing to P||Cmax).
    """
    ordered = sorted(weights, reverse=True)
    if not ordered:
        return 0.0
    bound = max(ordered[0], fsum(ordered) / pipelines)
    for each in range(1, (len(ordered) - 1) // pipelines + 1):
        last = each * pipelines
        bound = max(bound, fsum(ordered[last - each : last + 1]))
    return bound
