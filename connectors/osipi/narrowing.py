"""Around a time at which the server fails: the time is read in pieces, and those that fail stand alone.

Pieces are halved while they fail and doubled while they do not. Past a piece of the shortest length that fails, ever more time
is left unread until a piece is good again, so a time that fails for an hour costs a dozen requests, not thousands; what was
left out there is open like the rest, and the next run, which reads open times in the same way, gets nearer to its edges.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from .problems import PiError, TagProblem
from .times import next_after, previous, seconds_between, shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .streamsets import Page, TagSet

_SHORTEST = 1.0  # seconds of a piece that is not halved any more
_BLIND = 8  # into so many parts a time is cut of which nothing can be read, before its end is tried
_MOST_FAILURES = 200  # requests of one read
_MOST_SECONDS = 300.0  # from the first of them
_TRIED = 4  # tags of a data server that fail before all of it is taken to


class Result(Protocol):
    """What came of a piece: pages and problems, and what is still to be read."""

    out: list[Page | TagProblem]
    left: list[TagSet]


R = TypeVar("R", bound=Result)


@dataclass(slots=True)
class Patience:
    """How much one read may try where requests fail: a server that fails everywhere is not asked for every second.

    A data server of which several tags failed and none could be read is `hopeless`: its other tags wait for the next read.
    """

    failures: int = 0
    since: float = field(default_factory=time.monotonic)
    good: set[str] = field(default_factory=set)
    bad: Counter[str] = field(default_factory=Counter)

    def failed(self, tag: str = "") -> None:
        """Count a failure; `tag`: of which nothing at all could be read."""
        if not self.failures:
            self.since = time.monotonic()
        self.failures += 1
        if tag:
            self.bad[data_server(tag)] += 1

    @property
    def ended(self) -> bool:
        """Whether to try no smaller pieces of time."""
        return self.failures > _MOST_FAILURES or (self.failures > 0 and time.monotonic() - self.since > _MOST_SECONDS)

    def hopeless(self, tag: str) -> bool:
        """Whether nothing of the tag's data server can be read now."""
        if not self.bad:
            return False
        server = data_server(tag)
        return self.bad[server] >= _TRIED and server not in self.good


def data_server(webid: str) -> str:
    """Give the part of a point's WebID that says which data server it is on, for those that hold the server's id.

    AVEVA, PI Web API, WebID 2.0: type, version and marker (4 characters), the server's GUID (22, base64), then the rest.
    """
    return webid[4:26]


@dataclass(slots=True)
class _Open:
    """A problem of a time, as a result."""

    out: list[Page | TagProblem]
    left: list[TagSet] = field(default_factory=list)


def narrow(one: TagSet, error: PiError, read: Callable[[TagSet], R | PiError], patience: Patience) -> Iterator[R | _Open]:
    """Read the time of one tag, at which the server failed, in pieces; give what came of them, and the times that are open.

    read: gives what came of a piece, or its error.
    """
    (webid,), span = one.webids, seconds_between(one.start, one.end)
    at, step, skip = one.start, span / 2, 0.0
    readable = False
    while at <= one.end:
        if span <= _SHORTEST or patience.ended:
            yield _open(webid, at, one.end, error)
            return
        if not readable and step < span / _BLIND:
            last = replace(one, start=max(at, shifted(one.end, -span / _BLIND)), grown=0, alone=True)
            if isinstance(found := read(last), PiError):
                patience.failed(webid)
                yield _open(webid, at, one.end, found)
                return
            yield found
            one, readable = replace(one, end=previous(last.start)), True
            continue
        piece = replace(one, start=at, end=min(shifted(at, step), one.end), grown=0, alone=True)
        found = read(piece)
        if not isinstance(found, PiError):
            yield found
            readable, at, step, skip = True, next_after(piece.end), max(step * 2, _SHORTEST), 0.0
            continue
        error = found
        patience.failed()
        if step > _SHORTEST:
            step = max(step / 2, _SHORTEST)
            continue
        skip = max(skip * 2, _SHORTEST)
        end = min(shifted(at, skip), one.end)
        yield _open(webid, at, end, error)
        at = next_after(end)


def _open(webid: str, start: str, end: str, error: PiError) -> _Open:
    return _Open([TagProblem(webid, error.status, error.message, start, end)])
