"""A connector as a data source of Spark's: what it gives in parts is read by the workers, in parallel.

Source: pyspark 4.2, sql/datasource.py and sql/streaming/datasource.py: a stream reader without SupportsTriggerAvailableNow is
read once, with it until its offset stays; `latestOffset` with a limit is admission control; a batch that was begun is read
again between the same offsets. A connector without parts gives rows and the offset after them at once, so its answers are
written down before Spark hears of that offset (`answers.py`), and read again from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceStreamReader, InputPartition
from pyspark.sql.streaming.datasource import ReadMaxRows, SupportsTriggerAvailableNow

from headgate.engine.spark.driver.answers import Answers, written_answer
from headgate.engine.spark.driver.errors import told
from headgate.engine.spark.driver.rows import marked, read_schema
from headgate.engine.worker.offsets import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql.streaming.datasource import ReadLimit
    from pyspark.sql.types import StructType

    from headgate.engine.spark.driver.reading import Reading

_ENOUGH_ROWS = 50_000  # of answers that land together
_WHOLE = "whole"


def data_source(name: str, reading: Reading) -> type[Any]:
    """Give the class that Spark makes of a reading: it travels with it, options included, and shows in no plan."""

    class ConnectorSource(DataSource):  # type: ignore[misc]  # Spark has no types here
        """One table of a connector."""

        read_of = reading

        @classmethod
        def name(cls) -> str:
            return name

        def schema(self) -> StructType:
            return read_schema(self.read_of.stored)

        def reader(self, schema: StructType) -> DataSourceReader:  # noqa: ARG002  # Spark's
            return SnapshotReader(self.read_of)

        def streamReader(self, schema: StructType) -> DataSourceStreamReader:  # noqa: ARG002, N802  # Spark's
            one = self.read_of
            with told():
                parted = not one.deletions and one.asked.source().partitioned(one.table)
            return PartsReader(one) if parted else AnswersReader(one)

    ConnectorSource.__module__ = "__main__"  # so that it is pickled by value
    return ConnectorSource


class SnapshotReader(DataSourceReader):  # type: ignore[misc]  # Spark has no types here
    """A table read whole."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def partitions(self) -> Sequence[InputPartition]:
        """Give the connector's parts; one where it has none of its own."""
        one = self._reading
        with told():
            source = one.asked.source()
            if not source.partitioned(one.table):
                return [InputPartition(_WHOLE)]
            return [InputPartition(part) for part in enumerate(source.parts(one.table, one.options))]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Give a part's rows, checked."""
        if partition.value == _WHOLE:
            with told():
                one, source = self._reading, self._reading.asked.source()
                yield from marked(source.snapshot(one.table, one.options, one.shape), one.stored, 0, source)
        elif partition.value is not None:  # what Spark makes where there is no part at all
            yield from _part(self._reading, *partition.value)


class PartsReader(DataSourceStreamReader, SupportsTriggerAvailableNow):  # type: ignore[misc]  # Spark has no types here
    """A stream that the connector itself cuts into parts between two offsets."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: Seen | None = None

    def initialOffset(self) -> dict[str, Any]:  # noqa: N802  # Spark's, as all below
        """Give what stands for no offset yet."""
        return {"at": None}

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802
        """Nothing: the connector says what is there each time, until it says the same again."""

    def getDefaultReadLimit(self) -> ReadLimit:  # noqa: N802
        """Give the limit; the connector's own holds for how far one offset goes."""
        return ReadMaxRows(_ENOUGH_ROWS)

    def latestOffset(self, start: dict[str, Any], limit: ReadLimit) -> dict[str, Any]:  # noqa: ARG002, N802
        """Give the offset up to which the next batch goes: `start` itself where nothing is left."""
        one, at = self._reading, start["at"]
        with told():
            after = one.asked.source().end_of_parts(one.table, at, one.options)
            if after is None or after == at:
                return start
            self._seen = self._seen or Seen(at, ordered=one.ordered)
            self._seen.check(at, after, 0)
            self._seen.add(after)
        return {"at": after}

    def partitions(self, start: dict[str, Any], end: dict[str, Any]) -> Sequence[InputPartition]:
        """Give the connector's parts between two offsets."""
        one = self._reading
        with told():
            parts = one.asked.source().parts(one.table, one.options, start["at"] or {}, end["at"])
        return [InputPartition(part) for part in enumerate(parts)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Give a part's rows, checked."""
        yield from _part(self._reading, *partition.value)


class AnswersReader(DataSourceStreamReader, SupportsTriggerAvailableNow):  # type: ignore[misc]  # Spark has no types here
    """A stream of a connector that gives rows and the offset after them at once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._answers: Answers | None = None

    def initialOffset(self) -> dict[str, Any]:  # noqa: N802
        """Give what stands for no offset yet. batch: the number of answers that were written down together."""
        return {"at": None, "batch": 0, "answers": 0}

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802
        """Nothing: the connector is asked until its offset stays."""

    def getDefaultReadLimit(self) -> ReadLimit:  # noqa: N802
        """Give how many rows are enough of answers that land together."""
        return ReadMaxRows(_ENOUGH_ROWS)

    def latestOffset(self, start: dict[str, Any], limit: ReadLimit) -> dict[str, Any]:  # noqa: N802
        """Ask the connector, write down what it gives, and give the offset after it: `start` itself where nothing is left."""
        with told():
            self._answers = self._answers or Answers(self._reading, start["at"])
            count, after = self._answers.write_down(start["at"], start["batch"] + 1, getattr(limit, "max_rows", _ENOUGH_ROWS))
        return {"at": after, "batch": start["batch"] + 1, "answers": count} if count else start

    def partitions(self, start: dict[str, Any], end: dict[str, Any]) -> Sequence[InputPartition]:  # noqa: ARG002
        """Give a part for each answer that was written down."""
        return [InputPartition((end["batch"], number)) for number in range(end["answers"])]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Give an answer's rows, as they were written down."""
        batch, number = partition.value
        yield from written_answer(self._reading.answers, batch, number, self._reading.stored)

    def commit(self, end: dict[str, Any]) -> None:
        """Forget the answers up to an offset: they have landed."""
        if self._answers:
            self._answers.forget(end["batch"])


def _part(reading: Reading, number: int, part: Any) -> Iterator[pa.RecordBatch]:
    with told():
        source = reading.asked.source()
        pieces = source.rows_of_parts(reading.table, [part], reading.options, reading.shape)
        yield from marked(pieces, reading.stored, number, source)
