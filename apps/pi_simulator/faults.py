"""What may go wrong on the way, by a seed: decided here, done by `fault_injection.py`."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Fault(Enum):
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
    VALUE_ERRORS = "errors of values"


# What every client has to be patient with: of a value's own error many know nothing.
COMMON = tuple(trouble for trouble in Fault if trouble is not Fault.VALUE_ERRORS)

_IN_A_ROW = 3
_MOST_ROWS = 10_000  # requests that are remembered: some were given up, so nobody comes back to them
_FOR_PARTS = (Fault.UNAVAILABLE, Fault.BAD_GATEWAY, Fault.EXCEPTION, Fault.VALUE_ERRORS)


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """How bad a world is.

    `share` of requests and of a batch's parts meet one of `troubles`. Who repeats a request, or a part, finds it in trouble no
    more than three times in a row, whatever others ask meanwhile, and a login that he renewed for it holds: so patience always
    wins. Of a channel's messages, `share` come twice, late, or break it. `skew` are the ticks that the server's clock is
    ahead; each `vanishing`-th point (0 for none) is gone from the instant `vanishes_at` (ticks) on.
    """

    seed: int = 1
    share: float = 0.2
    troubles: tuple[Fault, ...] = COMMON
    skew: int = 0
    vanishing: int = 0
    vanishes_at: int = 0
    _requests: Iterator[int] = field(default_factory=count, repr=False, compare=False)
    _parts: Iterator[int] = field(default_factory=count, repr=False, compare=False)
    _channels: Iterator[int] = field(default_factory=count, repr=False, compare=False)
    _rows: dict[tuple[str, bytes], tuple[Fault, ...]] = field(default_factory=dict, repr=False, compare=False)

    def vanished(self, number: int, now: int) -> bool:
        """Say whether a point is gone at `now`."""
        return bool(self.vanishing) and number % self.vanishing == self.vanishing - 1 and now >= self.vanishes_at

    def next_request(self, asked: bytes) -> Fault | None:
        """Give what happens to the next request; `asked` is the same for the same request."""
        return self._trouble("request", asked, next(self._requests), self.troubles)

    def next_part(self, asked: bytes) -> Fault | None:
        """Give what happens to the next part of a batch."""
        return self._trouble("part", asked, next(self._parts), tuple(one for one in _FOR_PARTS if one in self.troubles))

    def values(self, asked: bytes) -> random.Random:
        """Give the chance that says which values of an answer have errors."""
        return random.Random(f"{self.seed} values {asked.hex()}")  # noqa: S311 (must be repeatable)

    def channel(self, name: str) -> random.Random:
        """Give a channel's own chance, another each time that it is opened."""
        return random.Random(f"{self.seed} channel {name} {next(self._channels)}")  # noqa: S311 (must be repeatable)

    def _trouble(self, kind: str, asked: bytes, number: int, among: tuple[Fault, ...]) -> Fault | None:
        row = self._rows.pop((kind, asked), ())
        among = tuple(one for one in among if one is not Fault.EXPIRED or one not in row)
        chance = random.Random(f"{self.seed} {kind} {number}")  # noqa: S311 (a simulator's chance must be repeatable)
        if not among or len(row) == _IN_A_ROW or chance.random() >= self.share:
            return None
        trouble = chance.choice(among)
        if trouble is not Fault.SLOW:  # which is an answer, too
            self._rows[kind, asked] = (*row, trouble)
            if len(self._rows) > _MOST_ROWS:
                self._rows.pop(next(iter(self._rows)))
        return trouble
