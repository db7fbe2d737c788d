"""How a table is loaded, asked of the connector in a process of Spark's: the driver itself runs no code of a connector's."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.spark.driver.errors import told
from headgate.engine.worker.plan import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from headgate.engine.model import TableOrder
    from headgate.engine.spark.driver.reading import Asked
    from headgate.engine.worker.plan import Plan


def asked_plan(spark: SparkSession, order: TableOrder, asked: Asked) -> Plan:
    """Give a table's plan. Raises what Spark makes of a TableError."""

    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                with told():
                    plan = plan_of(order, asked.source())
                yield pa.RecordBatch.from_arrays([pa.array([pickle.dumps(plan)], pa.binary())], names=["plan"])

    [found] = spark.range(1).coalesce(1).mapInArrow(ask, "plan binary").collect()
    plan: Plan = pickle.loads(bytes(found["plan"]))  # noqa: S301  # our own
    return plan
