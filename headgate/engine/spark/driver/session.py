"""A Spark session that reads and writes Delta tables as the engine on one machine does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from headgate.engine.spark.model import SparkOrder

_MIB = 1024 * 1024
# Delta Lake's own page on how a session is made.
DELTA_SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
# Times as UTC has them and of any year, with microseconds, which all readers of Parquet take.
SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.caseSensitive": "false",
}


def started(order: SparkOrder) -> SparkSession:
    """Start Spark. Raises what Spark raises where it can't be."""
    builder = SparkSession.builder.master(order.master).appName("headgate run")
    for name, value in (DELTA_SETTINGS | SQL_SETTINGS | {"spark.ui.showConsoleProgress": "false"}).items():
        builder = builder.config(name, value)
    if order.packages:
        builder = builder.config("spark.jars.packages", order.packages)
    if order.memory:
        builder = builder.config("spark.driver.memory", f"{order.memory // _MIB}m")
    if order.master.startswith("local"):
        builder = builder.config("spark.ui.enabled", "false")
    return builder.getOrCreate()
