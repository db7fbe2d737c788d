"""What the named cases need of a server: an address, tags with values, what is true, and trouble of a kind.

The test's own server is one; another server is tried by a class with these methods, added to `PLANTS` in test_cases.py.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from connectors.osipi.values import columns_of
from tests.connectors.osipi.server import Raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tests.connectors.osipi.server import PiServer, Request

Fact = tuple[str, str, int, int, float | None, str | None, str]


class Plant(Protocol):
    """A PI Web API to read from. Times are ISO 8601 in UTC with Z; tags go by their WebIDs."""

    url: str
    now: datetime

    def add(self, name: str, values: Sequence[tuple[str, Any]]) -> str:
        """Have a tag with these values, in order of time; give its WebID."""

    def write(self, webid: str, time: str, value: Any) -> None:
        """Write one more value into the archive."""

    def truth(self, webids: Iterable[str]) -> Counter[Fact]:
        """Give all values of these tags: WebID, time to microseconds, 100 ns, number among equal times, value, text, type."""

    def vanish(self, webid: str, status: int) -> None:
        """Answer every request for this tag with 403 or 404."""

    def limit(self, most: int) -> None:
        """Give at most so many values of a stream."""

    def trouble(self, kind: str) -> None:
        """Fail once or now and then: part, tenth, whole (503), exception (WebException in a 200), reset, away, long."""

    def requests(self) -> int:
        """Give how many requests came so far, a batch as one."""


def facts(webid: str, values: Iterable[tuple[str, Any]]) -> Counter[Fact]:
    """Give what is true of a tag with these values (stamps without Z), in the archive's order."""
    found: Counter[Fact] = Counter()
    number, last = 0, ""
    for stamp, value in values:
        number, last = (number + 1 if stamp == last else 0), stamp
        number_of, text, kind, _ = columns_of(value)
        found[webid, stamp[:26], int(stamp[26:] or 0), number, number_of, text, kind] += 1
    return found


def landed(rows: Iterable[dict[str, Any]]) -> Counter[Fact]:
    """Give the same of rows of pi_timeseries."""
    return Counter(
        (
            row["tag_webid"],
            row["timestamp"].removesuffix("Z"),
            row["sub_microsecond"],
            row["occurrence"],
            row["value"],
            row["value_text"],
            row["value_type"],
        )
        for row in rows
    )


class LocalPlant:
    """The test's own server."""

    def __init__(self, server: PiServer, now: datetime) -> None:
        self._server, self.url, self.now = server, server.url, now

    def add(self, name: str, values: Sequence[tuple[str, Any]]) -> str:
        self._server.add(name, list(values))
        return name

    def write(self, webid: str, time: str, value: Any) -> None:
        self._server.tags[webid].values.append({"Timestamp": time, "Value": value, "Good": True})
        self._server.tags[webid].values.sort(key=lambda one: one["Timestamp"].rstrip("Z"))

    def truth(self, webids: Iterable[str]) -> Counter[Fact]:
        found: Counter[Fact] = Counter()
        for webid in webids:
            values = self._server.tags[webid].values
            found += facts(webid, ((value["Timestamp"].removesuffix("Z"), value["Value"]) for value in values))
        return found

    def vanish(self, webid: str, status: int) -> None:
        self._server.tags[webid].broken = status, {"Errors": ["not for you"]}

    def limit(self, most: int) -> None:
        self._server.most = most

    def trouble(self, kind: str) -> None:
        self._server.trouble.append(_causes()[kind])

    def requests(self) -> int:
        return len(self._server.gets)


def _causes() -> dict[str, Callable[[Request], Any]]:
    seen: Counter[str] = Counter()

    def counted(name: str) -> int:
        seen[name] += 1
        return seen[name]

    exception = {"Items": [], "WebException": {"StatusCode": 504, "Errors": ["timed out"]}}
    return {
        "part": lambda request: (503, {}) if request.part and counted("part") == 2 else None,
        "tenth": lambda request: (503, {}) if request.part and counted("tenth") % 10 == 0 else None,
        "whole": lambda request: (503, {}) if request.path.endswith("/batch") and counted("whole") <= 2 else None,
        "exception": lambda request: (200, exception) if request.webids and counted("exception") <= 2 else None,
        "reset": lambda request: (200, Raw(b'{"Items": [{"Web', 5000)) if not request.part and counted("reset") <= 2 else None,
        "away": lambda _: (503, {}),
        "long": lambda request: (414, Raw(b"<html>")) if len(request.webids) > 7 and not request.part else None,
        "long as 404": lambda request: (404, Raw(b"<html>")) if len(request.webids) > 7 and not request.part else None,
    }
