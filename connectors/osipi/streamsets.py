"""Recorded values of many tags, all of them, each once.

`/streamsets/recorded` gives at most maxCount values of each stream and does not say where it cut. A stream that fills its
page may have been cut: its last instant is left out, for more values may have that time, and it is read on from there. A
page that is one instant throughout is read again larger. What the server refuses as too much is asked for in smaller
requests; a request that it refuses for one tag is halved until that tag stands alone.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .client import Call, selected, web_exception
from .paging import list_of, most_allowed
from .problems import PiError, PiUnavailableError, TagProblem
from .times import next_after, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .client import Answer, Params, PiClient
    from .options import Settings

_OF_VALUES = ("Timestamp", "Value", "Good", "Questionable", "Substituted", "Annotated", "Errors")
VALUE_FIELDS = (*_OF_VALUES, "UnitsAbbreviation")
# Recorded values come in one unit of measure, that of their stream (AVEVA, AF SDK Reference, AFData.RecordedValue, desiredUOM).
# Asked for with each value, it would be a tenth of what is sent and decoded.
RECORDED_FIELDS = ("WebId", "Name", "UnitsAbbreviation", *(f"Items.{name}" for name in _OF_VALUES))
RECORDED = "/streamsets/recorded"
_ROUND = 1000  # a server that caps what it sends without saying so caps at a multiple of this
_OF_ALL = {0, 401}  # no connection, no login: no tag can be read
_BASE = 600  # characters of a URL that are not its WebIDs


@dataclass(frozen=True, slots=True)
class Window:
    """A tag and the time to read, both ends included, as stamps."""

    webid: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a call gives of a tag, as PI sends it: items (values in time order, an instant's in one page), or one value."""

    webid: str
    name: str
    units: str
    items: list[dict[str, Any]]
    value: dict[str, Any] | None = None

    @property
    def tag(self) -> tuple[str, str, str]:
        """The tag's WebID, name and units."""
        return self.webid, self.name, self.units


@dataclass(frozen=True, slots=True)
class TagSet:
    """Tags that are read over the same time by one GET. `grown`: the page to ask for after one that was too small."""

    webids: tuple[str, ...]
    start: str
    end: str
    grown: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Result:
    """What came of a task: pages and problems, in order, and what is still to be read."""

    out: list[Page | TagProblem] = field(default_factory=list)
    left: list[TagSet] = field(default_factory=list)


def sets_of(windows: Iterable[Window], settings: Settings) -> Iterator[TagSet]:
    """Put windows over the same time, which follow each other, into sets whose URL the server takes.

    As many sets as make `tags_per_request` together fill a batch, none of which is left half empty.
    """
    for (start, end), alike in groupby(windows, lambda window: (window.start, window.end)):
        webids = [window.webid for window in alike]
        for place in range(0, len(webids), settings.tags_per_request):
            for fitting in in_urls(webids[place : place + settings.tags_per_request], settings, _BASE):
                yield TagSet(fitting, start, end)


def in_urls(webids: Iterable[str], settings: Settings, others: int, most: int | None = None) -> Iterator[tuple[str, ...]]:
    """Spread WebIDs over URLs that the server takes, of which `others` characters are something else; `most` in each."""
    room = settings.longest_url - len(settings.base_url) - others
    some: list[str] = []
    length = 0
    for webid in webids:
        size = len(quote(webid, safe="")) + len("&webId=")
        if some and (length + size > room or len(some) == most):
            yield tuple(some)
            some, length = [], 0
        some.append(webid)
        length += size
    if some:
        yield tuple(some)


