"""Runs queries on Spark: streams twice, with rows that came in between, and the same in one batch. In Spark's own environment.

It reads a job from stdin and prints the rows as its last line. Windows and joins of a stream give rows once they are over, so
a row far in the future comes last, and what is compared ends before it.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

FIRST = datetime(2026, 1, 1)  # noqa: DTZ001  # Spark's session has the zone
LAST = FIRST + timedelta(days=30)
SCHEMAS = {
    "orders": "id INT, amount DOUBLE, at TIMESTAMP",
    "payments": "order_id INT, paid DOUBLE, paid_at TIMESTAMP",
}


def rows(part: int) -> dict[str, list[tuple[int, float, datetime]]]:
    """Give orders and payments of one of two days."""
    dice = random.Random(part)  # noqa: S311  # rows that are the same each time
    begin = FIRST + timedelta(days=part)
    orders = [(part * 100 + n, float(dice.randint(0, 9)), begin + timedelta(minutes=dice.randint(0, 600))) for n in range(40)]
    payments = [
        (id_, float(dice.randint(0, 9)), at + timedelta(minutes=dice.randint(0, 90)))
        for id_, _, at in orders
        if dice.random() > 0.3
    ]
    return {"orders": orders, "payments": payments}


def main() -> None:
    """Do the job."""
    job = json.loads(sys.stdin.read())
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .getOrCreate()
    )
    folder = job["folder"]
    for part in (0, 1, 2):
        made = rows(part) if part < 2 else {"orders": [(-1, 0.0, LAST)], "payments": [(-2, 0.0, LAST)]}
        for name, schema in SCHEMAS.items():
            spark.createDataFrame(made[name], schema).coalesce(1).write.mode("append").parquet(f"{folder}/{name}")
            spark.readStream.schema(schema).parquet(f"{folder}/{name}").createOrReplaceTempView(f"stream_of_{name}")
            spark.read.schema(schema).parquet(f"{folder}/{name}").createOrReplaceTempView(name)
        for name, query in job["streams"].items():
            if query == job["batches"].get(name):
                continue
            writer = spark.sql(query).writeStream.format("parquet").outputMode("append").trigger(availableNow=True)
            writer.option("checkpointLocation", f"{folder}/state/{name}").start(f"{folder}/out/{name}").awaitTermination()
    found: dict[str, dict[str, list[str]]] = {"streams": {}, "batches": {}}
    for name, query in job["batches"].items():
        found["batches"][name] = told(spark.sql(query).collect())
        if query != job["streams"][name]:
            found["streams"][name] = told(spark.read.parquet(f"{folder}/out/{name}").collect())
    print(json.dumps(found))  # noqa: T201  # what the test reads


def told(found: list[object]) -> list[str]:
    """Give rows as text, in order, but those of the last row."""
    return sorted(text for text in map(str, found) if "2026, 1, 31" not in text and "=-1" not in text)


if __name__ == "__main__":
    main()
