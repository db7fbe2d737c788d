"""Cells that did not fit, in a Delta table beside the data: table, key, column, value and reason, with the whole row.

They land before the rows of their batch do, in another table: those of a batch that then never landed go first of all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.worker.delta import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.engine.worker.batches import BadCell

_TEXTS = ("table", "key", "column", "value", "reason", "row")
_OTHERS = (("batch", pa.int64()), ("found_at", pa.timestamp("us", tz="UTC")))
SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXTS), *_OTHERS])


class Quarantine:
    """The cells of one table, in a folder that is made with the first of them."""

    def __init__(self, folder: Path, table: str) -> None:
        self._table, self._store = table, Store(folder)

    def keep(self, first: int, last: int) -> None:
        """Take out the cells of all batches but those from one to another."""
        if self._store.table is not None:
            self._store.delete(f"batch < {first} OR batch > {last}")

    def tidy(self) -> None:
        """Make few files of many, now and then."""
        self._store.tidy()

    def add(self, cells: Sequence[BadCell], batch: int) -> None:
        """Keep the cells of a batch that is about to land. Raises TableError where they can't be."""
        if not cells:
            return
        found_at = datetime.now(UTC)
        rows = [
            {
                "table": self._table, "key": cell.key, "column": cell.column, "value": cell.value, "reason": cell.reason,
                "row": cell.row, "batch": batch, "found_at": found_at,
            }
            for cell in cells
        ]  # fmt: skip
        self._store.write(pa.Table.from_pylist(rows, SCHEMA), self._store.state.after())
