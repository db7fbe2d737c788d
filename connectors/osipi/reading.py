"""What a read of a table has at hand: the client, the table's options, the time it is, and what it has to report."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .client import segment, selected
from .paging import pages
from .problems import OptionsError, PiError, PiUnavailableError, TagProblem
from .times import from_datetime, resolve, seconds_of, shifted
from .webids import stable_id

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from .client import Call, PiClient
    from .options import OptionParser

LOG = logging.getLogger("connectors.osipi")
FORBIDDEN_OR_GONE = {403, 404}
_LONGEST = 366 * 86400
_SHOWN = 3  # tags that are told of line by line


@dataclass(slots=True)
class Reading:
    """A read: `now` (UTC) is the latest time that it looks at, and the same for all calls of one run.

    `unread` are the tags and objects that can't be read; `problems` hold those, and what else there is to tell of tags.
    `listed` are the tags that were listed, by name filter and data server: readings that share it list them once. `names` are
    the name and path of tags, as far as they are known; `begun` is how far the batches of this run read tags that go on;
    `table` is the one that is read, where that is known; `gone` are the instants of values that were given before, are there no
    more, and are to be told.
    """

    client: PiClient
    texts: OptionParser
    now: datetime
    problems: list[TagProblem] = field(default_factory=list)
    unread: dict[str, TagProblem] = field(default_factory=dict)
    listed: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    table: str = ""
    gone: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def cap(self) -> str:
        """The stamp of `now`."""
        return from_datetime(self.now)

    @property
    def ingested(self) -> str:
        """The column ingestion_timestamp."""
        return self.cap + "Z"

    def report(self, problem: TagProblem) -> None:
        """Tell of a tag or an object that can't be read while others can."""
        if problem.webid in self.unread:
            return
        problem = self.unread[problem.webid] = self._named(problem)
        self.problems.append(problem)
        LOG.warning("%s can't be read: %s %s", problem.tag, problem.status or "", problem.message)

    def notice(self, webid: str, words: str) -> None:
        """Tell of a tag that was read, but whose rows may not be all that the server has now."""
        problem = self._named(TagProblem(webid, 0, words))
        self.problems.append(problem)
        LOG.warning("%s: %s", problem.tag, words)

    def notices(self, words: Mapping[str, str], summary: str) -> None:
        """Tell of many tags as `notice` does, in a single line of the log where they are many: `summary`."""
        if len(words) <= _SHOWN:
            for webid, told in words.items():
                self.notice(webid, told)
            return
        problems = [self._named(TagProblem(webid, 0, told)) for webid, told in words.items()]
        self.problems += problems
        LOG.warning("%s; for instance %s: %s", summary, problems[0].tag, problems[0].message)

    def warn(self, words: str) -> None:
        """Tell of something that concerns all tags."""
        self.problems.append(TagProblem("", 0, words))
        LOG.warning("%s", words)

    def leave_open(self, problem: TagProblem) -> None:
        """Tell of a time of a tag that can't be read while others can, and that the next run tries again."""
        problem = self._named(problem)
        self.problems.append(problem)
        span = f"from {problem.start}Z to {problem.end}Z"
        LOG.warning(
            "%s can't be read %s, and is tried again by each run: %s %s",
            problem.tag,
            span,
            problem.status or "",
            problem.message,
        )

    def _named(self, problem: TagProblem) -> TagProblem:
        name, path = self.names.get(problem.webid, ("", ""))
        return replace(problem, name=name, path=path)

    def instant(self, name: str, default: str = "") -> str:
        """Give an option that is a time as its stamp; empty where neither it nor a default is given.

        Raises OptionsError for what is no time.
        """
        text = self.texts.text(name, name.replace("Time", "_time"), default=default)
        if not text:
            return ""
        try:
            return resolve(text, self.now)
        except ValueError as error:
            raise OptionsError(f"{name}: {error}") from None

    def last(self, ahead: float = 0) -> str:
        """Give where a read ends: `endTime`, but no later than so many seconds from now: what comes until then is not known."""
        most = shifted(self.cap, ahead)
        return min(self.instant("endTime") or most, most)

    def first(self, last: str, lookback: float) -> str:
        """Give where a first read that ends at `last` begins: `startTime`, else so many seconds before its end, or before now.

        Raises OptionsError for a start after the end: what comes in between would never be read.
        """
        start = self.instant("startTime")
        if start > last:
            raise OptionsError(
                f"startTime is {start}Z, and reading ends at {last}Z (endTime, or now): give an earlier startTime"
            )
        return start or shifted(min(last, self.cap), -lookback)

    def span(self, name: str, default: str) -> float:
        """Give an option that is a time span, in seconds: more than 0, a year (366d) at most.

        Raises OptionsError for what is no time span, or no such one.
        """
        text = self.texts.text(name, default=default)
        try:
            seconds = seconds_of(text)
        except ValueError as error:
            raise OptionsError(f"{name}: {error}") from None
        if not 0 < seconds <= _LONGEST:
            raise OptionsError(f"{name} is {text!r}; give more than nothing, and a year at most")
        return seconds

    def pages(self, path: str, fields: Iterable[str], *params: tuple[str, str]) -> Iterator[dict[str, Any]]:
        """Give all items of a list that comes in pages."""
        return pages(self.client, path, *params, selected(*fields))

    def each(self, owners: Sequence[str], calls: Sequence[Call]) -> Iterator[tuple[str, Any]]:
        """Give each owner's WebID with the body of its call; those forbidden or gone are reported. Raises other PiErrors."""
        size = self.client.settings.parts_per_batch
        for start in range(0, len(calls), size):
            answers = self.client.answers(calls[start : start + size])
            for owner, answer in zip(owners[start : start + size], answers, strict=True):
                if answer.error is None:
                    yield owner, answer.body
                elif isinstance(answer.error, PiUnavailableError) or answer.error.status not in FORBIDDEN_OR_GONE:
                    raise answer.error
                else:
                    self.report(TagProblem(owner, answer.error.status, answer.error.message))

    def refuse_if_none(self, asked: int) -> None:
        """Raise PiError where all that was asked for can't be read: that is no empty table."""
        if asked and len(self.unread) >= asked:
            first = next(iter(self.unread.values()))
            raise PiError(first.status, f"none of {asked} can be read; {first.tag}: {first.message}")


def below(kind: str, webid: str, rest: str = "") -> str:
    """Give the path of an object, or of what is below it: `/points/<webid>/attributes`.

    It is asked for by its id: a Full WebID may find another object that has the path by now.
    """
    return f"/{kind}/{segment(stable_id(webid))}" + (f"/{rest}" if rest else "")
