"""Changes become what a table is, as `worker/apply.py` has it on one machine: by their keys, in the order of their sequence.

Each function gives what Spark is to do, or has it done with a transaction, so that a batch that is done again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812  # as all of Spark's users call it

from headgate.engine.spark.driver.names import columns, joined, quoted
from headgate.engine.spark.driver.rows import PLACE, spark_schema
from headgate.engine.spark.driver.table import delete, insert, update
from headgate.engine.worker.history import END, START, changed_history
from headgate.engine.worker.keys import MARK, last_of_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from headgate.engine.spark.driver.table import Table, Transaction
    from headgate.engine.worker.plan import Plan

_BUCKET, _BUCKETS = f"{MARK}_bucket", 32  # rows whose histories are worked out together


def last_of_keys(rows: DataFrame, keys: Sequence[str], sequence: str) -> DataFrame:
    """Give of each key the row with the highest sequence; of equal ones the one that came last."""
    order = [column.desc() for column in columns(dict.fromkeys((sequence, PLACE)))]
    window = Window.partitionBy(*columns(keys)).orderBy(*order)
    return rows.withColumn(MARK, F.row_number().over(window)).where(F.col(MARK) == 1).drop(MARK)


def newer(rows: DataFrame, deleted: DataFrame | None, plan: Plan) -> DataFrame:
    """Give the rows that are newer than every deletion of their key."""
    if deleted is None:
        return rows
    sequence = quoted(plan.sequence)
    return joined(rows, deleted, plan.keys, "left_anti", f"t.{sequence} >= s.{sequence}")


def merge_rows(rows: DataFrame, table: Table, plan: Plan, transaction: Transaction) -> tuple[int, int]:
    """Merge changed rows, the last of each key, into a table without history."""
    names, sequence = plan.shape.schema.names, quoted(plan.sequence)
    rows = rows.select(columns(names))
    return table.merge(rows, plan.keys, [update(names, f"s.{sequence} >= t.{sequence}"), insert(names)], transaction)


def merge_deletions(deleted: DataFrame, table: Table, plan: Plan, transaction: Transaction) -> tuple[int, int]:
    """Take out the rows of a table without history that are no newer than their deletion."""
    sequence = quoted(plan.sequence)
    return table.merge(deleted, plan.keys, [delete(f"s.{sequence} >= t.{sequence}")], transaction)


def merge_history(changes: DataFrame, table: Table, plan: Plan, transaction: Transaction | None) -> tuple[int, int]:
    """Merge what `history_changes` gives into a table with history."""
    is_row, is_closed = f"s.{MARK} = 'row'", f"s.{MARK} = 'closed'"
    names = [*plan.shape.schema.names, START, END]
    written, _ = table.merge(
        changes, [*plan.keys, START], [update(names, is_row), update([END], is_closed), insert(names, is_row)], transaction
    )
    return written, 0


def history_changes(
    rows: DataFrame, deleted: DataFrame, remembered: DataFrame | None, existing: DataFrame, plan: Plan
) -> DataFrame:
    """Give the rows to write into a table with history, and new ends of rows that stay, each with what it is (`MARK`).

    rows: new ones, with their `PLACE`. deleted, remembered: keys and sequences of deletions, now and before. existing: rows of
    the table. Worked out in `worker/history.py`, for buckets of keys apart.
    """
    keys, sequence = list(plan.keys), plan.sequence or START
    marks = list(dict.fromkeys([*keys, sequence]))
    touched = rows.select(columns(keys)).union(deleted.select(columns(keys))).distinct()
    sides = [
        rows.withColumn(MARK, F.lit("row")),
        deleted.select(columns(marks)).withColumn(MARK, F.lit("deleted")),
        joined(existing.select(columns([*keys, START, END])), touched, keys, "left_semi").withColumn(MARK, F.lit("existing")),
    ]
    if remembered is not None:
        sides.append(joined(remembered.select(columns(marks)), touched, keys, "left_semi").withColumn(MARK, F.lit("deleted")))
    whole = sides[0]
    for side in sides[1:]:
        whole = whole.unionByName(side, allowMissingColumns=True)
    whole = whole.withColumn(_BUCKET, F.pmod(F.xxhash64(*columns(keys)), F.lit(_BUCKETS)))
    names, plain = whole.columns, [f"c{number}" for number in range(len(whole.columns))]
    shape = pa.schema([*plan.columns, pa.field(MARK, pa.string())])

    def of_bucket(found: pa.Table) -> pa.Table:  # Spark reads the types, which a partial has not
        return _history_of_bucket(found.rename_columns(names), keys, sequence, plan.shape.loose, shape)

    # By plain names, for Spark takes a dot in one for a field's.
    return whole.toDF(*plain).groupBy(plain[-1]).applyInArrow(of_bucket, spark_schema(shape))


def _history_of_bucket(found: pa.Table, keys: list[str], sequence: str, rows: pa.Schema, shape: pa.Schema) -> pa.Table:
    def side(mark: str) -> pa.Table:
        return found.filter(pc.equal(found[MARK], mark))

    marks = list(dict.fromkeys([*keys, sequence]))
    names = list(dict.fromkeys([*rows.names, *marks]))
    new = last_of_each(side("row").sort_by([(PLACE, "ascending")]).select(names), marks)
    deleted = last_of_each(side("deleted").select(marks), marks)
    existing = side("existing").select([*keys, START, END])
    written, closed = changed_history(new, deleted, existing, keys, sequence)
    marked = [
        some.append_column(MARK, pa.array([mark] * some.num_rows, pa.string()))
        for some, mark in ((written, "row"), (closed, "closed"))
    ]
    return pa.concat_tables(marked, promote_options="default").select(shape.names).cast(shape)
