"""Processes that are made of this one by fork, so that what they import is there already; they may be killed at any instant.

A pipeline's process runs what `python -m headgate.engine.worker` does. An engine is the supervisor of a run, whose pipelines
are processes started afresh.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset  # what joins import at first

from headgate.engine.folder import RunFolder
from headgate.engine.model import Said
from headgate.engine.supervise import Supervisor
from headgate.engine.worker import __main__ as worker
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.engine.model import PipelineOrder

# What libraries are told, so that they have no threads from their import on: a fork of a process that has some may hang.
WITHOUT_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's jemalloc
    "_RJEM_MALLOC_CONF": "background_thread:false",  # deltalake's
}
_TASKS = Path("/proc/self/task")  # a folder for each thread, on Linux
_LONGEST = 120.0  # seconds of one process
pa.array([""])  # imports what pyarrow goes along with, once for all
_FILES = 64  # more than this process has open


@dataclass(slots=True)
class Forked:
    """A process that runs `main`, with pipes as its standard input and output; what it prints is appended to a file."""

    main: Callable[[], object]
    printed: Path
    told: bytes = b""
    code: int | None = None
    _pid: int = field(init=False)
    _input: int = field(init=False)
    _output: int = field(init=False)

    def __post_init__(self) -> None:
        threads = [(task / "comm").read_text().strip() for task in _TASKS.iterdir()] if _TASKS.exists() else []
        if len(threads) > 1:
            raise RuntimeError(f"a process with other threads can't be forked safely: {', '.join(sorted(threads))}")
        inside, self._input = os.pipe()
        self._output, outside = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            self._run(inside, outside)
        os.close(inside)
        os.close(outside)

    def _run(self, inside: int, outside: int) -> None:
        """Be the process; never comes back."""
        code = 70
        try:
            printed = os.open(self.printed, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
            for number, descriptor in enumerate((inside, outside, printed)):
                os.dup2(descriptor, number)
            os.closerange(3, _FILES)
            sys.stderr = os.fdopen(2, "w", closefd=False)
            faulthandler.enable(sys.stderr)  # whoever comes to no end says where it is, when `end` ends it
            self.main()
            code = 0
        except BaseException:  # noqa: BLE001  # told, whatever it is
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)  # also where the full disk that is played takes no word of it

    def tell(self, text: str) -> None:
        os.write(self._input, text.encode())

    def stop(self) -> None:
        """End its standard input."""
        if self._input >= 0:
            os.close(self._input)
            self._input = -1

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    def listen(self, seconds: float = _LONGEST, lines: int = sys.maxsize) -> bool:
        """Read what it says until it has ended, or so many lines, or for so long; say whether it has ended."""
        deadline = time.monotonic() + seconds
        while self.told.count(b"\n") < lines and (left := deadline - time.monotonic()) > 0:
            if select.select([self._output], [], [], left)[0]:
                some = os.read(self._output, 65536)
                if not some:
                    return True
                self.told += some
        return False

    def end(self) -> int:
        """Wait for its end, and give its exit code; a negative one is a signal's number.

        Raises TimeoutError, with what it was at, where it comes to no end.
        """
        ended = self.listen()
        self.stop()
        if not ended:
            os.kill(self._pid, signal.SIGABRT)
        os.close(self._output)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        if not ended:
            raise TimeoutError(f"a process came to no end in {_LONGEST:.0f} s: {self.printed.read_text()[-4000:]}")
        return self.code

    def said(self) -> list[Said]:
        """Give what a pipeline's process said; the last line may be cut off."""
        whole = self.told[: self.told.rfind(b"\n") + 1]
        return [Said.model_validate_json(line) for line in whole.splitlines()]


def started_worker(order: PipelineOrder, folder: Path) -> Forked:
    process = Forked(worker.main, folder / "printed.log")
    process.tell(order.model_dump_json() + "\n")
    return process


def started_engine(orders: Sequence[PipelineOrder], folder: Path) -> Forked:
    """Start a run of pipelines; it says a line for whatever its pipelines say."""

    def main() -> None:
        supervisor = Supervisor(orders, 2, "soak", RunFolder(folder), redactor([]))
        for heard in supervisor.run():
            os.write(1, f"{heard.said.model_dump_json() if heard.said else Said(what='end').model_dump_json()}\n".encode())

    return Forked(main, folder / "printed.log")


def apart(work: Callable[[], Any], folder: Path) -> Any:
    """Give what `work` gives in a process of its own, so that this one stays without threads."""
    process = Forked(lambda: os.write(1, pickle.dumps(work())), folder / "printed.log")
    if code := process.end():
        raise RuntimeError(f"exit code {code}: {(folder / 'printed.log').read_text()[-2000:]}")
    return pickle.loads(process.told)  # noqa: S301  # our own
