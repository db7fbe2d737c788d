"""A process that gets an order and says lines, from here: started, listened to, ended; what it prints goes to a log."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections import deque
from typing import IO, TYPE_CHECKING

from headgate.discovery.isolate import kill_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from headgate.redaction.redactor import Redactor

_KEPT = 40  # lines of what a process printed, to look for why it died
_GRACE = 5  # seconds for the last of what was printed; what left the group may hold the pipe for ever


class Child:
    """Runs a module of ours, in one process after another; what they print goes to `log`, without what `mask` masks.

    stopping: set once `stop` or `kill` was called. tail: the last lines that the process printed.
    """

    def __init__(self, module: str, log: Path, mask: Redactor) -> None:
        self._module, self._log, self._mask = module, log, mask
        self._process: subprocess.Popen[str] | None = None
        self.stopping = threading.Event()
        self.tail: deque[str] = deque(maxlen=_KEPT)

    @property
    def exit_code(self) -> int | None:
        """The last process's exit code (negative: a signal's number); None before there is one."""
        return self._process.returncode if self._process else None

    def lines(self, order: BaseModel, environment: Mapping[str, str]) -> Iterator[str]:
        """Start a process with an order, a line of JSON; give what it says, until it has ended, with all that it started.

        Raises OSError where it can't be started.
        """
        self.tail.clear()
        self._process = process = _started(self._module, environment)
        assert process.stdin  # noqa: S101  # asked for
        assert process.stdout  # noqa: S101
        assert process.stderr  # noqa: S101
        printed = threading.Thread(target=self._keep, args=(process.stderr,), daemon=True)
        printed.start()
        with contextlib.suppress(OSError, ValueError):  # it died at once, why is asked later; or `stop` closed it
            process.stdin.write(order.model_dump_json() + "\n")
            process.stdin.flush()
        if self.stopping.is_set():
            self.stop()
        yield from process.stdout
        process.wait()
        kill_group(process)  # what it started holds the pipe that is read to its end
        printed.join(_GRACE)
        for pipe in (process.stdin, process.stdout, *([] if printed.is_alive() else [process.stderr])):
            with contextlib.suppress(OSError):  # what was not written goes nowhere
                pipe.close()

    def stop(self) -> None:
        """Have it end at its next commit: its standard input ends."""
        self.stopping.set()
        process = self._process
        if process and process.stdin:
            with contextlib.suppress(OSError):  # it has ended
                process.stdin.close()

    def kill(self) -> None:
        """End it now: what it committed stays."""
        self.stopping.set()
        if self._process:
            kill_group(self._process)

    def _keep(self, pipe: IO[str]) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a", encoding="utf-8") as file:
            for text in self._mask.stream(pipe):
                file.write(text)
                file.flush()
                self.tail.extend(text.splitlines())


def _started(module: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    # -P: no module of the working folder takes a standard one's place. -B: the connector's folder stays as it is.
    return subprocess.Popen(  # noqa: S603  # our own module, and no part of it comes from outside
        [sys.executable, "-P", "-B", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=environment,
        start_new_session=True,
    )
