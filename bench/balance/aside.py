"""A process aside for the rivals: what takes too long is ended, what takes too much memory fails, and the bench goes on."""

from __future__ import annotations

import multiprocessing
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bench.balance.rivals import RIVALS, NoSplitError, Proved, makespan_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import numpy as np
    from numpy.typing import NDArray

    from bench.balance.rivals import Rival

_MEMORY = 4 * 2**30
_START = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method reached: the heaviest pipeline's load and the seconds of wall clock, or why there is neither.

    proved: that load is proved to be the least. over: out of time or memory, so that no larger instance is tried.
    """

    makespan: int | None = None
    seconds: float = 0.0
    note: str = ""
    proved: bool = False
    over: bool = False


class Aside:
    """Runs rivals one after the other in one process, which is replaced when it had to be ended."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, rival: Rival, weights: NDArray[np.int64], pipelines: int, seconds: float) -> Outcome:
        """Give what the rival reaches in so many seconds, or in those of its own search; it is ended when they are over."""
        if rival.missing:
            return Outcome(note="missing")
        limit = seconds if rival.search is None else rival.search + rival.grace
        pipe = self._ready()
        pipe.send((rival.name, weights, pipelines, limit if rival.search is None else rival.search))
        if not pipe.poll(limit):
            self._end()
            return Outcome(note=f"> {limit:g} s", over=True)
        try:
            found: Outcome = pipe.recv()
        except EOFError:
            self._end()
            return Outcome(note="died", over=True)
        return found

    def _ready(self) -> Connection:
        """Give the pipe to a process that has started."""
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, there = context.Pipe()
            self._process = context.Process(target=_serve, args=(there,), daemon=True)
            self._process.start()
            there.close()
            if not self._pipe.poll(_START):
                raise SystemExit("the process for the other packages does not start")
            self._pipe.recv()
        return self._pipe

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join()
        if self._pipe:
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    by_name = {rival.name: rival for rival in RIVALS}
    pipe.send("ready")
    while True:
        try:
            name, *instance = pipe.recv()
        except EOFError:
            return
        pipe.send(_tried(by_name[name], *instance))


def _tried(rival: Rival, weights: NDArray[np.int64], pipelines: int, seconds: float) -> Outcome:
    started = time.perf_counter()
    try:
        found = rival.solve(weights, pipelines, seconds)
    except MemoryError:
        return Outcome(note=f"> {_MEMORY // 2**30} GB", over=True)
    except NoSplitError as said:
        return Outcome(note=str(said), over=said.over)
    except Exception as failed:  # noqa: BLE001  another's code: that it fails, and how, belongs in the table
        return Outcome(note=type(failed).__name__)
    took = time.perf_counter() - started
    assignment = found.assignment if isinstance(found, Proved) else found
    return Outcome(makespan_of(weights, assignment, pipelines), took, proved=isinstance(found, Proved))
