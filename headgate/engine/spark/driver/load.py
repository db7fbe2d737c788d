"""One table's load on Spark: streams into its Delta table, each batch in one transaction; or a snapshot, merged.

What it comes to is what `worker/load.py` comes to on one machine. Each stream has a checkpoint beside the table, below the
number of the full load. A batch is written to a file first and read from there, so that all that is made of it is of the same
rows, whatever becomes of a worker; and an answer of the source is asked for once.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from headgate.engine.spark.driver.changes import (
    history_changes,
    last_of_keys,
    merge_deletions,
    merge_history,
    merge_rows,
    newer,
)
from headgate.engine.spark.driver.counting import Tally
from headgate.engine.spark.driver.errors import RAISED, table_error
from headgate.engine.spark.driver.names import columns
from headgate.engine.spark.driver.planned import asked_plan
from headgate.engine.spark.driver.quarantine import Quarantine, told_counts
from headgate.engine.spark.driver.reading import Asked, Reading
from headgate.engine.spark.driver.rows import ASIDE, read_schema
from headgate.engine.spark.driver.snapshot import land_snapshot
from headgate.engine.spark.driver.source import data_source
from headgate.engine.spark.driver.table import Table, Transaction, insert
from headgate.engine.worker.batches import Shape
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.plan import as_stored
from headgate.engine.worker.state import REFRESH

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame, SparkSession

    from headgate.engine.model import TableOrder

_TICK = 0.5  # seconds between two looks at whether to stop


class Load:
    """A table's load. stopping: whether to end at the next commit; tell: is told how many rows came so far."""

    def __init__(
        self, order: TableOrder, asked: Asked, spark: SparkSession, stopping: Callable[[], bool], tell: Callable[[int], object]
    ) -> None:
        """Open the table, and ask the connector how it is loaded. Raises TableError."""
        self._order, self._asked, self._spark, self._stopping, self._tell = order, asked, spark, stopping, tell
        self.table = Table.at(Path(order.folder))
        try:
            self.plan = asked_plan(spark, order, asked)
        except RAISED as error:
            raise table_error(error) from None
        self.full = order.refresh or not self.table.whole
        anew = order.refresh or not self.table.load
        self._stored = self.plan if order.refresh else as_stored(self.plan, self.table.columns)
        if not anew and self.table.way != self._stored.way:
            raise TableError(f"the table was loaded as {self.table.way}, and is {self._stored.way} now", REFRESH)
        self._number = self.table.load + 1 if anew else self.table.load
        self._aside = Path(order.aside)
        self._own = self._aside / "spark" / str(self._number)
        self._quarantine = Quarantine(self._aside / "quarantine", order.name)
        self._stones: Table | None = None
        self.tally = Tally()
        self._error: BaseException | None = None
        if anew:  # of a load that ended before anything of it landed
            shutil.rmtree(self._own, ignore_errors=True)
        for folder in (self._aside / "spark").glob("*"):
            if folder.name not in {str(self.table.load), str(self._number)}:
                shutil.rmtree(folder, ignore_errors=True)

    def run(self) -> None:
        """Load the table. Raises TableError, and StoppedError; what was committed stays."""
        try:
            self._run()
        except RAISED as error:
            raise table_error(error) from None

    def _run(self) -> None:
        if self.table.load == self._number:
            self._quarantine.keep(self._spark, self._number)
        if self.plan.kind == "cdc_with_deletes":
            self._stones = Table.at(self._own / "deleted")
        if self.plan.kind == "snapshot":
            self._snapshot()
        else:
            self._stream("rows", self._land_rows)
            if self.plan.kind == "cdc_with_deletes":
                self._stream("deletes", self._land_deletions)
        self._made(self._spark)
        self.table.finish(self._spark)
        self.table.tidy(self._spark)

    def _made(self, spark: SparkSession) -> None:
        """Have the table be this load's, with the columns that land."""
        if self.table.load != self._number:
            self.table.make(spark, self._stored.columns, self._number, self._stored.way)
            self._quarantine.keep(spark, self._number)
        self.table.widen(spark, self._stored.shape.loose)

    def _reading(self, flow: str) -> Reading:
        deletions = flow == "deletes"
        # A deleted row is known by its keys and its sequence; the rest of it may be null.
        shape = Shape(self.plan.shape.loose, self.plan.shape.keys) if deletions else self.plan.shape
        return Reading(
            asked=self._asked,
            table=self._order.source_table,
            options=dict(self.plan.options),
            shape=shape,
            stored=self._stored.shape.loose,
            answers=str(self._own / f"{flow}.answers"),
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
        batch = self._own / "batch"
        self._spark.read.format(self._source("rows")).load().write.mode("overwrite").parquet(str(batch))
        if self._stopping():
            raise StoppedError
        found = self._spark.read.schema(read_schema(self._stored.shape.loose)).parquet(str(batch))
        self.tally.take(told_counts(found))
        self._tell(int(self.tally.numbers["rows"]))
        self._made(self._spark)
        land_snapshot(found, self.table, self._stored, self._quarantine, self.tally, self._own / "changes", read_at)
        shutil.rmtree(self._own, ignore_errors=True)

    def _stream(self, flow: str, land: Callable[[DataFrame, Transaction], tuple[int, int]]) -> None:
        """Have a stream read to its end, each batch of it landed."""
        batch = self._own / f"{flow}.batch"

        def taken(rows: DataFrame, number: int) -> None:
            try:
                rows.write.mode("overwrite").parquet(str(batch))
                self._take(rows.sparkSession.read.schema(rows.schema).parquet(str(batch)), flow, number, land)
            except BaseException as error:
                self._error = error
                raise

        query = (
            self._spark.readStream.format(self._source(flow))
            .load()
            .writeStream.foreachBatch(taken)
            .option("checkpointLocation", str(self._own / f"{flow}.checkpoint"))
            .trigger(availableNow=True)
            .start()
        )
        try:
            while not query.awaitTermination(_TICK):
                if self._stopping():
                    query.stop()
                    raise StoppedError
        except RAISED as error:
            raise table_error(self._error or error) from None
        finally:
            shutil.rmtree(batch, ignore_errors=True)

    def _take(
        self, found: DataFrame, flow: str, number: int, land: Callable[[DataFrame, Transaction], tuple[int, int]]
    ) -> None:
        """Land a batch: what was put aside of it, and its rows."""
        fit, bad = self.tally.take(told_counts(found))
        self._tell(int(self.tally.numbers["rows"]))
        transaction = Transaction(f"headgate-{self._number}-{flow}", number)
        self._made(found.sparkSession)
        if bad:
            self._quarantine.add(found, self._number, transaction)
        if fit:
            self.tally.land(*land(found.where(f"{ASIDE} IS NULL"), transaction))

    def _land_rows(self, rows: DataFrame, transaction: Transaction) -> tuple[int, int]:
        plan = self._stored
        if plan.kind == "append":
            self.table.append(rows.select(columns(plan.shape.schema.names)), transaction)
            return int(self.tally.numbers["fit"]) - self.tally.written, 0
        if plan.history:
            return self._land_history(rows, rows.limit(0), transaction)
        deleted = self._stones.rows(rows.sparkSession) if self._stones and self._stones.load else None
        last = newer(last_of_keys(rows, plan.keys, plan.sequence), deleted, plan)
        return merge_rows(last, self.table, plan, transaction)

    def _land_deletions(self, rows: DataFrame, transaction: Transaction) -> tuple[int, int]:
        plan = self._stored
        marks = list(dict.fromkeys([*plan.keys, plan.sequence]))
        # Remembered before they land: a change that is older than a deletion is none, whether or not the row is still there.
        self._remember(rows.select(columns(marks)).distinct(), marks)
        if plan.history:
            return self._land_history(rows.limit(0), rows, transaction)
        last = last_of_keys(rows, plan.keys, plan.sequence).select(columns(marks))
        return merge_deletions(last, self.table, plan, transaction)

    def _land_history(self, rows: DataFrame, deleted: DataFrame, transaction: Transaction) -> tuple[int, int]:
        spark, plan = rows.sparkSession, self._stored
        remembered = self._stones.rows(spark) if self._stones and self._stones.load else None
        changes = history_changes(rows.drop(ASIDE), deleted, remembered, self.table.rows(spark), plan)
        return merge_history(changes, self.table, plan, transaction)

    def _remember(self, deleted: DataFrame, marks: list[str]) -> None:
        """Keep keys and sequences of deletions; what is kept already stays as it is."""
        stones: Any = self._stones
        if not stones.load:
            fields = [self._stored.shape.loose.field(name) for name in marks]
            stones.make(deleted.sparkSession, pa.schema(fields), self._number, "")
        stones.merge(deleted, marks, [insert(marks)])