def matched(webids: Sequence[str], body: Any, path: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Pair tags with the streams of an answer: by WebID, or by place where the server writes its WebIDs in another form.

    Raises PiError for an answer that has no streams.
    """
    streams = list_of(body, path)
    by_webid = {str(stream.get("WebId")): stream for stream in streams}
    if len(streams) == len(webids) and not by_webid.keys() & set(webids):
        yield from zip(webids, streams, strict=True)
        return
    for webid in webids:
        yield webid, by_webid.get(webid)


def _page(webid: str, stream: dict[str, Any], items: list[dict[str, Any]]) -> Page:
    name, units = str(stream.get("Name") or ""), str(stream.get("UnitsAbbreviation") or "")
    return Page(webid, name, units, items, stream.get("Value"))


class StreamReader:
    """Reads many tags by one of the calls below /streamsets; remembers the server's limits once they were told.

    `params` go with each request. Only recorded values come in pages (`paged`): other calls give all that they are to give.
    """

    def __init__(
        self,
        client: PiClient,
        path: str = RECORDED,
        params: Params = (),
        fields: tuple[str, ...] = RECORDED_FIELDS,
    ) -> None:
        self._client, self._path, self._params, self._fields = client, path, params, fields
        self._paged = path == RECORDED
        self._at_once = client.settings.threads + 1  # one is decoded while `threads` are under way
        self._most = client.settings.most_items  # of one call
        self._largest = self._most  # of one stream
        self._page = client.settings.page or self._most  # of one stream, where that is enough

    def read(self, windows: Iterable[Window]) -> Iterator[Page | TagProblem]:
        """Give the streams of all windows page by page, a tag's pages in time order, and the tags that can't be read.

        At most `threads` requests are under way at once, and one answer more is held. Raises PiUnavailableError when the
        server fails at all tries.
        """
        todo = deque(sets_of(windows, self._client.settings))
        with ThreadPoolExecutor(self._at_once) as pool:
            under_way: deque[Future[_Result]] = deque()
            try:
                while todo or under_way:
                    while todo and len(under_way) < self._at_once:
                        under_way.append(pool.submit(self._do, self._task(todo)))
                    result = under_way.popleft().result()
                    yield from result.out
                    todo.extendleft(reversed(result.left))
            finally:
                for future in under_way:
                    future.cancel()

    def _task(self, todo: deque[TagSet]) -> list[TagSet]:
        """Take the sets that one request, a GET or a batch, is to ask for."""
        settings = self._client.settings
        task = [todo.popleft()]
        tags = len(task[0].webids)
        while todo and len(task) < settings.parts_per_batch and tags + len(todo[0].webids) <= settings.tags_per_request:
            if todo[0].grown or task[0].grown:
                break
            task.append(todo.popleft())
            tags += len(task[-1].webids)
        return task

    def _do(self, task: Sequence[TagSet]) -> _Result:
        tags = sum(len(one.webids) for one in task)
        counts = [one.grown or max(1, min(self._page, self._largest, self._most // tags)) for one in task]
        answers = self._client.answers([self._call(one, count) for one, count in zip(task, counts, strict=True)])
        result = _Result()
        for one, count, answer in zip(task, counts, answers, strict=True):
            self._take(one, count, answer, result)
        return result

    def _call(self, one: TagSet, count: int) -> Call:
        webids = tuple(("webId", webid) for webid in one.webids)
        window = (("startTime", one.start + "Z"), ("endTime", one.end + "Z")) if one.end else ()
        paging = (("boundaryType", "Inside"), ("maxCount", str(count))) if self._paged else ()
        return Call(self._path, (*webids, *window, *paging, *self._params, selected(*self._fields)))

    def _take(self, one: TagSet, count: int, answer: Answer, result: _Result) -> None:
        if answer.error:
            self._smaller(one, count, answer.error, result)
            return
        for webid, stream in matched(one.webids, answer.body, self._path):
            problem = web_exception(stream, self._path) if stream else PiError(404, "the server left the tag out")
            if isinstance(problem, PiUnavailableError):
                self._again(replace(one, webids=(webid,)), problem, result)
            elif problem or stream is None:
                status, message = (problem.status, problem.message) if problem else (0, "")
                result.out.append(TagProblem(webid, status, message))
            elif self._paged:
                self._cut(replace(one, webids=(webid,)), count, stream, result)
            else:
                result.out.append(_page(webid, stream, stream.get("Items") or []))

    def _cut(self, one: TagSet, count: int, stream: dict[str, Any], result: _Result) -> None:
        (webid,), items = one.webids, stream.get("Items") or []
        whole = len(items)
        if whole and (whole >= count or whole % _ROUND == 0):
            last = stamp_of(items[-1]["Timestamp"])
            while whole and stamp_of(items[whole - 1]["Timestamp"]) == last:
                whole -= 1
            if whole:
                result.left.append(replace(one, start=last, grown=0))
            else:
                whole = self._grow(one, count, stream, result)
        if whole or not items:
            result.out.append(_page(webid, stream, items[:whole]))

    def _grow(self, one: TagSet, count: int, stream: dict[str, Any], result: _Result) -> int:
        """Deal with a page that is one instant throughout; give how many of its values are sure to be all of that instant."""
        items, most = stream["Items"], min(self._most, self._largest)
        last = stamp_of(items[-1]["Timestamp"])
        if len(items) < count:  # the server was asked for more and had none
            if last < one.end:
                result.left.append(replace(one, start=next_after(last), grown=0))
            return len(items)
        if count >= most:
            words = f"more values have the time {last}Z than the {most} that the server gives at once"
            result.out.append(TagProblem(one.webids[0], 0, words))
        else:
            result.left.append(replace(one, grown=min(count * 4, most)))
        return 0

    def _again(self, one: TagSet, problem: PiError, result: _Result) -> None:
        if one.failed + 1 >= self._client.settings.backoff.tries:
            raise PiUnavailableError(problem.status, f"{problem.message} (tried {one.failed + 1} times)")
        self._client.pause(one.failed + 1)
        result.left.append(replace(one, failed=one.failed + 1))

    def _smaller(self, one: TagSet, count: int, error: PiError, result: _Result) -> None:
        """Ask for less after an error that stays: fewer values where they were too many, else fewer tags."""
        if error.status in _OF_ALL:
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
        elif len(one.webids) > 1:
            middle = len(one.webids) // 2
            result.left += [replace(one, webids=one.webids[:middle]), replace(one, webids=one.webids[middle:])]
        else:
            result.out.append(TagProblem(one.webids[0], error.status, error.message))
