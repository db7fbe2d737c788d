"""What a simulator is started with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .times import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .changes import Change
    from .faults import FaultPlan

# Between these a clock may stand (ticks): 1971 and 9998, for PI writes no year after 9999, and one looks back and ahead.
FIRST, LAST = 31_536_000 * SECOND, 253_339_228_800 * SECOND


def wall_clock() -> int:
    """Give the present as ticks."""
    return time.time_ns() // 100


def fast_clock(start: int, speed: float) -> Callable[[], int]:
    """Give a clock that begins at `start` (ticks) and runs `speed` times as fast as the wall's; it stops at LAST."""
    begun = time.monotonic_ns()
    return lambda: min(LAST, start + int((time.monotonic_ns() - begun) // 100 * speed))


@dataclass(frozen=True, slots=True)
class Logins:
    """Who may read: users and their passwords, bearer tokens, clients and their secrets. Anybody where all are empty."""

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: frozenset[str] = field(default=frozenset(), repr=False)
    clients: Mapping[str, str] = field(default_factory=dict, repr=False)
    token_seconds: int = 3600

    def __bool__(self) -> bool:
        """Say whether anybody must log in."""
        return bool(self.users or self.tokens or self.clients)


@dataclass(frozen=True, slots=True)
class Settings:
    """`tags` points by `seed`; `clock` gives ticks; `latency` is in seconds; `requests_per_second` 0 for no limit.

    `max_items` is how many values a call may ask for, `page` what a list gives where the caller names no number, and
    `max_request` the bytes of a request's line: above, PI's host (HTTP.SYS) refuses it. `csrf` is PI's EnableCSRFDefense;
    `strict` refuses parameters that a request does not take, which PI ignores; `changes` are what becomes of points, elements
    and the names of servers in the meantime; `compression` has every third plain point compress what comes.
    """

    tags: int = 1040
    seed: int = 1
    clock: Callable[[], int] = wall_clock
    latency: float = 0.0
    requests_per_second: float = 0.0
    max_items: int = 150_000
    page: int = 1000
    max_request: int = 16_384
    csrf: bool = True
    strict: bool = False
    gzip: bool = True
    logins: Logins = field(default_factory=Logins)
    hostility: FaultPlan | None = None
    channel_seconds: float = 0.5
    changes: tuple[Change, ...] = ()
    compression: bool = False

    @property
    def started(self) -> int:
        """When points were made, which is long before anybody asks (ticks)."""
        return 1_577_836_800 * SECOND
