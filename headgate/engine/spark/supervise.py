"""The driver of a run on Spark, from here: started, listened to, ended. It runs all pipelines, in one session."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from headgate.discovery.isolate import child_environment, kill_group
from headgate.engine.model import Counts, Said
from headgate.engine.spark.model import DriverLine, SparkOrder
from headgate.engine.supervise import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.redaction.redactor import Redactor

_KEPT = 40  # lines of what the driver printed, to look for why it died
_GRACE = 5  # seconds for the last of what was printed


@dataclass(slots=True)
class SparkSupervisor:
    """Runs an order's pipelines in a driver; what it and Spark print goes to `log`, without what `mask` masks."""

    order: SparkOrder
    log: Path
    mask: Redactor
    _process: subprocess.Popen[str] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _tail: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def run(self) -> Iterator[Heard]:
        """Give what is heard, until the driver has ended; each table's end is told. Raises OSError where it can't start."""
        self._process = process = _started()
        assert process.stdin  # noqa: S101  # asked for
        assert process.stdout  # noqa: S101
        assert process.stderr  # noqa: S101
        printed = threading.Thread(target=self._keep, args=(process.stderr,), daemon=True)
        printed.start()
        with contextlib.suppress(OSError, ValueError):  # it died at once; or `stop` closed it
            process.stdin.write(self.order.model_dump_json() + "\n")
            process.stdin.flush()
        if self._stopping.is_set():
            self.stop()
        told = _Told(self.order)
        for line in process.stdout:
            with contextlib.suppress(ValidationError):  # cut off by its end
                heard = DriverLine.model_validate_json(line)
                told.take(heard)
                yield Heard(heard.pipeline, datetime.now(UTC), heard.said, heard.begins)
        process.wait()
        kill_group(process)
        printed.join(_GRACE)
        for pipe in (process.stdin, process.stdout, *([] if printed.is_alive() else [process.stderr])):
            with contextlib.suppress(OSError):  # what was not written goes nowhere
                pipe.close()
        for owed in told.left(self._why(), stopped=self._stopping.is_set()):
            yield Heard(owed.pipeline, datetime.now(UTC), owed.said, owed.begins)

    def stop(self) -> None:
        """Have all end at their next commits."""
        self._stopping.set()
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError):  # it has ended
                self._process.stdin.close()

    def kill(self) -> None:
        """End all now: what was committed stays."""
        self._stopping.set()
        if self._process:
            kill_group(self._process)

    def _keep(self, pipe: IO[str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as file:
            for text in self.mask.stream(pipe):
                file.write(text)
                file.flush()
                self._tail.extend(text.splitlines())

    def _why(self) -> str:
        code = self._process.returncode if self._process else 0
        if any("OutOfMemoryError" in line for line in self._tail):
            return "Spark's driver had too little memory: allow more, --memory"
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"Spark's driver {how}: what it printed is in {self.log}"


@dataclass(slots=True)
class _Told:
    """What a driver told the end of, in the pass over its tables that is under way."""

    order: SparkOrder
    begun: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    done: set[tuple[str, str]] = field(default_factory=set)

    def take(self, line: DriverLine) -> None:
        if line.said is None:
            (self.begun if line.begins else self.ended).add(line.pipeline)
        elif line.said.what == "loading":
            self.done.discard((line.pipeline, line.said.table))
        elif line.said.what in {"loaded", "failed", "stopped"}:
            self.done.add((line.pipeline, line.said.table))

    def left(self, why: str, *, stopped: bool) -> Iterator[DriverLine]:
        """Give the lines that the driver owed when it ended."""
        for one in self.order.pipelines:
            if one.pipeline in self.ended:
                continue
            if one.pipeline not in self.begun:
                yield DriverLine(pipeline=one.pipeline, begins=True)
            for table in one.tables:
                if (one.pipeline, table.name) not in self.done:
                    said = Said(what="stopped", table=table.name)
                    if not stopped:
                        said = Said(what="failed", table=table.name, error=why, counts=Counts())
                    yield DriverLine(pipeline=one.pipeline, said=said)
            yield DriverLine(pipeline=one.pipeline)


def _started() -> subprocess.Popen[str]:
    # Its workers run the interpreter that the driver runs, and never leave bytecode in the connector's folder.
    environment = child_environment()
    environment.setdefault("PYSPARK_PYTHON", sys.executable)
    environment.update(PYTHONDONTWRITEBYTECODE="1", PYTHONSAFEPATH="1")
    command = [sys.executable, "-P", "-B", "-m", "headgate.engine.spark.driver"]
    return subprocess.Popen(  # noqa: S603  # our own module, and no part of it comes from outside
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=environment,
        start_new_session=True,
    )
