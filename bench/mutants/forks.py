"""Functions in processes forked from this one, so many at a time, each with limits of time."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.context import ForkProcess

Key = TypeVar("Key")
# What ends a process whose time is up: that of its processor, or of an alarm that it has set.
_OUT_OF_TIME = (signal.SIGXCPU, signal.SIGALRM)


@dataclass(frozen=True)
class Job(Generic[Key]):
    """What is run: a function whose result can be pickled, for at most so many seconds of wall clock, and of a processor."""

    key: Key
    work: Callable[[], Any]
    seconds: float
    at_work: float


@dataclass(frozen=True)
class Ended(Generic[Key]):
    """What came of a job: its result, or None where it was `late` or died."""

    key: Key
    result: Any
    late: bool


@dataclass
class _Running(Generic[Key]):
    job: Job[Key]
    process: ForkProcess
    answer: Connection
    started: float
    folder: tempfile.TemporaryDirectory[str]

    @property
    def left(self) -> float:
        return self.started + self.job.seconds - time.monotonic()

    def ended(self) -> Ended[Key] | None:
        """Give what came of it, or None while it runs; whatever it started ends with it."""
        late = self.left <= 0
        if not late and not self.answer.poll():
            return None
        result = None
        with contextlib.suppress(EOFError):
            result = None if late else self.answer.recv()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        self.answer.close()
        self.folder.cleanup()
        return Ended(self.job.key, result, late or -(self.process.exitcode or 0) in _OUT_OF_TIME)


def in_forks(jobs: Iterable[Job[Key]], at_once: int) -> Iterator[Ended[Key]]:
    """Run jobs, so many at a time, and give what came of each as it ends. Raises what a job raises."""
    waiting, running = iter(jobs), list[_Running[Key]]()
    while True:
        while len(running) < at_once and (job := next(waiting, None)):
            running.append(_start(job))
        if not running:
            return
        wait([one.answer for one in running], timeout=max(0, min(one.left for one in running)))
        for one in list(running):
            if ended := one.ended():
                running.remove(one)
                if isinstance(ended.result, Exception):
                    raise ended.result
                yield ended


def _start(job: Job[Key]) -> _Running[Key]:
    here, there = multiprocessing.Pipe(duplex=False)
    folder = tempfile.TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(job, there, folder.name))
    process.start()
    there.close()
    return _Running(job, process, here, time.monotonic(), folder)


def _run(job: Job[Any], answer: Connection, folder: str) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(job.at_work), resource.RLIM_INFINITY))
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silent, stream)
    # Where pytest makes its own folders, and everybody else theirs.
    os.environ |= {"PYTEST_DEBUG_TEMPROOT": folder, "TMPDIR": folder}
    tempfile.tempdir = None
    try:
        answer.send(job.work())
    except Exception as error:  # noqa: BLE001 # it is raised again where its result is wanted
        answer.send(error)
