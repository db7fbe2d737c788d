"""A batch of a stream, landed: what does not fit of it in the quarantine, its rows in the table, each in one transaction.

It runs where Spark runs `foreachBatch`: in the driver's process, or with Spark Connect in one of the server's, to which a copy
of it goes. So it holds no session, and what it counted goes through a file that the driver reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engine.spark.driver.changes import (
    history_changes,
    last_of_keys,
    merge_deletions,
    merge_history,
    merge_rows,
    newer,
)
from headgate.engine.spark.driver.errors import table_error, told
from headgate.engine.spark.driver.names import columns
from headgate.engine.spark.driver.quarantine import told_counts
from headgate.engine.spark.driver.rows import ASIDE
from headgate.engine.spark.driver.table import Table, Transaction, insert
from headgate.engine.worker.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

    from headgate.engine.spark.driver.quarantine import Quarantine
    from headgate.engine.worker.plan import Plan


@dataclass(slots=True)
class Landing:
    """Where a table's rows land, and how. plan: as the table has it; number: of the full load.

    aside: the table's folder of all that is not its rows; run: who loads it, as `begin` wrote it there.
    """

    table: Table
    plan: Plan
    number: int
    quarantine: Quarantine
    aside: Path
    run: str
    stones: Table | None = None

    @property
    def own(self) -> Path:
        """The folder of the full load."""
        return self.aside / "spark" / str(self.number)

    @property
    def _run_file(self) -> Path:
        return self.aside / "spark" / "run"

    def counted(self, flow: str) -> Path:
        """Give the file into which a flow's batches write what they counted: a line of JSON each time."""
        return self.own / f"{flow}.counted"

    def begin(self) -> None:
        """Write down who loads the table from now on: batches of earlier runs that a server may still have end there."""
        self._run_file.parent.mkdir(parents=True, exist_ok=True)
        self._run_file.write_text(self.run)

    def reopen(self) -> None:
        """Open again what another process may have written since."""
        self.table, self.quarantine = Table.at(self.table.path), self.quarantine.reopened()

    def made(self, spark: SparkSession) -> None:
        """Have the table be this load's, with the columns that land."""
        if self.table.load != self.number:
            self.table.make(spark, self.plan.columns, self.number, self.plan.way)
            self.quarantine.keep(spark, self.number)
        self.table.widen(spark, self.plan.shape.loose)

    def take(self, flow: str, rows: DataFrame, number: int) -> None:
        """Land a batch of a flow, by its number. Raises what `table_error` reads a TableError from.

        It is written to a file first and read from there, so that all that is made of it is of the same rows.
        """
        batch = str(self.own / f"{flow}.batch")
        with told():
            try:
                self._refuse_later_run()
                rows.write.mode("overwrite").parquet(batch)
                self._land(rows.sparkSession.read.schema(rows.schema).parquet(batch), flow, number)
            except Exception as error:  # noqa: BLE001  # whatever Spark, its bridge and the disk raise
                raise table_error(error) from None

    def _refuse_later_run(self) -> None:
        try:
            run = self._run_file.read_text()
        except OSError as error:
            raise TableError(
                f"where Spark's streams run, {self._run_file} can't be read: {error.strerror}",
                "have Spark's processes and this one see --out under the same path",
            ) from None
        if run != self.run:
            raise TableError("another run loads it since", "wait for the end of that one")

    def _land(self, found: DataFrame, flow: str, number: int) -> None:
        counts = told_counts(found)
        self._count(flow, told=counts)
        fit, bad = (sum(one.get(name, 0) for one in counts) for name in ("fit", "bad"))
        transaction = Transaction(f"headgate-{self.number}-{flow}", number)
        self.made(found.sparkSession)
        if bad:
            self.quarantine.add(found, self.number, transaction)
        if fit:
            rows = found.where(f"{ASIDE} IS NULL")
            written, deleted = self._rows(rows, fit, transaction) if flow == "rows" else self._deletions(rows, transaction)
            self._count(flow, written=written, deleted=deleted)

    def _count(self, flow: str, **counts: Any) -> None:
        with self.counted(flow).open("a") as file:
            file.write(json.dumps(counts) + "\n")

    def _rows(self, rows: DataFrame, fit: int, transaction: Transaction) -> tuple[int, int]:
        plan = self.plan
        if plan.kind == "append":
            self.table.append(rows.select(columns(plan.shape.schema.names)), transaction)
            return fit, 0
        if plan.history:
            return self._history(rows, rows.limit(0), transaction)
        deleted = self.stones.rows(rows.sparkSession) if self.stones and self.stones.load else None
        last = newer(last_of_keys(rows, plan.keys, plan.sequence), deleted, plan)
        return merge_rows(last, self.table, plan, transaction)

    def _deletions(self, rows: DataFrame, transaction: Transaction) -> tuple[int, int]:
        plan = self.plan
        marks = list(dict.fromkeys([*plan.keys, plan.sequence]))
        # Remembered before they land: a change that is older than a deletion is none, whether or not the row is still there.
        self._remember(rows.select(columns(marks)).distinct(), marks)
        if plan.history:
            return self._history(rows.limit(0), rows, transaction)
        last = last_of_keys(rows, plan.keys, plan.sequence).select(columns(marks))
        return merge_deletions(last, self.table, plan, transaction)

    def _history(self, rows: DataFrame, deleted: DataFrame, transaction: Transaction) -> tuple[int, int]:
        spark, plan = rows.sparkSession, self.plan
        remembered = self.stones.rows(spark) if self.stones and self.stones.load else None
        changes = history_changes(rows.drop(ASIDE), deleted, remembered, self.table.rows(spark), plan)
        return merge_history(changes, self.table, plan, transaction)

    def _remember(self, deleted: DataFrame, marks: list[str]) -> None:
        """Keep keys and sequences of deletions; what is kept already stays as it is."""
        stones: Any = self.stones
        if not stones.load:
            fields = [self.plan.shape.loose.field(name) for name in marks]
            stones.make(deleted.sparkSession, pa.schema(fields), self.number, "")
        stones.merge(deleted, marks, [insert(marks)])
