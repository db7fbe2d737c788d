"""Keys that were deleted, with the sequence of that, in a Delta table beside the data.

They land before the deletion does: a change that is older than one is no change, whether or not the row is still there.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.engine.worker.delta import Store, quoted
from headgate.engine.worker.keys import last_of_each, matched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa


class Tombstones:
    """The deletions that came after one full load of a table: its keys and its sequence, in a folder of that load."""

    def __init__(self, folder: Path, keys: Sequence[str], sequence: str) -> None:
        self._store, self._keys, self._sequence = Store(folder), list(keys), sequence
        self._columns = list(dict.fromkeys([*keys, sequence]))

    def add(self, deleted: pa.Table) -> None:
        """Remember deletions (keys and sequence). Raises TableError where they can't be."""
        if not deleted.num_rows:
            return
        rows = deleted.select(self._columns)
        state = self._store.state.after()
        if self._store.table is None:
            self._store.write(rows, state)
            return
        values = {quoted(name): f"s.{quoted(name)}" for name in self._columns}
        self._store.merge(rows, self._columns, lambda merger: merger.when_not_matched_insert(values), state)

    def newer(self, rows: pa.Table) -> pa.Table:
        """Give the rows that are newer than a deletion of their key, or have none."""
        if self._store.table is None or not rows.num_rows:
            return rows
        found = self._store.read(self._columns)
        last = last_of_each(found.sort_by([(self._sequence, "ascending")]), self._keys)
        place = matched(rows, last, self._keys)
        deleted_at = last[self._sequence].take(place).combine_chunks()
        later = pc.greater(rows[self._sequence].combine_chunks(), deleted_at.cast(rows[self._sequence].type))
        return rows.filter(pc.fill_null(later, True))  # noqa: FBT003  # Arrow's

    def of(self, touched: pa.Table) -> list[pa.Table]:
        """Give the deletions (keys and sequence) of the keys in a table; none, or all in one."""
        if self._store.table is None:
            return []
        found = self._store.read(self._columns)
        return [found.filter(matched(found, touched, self._keys).is_valid())]

    def tidy(self) -> None:
        """Make few files of many, now and then, and delete what came after full loads before this one."""
        self._store.tidy()
        for folder in self._store.path.parent.glob("*"):
            if folder != self._store.path:
                shutil.rmtree(folder, ignore_errors=True)
