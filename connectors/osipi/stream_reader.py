"""Recorded values of many tags, all of them, each once.

`/streamsets/recorded` gives at most maxCount values of each stream and does not say where it cut. A stream that fills its
page may have been cut: its last instant is left out, for more values may have that time, and it is read on from there. A
page that is one instant throughout is read again larger. What the server refuses as too much is asked for in smaller
requests; a request that it refuses for one tag is halved until that tag stands alone, and where that is wanted the tag's time
is read in smaller pieces (`narrowing`), until what can't be read stands alone.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import repeat
from operator import contains
from typing import TYPE_CHECKING

from .client import Answer, Call, selected, web_exception
from .erroneous import error_in, good_parts
from .narrowing import Patience, data_server, narrow
from .paging import most_allowed
from .problems import PiError, PiUnavailableError, TagProblem
from .reading import FORBIDDEN_OR_GONE
from .streamsets import RECORDED, RECORDED_FIELDS, Page, TagSet, matched, page_of, sets_of
from .times import next_after, previous, stamp_of
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from .client import Params, PiClient
    from .streamsets import Window

_ROUND = 1000  # a server that caps what it sends without saying so caps at a multiple of this
_OF_ALL = {0, 401}  # no connection, no login: no tag can be read
_TRIES = 2  # of a request that failed before with others, and is asked alone
# Values that may be under way and decoded at once: 300 bytes each in the form that PI sends, as Python holds it.
_MOST_HELD = 300_000
# Whether an item has the field, for all values of a plant: without a step of Python's for each.
_has_errors, _ERRORS = contains, repeat("Errors")


@dataclass(slots=True)
class _Result:
    """What came of a task: pages and problems, in order, and what is still to be read."""

    out: list[Page | TagProblem] = field(default_factory=list)
    left: list[TagSet] = field(default_factory=list)

    @property
    def values(self) -> int:
        return sum(len(found.items) for found in self.out if isinstance(found, Page))


class StreamReader:
    """Reads many tags by one of the calls below /streamsets; remembers the server's limits once they were told.

    `params` go with each request. Only recorded values come in pages (`paged`): other calls give all that they are to give.
    `narrowing`: where the server fails at a tag's time, pieces of it are tried, and problems tell of those that fail.
    """

    def __init__(
        self,
        client: PiClient,
        path: str = RECORDED,
        params: Params = (),
        fields: tuple[str, ...] = RECORDED_FIELDS,
        *,
        narrowing: bool = False,
    ) -> None:
        self._client, self._path, self._params, self._fields = client, path, params, fields
        self._paged = path == RECORDED
        self._narrowing = narrowing and self._paged
        self._at_once = client.settings.threads + 1  # one is decoded while `threads` are under way
        self._most = min(client.settings.most_items, max(1, _MOST_HELD // self._at_once))  # of one call
        self._largest = self._most  # of one stream
        self._page = client.settings.page or self._most  # of one stream, where that is enough
        self.cut_short = False  # whether the last read left windows out, by its limit
        self._patience = Patience()  # of one read

    def read(self, windows: Iterable[Window], limit: int = 0) -> Iterator[Page | TagProblem]:
        """Give the streams of all windows page by page, and what can't be read.

        A tag's pages come in order of time, unless its time has to be read in pieces (`narrowing`).

        At most `threads` requests are under way at once, and one answer more is held. With a `limit` no request goes out once
        it is likely that so many values were asked for: the windows after that are left unread. Raises PiUnavailableError when
        the server fails at all tries, whatever is asked.
        """
        todo = deque(sets_of(windows, self._client.settings))
        given = 0
        self.cut_short, self._patience = False, Patience()
        with ThreadPoolExecutor(self._at_once) as pool:
            under_way: deque[Future[_Result]] = deque()
            try:
                while todo or under_way:
                    while todo and len(under_way) < self._at_once:
                        if limit and not self._fits(given, len(under_way), limit):
                            break
                        under_way.append(pool.submit(self._do, self._task(todo), limit))
                    if not under_way:
                        self.cut_short = True
                        return
                    result = under_way.popleft().result()
                    given += result.values
                    self._client.expected = result.values or self._client.expected
                    yield from result.out
                    todo.extendleft(reversed(result.left))
            finally:
                for future in under_way:
                    future.cancel()

    def _fits(self, given: int, under_way: int, limit: int) -> bool:
        """Say whether one request more is likely to stay within the limit; the first one of all goes out alone, to tell."""
        if not under_way:
            return not given or given + self._client.expected <= limit
        return 0 < self._client.expected <= (limit - given) / (under_way + 1)

    def _task(self, todo: deque[TagSet]) -> list[TagSet]:
        """Take the sets that one request, a GET or a batch, is to ask for."""
        settings = self._client.settings
        task = [todo.popleft()]
        tags = len(task[0].webids)
        while todo and len(task) < settings.parts_per_batch and tags + len(todo[0].webids) <= settings.tags_per_request:
            if any(one.grown or one.alone for one in (todo[0], task[0])):
                break
            task.append(todo.popleft())
            tags += len(task[-1].webids)
        return task

    def _do(self, task: Sequence[TagSet], limit: int = 0) -> _Result:
        result = _Result()
        if self._narrowing and not (task := self._hopeful(task, result)):
            return result
        tags = sum(len(one.webids) for one in task)
        most = min(self._most, max(limit, _ROUND)) if limit else self._most
        counts = [one.grown or max(1, min(self._page, self._largest, most // tags)) for one in task]
        answers = self._answers([self._call(one, count) for one, count in zip(task, counts, strict=True)], task)
        for one, count, answer in zip(task, counts, answers, strict=True):
            self._take(one, count, answer, result)
        return result

    def _hopeful(self, task: Sequence[TagSet], result: _Result) -> list[TagSet]:
        """Give the sets without tags of data servers that answer for none of theirs; those are told of."""
        sets = []
        for one in task:
            lost = {webid for webid in one.webids if self._patience.hopeless(webid)}
            words = "its data server does not answer: several of its tags can't be read, and none can"
            result.out += [TagProblem(webid, 0, words, one.start, one.end) for webid in one.webids if webid in lost]
            if kept := tuple(webid for webid in one.webids if webid not in lost):
                sets.append(replace(one, webids=kept))
        return sets

    def _answers(self, calls: Sequence[Call], task: Sequence[TagSet]) -> list[Answer]:
        """Give the answers of a task's calls; an error for each where the server fails at them, but not at everything."""
        try:
            return self._client.answers(calls, _TRIES if task[0].alone else None)
        except PiUnavailableError as error:
            if not self._client.answers_at_all():
                raise
            return [Answer(error=error)] * len(calls)

    def _call(self, one: TagSet, count: int) -> Call:
        webids = tuple(("webId", stable_id(webid)) for webid in one.webids)
        window = (("startTime", one.start + "Z"), ("endTime", one.end + "Z")) if one.end else ()
        paging = (("boundaryType", "Inside"), ("maxCount", str(count))) if self._paged else ()
        return Call(self._path, (*webids, *window, *paging, *self._params, selected(*self._fields)))

    def _take(self, one: TagSet, count: int, answer: Answer, result: _Result) -> None:
        if answer.error:
            self._smaller(one, count, answer.error, result)
            return
        for webid, found in matched(one.webids, answer.body, self._path):
            stream, problem = self._checked(found)
            own = replace(one, webids=(webid,))
            if isinstance(problem, PiUnavailableError) and one.failed + 1 < self._client.settings.backoff.tries:
                self._client.pause(one.failed + 1)
                result.left.append(replace(own, failed=one.failed + 1))
            elif problem:
                self._give_up(own, problem, result)
            elif self._paged:
                self._whole(own, count, stream, result)
            else:
                page = page_of(webid, stream, stream.get("Items") or [])
                words = error_in(page)
                result.out.append(TagProblem(webid, 0, words) if words else page)

    def _checked(self, stream: dict[str, Any] | None) -> tuple[dict[str, Any], PiError | None]:
        """Give a tag's stream of an answer, and what is wrong with it."""
        return (stream, web_exception(stream, self._path)) if stream else ({}, PiError(404, "the server left the tag out"))

    def _whole(self, one: TagSet, count: int, stream: dict[str, Any], result: _Result) -> None:
        """Take a stream; the end of it that has an error of its own is read in pieces, for more of it may be good."""
        found = _Result()
        self._cut(one, count, stream, found)
        result.left += found.left
        for part in found.out:
            if isinstance(part, TagProblem) and part is found.out[-1] and self._narrowing:
                rest = replace(one, start=part.start, end=part.end, grown=0, alone=True)
                self._give_up(rest, PiError(part.status, part.message), result)
            else:
                result.out.append(part)

    def _cut(self, one: TagSet, count: int, stream: dict[str, Any], result: _Result) -> None:
        """Take what is sure to be whole of a stream: all of it, or what comes before the instant at which it may be cut."""
        items = stream.get("Items") or []
        whole, stop = len(items), next_after(one.end)
        # What follows a last value with an error is open anyway, and such a value may have no time.
        if whole and not items[-1].get("Errors") and (whole >= count or whole % _ROUND == 0):
            last = stamp_of(items[-1]["Timestamp"])
            while whole and stamp_of(items[whole - 1]["Timestamp"]) == last:
                whole -= 1
            if not whole:
                self._grow(one, count, stream, result)
                return
            result.left.append(replace(one, start=last, grown=0))
            stop = last
        self._give(one, stream, items[:whole], stop, result)

    def _grow(self, one: TagSet, count: int, stream: dict[str, Any], result: _Result) -> None:
        """Deal with a page that is one instant throughout, of which there may be more values than the page has."""
        items, most = stream["Items"], min(self._most, self._largest)
        last = stamp_of(items[-1]["Timestamp"])
        after = next_after(last)
        on = [replace(one, start=after, grown=0)] if last < one.end else []
        if len(items) < count:  # the server was asked for more and had none
            result.left += on
            self._give(one, stream, items, after, result)
        elif count < most:
            result.left.append(replace(one, grown=min(count * 4, most)))
        else:
            words = f"more values have the time {last}Z than the {most} that the server gives at once"
            result.out.append(TagProblem(one.webids[0], 0, words, one.start, last))
            result.left += on if self._narrowing else []

    def _give(self, one: TagSet, stream: dict[str, Any], items: list[dict[str, Any]], stop: str, result: _Result) -> None:
        """Give the values from the set's start to just before `stop`, but for those that have errors of their own."""
        (webid,) = one.webids
        if not any(map(_has_errors, items, _ERRORS)) or not any(item.get("Errors") for item in items):
            self._patience.good.add(data_server(webid))
            result.out.append(page_of(webid, stream, items, one.start, stop))
            return
        for start, end, some, words in good_parts(items, one.start, stop):
            if words:
                result.out.append(TagProblem(webid, 0, words, start, previous(end)))
            else:
                result.out.append(page_of(webid, stream, some, start, end))

    def _smaller(self, one: TagSet, count: int, error: PiError, result: _Result) -> None:
        """Ask for less after an error that stays: fewer values where they were too many, else fewer tags, else less time."""
        passing = isinstance(error, PiUnavailableError)
        if error.status in _OF_ALL and not passing:
            raise error
        most = most_allowed(error)
        if self._paged and most is not None and count > 1:
            if 0 < most < count:
                self._largest = min(self._largest, most)
            elif 0 < most < self._most:
                self._most = most
            else:
                self._largest = min(self._largest, count // 2)
            result.left.append(replace(one, grown=0))
        elif passing and not one.alone:
            # It may have been another's fault, with which it went as a batch.
            result.left.append(replace(one, alone=True))
        elif len(one.webids) > 1:
            result.left += [replace(one, webids=some) for some in _halves(one.webids)]
        else:
            self._give_up(one, error, result)

    def _give_up(self, one: TagSet, error: PiError, result: _Result) -> None:
        """Tell that a tag can't be read, or read its time in pieces where that is wanted and may help."""
        if self._narrowing and error.status not in FORBIDDEN_OR_GONE:
            self._patience.failed()
            for found in narrow(one, error, self._piece, self._patience):
                result.out += found.out
                result.left += found.left
        else:
            result.out.append(TagProblem(one.webids[0], error.status, error.message, one.start, one.end))

    def _piece(self, one: TagSet) -> _Result | PiError:
        """Read a piece of a tag's time alone; give what came of it, or the error where it can't be read to its end."""
        count = min(self._page, self._largest, self._most)
        (answer,) = self._answers([self._call(one, count)], [one])
        if answer.error:
            return answer.error
        result = _Result()
        for _, found in matched(one.webids, answer.body, self._path):
            stream, problem = self._checked(found)
            if problem:
                return problem
            self._cut(one, count, stream, result)
        open_end = next((one_ for one_ in result.out if isinstance(one_, TagProblem) and one_.end == one.end), None)
        return PiError(open_end.status, open_end.message) if open_end else result


def _halves(webids: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Give tags in two parts: by data server, where there is more than one, for it may be a server that fails."""
    first = data_server(webids[0])
    alike = tuple(webid for webid in webids if data_server(webid) == first)
    if len(alike) < len(webids):
        return [alike, tuple(webid for webid in webids if data_server(webid) != first)]
    middle = len(webids) // 2
    return [webids[:middle], webids[middle:]]
