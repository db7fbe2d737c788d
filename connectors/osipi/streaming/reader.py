"""The long-running reader: channels that tell of news, and one loop that lands it.

A value lands once whatever dies, for only what the archive gives is landed, with an offset that is committed with it. When a
channel opens, all its tags are read from where they were left, and once more after its first message, when it is sure to
listen; all tags are read every `reread_seconds` besides, so that what no channel told of comes too.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from websockets.exceptions import InvalidStatus, WebSocketException

from ..auth import Tokens, auth_of
from ..client import PiClient
from ..options import OptionParser, settings_of
from ..points import tag_webids
from ..problems import PiError, counted
from ..reading import Reading
from ..stream_reader import StreamReader as ArchiveReader
from ..streamsets import Window, in_urls
from ..times import from_datetime, shifted
from .channel import BASE, channel_url, connection, events_of, login_request
from .commit import Landing
from .pending_changes import Event, News, Read
from .settings import stream_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest

    from ..incremental import Place
    from .segments import Segments

LOG = logging.getLogger("connectors.osipi.streaming")
_UNAUTHORIZED = 401
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Status:
    """How the reader does: rows landed since it began, seconds behind, channels that are open and wanted, values that wait."""

    rows: int
    lag: float
    channels_open: int
    channels: int
    waiting: int

    def __str__(self) -> str:
        waits = f", {counted(self.waiting, 'value waits', 'values wait')}" if self.waiting else ""
        channels = f"{self.channels_open} of {counted(self.channels, 'channel')} open"
        return f"{counted(self.rows, 'row')} landed, {self.lag:.1f} s behind, {channels}{waits}"


def try_out(options: Mapping[str, str]) -> None:
    """Ask for nothing of the first tag, so that what is wrong with the options or the login is told before a folder is made.

    Raises OptionsError, PiError.
    """
    stream_settings(options)
    client, now = PiClient(settings_of(options)), datetime.now(UTC)
    tag, cap = tag_webids(Reading(client, OptionParser(options), now))[0], from_datetime(now)
    for _ in ArchiveReader(client).read([Window(tag, cap, cap)]):
        pass


class StreamReader:
    """Reads pi_timeseries as it comes, into segments. `clock`: seconds; `now`: UTC; `chance`: 0 to 1."""

    def __init__(
        self,
        options: Mapping[str, str],
        segments: Segments,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._options, self._own = dict(options), stream_settings(options)
        self._settings = settings_of(options)
        self._client = PiClient(self._settings)
        self._auth = auth_of(self._settings, time.monotonic, time.sleep)
        self._landing = Landing(options, segments)
        self._clock, self._now, self._chance = clock, now, chance
        self._news = News()
        self._tags: dict[str, None] = {}
        self._refused: set[str] = set()  # tags that the last read could not have: a channel with them would not open
        self._deaf: dict[tuple[str, ...], float] = {}  # groups without a channel, and when all of them was read last
        self._counted: set[str] = set()  # tags that were read together with a count
        self._groups = 0
        self._rows = 0
        self._full = asyncio.Event()

    def status(self) -> Status:
        """Tell how the reader does. Seconds behind are those since the oldest news that has not landed, or could be missed."""
        waiting = [self._news.oldest(self._cap()), *self._deaf.values()]
        oldest = min((one for one in waiting if one is not None), default=self._clock())
        lag, channels_open = max(self._clock() - oldest, 0.0), self._groups - len(self._deaf)
        return Status(self._rows, lag, channels_open, self._groups, self._news.count)

    async def run(self) -> None:
        """Read until cancelled. Raises PiError where nothing can be read at the start, OSError where nothing can be written."""
        self._news.read_again(await asyncio.to_thread(self._listed), self._clock())
        await self._land()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._listen_to(tasks, list(self._tags))
                tasks.create_task(self._reread(tasks))
                await self._land_forever()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    def _listed(self) -> list[str]:
        """Give the tags that the options ask for, each by the WebID under which it landed first."""
        tags = self._landing.listed(self._cap())
        self._tags |= dict.fromkeys(tags)
        return tags

    def _cap(self) -> str:
        return shifted(from_datetime(self._now()), self._own.future - self._own.settle_seconds)

    def _listen_to(self, tasks: asyncio.TaskGroup, tags: list[str]) -> None:
        for group in in_urls(tags, self._settings, BASE, self._own.tags_per_channel):
            self._groups += 1
            self._deaf[group] = self._clock()
            tasks.create_task(self._listen(group))

    async def _reread(self, tasks: asyncio.TaskGroup) -> None:
        """Have all tags read every so often, and new ones listened to."""
        while True:
            await asyncio.sleep(self._own.reread_seconds)
            known = set(self._tags)
            try:
                tags = await asyncio.to_thread(self._listed)
            except PiError as error:
                LOG.warning("the tags can't be listed: %s", error)
                tags = list(known)
            self._news.read_again(tags, self._clock())
            self._listen_to(tasks, [tag for tag in tags if tag not in known])

    async def _land_forever(self) -> None:
        failed = 0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), self._own.flush_seconds)
            self._full.clear()
            try:
                await self._land()
                failed = 0
            except PiError as error:
                failed += 1
                LOG.warning("%s; %s", error, self.status())
                await asyncio.sleep(self._settings.backoff.delay(min(failed, 30), self._chance()))

    async def _land(self) -> None:
        """Land what is due, and forget what that settled."""
        started, cap = self._clock(), self._cap()
        due = self._news.due(cap)
        if not due:
            return
        before, deaf = self._landing.places(due), list(self._deaf)
        marks = self._news.take_unread(due)
        try:
            # A first read counts before it begins, for else what comes behind its pages would be neither read nor told.
            whole, is_first = len(due) == len(self._tags), not self._counted.issuperset(due)
            rows = await asyncio.to_thread(self._landing.land, due, cap, count_late=whole or is_first)
            self._counted.update(due)
        except BaseException:
            self._news.unread |= marks
            raise
        self._rows += rows
        after = self._landing.places(due)
        missed = list[Event]()
        for tag in due:
            place = after.get(tag)
            if place and place.until >= cap:
                self._refused.discard(tag)
                missed += self._news.landed(tag, self._read(before.get(tag), place, started))
            else:  # it can't be read, which was reported: the next read of all tags asks again
                self._news.forget(tag)
                self._refused.add(tag)
        for group in deaf:
            if group in self._deaf and set(group) <= set(due):
                self._deaf[group] = started
        self._tell_missed(missed)
        if rows:
            LOG.info("%s", self.status())

    def _read(self, before: Place | None, after: Place, started: float) -> Read:
        floor, seen = (before.start(self._own.overlap), before.seen) if before else ("", ())
        return Read(floor, seen, after.start(self._own.overlap), after.seen, started, started - self._own.patience_seconds)

    @staticmethod
    def _tell_missed(missed: list[Event]) -> None:
        """Report values that lie further back than is read again, or were changed after they had landed."""
        if not missed:
            return
        stamps, tags = sorted(event.stamp for event in missed), sorted({event.webid for event in missed})
        shown = ", ".join(tags[:_SHOWN]) + (f" and {len(tags) - _SHOWN} more" if len(tags) > _SHOWN else "")
        LOG.warning(
            "%d values came too late or changed, from %sZ to %sZ, of %s: read that stretch again, or widen overlap_minutes",
            len(missed), stamps[0], stamps[-1], shown,
        )  # fmt: skip

    async def _listen(self, group: tuple[str, ...]) -> None:
        """Keep a channel to these tags open, and open it again when it dies."""
        failed = 0
        while True:
            heard = False
            request = None
            try:
                wanted = [tag for tag in group if tag not in self._refused] or list(group)
                request = await asyncio.to_thread(login_request, self._auth, self._settings)
                headers = {name: value for name, value in request.headers.items() if name == "Authorization"}
                url = channel_url(self._settings, wanted, self._own.heartbeat)
                async with connection(self._settings, url, headers) as socket:
                    self._deaf.pop(group, None)
                    self._hear(group)
                    while True:
                        message = await asyncio.wait_for(socket.recv(), self._own.stall_seconds)
                        self._take(message, group, first=not heard)
                        heard, failed = True, 0
            except (OSError, TimeoutError, WebSocketException, PiError, EOFError) as error:
                self._deaf.setdefault(group, self._clock())
                self._hear(group)
                failed += 1
                if self._renews(error, request) and failed == 1:
                    continue
                LOG.warning("a channel of %d tags is closed: %s", len(group), _words(error))
            await asyncio.sleep(self._settings.backoff.delay(min(failed, 30), self._chance()))

    def _hear(self, group: tuple[str, ...]) -> None:
        self._news.read_again(group, self._clock())

    def _take(self, message: str | bytes, group: tuple[str, ...], *, first: bool) -> None:
        events, unclear = events_of(message, group)
        self._news.tell(events, self._clock())
        if first or unclear:
            self._hear(group)
        if self._news.count >= self._own.flush_values:
            self._full.set()

    def _renews(self, error: Exception, request: PreparedRequest | None) -> bool:
        is_refused = isinstance(error, InvalidStatus) and error.response.status_code == _UNAUTHORIZED
        return is_refused and request is not None and isinstance(self._auth, Tokens) and self._auth.refused(request)


def _words(error: Exception) -> str:
    """Say why a channel closed, without what a library may have put into its own words."""
    if isinstance(error, PiError):
        return str(error)
    if isinstance(error, InvalidStatus):
        return f"the server answered {error.response.status_code}, not 101"
    if isinstance(error, TimeoutError):
        return "nothing came for too long"
    return type(error).__name__
