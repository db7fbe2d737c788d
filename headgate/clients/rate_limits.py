"""How long to wait for a host: its rate limits, and the retries of what may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from urllib3.response import BaseHTTPResponse

TRIES = 4
UNSURE = (500, 502, 503, 504)  # after these nobody knows whether a request was carried out
_FORBIDDEN, _TOO_MANY = 403, 429
_A_MINUTE = 60.0
_LONGEST_BACKOFF = 30.0


def seconds_to_wait(status: int, headers: Mapping[str, str], said: str, now: float) -> float | None:
    """Give the seconds to wait where a rate limit was hit, None where it was not: then a 403 is about permissions.

    `headers` know no capitals; `said` is the host's message; `now` is in seconds since 1970. Source: GitHub, rate limits for
    the REST API: 403 or 429, then Retry-After; else x-ratelimit-reset, in seconds since 1970, where x-ratelimit-remaining is
    0; else at least a minute. GitLab, rate limits: 429 with Retry-After and RateLimit-Reset.
    """
    if status not in {_FORBIDDEN, _TOO_MANY}:
        return None
    if after := headers.get("retry-after"):
        return _seconds(after)
    remaining, reset = (headers.get(f"x-ratelimit-{name}", headers.get(f"ratelimit-{name}")) for name in ("remaining", "reset"))
    if remaining == "0" and reset and reset.isascii() and reset.isdigit():
        return max(1.0, int(reset) - now + 1)
    words = said.lower()
    return _A_MINUTE if status == _TOO_MANY or "rate limit" in words or "abuse detection" in words else None


def _seconds(after: str) -> float:
    """Read Retry-After, in seconds or as a date; without an upper bound, for who waits has one of their own."""
    try:
        return max(1.0, Retry().parse_retry_after(after))
    except InvalidHeader:
        return _A_MINUTE


class RetryPolicy(Retry):
    """urllib3's retries for requests that do no harm twice, with a given way to let time pass.

    Connections that failed before anything was sent are tried again for all methods; broken ones and 5xx but for POST.
    """

    def __init__(self, *, pause: Callable[[float], None], **options: Any) -> None:
        settings: dict[str, Any] = {
            "total": TRIES,
            "allowed_methods": {"GET", "PUT", "PATCH", "DELETE"},
            "status_forcelist": UNSURE,
            "backoff_factor": 1,
            "backoff_max": _LONGEST_BACKOFF,
            "raise_on_status": False,
            # Rate limits, which come with Retry-After too, are `seconds_to_wait`'s.
            "respect_retry_after_header": False,
        }
        super().__init__(**(settings | options))
        self._pause = pause

    def new(self, **changes: Any) -> Self:
        """Give the retries that are left."""
        return super().new(pause=self._pause, **changes)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the host says, or ever longer; never longer than the longest backoff."""
        after = response.headers.get("retry-after") if response else None
        self._pause(min(_seconds(after) if after else self.get_backoff_time(), _LONGEST_BACKOFF))
