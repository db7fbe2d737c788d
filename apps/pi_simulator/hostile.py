"""What may go wrong on the way, by a seed: decided here, done by `mischief.py`."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Trouble(Enum):
    """What happens to a request."""

    SLOW = "slow"
    TOO_MANY = "429"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    TIMEOUT = "504"
    RESET = "reset"
    TRUNCATED = "truncated"
    EXCEPTION = "exception"
    EXPIRED = "expired"


_IN_A_ROW = 3
_FOR_PARTS = (Trouble.UNAVAILABLE, Trouble.BAD_GATEWAY, Trouble.EXCEPTION)


@dataclass(frozen=True, slots=True)
class Hostility:
    """How bad a world is.

    `share` of requests, of a batch's parts and of a channel's messages meet one of `troubles`, but never more than three in a
    row, so patience always wins. `skew` are the ticks that the server's clock is ahead; each `vanishing`-th point (0 for
    none) is gone from the instant `vanishes_at` (ticks) on.
    """

    seed: int = 1
    share: float = 0.2
    troubles: tuple[Trouble, ...] = tuple(Trouble)
    skew: int = 0
    vanishing: int = 0
    vanishes_at: int = 0
    _requests: Iterator[int] = field(default_factory=count, repr=False, compare=False)
    _parts: Iterator[int] = field(default_factory=count, repr=False, compare=False)

    def vanished(self, number: int, now: int) -> bool:
        """Say whether a point is gone at `now`."""
        return bool(self.vanishing) and number % self.vanishing == self.vanishing - 1 and now >= self.vanishes_at

    def next_request(self) -> Trouble | None:
        """Give what happens to the next request."""
        return self._trouble("request", next(self._requests), self.troubles)

    def next_part(self) -> Trouble | None:
        """Give what happens to the next part of a batch."""
        return self._trouble("part", next(self._parts), tuple(one for one in _FOR_PARTS if one in self.troubles))

    def channel(self, name: str) -> random.Random:
        """Give a channel's own chance."""
        return random.Random(f"{self.seed} channel {name}")  # noqa: S311 (a simulator's chance must be repeatable)

    def _trouble(self, kind: str, number: int, among: tuple[Trouble, ...]) -> Trouble | None:
        if not among or number % (_IN_A_ROW + 1) == _IN_A_ROW:
            return None
        chance = random.Random(f"{self.seed} {kind} {number}")  # noqa: S311 (a simulator's chance must be repeatable)
        return chance.choice(among) if chance.random() < self.share else None
