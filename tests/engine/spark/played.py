"""A table that a test's connector is asked for by Spark's processes: it goes to them as a file beside a class of its own."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from pyspark import cloudpickle

import tests.engine.played
from headgate.engine.model import TableOrder
from headgate.engine.spark.driver.load import Load
from headgate.engine.spark.driver.reading import Asked
from tests.engine.played import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import SparkSession

    from headgate.engine.spark.driver.sessions import Sessions

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


_REMOTE = "SPARK_CONNECT_MODE_ENABLED"  # in the environment, has Spark's functions make what its client sends


@contextmanager
def client() -> Iterator[None]:
    """Have this process be a server's client, and what it was before afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_REMOTE, "1")
        yield


@dataclass
class Loaded:
    """What came of a load, by the names that the engine on one machine has for it. within: what ends its session."""

    load: Load
    within: ExitStack

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
        with self.within:
            self.load.run()


@dataclass
class SparkTable(Table):
    """A table that Spark loads."""

    sessions: ClassVar[Sessions]
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
        with ExitStack() as within:
            spark = within.enter_context(self.session())
            load = Load(order, Asked(str(code), (), 600.0), spark, stopping, lambda _: None)
            return Loaded(load, within.pop_all())

    @contextmanager
    def session(self) -> Iterator[SparkSession]:
        """Give a session for a load."""
        with self.sessions.one() as spark:
            yield spark


@dataclass
class ServedTable(SparkTable):
    """A table that a Spark Connect server loads."""

    sessions: ClassVar[Sessions]

    @contextmanager
    def session(self) -> Iterator[SparkSession]:
        """Give a session for a load, for as long as which this process is a client."""
        with client(), self.sessions.one() as spark:
            yield spark
