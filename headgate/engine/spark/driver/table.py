"""A Delta table that Spark writes: made, widened, written and merged into; what it was loaded by stands in its properties.

Source: Delta Lake's documentation, "Idempotent table writes in foreachBatch": a write with a transaction's application and
version that the table has already is left out; of MERGE both are settings of the session.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import deltalake
import pyarrow as pa
from deltalake.exceptions import DeltaError, TableNotFoundError

from headgate.engine.spark.driver.names import delta_path, quoted, same
from headgate.engine.spark.driver.rows import spark_schema
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.schemas import adds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

_LOAD, _WAY, _WHOLE = "headgate.load", "headgate.way", "headgate.loaded"
_APP, _VERSION = "spark.databricks.delta.write.txnAppId", "spark.databricks.delta.write.txnVersion"
_TIDY_EVERY, _KEEP_HOURS = 25, 168  # commits; as the engine on one machine does


@dataclass(frozen=True, slots=True)
class Transaction:
    """A write that is done once: the application and the version under which the table remembers it."""

    app: str
    version: int

    @contextmanager
    def within(self, spark: SparkSession) -> Iterator[None]:
        """Have a session's MERGE be this transaction."""
        spark.conf.set(_APP, self.app)
        spark.conf.set(_VERSION, str(self.version))
        try:
            yield
        finally:
            spark.conf.unset(_APP)
            spark.conf.unset(_VERSION)


@dataclass(slots=True)
class Table:
    """A table in a folder. load: the number of the full load that it has, 0 where there is no table; way: how it was loaded.

    whole: that load came to its end.
    """

    path: Path
    load: int = 0
    way: str = ""
    whole: bool = False
    columns: pa.Schema = field(default_factory=lambda: pa.schema([]))
    version: int = -1

    @classmethod
    def at(cls, path: Path) -> Table:
        """Open a table. Raises TableError for one that a run on Spark did not make."""
        try:
            found = deltalake.DeltaTable(str(path))
        except TableNotFoundError:
            return cls(path)
        except (DeltaError, OSError) as error:
            raise TableError(f"{path} can't be opened as a Delta table: {error}") from None
        said = found.metadata().configuration
        if _LOAD not in said:
            raise TableError(
                f"{path} is a Delta table that no run with --engine spark made", "name another folder: --out; or leave --engine"
            )
        columns = pa.schema(found.schema().to_arrow())
        return cls(path, int(said[_LOAD]), said.get(_WAY, ""), said.get(_WHOLE) == "true", columns, found.version())

    @property
    def sql(self) -> str:
        """The table as SQL names it."""
        return delta_path(self.path)

    def rows(self, spark: SparkSession) -> DataFrame:
        """Give its rows."""
        return spark.read.format("delta").load(str(self.path))

    def make(self, spark: SparkSession, schema: pa.Schema, load: int, way: str) -> None:
        """Make the table of a load, without rows; that of a load before is replaced, in one commit."""
        nothing = spark.createDataFrame([], spark_schema(schema))
        writer = nothing.writeTo(self.sql).using("delta")
        writer.tableProperty(_LOAD, str(load)).tableProperty(_WAY, way).tableProperty(_WHOLE, "false").createOrReplace()
        self.load, self.way, self.whole, self.columns = load, way, False, schema

    def finish(self, spark: SparkSession) -> None:
        """Say that the load came to its end."""
        if not self.whole:
            spark.sql(f"ALTER TABLE {self.sql} SET TBLPROPERTIES ('{_WHOLE}' = 'true')")
            self.whole = True

    def widen(self, spark: SparkSession, schema: pa.Schema) -> None:
        """Add the columns and fields that a schema has and the table has not."""
        known = {one.name: one.type for one in self.columns}
        new = [one for one in schema if one.name not in known or adds(known[one.name], one.type)]
        if new:
            self.columns = pa.schema(list(({one.name: one for one in self.columns} | {one.name: one for one in new}).values()))
            nothing = spark.createDataFrame([], spark_schema(pa.schema(new)))
            nothing.write.format("delta").mode("append").option("mergeSchema", "true").save(str(self.path))

    def append(self, rows: DataFrame, transaction: Transaction) -> None:
        """Append rows, once."""
        writer = rows.write.format("delta").mode("append")
        writer = writer.option("txnAppId", transaction.app).option("txnVersion", transaction.version)
        writer.save(str(self.path))

    def merge(
        self, rows: DataFrame, keys: Sequence[str], clauses: Sequence[str], transaction: Transaction | None = None
    ) -> tuple[int, int]:
        """Merge rows (`s`) into those of the table (`t`) with the same keys; give how many were written and deleted.

        With a transaction it is done once; done before, it counts nothing.
        """
        spark, view = rows.sparkSession, f"headgate_{uuid4().hex}"
        rows.createOrReplaceTempView(view)
        sql = f"MERGE INTO {self.sql} AS t USING {view} AS s ON {same(keys)} " + " ".join(clauses)
        try:
            with transaction.within(spark) if transaction else nullcontext():
                found: list[Any] = spark.sql(sql).collect()
        finally:
            spark.catalog.dropTempView(view)
        if not found:
            return 0, 0
        return found[0]["num_inserted_rows"] + found[0]["num_updated_rows"], found[0]["num_deleted_rows"]

    def tidy(self, spark: SparkSession, began: int) -> None:
        """Make few files of many small ones, every so many commits, and delete those that no version of a week needs.

        began: the newest commit before the load.
        """
        now = deltalake.DeltaTable(str(self.path)).version() if self.path.exists() else -1
        if now // _TIDY_EVERY > max(began, 0) // _TIDY_EVERY:
            spark.sql(f"OPTIMIZE {self.sql}")
            spark.sql(f"VACUUM {self.sql} RETAIN {_KEEP_HOURS} HOURS")


def update(names: Sequence[str], when: str) -> str:
    """Give the clause that updates columns of a row that is there, under a condition."""
    return f"WHEN MATCHED AND {when} THEN UPDATE SET " + ", ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in names)


def insert(names: Sequence[str], when: str = "") -> str:
    """Give the clause that inserts a row that is not there, under a condition."""
    listed, values = ", ".join(map(quoted, names)), ", ".join(f"s.{quoted(name)}" for name in names)
    return f"WHEN NOT MATCHED {f'AND {when} ' if when else ''}THEN INSERT ({listed}) VALUES ({values})"  # noqa: S608  # names are quoted


def delete(when: str) -> str:
    """Give the clause that deletes a row that is there, under a condition."""
    return f"WHEN MATCHED AND {when} THEN DELETE"
