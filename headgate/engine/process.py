"""One pipeline's process, from here: started, listened to, ended; started again for the tables that are left where it died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from headgate.discovery.isolate import child_environment
from headgate.engine.child import Child
from headgate.engine.model import Counts, Said
from headgate.engine.worker.memory import EXIT_CODE as OUT_OF_MEMORY
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.engine.model import PipelineOrder
    from headgate.redaction.redactor import Redactor

_MIB = 1024 * 1024
# Memory that was freed goes back to the system: Arrow's own pool and glibc keep a half more of it than is in use.
_FREED = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}
_HUNG = "Timeout ("  # how Python's faulthandler begins what it says


class PipelineProcess:
    """Carries out an order, in one process after another; `say` is told what each says, `log` gets what they print, masked."""

    def __init__(self, order: PipelineOrder, log: Path, mask: Redactor, say: Callable[[Said], object]) -> None:
        self._order, self._log, self._say = order, log, say
        self._child = Child("headgate.engine.worker", log, mask)

    def run(self) -> None:
        """Have all tables of the order loaded. Each is told of, whatever becomes of the process. Raises OSError."""
        order = self._order
        while order.tables:
            begun, done = self._once(order)
            left = [table for table in order.tables if table.name not in done]
            if not left and not (self._order.interval and not self._child.stopping.is_set()):
                return
            if begun is None and done:  # it died between two tables; else before the first, as it would again
                begun = left[0].name if left else ""
            failed = [table for table in left if begun in {None, table.name}]
            for table in failed:
                message, fix = self._why()
                self._say(Said(what="failed", table=table.name, error=message, fix=fix, counts=Counts()))
            left = [table for table in left if table not in failed]
            if self._child.stopping.is_set():
                for table in left:
                    self._say(Said(what="stopped", table=table.name))
                return
            again = bool(self._order.interval) and not left
            if again and self._child.stopping.wait(self._order.interval):
                return
            order = self._order if again else order.model_copy(update={"tables": tuple(left), "interval": 0})

    def stop(self) -> None:
        """Have it end at its next commit."""
        self._child.stop()

    def kill(self) -> None:
        """End it now: what it committed stays."""
        self._child.kill()

    def _once(self, order: PipelineOrder) -> tuple[str | None, set[str]]:
        """Run a process to its end; give the table that it was at, if any, and those that it told the end of."""
        begun, done = None, set()
        for line in self._child.lines(order, _FREED | child_environment()):
            try:
                said = Said.model_validate_json(line)
            except ValidationError:  # cut off by its end
                continue
            begun = said.table if said.what == "loading" else begun
            if said.what in {"loaded", "failed", "stopped"}:
                begun = None
                done.add(said.table)
            elif said.what == "end" and order.interval:
                done = set()
            self._say(said)
        if self._child.exit_code == 0:
            done.update(table.name for table in order.tables)
        return begun, done

    def _why(self) -> tuple[str, str]:
        """Say why the process died."""
        code = self._child.exit_code
        look = f"what it printed is in {self._log}"
        if code == OUT_OF_MEMORY:
            most = counted(self._order.memory // _MIB, "MiB", "MiB")
            return f"its pipeline took more than {most} of memory", "allow more: --memory; or have the source give less at once"
        if any(_HUNG in line for line in self._child.tail):  # perhaps after what the connector had begun to print
            return (
                f"the connector gave no answer for {counted(self._order.patience, 'second')}",
                f"{look}; more time: --timeout",
            )
        if code is not None and code < 0:
            return f"its pipeline's process was killed by signal {-code}", look
        return f"its pipeline's process ended with exit code {code}", look
