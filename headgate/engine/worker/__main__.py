"""Load the tables of a pipeline: `python -m headgate.engine.worker`, with the order on standard input's first line.

What is said goes to standard output, a line of JSON each; whatever the connector prints goes to standard error. The end of
standard input, were it that whoever started this died, ends it at the next commit.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from headgate.engine.model import Counts, PipelineOrder, Said, TableOrder
from headgate.engine.worker.channel import Channel, read_order, take_standard_output
from headgate.engine.worker.connector import Source, counted_since, own_counts
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.load import Load
from headgate.engine.worker.lock import held
from headgate.engine.worker.memory import watch
from headgate.engine.worker.warm import warm_up

_SPOOL_SHARE = 16  # of the memory that the process may take, what of one commit is kept in it


class Worker:
    """Loads the tables of an order, and says what came of each."""

    def __init__(self, order: PipelineOrder, channel: Channel) -> None:
        self._order, self._say, self._stop = order, channel.say, channel.stop

    def run(self) -> None:
        """Load all tables, once or again and again."""
        warm_up(Path(self._order.lock).with_suffix(".warm"))  # which is this process's own, as the lock is
        try:
            source = Source(Path(self._order.code), self._order.connection, self._order.patience)
        except TableError as error:
            self.refuse(error.message, error.fix)
            return
        refreshed: set[str] = set()
        while True:
            for table in self._order.tables:
                if self._stop.is_set():
                    self._say(Said(what="stopped", table=table.name))
                    continue
                again = table.model_copy(update={"refresh": False}) if table.name in refreshed else table
                self._load(again, source)
                refreshed.add(table.name)
            self._say(Said(what="end"))
            if not self._order.interval or self._stop.wait(self._order.interval):
                return

    def refuse(self, message: str, fix: str) -> None:
        """Say of all tables that they can't be loaded."""
        for table in self._order.tables:
            self._say(Said(what="failed", table=table.name, error=message, fix=fix, counts=Counts()))

    def _load(self, table: TableOrder, source: Source) -> None:
        def tell(rows: int) -> None:
            self._say(Said(what="rows", table=table.name, rows=rows))

        began = time.monotonic()
        self._say(Said(what="loading", table=table.name, started_at=datetime.now(UTC)))
        waited, before = source.clock.waiting, source.counters()
        load: Load | None = None
        said: dict[str, str] = {"what": "loaded"}
        try:
            with held(Path(table.aside) / "lock") as holder:  # a pipeline of another layout may have it
                _refuse_held(holder)
                load = Load(table, source, self._order.memory // _SPOOL_SHARE, self._stop.is_set, tell)
                load.run()
        except TableError as error:
            said = {"what": "failed", "error": error.message, "fix": error.fix}
        except StoppedError:
            said = {"what": "stopped"}
        except OSError as error:
            said = {"what": "failed", "error": f"the system failed: {error}", "fix": "look at the disk, then run it again"}
        counts = _counts(load, source.clock.waiting - waited, before, source)
        kind = {"ingestion_type": load.plan.kind, "full_load": load.full} if load else {}
        seconds = round(time.monotonic() - began, 6)
        self._say(Said.model_validate({**said, **kind, "table": table.name, "seconds": seconds, "counts": counts}))


def _refuse_held(holder: str) -> None:
    if holder:
        raise TableError(f"it is being loaded already, {holder}", "wait for its end, or end that one")


def _counts(load: Load | None, waiting: float, before: dict[str, float], source: Source) -> Counts:
    own = own_counts(counted_since(before, source.counters()))
    if load is None:
        return Counts(waiting=waiting, **own)
    intake = load.intake
    return Counts(
        rows=intake.rows,
        written=load.landed.written,
        deleted=load.landed.deleted,
        quarantined=intake.quarantined,
        bytes=intake.bytes,
        commits=load.store.commits,
        waiting=waiting,
        converted=dict(sorted(intake.converted.items())),
        unknown=tuple(sorted(intake.unknown)),
        **own,
    )


def main() -> None:
    """Read the order, and carry it out; standard output is kept for what is said."""
    channel = Channel(take_standard_output())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # so that what was printed is there, however this ends
    order = PipelineOrder.model_validate_json(read_order())
    watch(order.memory)
    channel.await_end()
    worker = Worker(order, channel)
    with held(Path(order.lock)) as holder:
        if holder:
            worker.refuse(f"{order.pipeline} is being run already, {holder}", "wait for its end, or end that one")
        else:
            worker.run()
    os._exit(0)  # whatever threads the connector has left


if __name__ == "__main__":
    main()
