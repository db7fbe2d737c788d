"""Run pipelines on Spark: `python -m headgate.engine.spark.driver`, with the order on standard input's first line.

What is said goes to standard output, a line of JSON each; what Spark, its workers and connectors print goes to standard error.
The end of standard input, were it that whoever started this died, ends it at the next commits.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from headgate.engine.model import Counts, Said
from headgate.engine.spark.driver.pipeline import Pipeline
from headgate.engine.spark.driver.session import session
from headgate.engine.spark.model import DriverLine, SparkOrder
from headgate.engine.worker.channel import Channel, read_order, take_standard_output
from headgate.engine.worker.errors import plain


def main() -> None:
    """Read the order, and carry it out; standard output is kept for what is said."""
    channel = Channel(take_standard_output())
    order = SparkOrder.model_validate_json(read_order())
    try:
        spark = session(order)
    except Exception as error:  # noqa: BLE001  # whatever Spark raises
        _refuse(order, channel, f"Spark could not be started: {plain(error)}")
    else:
        channel.await_end()
        with ThreadPoolExecutor(order.jobs) as pool:
            for one in order.pipelines:
                pool.submit(Pipeline(one, spark, channel).run)
        spark.stop()
    sys.stderr.flush()
    os._exit(0)  # whatever threads are left


def _refuse(order: SparkOrder, channel: Channel, message: str) -> None:
    for pipeline in order.pipelines:
        channel.say(DriverLine(pipeline=pipeline.pipeline, begins=True))
        for table in pipeline.tables:
            said = Said(what="failed", table=table.name, error=message, fix="look at the run's log", counts=Counts())
            channel.say(DriverLine(pipeline=pipeline.pipeline, said=said))
        channel.say(DriverLine(pipeline=pipeline.pipeline))


if __name__ == "__main__":
    main()
