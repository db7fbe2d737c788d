"""The driver of a run on Spark, from here: started, listened to, ended. It runs all pipelines, in one session."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headgate.discovery.isolate import child_environment
from headgate.engine.child import Child
from headgate.engine.model import Counts, Said
from headgate.engine.spark.model import DriverLine, SparkOrder
from headgate.engine.supervise import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.redaction.redactor import Redactor


class SparkSupervisor:
    """Runs an order's pipelines in a driver; what it and Spark print goes to `log`, without what `mask` masks."""

    def __init__(self, order: SparkOrder, log: Path, mask: Redactor) -> None:
        self._order, self._log = order, log
        self._child = Child("headgate.engine.spark.driver", log, mask)

    def run(self) -> Iterator[Heard]:
        """Give what is heard, until the driver has ended; each table's end is told. Raises OSError where it can't start."""
        told = _Told(self._order)
        for line in self._child.lines(self._order, _environment()):
            with contextlib.suppress(ValidationError):  # cut off by its end
                heard = DriverLine.model_validate_json(line)
                told.take(heard)
                yield Heard(heard.pipeline, datetime.now(UTC), heard.said, heard.begins)
        for owed in told.left(self._why(), stopped=self._child.stopping.is_set()):
            yield Heard(owed.pipeline, datetime.now(UTC), owed.said, owed.begins)

    def stop(self) -> None:
        """Have all end at their next commits."""
        self._child.stop()

    def kill(self) -> None:
        """End all now: what was committed stays."""
        self._child.kill()

    def _why(self) -> str:
        code = self._child.exit_code or 0
        if any("OutOfMemoryError" in line for line in self._child.tail):
            return "Spark's driver had too little memory: allow more, --memory"
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"Spark's driver {how}: what it printed is in {self._log}"


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


def _environment() -> dict[str, str]:
    """Give the driver's environment: Spark's workers run its interpreter, and leave no bytecode in the connector's folder."""
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}
    return {"PYSPARK_PYTHON": sys.executable} | child_environment() | own
