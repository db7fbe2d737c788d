"""Run pipelines on Spark: `python -m headgate.engine.spark.driver`, with the order on standard input's first line.

What is said goes to standard output, a line of JSON each; what Spark, its workers and connectors print goes to standard error.
The end of standard input, were it that whoever started this died, ends it at the next commits.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from headgate.engine.model import Counts, Said
from headgate.engine.spark.driver.pipeline import Pipeline
from headgate.engine.spark.driver.sessions import Sessions
from headgate.engine.spark.model import DriverLine, SparkOrder
from headgate.engine.worker.channel import Channel, read_order, take_standard_output
from headgate.engine.worker.errors import TableError, plain


def main() -> None:
    """Read the order, and carry it out; standard output is kept for what is said."""
    channel = Channel(take_standard_output())
    order = SparkOrder.model_validate_json(read_order())
    try:
        sessions = Sessions(order)
    except TableError as error:
        _refuse(order, channel, error)
    except Exception as error:  # noqa: BLE001  # whatever Spark raises
        _refuse(order, channel, TableError(f"Spark could not be started: {plain(error)}", "look at the run's log"))
    else:
        channel.await_end()
        threading.Thread(target=_end_with_spark, args=(sessions,), daemon=True).start()
        with ThreadPoolExecutor(order.jobs) as pool:
            for one in order.pipelines:
                pool.submit(Pipeline(one, sessions, channel).run)
        sessions.end()
    sys.stderr.flush()
    os._exit(0)  # whatever threads are left


def _end_with_spark(sessions: Sessions) -> None:
    """End once Spark has gone: no table is loaded any more, and whoever listens says so of those that are left."""
    sessions.await_death()
    print("Spark has ended, and so does its driver", file=sys.stderr, flush=True)  # noqa: T201  # into the log
    os._exit(1)


def _refuse(order: SparkOrder, channel: Channel, why: TableError) -> None:
    for pipeline in order.pipelines:
        channel.say(DriverLine(pipeline=pipeline.pipeline, begins=True))
        for table in pipeline.tables:
            said = Said(what="failed", table=table.name, error=why.message, fix=why.fix, counts=Counts())
            channel.say(DriverLine(pipeline=pipeline.pipeline, said=said))
        channel.say(DriverLine(pipeline=pipeline.pipeline))


if __name__ == "__main__":
    main()
