"""What a connector gives, on its way to a commit: counted, with what does not fit put aside."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from typing import TYPE_CHECKING

from headgate.engine.worker.batches import BadCell, Checked, json_text
from headgate.engine.worker.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from headgate.engine.worker.quarantine import Quarantine

_MOST_BAD = 10_000  # cells that are kept in memory
_TOLD_EVERY = 0.5  # seconds


class Intake:
    """Counts rows, and gathers the cells that don't fit until their batch lands. `most`: bytes that a spool keeps in memory."""

    def __init__(
        self, schema: pa.Schema, folder: Path, most: int, quarantine: Quarantine, tell: Callable[[int], object]
    ) -> None:
        self._schema, self._folder, self._most, self._quarantine, self._tell = schema, folder, most, quarantine, tell
        self.rows = self.bytes = self.quarantined = 0
        self.converted: Counter[str] = Counter()
        self.unknown: set[str] = set()
        self._bad: list[BadCell] = []
        self._digest = hashlib.blake2b(digest_size=16)
        self._any_bad = False
        self._told = 0.0

    def spool(self) -> Spool:
        """Give a new spool for rows as the table has them."""
        return Spool(self._schema, self._folder, self._most)

    @property
    def too_many_bad(self) -> bool:
        """Whether cells should be put aside before their batch is whole."""
        return len(self._bad) > _MOST_BAD

    @property
    def bad_digest(self) -> str:
        """The digest of all cells that did not fit; empty where there was none."""
        return self._digest.hexdigest() if self._any_bad else ""

    def take(self, piece: Checked, spool: Spool) -> None:
        """Take a piece: its rows to the spool, its cells that don't fit aside."""
        rows = piece.batch.rename_columns(self._schema.names)
        # A table may have fields in structs that these rows have not.
        spool.add(rows if rows.schema == self._schema else rows.cast(self._schema))
        self.rows += piece.rows
        self.bytes += piece.batch.nbytes
        self.converted += piece.converted
        self.unknown |= piece.unknown
        self.put_aside(piece.bad)
        if (now := time.monotonic()) - self._told >= _TOLD_EVERY:
            self._told = now
            self._tell(self.rows)

    def put_aside(self, cells: Sequence[BadCell]) -> None:
        """Gather cells that don't fit."""
        self._bad += cells
        for cell in cells:
            self._any_bad = True
            self._digest.update(json_text([cell.column, cell.reason, cell.row]).encode())

    def flush(self, batch: int) -> None:
        """Put the cells that were gathered into the quarantine, as those of a batch that is about to land."""
        self._quarantine.add(self._bad, batch)
        self.quarantined += sum(cell.first for cell in self._bad)
        self._bad = []

    def mark(self) -> int:
        """Give how many cells are gathered."""
        return len(self._bad)

    def cut(self, mark: int) -> list[BadCell]:
        """Take out the cells that were gathered after a mark."""
        later, self._bad = self._bad[mark:], self._bad[:mark]
        return later
