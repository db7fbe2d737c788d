"""An event log of runs on this machine, read on as it grows."""

from __future__ import annotations

import json
from collections import Counter, deque
from os import SEEK_END
from typing import TYPE_CHECKING

from headgate.files import system_error
from headgate.observe.local import local_event

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from headgate.engine.events import Event

_MOST_EVENTS = 100_000
_BLOCK = 1 << 20  # bytes


class EventTail:
    """The events of a log, of which each `read` takes in what is new; the last 100,000 are kept.

    A log that was written anew is read from its beginning, or where it is longer than that, from the 100,000th line before its
    end; a line without an end is left until it has one. unknown: how many of the lines that were read are skipped, by what is
    wrong with them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unknown: Counter[str] = Counter()
        self._events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._file: tuple[int, int] = (0, 0)
        self._read = 0

    @property
    def size(self) -> int:
        """How many bytes of the log need not be read any more."""
        return self._read

    def read(self) -> tuple[Event, ...]:
        """Give all events, oldest first; none where there is no log yet. Raises what `system_error` gives."""
        try:
            found = self.path.stat()
            if (found.st_dev, found.st_ino) != self._file or found.st_size < self._read:
                self._file = (found.st_dev, found.st_ino)
                self._forget()
            if found.st_size > self._read:
                with self.path.open("rb") as file:
                    self._read = self._read or _last_lines(file, _MOST_EVENTS)
                    file.seek(self._read)
                    self._take(file.read())
        except FileNotFoundError:
            self._forget()
        except OSError as error:
            raise system_error(error, self.path) from None
        return tuple(self._events)

    def _forget(self) -> None:
        self._events.clear()
        self.unknown.clear()
        self._read = 0

    def _take(self, data: bytes) -> None:
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                self.unknown["lines that are no JSON object"] += bool(line.strip())
            elif (event := local_event(row, self.unknown)) is not None:
                self._events.append(event)


def _last_lines(file: BinaryIO, count: int) -> int:
    """Give where the last so many whole lines of a file begin, which is read from its end."""
    at = file.seek(0, SEEK_END)
    while at > 0:
        begin = max(0, at - _BLOCK)
        file.seek(begin)
        block = file.read(at - begin)
        ends = block.count(b"\n")
        if ends > count:
            return begin + len(block) - len(block.split(b"\n", ends - count)[-1])
        count -= ends
        at = begin
    return 0
