"""Running code that may do anything in a process of its own: it prints, hangs, dies and forks without harm to this one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from headgate.discovery.child.channel import END

_KEPT = 64 * 1024
_LONGEST_ANSWER = 64 * 1024 * 1024
_TICK = 0.05
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it.

    The answer's lines, and whether they are all; the last 64 KB of what was printed; the exit code (negative: a signal's
    number), or None where the process was still running and got killed.
    """

    lines: tuple[bytes, ...]
    printed: bytes
    whole: bool
    exit_code: int | None


def run(request: bytes, timeout: float) -> Ended:
    """Run `headgate.discovery.child` for at most `timeout` seconds with `request` on its standard input.

    It has its own session, and whatever is left of its process group is killed at the end, however that comes about.
    """
    reading, writing = os.pipe()
    # -P: no module of the working folder takes a standard one's place. -B: the connector's folder stays as it is.
    command = [sys.executable, "-P", "-B", "-m", "headgate.discovery.child", str(writing)]
    try:
        process = subprocess.Popen(  # noqa: S603 (our own module, and no part of the command comes from outside)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            start_new_session=True,
            env=child_environment(),
        )
    finally:
        os.close(writing)
    answer = _Answer(os.fdopen(reading, "rb"))
    assert process.stdin  # noqa: S101 (asked for above)
    assert process.stdout  # noqa: S101
    printed = _Tail(process.stdout)
    deadline = time.monotonic() + timeout
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(request)
        _wait(process, answer, deadline)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE if answer.whole else max(0.0, deadline - time.monotonic()))
    finally:
        exit_code = process.poll()
        _kill(process)
        answer.join(_GRACE)
        printed.join(_GRACE)
    return Ended(tuple(answer.lines), bytes(printed.kept), answer.whole, exit_code)


def child_environment() -> dict[str, str]:
    """Give our own environment, for a process that runs a connector: without init options, and with headgate found as here."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("HEADGATE_OPTION_")}
    own = Path(__file__).resolve().parents[2]
    if own.name not in {"site-packages", "dist-packages"}:
        # A checkout; whatever is installed is found anyway, and must not come before the standard library.
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (kept.get("PYTHONPATH", ""), str(own))))
    return kept


def _wait(process: subprocess.Popen[bytes], answer: _Answer, deadline: float) -> None:
    """Wait for the answer's end. A forked process may hold the pipe open when the one that was to answer is dead."""
    while answer.is_alive() and time.monotonic() < deadline:
        answer.join(_TICK)
        if process.poll() is not None:
            answer.join(_GRACE)
            return


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Reader(threading.Thread):
    """Reads a pipe to its end, so that whoever writes is never held up."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.start()


class _Answer(_Reader):
    """Keeps lines up to the last one."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.lines: list[bytes] = []
        self.whole = False
        super().__init__(pipe)

    def run(self) -> None:
        size = 0
        with self._pipe:
            for line in self._pipe:
                size += len(line)
                self.whole = line == END
                if self.whole or size > _LONGEST_ANSWER:
                    break
                self.lines.append(line)


class _Tail(_Reader):
    """Keeps the last of what comes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.kept = bytearray()
        super().__init__(pipe)

    def run(self) -> None:
        with self._pipe:
            while some := os.read(self._pipe.fileno(), _KEPT):
                self.kept += some
                if len(self.kept) > _KEPT:
                    # Not the rest of a line: it could begin with a part of a secret, which nobody would recognize.
                    del self.kept[: self.kept.find(b"\n", len(self.kept) - _KEPT) + 1 or len(self.kept)]
