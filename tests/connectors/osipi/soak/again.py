"""Runs at the end of the time, until each tag was read whole by one of them: each a little later, for none compares twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MICROSECOND = 10  # ticks


class Again:
    """What is left to be read, in a file that outlives a reader.

    `runs`: how many runs at the end of the time ended; `unread`: the tags that this one could not read whole so far, by
    whichever readers; `left`: those that none of the runs before did, None before the first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found: dict[str, Any] = {"runs": 0, "unread": [], "left": None}
        if path.exists():
            found = json.loads(path.read_text())
        self._runs: int = found["runs"]
        self._unread: set[str] = set(found["unread"])
        self._left: set[str] | None = None if found["left"] is None else set(found["left"])

    @property
    def later(self) -> int:
        """By how many ticks this run is later than the first."""
        return self._runs * _MICROSECOND

    def leave(self, tags: Iterable[str]) -> None:
        """Note tags of which a time can't be read, before anything else of the batch is kept."""
        if new := set(tags) - self._unread:
            self._unread |= new
            self._write()

    def is_whole(self) -> bool:
        """End a run at the end of the time; say whether each tag was read whole by one of them."""
        self._left = self._unread if self._left is None else self._left & self._unread
        self._runs, self._unread = self._runs + 1, set()
        self._write()
        return not self._left

    def _write(self) -> None:
        told = {"runs": self._runs, "unread": sorted(self._unread), "left": None if self._left is None else sorted(self._left)}
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(told))
        part.replace(self._path)
