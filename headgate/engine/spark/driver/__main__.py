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
from headgate.engine.spark.driver.pipeline import Pipeline, Sayer
from headgate.engine.spark.driver.session import session
from headgate.engine.spark.model import DriverLine, SparkOrder
from headgate.engine.worker.errors import plain


def main() -> None:
    """Read the order, and carry it out; standard output is kept for what is said."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    line = b""
    while b"\n" not in line and (some := os.read(0, 65536)):
        line += some
    order = SparkOrder.model_validate_json(line)
    stop = threading.Event()
    say = Sayer(out, stop)
    try:
        spark = session(order)
    except Exception as error:  # noqa: BLE001  # whatever Spark raises
        _refuse(order, say, f"Spark could not be started: {plain(error)}")
    else:
        threading.Thread(target=_await_end, args=(stop,), daemon=True).start()
        with ThreadPoolExecutor(order.jobs) as pool:
            for one in order.pipelines:
                pool.submit(Pipeline(one, spark, stop, say).run)
        spark.stop()
    out.flush()
    sys.stderr.flush()
    os._exit(0)  # whatever threads are left


def _refuse(order: SparkOrder, say: Sayer, message: str) -> None:
    for pipeline in order.pipelines:
        say(DriverLine(pipeline=pipeline.pipeline, begins=True))
        for table in pipeline.tables:
            said = Said(what="failed", table=table.name, error=message, fix="look at the run's log", counts=Counts())
            say(DriverLine(pipeline=pipeline.pipeline, said=said))
        say(DriverLine(pipeline=pipeline.pipeline))


def _await_end(stop: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stop.set()


if __name__ == "__main__":
    main()
