"""Cells that don't fit, in a Delta table beside the data, with the columns that the engine on one machine gives it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812  # as all of Spark's users call it

from headgate.engine.spark.driver.names import columns
from headgate.engine.spark.driver.rows import ASIDE, PLACE, cell_texts, spark_schema
from headgate.engine.spark.driver.table import Table
from headgate.engine.worker.batches import BadCell, json_text
from headgate.engine.worker.quarantine import SCHEMA
from headgate.engine.worker.unique import REASON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

    from headgate.engine.spark.driver.table import Transaction
    from headgate.engine.worker.plan import Plan

_CELL = "cell struct<key string, column string, value string, reason string, row string, first boolean>"
_TOLD = ["table", "key", "column", "value", "reason", "row"]  # what is the same of a cell whenever it is read


class Quarantine:
    """The cells of one table and one full load of it, in a folder that is made with the first of them."""

    def __init__(self, folder: Path, table: str) -> None:
        """Open it. Raises TableError for a folder of another's."""
        self._name, self._table = table, Table.at(folder)

    def reopened(self) -> Quarantine:
        """Give it as it is now."""
        return Quarantine(self._table.path, self._name)

    def add(self, aside: DataFrame, load: int, transaction: Transaction) -> None:
        """Keep the cells among what was put aside, once."""
        spark = aside.sparkSession
        self.keep(spark, load)
        if not self._table.load:
            self._table.make(spark, SCHEMA, load, "")
        self._table.append(self._rows(aside, transaction.version), transaction)

    def replace(self, aside: DataFrame, load: int, batch: int) -> bool:
        """Have it hold these cells alone, as of a snapshot; say whether they are others than before."""
        spark, rows = aside.sparkSession, self._rows(aside, batch)
        if not self._table.load and rows.isEmpty():
            return False
        if not self._table.load:
            self._table.make(spark, SCHEMA, load, "")
        now, before = rows.select(columns(_TOLD)), self._table.rows(spark).select(columns(_TOLD))
        if now.exceptAll(before).isEmpty() and before.exceptAll(now).isEmpty():
            return False
        rows.write.format("delta").mode("overwrite").save(str(self._table.path))
        return True

    def keep(self, spark: SparkSession, load: int) -> None:
        """Forget the cells of full loads before this one."""
        if self._table.load and self._table.load != load:
            self._table.make(spark, SCHEMA, load, "")

    def _rows(self, aside: DataFrame, batch: int) -> DataFrame:
        cells = aside.select(F.from_json(ASIDE, _CELL).getField("cell").alias("c")).where("c IS NOT NULL")
        added = {"table": F.lit(self._name), "batch": F.lit(batch).cast("long"), "found_at": F.lit(datetime.now(UTC))}
        known = [added.get(name, F.col(f"c.{name}")) for name in SCHEMA.names]
        return cells.select([column.alias(name) for column, name in zip(known, SCHEMA.names, strict=True)])


def repeated_cells(rows: DataFrame, plan: Plan) -> DataFrame:
    """Give rows, each of which has the key of an earlier one, as what is put aside (`ASIDE`)."""
    names, keys = plan.shape.schema.names, list(plan.keys)
    schema = pa.schema([pa.field(ASIDE, pa.string())])

    def cells(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_arrays([pa.array(cell_texts(_repeated(batch, keys)), pa.string())], schema=schema)

    return rows.orderBy(PLACE).select(columns(names)).mapInArrow(cells, spark_schema(schema))


def _repeated(batch: pa.RecordBatch, keys: list[str]) -> list[BadCell]:
    cells = []
    for row in batch.to_pylist():
        key = {name: row[name] for name in keys}
        cells.append(BadCell(json_text(key), ", ".join(keys), json_text(tuple(key.values())), REASON, json_text(row)))
    return cells


def told_counts(aside: DataFrame) -> list[dict[str, Any]]:
    """Give what was counted of each reading."""
    told = aside.where(F.col(ASIDE).startswith('{"told"')).select(ASIDE).collect()
    return [json.loads(row[0])["told"] for row in told]
