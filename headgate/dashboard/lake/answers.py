"""Answers of tables that are kept as long as the table is the same, each asked for once by however many want it."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable
    from pathlib import Path

_CELLS = 300_000
_Rows = list[tuple[Any, ...]]
Version = tuple[str, int, int]


@dataclass(slots=True)
class _Asked:
    """A question that is being answered, and how many wait for it."""

    task: asyncio.Task[_Rows]
    waiting: int = 0


class Answers:
    """Rows by question. Those that were not wanted for the longest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Rows] = OrderedDict()
        self._cells = 0
        self._asked: dict[Hashable, _Asked] = {}

    async def of(self, question: Hashable, ask: Callable[[], Coroutine[Any, Any, _Rows]]) -> _Rows:
        """Give the rows that are kept, else those that `ask` gives, to all who want them meanwhile.

        What it raises is not kept, and all of them get it. It is cancelled once nobody waits for it any more.
        """
        if question in self._kept:
            self._kept.move_to_end(question)
            return self._kept[question]
        asked = self._asked.get(question)
        if asked is None:
            asked = self._asked[question] = _Asked(asyncio.ensure_future(ask()))
            asked.task.add_done_callback(lambda task: self._done(question, task))
        asked.waiting += 1
        try:
            return await asyncio.shield(asked.task)
        finally:
            asked.waiting -= 1
            if not asked.waiting and not asked.task.done():
                self._forget(question, asked.task)
                asked.task.cancel()

    def _done(self, question: Hashable, task: asyncio.Task[_Rows]) -> None:
        self._forget(question, task)
        if task.cancelled() or task.exception() is not None:
            return
        self._kept[question] = rows = task.result()
        self._cells += _size(rows)
        while self._cells > _CELLS:
            self._cells -= _size(self._kept.popitem(last=False)[1])

    def _forget(self, question: Hashable, task: asyncio.Task[_Rows]) -> None:
        if (asked := self._asked.get(question)) and asked.task is task:
            del self._asked[question]


def _size(rows: _Rows) -> int:
    return 1 + sum(map(len, rows))


def version_of(folder: Path) -> Version:
    """Give what changes with each commit to a Delta table: the name, time and size of the newest file of its log.

    A commit's file is named by its number and never changed (Delta's protocol, "Delta Log Entries"); a table that was made anew
    has another file of that number. Raises OSError where there is no log.
    """
    log = folder / "_delta_log"
    name = max((one for one in os.listdir(log) if one.endswith(".json")), default="")
    found = (log / name).stat()
    return name, found.st_mtime_ns, found.st_size
