"""A snapshot beside what its table has: what is new, other or gone is merged, and nothing where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812  # as all of Spark's users call it
from pyspark.sql.types import ArrayType, MapType, StructType

from headgate.engine.spark.driver.changes import history_changes, merge_history
from headgate.engine.spark.driver.names import columns, joined, quoted
from headgate.engine.spark.driver.quarantine import repeated_cells
from headgate.engine.spark.driver.rows import ASIDE, PLACE
from headgate.engine.spark.driver.table import delete, insert, update
from headgate.engine.worker.history import END, START
from headgate.engine.worker.keys import MARK

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

    from headgate.engine.spark.driver.counting import Tally
    from headgate.engine.spark.driver.quarantine import Quarantine
    from headgate.engine.spark.driver.table import Table
    from headgate.engine.worker.plan import Plan


def land_snapshot(
    found: DataFrame, table: Table, plan: Plan, quarantine: Quarantine, tally: Tally, folder: Path, read_at: datetime
) -> None:
    """Merge what was read into the table, and have the quarantine hold what does not fit. `folder`: for the changes."""
    spark, keys = found.sparkSession, plan.keys
    rows = found.where(f"{ASIDE} IS NULL")
    order = Window.partitionBy(*columns(keys)).orderBy(PLACE)
    counted = rows.withColumn(MARK, F.row_number().over(order))
    repeated = counted.where(F.col(MARK) > 1).drop(MARK)
    tally.repeated = repeated.count()
    if tally.repeated:
        rows = counted.where(F.col(MARK) == 1).drop(MARK)
    aside = found.where(f"{ASIDE} IS NOT NULL").select(ASIDE)
    if tally.repeated:
        aside = aside.union(repeated_cells(repeated, plan))
    quarantine.replace(aside, table.load, 0)
    rows = rows.drop(ASIDE)
    there = table.rows(spark)
    if plan.history:
        there = there.where(f"{quoted(END)} IS NULL")
    changes = _changes(rows, there, plan)
    changes.write.mode("overwrite").parquet(str(folder))
    changes = spark.read.schema(changes.schema).parquet(str(folder))
    if changes.isEmpty():
        return
    if plan.history:
        changes = changes.withColumn(START, F.lit(read_at))
        new, gone = (changes.where(F.col(MARK) == mark).drop(MARK) for mark in ("row", "gone"))
        tally.land(*merge_history(history_changes(new, gone, None, table.rows(spark), plan), table, plan, None))
        return
    names = [name for name in changes.columns if name not in {MARK, PLACE}]
    clauses = [delete(f"s.{MARK} = 'gone'"), update(names, f"s.{MARK} = 'row'"), insert(names, f"s.{MARK} = 'row'")]
    tally.land(*table.merge(changes, keys, clauses))


def _changes(rows: DataFrame, there: DataFrame, plan: Plan) -> DataFrame:
    """Give rows that are new or other than those that are there, and the keys of those that are gone, each with `MARK`.

    Columns that the source has no more are empty in new rows; without history all rows are as the source has them now.
    """
    read = rows.columns
    left = [] if plan.history else [one for one in there.schema if one.name not in read]
    rows = rows.select("*", *(F.lit(None).cast(one.dataType).alias(one.name) for one in left))
    compared = [one for one in rows.schema if one.name not in {*plan.keys, PLACE} and one.name in there.columns]
    pairs = [
        _comparable(F.col(f"s.{quoted(one.name)}"), one.dataType).eqNullSafe(
            _comparable(F.col(f"t.{quoted(one.name)}"), one.dataType)
        )
        for one in compared
    ]
    is_same = F.lit(True)  # noqa: FBT003  # Spark's
    for pair in pairs:
        is_same &= pair
    is_there = F.col(f"t.{quoted(plan.keys[0])}").isNotNull()
    new = joined(rows, there, plan.keys, "left").where(~(is_there & is_same)).select("s.*").withColumn(MARK, F.lit("row"))
    gone = joined(there, rows, plan.keys, "left_anti").select(columns(plan.keys)).withColumn(MARK, F.lit("gone"))
    return new.unionByName(gone, allowMissingColumns=True)


def _comparable(column: Column, kind: DataType) -> Column:
    """Give a value that Spark compares, of a type that may have maps in it, which it compares not: as their entries."""
    if not _has_map(kind):
        return column
    if isinstance(kind, MapType):
        entries = F.map_entries(column)
        return F.transform(
            entries,
            lambda one: F.struct(
                _comparable(one["key"], kind.keyType).alias("key"), _comparable(one["value"], kind.valueType).alias("value")
            ),
        )
    if isinstance(kind, ArrayType):
        return F.transform(column, lambda one: _comparable(one, kind.elementType))
    fields = [_comparable(column.getField(one.name), one.dataType).alias(one.name) for one in kind.fields]
    return F.when(column.isNotNull(), F.struct(*fields))


def _has_map(kind: DataType) -> bool:
    if isinstance(kind, StructType):
        return any(_has_map(one.dataType) for one in kind.fields)
    return isinstance(kind, MapType) or (isinstance(kind, ArrayType) and _has_map(kind.elementType))
