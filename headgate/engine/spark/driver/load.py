"""One table's load on Spark: streams into its Delta table, each batch in one transaction; or a snapshot, merged.

What it comes to is what `worker/load.py` comes to on one machine. Each stream has a checkpoint beside the table, below the
number of the full load; an answer of the source is asked for once.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from headgate.engine.spark.driver.counting import Counted, Tally
from headgate.engine.spark.driver.errors import RAISED, is_late, table_error
from headgate.engine.spark.driver.landing import Landing
from headgate.engine.spark.driver.planned import asked_plan
from headgate.engine.spark.driver.quarantine import Quarantine, told_counts
from headgate.engine.spark.driver.reading import Asked, Reading
from headgate.engine.spark.driver.rows import read_schema
from headgate.engine.spark.driver.snapshot import land_snapshot
from headgate.engine.spark.driver.source import data_source
from headgate.engine.spark.driver.table import Table
from headgate.engine.worker.batches import Shape
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.plan import as_stored
from headgate.engine.worker.state import REFRESH

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

    from headgate.engine.model import TableOrder

_TICK = 0.5  # seconds between two looks at whether to stop
_STARTS = 3  # of a stream whose process is not there in time


class Load:
    """A table's load. stopping: whether to end at the next commit; tell: is told how many rows came so far."""

    def __init__(
        self, order: TableOrder, asked: Asked, spark: SparkSession, stopping: Callable[[], bool], tell: Callable[[int], object]
    ) -> None:
        """Open the table, and ask the connector how it is loaded. Raises TableError."""
        self._order, self._asked, self._spark, self._stopping, self._tell = order, asked, spark, stopping, tell
        table = Table.at(Path(order.folder))
        try:
            self.plan = asked_plan(spark, order, asked)
        except RAISED as error:
            raise table_error(error) from None
        self.full = order.refresh or not table.whole
        anew = order.refresh or not table.load
        plan = self.plan if order.refresh else as_stored(self.plan, table.columns)
        if not anew and table.way != plan.way:
            raise TableError(f"the table was loaded as {table.way}, and is {plan.way} now", REFRESH)
        number, aside = table.load + 1 if anew else table.load, Path(order.aside)
        self._landing = Landing(table, plan, number, Quarantine(aside / "quarantine", order.name), aside, uuid4().hex)
        self._began = table.version
        self.tally = Tally()
        if anew:  # of a load that ended before anything of it landed
            shutil.rmtree(self._landing.own, ignore_errors=True)
        for folder in (aside / "spark").glob("*"):
            if folder.name.isdecimal() and int(folder.name) not in {table.load, number}:
                shutil.rmtree(folder, ignore_errors=True)

    def run(self) -> None:
        """Load the table. Raises TableError, and StoppedError; what was committed stays."""
        try:
            self._run()
        except RAISED as error:
            raise table_error(error) from None

    def _run(self) -> None:
        landing, spark = self._landing, self._spark
        landing.begin()
        if landing.table.load == landing.number:
            landing.quarantine.keep(spark, landing.number)
        if self.plan.kind == "snapshot":
            self._snapshot()
        else:
            self._stream("rows")
            if self.plan.kind == "cdc_with_deletes":
                self._stream("deletes")
        landing.made(spark)
        landing.table.finish(spark)
        landing.table.tidy(spark, self._began)

    def _reading(self, flow: str) -> Reading:
        deletions = flow == "deletes"
        # A deleted row is known by its keys and its sequence; the rest of it may be null.
        shape = Shape(self.plan.shape.loose, self.plan.shape.keys) if deletions else self.plan.shape
        return Reading(
            asked=self._asked,
            table=self._order.source_table,
            options=dict(self.plan.options),
            shape=shape,
            stored=self._landing.plan.shape.loose,
            answers=str(self._landing.own / f"{flow}.answers"),
            deletions=deletions,
            ordered=self.plan.kind == "append",
        )

    def _source(self, flow: str) -> str:
        """Register the table's source with Spark, and give its name."""
        name = f"headgate_{uuid4().hex}"
        self._spark.dataSource.register(data_source(name, self._reading(flow)))
        return name

    def _snapshot(self) -> None:
        read_at = datetime.now(UTC)
        landing, spark = self._landing, self._spark
        batch = landing.own / "batch"
        spark.read.format(self._source("rows")).load().write.mode("overwrite").parquet(str(batch))
        if self._stopping():
            raise StoppedError
        found = spark.read.schema(read_schema(landing.plan.shape.loose)).parquet(str(batch))
        self.tally.take(told_counts(found))
        self._tell(int(self.tally.numbers["rows"]))
        landing.made(spark)
        land_snapshot(found, landing.table, landing.plan, landing.quarantine, self.tally, landing.own / "changes", read_at)
        shutil.rmtree(landing.own, ignore_errors=True)

    def _stream(self, flow: str) -> None:
        """Have a stream read to its end, each batch of it landed."""
        landing = self._landing
        if self.plan.kind == "cdc_with_deletes":
            landing.stones = Table.at(landing.own / "deleted")
        landing.own.mkdir(parents=True, exist_ok=True)
        for again in reversed(range(_STARTS)):
            try:
                self._query(flow)
                break
            except RAISED as error:
                if not (again and is_late(error)):
                    raise table_error(error) from None
        landing.reopen()

    def _query(self, flow: str) -> None:
        """Run a stream until it ends, or is to be ended."""
        landing = self._landing
        counted = Counted(landing.counted(flow), self.tally)
        query = (
            self._spark.readStream.format(self._source(flow))
            .load()
            .writeStream.foreachBatch(partial(landing.take, flow))
            .option("checkpointLocation", str(landing.own / f"{flow}.checkpoint"))
            .trigger(availableNow=True)
            .start()
        )
        try:
            while not query.awaitTermination(_TICK):
                self._heard(counted)
                if self._stopping():
                    query.stop()
                    raise StoppedError
        finally:
            self._heard(counted)
            shutil.rmtree(landing.own / f"{flow}.batch", ignore_errors=True)

    def _heard(self, counted: Counted) -> None:
        if counted.read():
            self._tell(int(self.tally.numbers["rows"]))
