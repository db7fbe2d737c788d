"""In which session a table is loaded: the one of the Spark that is started here, or one of its own at a server."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from headgate.engine.spark.driver.session import started
from headgate.engine.spark.needs import is_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from headgate.engine.spark.model import SparkOrder


class Sessions:
    """The sessions in which tables are loaded: one of Spark's that is started here, or a server's, one for each load."""

    def __init__(self, order: SparkOrder) -> None:
        """Start Spark, or reach the server. Raises TableError, and what Spark raises where it can't be."""
        self._master = order.master
        self._started: SparkSession | None = None
        if is_server(order.master):
            with self.one():
                pass
        else:
            self._started = started(order)

    @contextmanager
    def one(self) -> Iterator[SparkSession]:
        """Give a session for a load. Raises TableError for a server that can't be used."""
        if self._started:
            yield self._started
            return
        from headgate.engine.spark.driver.connect import served  # noqa: PLC0415  # it takes libraries that only Spark Connect needs

        spark = served(self._master)
        try:
            yield spark
        finally:
            spark.stop()

    def await_death(self) -> None:
        """Wait until the Spark that was started here has gone, whatever ended it; for ever where it runs at a server."""
        if self._started:
            gateway: Any = self._started.sparkContext._gateway  # noqa: SLF001  # it alone knows the process
            gateway.proc.wait()
        else:
            threading.Event().wait()

    def end(self) -> None:
        """End Spark, where it was started here."""
        if self._started:
            self._started.stop()
