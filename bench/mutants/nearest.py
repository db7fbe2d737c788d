"""Tests that were collected once: which functions each of them calls, and which of them fails first."""

from __future__ import annotations

import resource
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType, FrameType

    import pytest

# A module's path, and the qualified name of a function in it.
Function = tuple[str, str]


@dataclass(frozen=True)
class Clean:
    """A test without a mutant: whether it failed, how many seconds of a processor it took, and which functions it called."""

    failed: bool
    seconds: float
    called: frozenset[Function]


def clean(items: Sequence[pytest.Item], folder: str) -> list[Clean]:
    """Run all tests and give what each did; functions are those of files below `folder`."""
    return list(_each(items, folder))


def _each(items: Sequence[pytest.Item], folder: str) -> Iterator[Clean]:
    for item, following in zip(items, [*items, None][1:], strict=True):
        calls = _Calls()
        failed, started = item.session.testsfailed, _at_work()
        with calls:
            _run(item, following)
        seconds = _at_work() - started
        yield Clean(item.session.testsfailed > failed, seconds, frozenset(calls.below(folder)))


def _at_work() -> float:
    """Give the seconds that processors were at work for this process, and for those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(its.ru_utime + its.ru_stime for its in used)


def first_failure(items: Mapping[pytest.Item, float]) -> str:
    """Run tests until one fails, and give its name; "" where none does. One that takes longer than its seconds ends all."""
    for item, following in zip(items, [*items, None][1:], strict=True):
        signal.setitimer(signal.ITIMER_REAL, items[item])
        _run(item, following)
        if item.session.testsfailed:
            return item.nodeid
    return ""


def _run(item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


class _Calls:
    """The functions that are called while this is entered, in all threads that start meanwhile."""

    def __init__(self) -> None:
        self._codes: dict[int, CodeType] = {}

    def __enter__(self) -> None:
        threading.setprofile(self._see)
        sys.setprofile(self._see)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            self._codes[id(frame.f_code)] = frame.f_code

    def below(self, folder: str) -> Iterator[Function]:
        for code in list(self._codes.values()):
            if code.co_filename.startswith(folder):
                yield code.co_filename, code.co_qualname.split(".<locals>")[0]
