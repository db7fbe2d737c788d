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
from tempfile import TemporaryDirectory
from typing import IO, Any

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

    It has its own session, and whatever is left of its process group is killed at the end, however that comes about; where
    there are no such groups, as on Windows, it alone is. It answers in a file, which is the same on every system.
    """
    with TemporaryDirectory(prefix="headgate-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder) / "answer"
        # -P: no module of the working folder takes a standard one's place. -B: the connector's folder stays as it is.
        command = [sys.executable, "-P", "-B", "-m", "headgate.discovery.child", str(answer)]
        process = subprocess.Popen(  # noqa: S603 (our own module, and no part of the command comes from outside)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=child_environment(),
        )
        assert process.stdin  # noqa: S101 (asked for above)
        assert process.stdout  # noqa: S101
        printed = _Tail(process.stdout)
        deadline = time.monotonic() + timeout
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(request)
            _wait(process, answer, deadline)
        finally:
            exit_code = process.poll()
            kill_group(process)
            printed.join(_GRACE)
        lines, whole = _answer(answer)
    return Ended(tuple(lines), bytes(printed.kept), whole, exit_code)


def child_environment() -> dict[str, str]:
    """Give our own environment, for a process that runs a connector: without init options, and with headgate found as here."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("HEADGATE_OPTION_")}
    own = Path(__file__).resolve().parents[2]
    if own.name not in {"site-packages", "dist-packages"}:
        # A checkout; whatever is installed is found anyway, and must not come before the standard library.
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (kept.get("PYTHONPATH", ""), str(own))))
    return kept


def _wait(process: subprocess.Popen[bytes], answer: Path, deadline: float) -> None:
    """Wait for the process's end, and once its answer is whole or too long no longer than it takes to go."""
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TICK)
            return
        if _ended(answer):
            deadline = min(deadline, time.monotonic() + _GRACE)


def _ended(answer: Path) -> bool:
    with contextlib.suppress(FileNotFoundError), answer.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(END)))
        return size > _LONGEST_ANSWER or file.read() == END
    return False


def _answer(answer: Path) -> tuple[list[bytes], bool]:
    """Give the answer's lines, and whether they are all."""
    lines: list[bytes] = []
    with contextlib.suppress(FileNotFoundError), answer.open("rb") as file:
        size = 0
        for line in file:
            size += len(line)
            if line == END or size > _LONGEST_ANSWER:
                return lines, line == END
            lines.append(line)
    return lines, False


def kill_group(process: subprocess.Popen[Any]) -> None:
    """End a process that has a session of its own, with all that it started; where there are no groups, it alone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


class _Tail(threading.Thread):
    """Reads a pipe to its end, so that whoever writes is never held up, and keeps the last of what comes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self._pipe = pipe
        self.start()

    def run(self) -> None:
        with self._pipe:
            while some := os.read(self._pipe.fileno(), _KEPT):
                self.kept += some
                if len(self.kept) > _KEPT:
                    # Not the rest of a line: it could begin with a part of a secret, which nobody would recognize.
                    del self.kept[: self.kept.find(b"\n", len(self.kept) - _KEPT) + 1 or len(self.kept)]
