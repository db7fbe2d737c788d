"""One pipeline's tables on Spark, one after the other, and what is said of each."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.engine.model import Counts, PipelineOrder, Said, TableOrder
from headgate.engine.spark.driver.errors import table_error
from headgate.engine.spark.driver.load import Load
from headgate.engine.spark.driver.reading import Asked
from headgate.engine.spark.model import DriverLine
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.lock import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.engine.spark.driver.sessions import Sessions
    from headgate.engine.worker.channel import Channel


class Pipeline:
    """Loads the tables of an order, once or again and again until the channel says `stop`."""

    def __init__(self, order: PipelineOrder, sessions: Sessions, channel: Channel) -> None:
        self._order, self._sessions, self._stop, self._sayer = order, sessions, channel.stop, channel.say
        self._asked = Asked(order.code, tuple(order.connection.items()), order.patience)

    def run(self) -> None:
        """Load all tables; whatever becomes of them is said."""
        self._sayer(DriverLine(pipeline=self._order.pipeline, begins=True))
        try:
            with held(Path(self._order.lock)) as holder:
                if holder:
                    self._refuse(f"{self._order.pipeline} is being run already, {holder}", "wait for its end, or end that one")
                else:
                    self._all()
        except OSError as error:
            self._refuse(f"the system failed: {error}", "look at the disk, then run it again")
        self._sayer(DriverLine(pipeline=self._order.pipeline))

    def _all(self) -> None:
        refreshed: set[str] = set()
        while True:
            for table in self._order.tables:
                if self._stop.is_set():
                    self._say(Said(what="stopped", table=table.name))
                    continue
                self._load(table.model_copy(update={"refresh": False}) if table.name in refreshed else table)
                refreshed.add(table.name)
            if not self._order.interval or self._stop.wait(self._order.interval):
                return

    def _refuse(self, message: str, fix: str) -> None:
        for table in self._order.tables:
            self._say(Said(what="failed", table=table.name, error=message, fix=fix, counts=Counts()))

    def _load(self, table: TableOrder) -> None:
        began = time.monotonic()
        self._say(Said(what="loading", table=table.name, started_at=datetime.now(UTC)))
        load: Load | None = None
        said: dict[str, str] = {"what": "loaded"}
        try:
            with held(Path(table.aside) / "lock") as holder:  # a pipeline of another layout may have it
                if holder:
                    raise TableError(f"it is being loaded already, {holder}", "wait for its end, or end that one")  # noqa: TRY301
                with self._sessions.one() as spark:
                    load = Load(table, self._asked, spark, self._stop.is_set, self._teller(table.name))
                    load.run()
        except StoppedError:
            said = {"what": "stopped"}
        except ConnectionError as error:  # of the bridge to Spark
            said = {"what": "failed", "error": f"Spark can't be reached any more: {error}", "fix": "look at the run's log"}
        except OSError as error:
            said = {"what": "failed", "error": f"the system failed: {error}", "fix": "look at the disk, then run it again"}
        except Exception as error:  # noqa: BLE001  # of whatever classes Spark's and py4j's are
            told = table_error(error)
            said = {"what": "failed", "error": told.message, "fix": told.fix}
        kind = {"ingestion_type": load.plan.kind, "full_load": load.full} if load else {}
        counts = load.tally.counts if load else Counts()
        seconds = round(time.monotonic() - began, 6)
        self._say(Said.model_validate({**said, **kind, "table": table.name, "seconds": seconds, "counts": counts}))

    def _teller(self, table: str) -> Callable[[int], None]:
        return lambda rows: self._say(Said(what="rows", table=table, rows=rows))

    def _say(self, said: Said) -> None:
        self._sayer(DriverLine(pipeline=self._order.pipeline, said=said))
