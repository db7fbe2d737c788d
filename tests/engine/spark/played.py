"""A table that a test's connector is asked for by Spark's processes: it goes to them as a file beside a class of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from pyspark import cloudpickle

import tests.engine.played
from headgate.engine.model import TableOrder
from headgate.engine.spark.driver.load import Load
from headgate.engine.spark.driver.reading import Asked
from tests.engine.played import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import SparkSession

_CODE = """\
import pickle
from pathlib import Path


class Played:
    def __init__(self, options):
        self._its = pickle.loads((Path(__file__).parent / "connector.pickle").read_bytes())

    def list_tables(self):
        return ["things"]

    def read_table_metadata(self, table, options):
        return self._its.read_table_metadata(table, options)

    def __getattr__(self, name):
        return getattr(self._its, name)
"""
cloudpickle.register_pickle_by_value(tests.engine.played)


@dataclass
class Loaded:
    """What came of a load, by the names that the engine on one machine has for it."""

    load: Load

    @property
    def full(self) -> bool:
        return self.load.full

    @property
    def landed(self) -> Any:
        return self.load.tally

    @property
    def store(self) -> Any:
        return self.load.tally

    @property
    def intake(self) -> Any:
        return self.load.tally.counts

    def run(self) -> None:
        self.load.run()


@dataclass
class SparkTable(Table):
    """A table that Spark loads. spark: the session of all tests."""

    spark: ClassVar[SparkSession]
    codes: Iterator[int] = field(default_factory=count)

    def load(self, *, refresh: bool = False, stopping: Callable[[], bool] = lambda: False) -> Any:
        load = self.ready(refresh=refresh, stopping=stopping)
        load.run()
        return load

    def ready(self, *, refresh: bool = False, stopping: Callable[[], bool] = lambda: False) -> Any:
        code = self.root / "code" / str(next(self.codes))
        code.mkdir(parents=True)
        (code / "connector.pickle").write_bytes(cloudpickle.dumps(self.connector))
        (code / "played.py").write_text(_CODE)
        order = TableOrder(
            name="main.bronze.things",
            source_table="things",
            folder=str(self.path),
            aside=str(self.root / "aside"),
            options=self.options,
            refresh=refresh,
        )
        return Loaded(Load(order, Asked(str(code), (), 600.0), self.spark, stopping, lambda _: None))
