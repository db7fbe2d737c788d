"""What may go wrong on the way, by a seed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hostility:
    """How bad a world is; `skew` are the ticks that the server's clock is ahead."""

    seed: int = 1
    skew: int = 0
