"""Answers of a connector, each in an Arrow file from before its offset is known to Spark: so a batch is the same each time.

The folder is one that all of Spark's processes see. Files are named by the batch's number and the answer's in it.
"""

from __future__ import annotations

import os
import shutil
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.spark.driver.rows import ASIDE, arrow_schema, marked
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.offsets import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.engine.spark.driver.reading import Reading
    from headgate.engine.worker.connector import Offset

_ENOUGH_SECONDS = 10.0  # of answers that land together


class Answers:
    """The answers of one run, from `start` on."""

    def __init__(self, reading: Reading, start: Offset | None) -> None:
        self._reading = reading
        self._seen = Seen(start, ordered=reading.ordered)
        self._ended = False
        self._failed: TableError | None = None

    def write_down(self, offset: Offset | None, batch: int, enough: int) -> tuple[int, Offset | None]:
        """Write down answers from an offset on, until there are `enough` rows; give how many, and the offset after them.

        Raises TableError where the connector fails at the first of them; where at a later one, the next call does.
        """
        if self._failed:
            raise self._failed
        folder = Path(self._reading.answers) / str(batch)
        shutil.rmtree(folder, ignore_errors=True)  # what a run wrote that was killed before Spark knew of it
        folder.mkdir(parents=True)
        began, rows, count = time.monotonic(), 0, 0
        while not self._ended and rows < enough and time.monotonic() - began < _ENOUGH_SECONDS:
            try:
                found = self._one(offset, folder, count)
            except TableError as error:
                if not count:
                    raise
                self._failed = error
                break
            if found is None:
                break
            rows, offset, count = rows + found[0], found[1], count + 1
        return count, offset

    def _one(self, offset: Offset | None, folder: Path, number: int) -> tuple[int, Offset | None] | None:
        """Write down one answer; give its rows and the offset after it, None where nothing was left."""
        one, source = self._reading, self._reading.asked.source()
        pieces, after = one.answer(offset)
        if after is not None and after == offset:
            self._ended = True  # what comes with it counts for nothing, as to Spark: it is what lies on the offset itself
            return None
        batches = marked(pieces, one.stored, number, source)
        first = next(batches)
        rows = 0
        part = folder / f"{number}.part"
        with part.open("wb") as file:
            with pa.ipc.new_stream(file, first.schema) as writer:
                for batch in chain([first], batches):
                    rows += batch.column(ASIDE).null_count
                    writer.write_batch(batch)
            file.flush()
            os.fsync(file.fileno())
        self._seen.check(offset, after, rows)
        part.replace(part.with_suffix(".arrow"))
        if after is None:
            self._ended = True
            return rows, offset
        self._seen.add(after)
        return rows, after

    def forget(self, batch: int) -> None:
        """Delete the answers up to a batch."""
        for folder in Path(self._reading.answers).glob("*"):
            if folder.name.isdecimal() and int(folder.name) <= batch:
                shutil.rmtree(folder, ignore_errors=True)


def written_answer(folder: str, batch: int, number: int, stored: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Give an answer's batches, as they were written down; a table that was widened since has nulls in them.

    Raises OSError where this process does not see the folder.
    """
    schema = arrow_schema(stored)
    with pa.OSFile(str(Path(folder) / str(batch) / f"{number}.arrow")) as file, pa.ipc.open_stream(file) as reader:
        for found in reader:
            columns = [
                found.column(one.name).cast(one.type) if one.name in found.schema.names else pa.nulls(found.num_rows, one.type)
                for one in schema
            ]
            yield found if found.schema == schema else pa.RecordBatch.from_arrays(columns, schema=schema)
