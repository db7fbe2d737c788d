"""Batches that are to be committed at once: in memory, and beyond a limit in a file, so that memory stays flat."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS = 16_384  # of a batch in the file, and of one that is written at once
_FEW = 1024  # rows of a batch: such batches are made into larger ones first


class Spool:
    """Batches of one schema, in the order in which they came. `most`: bytes kept in memory; beyond, all go to a file."""

    def __init__(self, schema: pa.Schema, folder: Path, most: int) -> None:
        self._schema, self._folder, self._most = schema, folder, most
        self._kept: list[pa.RecordBatch] = []
        self._held = 0
        self._file: Path | None = None
        self._writer: pa.ipc.RecordBatchFileWriter | None = None
        self.rows = 0
        self.bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch; raises OSError where the disk is full."""
        if not batch.num_rows:
            return
        if self._held > self._most:  # not before: what passes the limit with its last batch needs no file
            self._spill()
        self._kept.append(batch)
        self._held += batch.nbytes
        self.rows += batch.num_rows
        self.bytes += batch.nbytes

    @property
    def full(self) -> bool:
        """Whether there are more bytes than are kept in memory."""
        return self.bytes > self._most

    def absorb(self, other: Spool) -> None:
        """Take over the batches of another spool, which is not full."""
        for batch in other._kept:  # of the same class
            self.add(batch)

    def table(self) -> pa.Table:
        """Give all batches as a table in memory: for spools that are not full."""
        return pa.Table.from_batches(self.batches(), self._schema)

    def reader(self) -> pa.RecordBatchReader:
        """Give all batches, one after the other."""
        return pa.RecordBatchReader.from_batches(self._schema, self.batches())

    def data(self) -> pa.Table | pa.RecordBatchReader:
        """Give all batches: as a table where they are in memory, else one after the other."""
        return self.reader() if self.full else self.table()

    def digest(self) -> str:
        """Give the digest of all rows in their order: the same digest is the same rows, batched as they may be."""
        found = hashlib.blake2b(str(self._schema).encode(), digest_size=16)
        for batch in self._even_batches():
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            found.update(sink.getvalue())
        return found.hexdigest()

    def close(self) -> None:
        """Forget all."""
        if self._writer:
            self._writer.close()
            self._writer = None
        if self._file:
            self._file.unlink(missing_ok=True)
            self._file = None
        self._kept, self._held = [], 0

    def _spill(self) -> None:
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(".arrow", dir=self._folder)
            os.close(handle)
            self._file = Path(name)
            self._writer = pa.ipc.new_file(name, self._schema)  # not compressed: that took three times as long
        rows = pa.Table.from_batches(self._kept, self._schema)
        if rows.num_rows < len(self._kept) * _FEW:
            rows = rows.combine_chunks()
        for batch in rows.to_batches(_ROWS):
            self._writer.write_batch(batch)
        self._kept, self._held = [], 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches; none may be added after."""
        if self._file:
            if self._writer:
                self._spill()
                self._writer.close()
                self._writer = None
            with pa.OSFile(str(self._file)) as file, pa.ipc.open_file(file) as reader:
                for index in range(reader.num_record_batches):
                    yield reader.get_batch(index)
        yield from self._kept

    def _even_batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows in batches of one size, however they came."""
        rest: list[pa.RecordBatch] = []
        count = 0
        for batch in self.batches():
            rest.append(batch)
            count += batch.num_rows
            while count >= _ROWS:
                whole = pa.Table.from_batches(rest).combine_chunks()
                yield _copied(whole.slice(0, _ROWS))
                rest, count = whole.slice(_ROWS).to_batches(), count - _ROWS
        if count:
            yield _copied(pa.Table.from_batches(rest))


def _copied(table: pa.Table) -> pa.RecordBatch:
    """Give a table as one batch that holds nothing but its own rows."""
    return table.take(pa.array(range(table.num_rows), pa.int64())).combine_chunks().to_batches()[0]
