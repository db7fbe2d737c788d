"""What the pages are made from: read by a thread whenever files change, so that no page waits for it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from headgate.dashboard.views.ingestion import ingestion_of
from headgate.engine.folder import RunFolder
from headgate.numbers import counted
from headgate.observe.tail import EventTail
from headgate.problems import HeadgateError, InputError
from headgate.use_cases.last_change import last_change
from headgate.use_cases.watch import rebalanced, watch, watched_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headgate.balance.report import Report
    from headgate.dashboard.heard import Heard
    from headgate.dashboard.settings import Settings
    from headgate.dashboard.views.ingestion import Ingestion
    from headgate.observe.freshness import Freshness
    from headgate.use_cases.last_change import LastChange
    from headgate.use_cases.watch import Watched, WatchedFiles, WatchRequest

T = TypeVar("T")
_OWN = ("layout.lock", "runs.csv", "deployed.*.json", "adopted.*.json")
_FILES = ("connector.yaml", "sites.yaml", "tables.csv", *_OWN, *(f"sites/*/{name}" for name in _OWN))
_AGAIN = 15.0  # seconds after which ages are looked at again, though no file changed
_REST = 3.0  # times what a look took, until the next one
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A connector with how fresh its tables are, what is said of its ingestion, and its last change; None: not known."""

    watched: Watched
    fresh: tuple[Freshness, ...]
    ingestion: Ingestion
    change: LastChange | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was read, and when. version: counts up where something changed.

    problems: what keeps connectors from being shown, and what is left out; `stale`: what is shown could not be read since `at`,
    and these are the last figures.
    """

    at: datetime
    version: int
    connectors: tuple[Shown, ...]
    problems: tuple[str, ...] = ()
    stale: bool = False


class Figures:
    """The last snapshot that could be read; `start` has a thread look for changes until `stop`.

    heard: what a workspace says of runs, where one is asked.
    """

    def __init__(self, settings: Settings, heard: Heard | None = None) -> None:
        self._settings, self._heard = settings, heard
        self._events = EventTail(RunFolder(settings.data).events)
        self._stamp: _Stamp | None = None
        self._project: tuple[_Stamp, list[WatchedFiles]] | None = None
        self._known_files: tuple[list[Watched], dict[str, HeadgateError]] | None = None
        self._slow: dict[str, tuple[_Stamp, Report | None, LastChange | None]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="dashboard-figures", daemon=True)
        self.snapshot = Snapshot(datetime.now(UTC), 0, ())

    def start(self) -> None:
        """Read everything once, then have a thread look for changes."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._end.set()

    def refresh(self) -> None:
        """Read what changed. What can't be read leaves the last figures as they are, marked as such."""
        before = self.snapshot
        try:
            found = self._read()
        except HeadgateError as error:
            problems = tuple(map(self._seen, map(str, error.problems)))
            if (before.problems, before.stale) != (problems, True):
                self.snapshot = replace(before, problems=problems, stale=True, version=before.version + 1)
            return
        same = not before.stale and (_state(found) == _state(before)) and before.version > 0
        self.snapshot = replace(found, version=before.version + (not same))

    def _watch(self) -> None:
        wait, last = self._settings.every, time.monotonic()
        while not self._end.wait(wait):
            if self._stamps() == self._stamp and time.monotonic() - last < _AGAIN:
                continue
            last = time.monotonic()
            self.refresh()
            wait = max(self._settings.every, _REST * (time.monotonic() - last))

    def _read(self) -> Snapshot:
        stamp, now = self._stamps(), datetime.now(UTC)
        # A process that dies says nothing, so what seems to run is looked at again.
        runs = any(one.ingestion.running for one in self.snapshot.connectors)
        if self._known_files is None or stamp != self._stamp or runs:
            self._stamp, self._known_files = None, None
            request = replace(self._settings.watched, data=self._settings.data)
            events = (*self._events.read(), *(self._heard.events if self._heard else ()))
            self._known_files = watch(request, self._files(request), events)
            self._stamp = stamp
        found, errors = self._known_files
        problems = [problem for error in errors.values() for problem in error.problems]
        if any(one.watched.connector in errors for one in self.snapshot.connectors):
            raise InputError(problems)
        shown = [self._shown(one, now) for one in found]
        told = [*map(str, problems), *self._skipped(), *(self._heard.problems if self._heard else ())]
        return Snapshot(now, 0, tuple(shown), tuple(map(self._seen, told)))

    def _files(self, request: WatchRequest) -> list[WatchedFiles]:
        """Give the project's own files, read anew where they changed."""
        stamp = tuple(_stamps(self._project_files()))
        if self._project is None or self._project[0] != stamp:
            self._project = None
            self._project = stamp, watched_files(request)
        return self._project[1]

    def _skipped(self) -> Iterator[str]:
        """Say what of the event log can't be read."""
        if count := self._events.unknown.total():
            whats = ", ".join(f"{number} {what}" for what, number in self._events.unknown.items() if number)
            yield f"{self._events.path}: {counted(count, 'line is', 'lines are')} skipped, which can't be read: {whats}"

    def _shown(self, watched: Watched, now: datetime) -> Shown:
        fresh = tuple(watched.freshness(now))
        after, change = self._known(watched.connector)
        return Shown(watched, fresh, ingestion_of(watched, fresh, after, now), change)

    def _known(self, connector: str) -> tuple[Report | None, LastChange | None]:
        """Give what takes long to work out, anew where the project's own files changed."""
        stamp = tuple(_stamps(self._project_files()))
        known = self._slow.get(connector)
        if known is None or known[0] != stamp:
            root = self._settings.root
            known = stamp, _or_none(lambda: rebalanced(root, connector)), _or_none(lambda: last_change(root, connector))
            self._slow[connector] = known
        return known[1], known[2]

    def _stamps(self) -> _Stamp:
        heard = [("", self._heard.version, 0)] if self._heard else []
        return (*_stamps([*self._project_files(), *self._settings.watched.usage, self._events.path]), *heard)

    def _project_files(self) -> list[Path]:
        folder = self._settings.root / "connectors"
        return sorted(path for pattern in _FILES for path in folder.glob(f"*/{pattern}"))

    def _seen(self, text: str) -> str:
        """Give a text with paths as they are seen from the project's folder."""
        return text.replace(f"{self._settings.root.resolve()}/", "").replace(f"{self._settings.root}/", "")


def _or_none(made: Callable[[], T]) -> T | None:
    try:
        return made()
    except HeadgateError:
        return None


def _stamps(paths: list[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            found = path.stat()
            yield str(path), found.st_mtime_ns, found.st_size
        except OSError:
            yield str(path), 0, 0


def _state(snapshot: Snapshot) -> object:
    """Give what a page would show otherwise, were it not the same: ages apart, which a page counts from its own time."""
    return snapshot.problems, tuple(
        (one.watched, tuple((its.destination, its.state, its.why) for its in one.fresh)) for one in snapshot.connectors
    )
