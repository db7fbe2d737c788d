"""Keys that were deleted, with the sequence of that, in a Delta table beside the data.

They land before the deletion does: a change that is older than one is no change, whether or not the row is still there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.engine.worker.delta import Store, quoted
from headgate.engine.worker.keys import last_of_each, matched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LOAD = "__load"


class Tombstones:
    """The deletions of one table: its keys and its sequence, and the full load that they came after."""

    def __init__(self, folder: Path, keys: Sequence[str], sequence: str) -> None:
        self._store, self._keys, self._sequence = Store(folder), list(keys), sequence

    def add(self, deleted: pa.Table, load: int) -> None:
        """Remember deletions (keys and sequence). Raises TableError where they can't be."""
        if not deleted.num_rows:
            return
        rows = deleted.select([*self._keys, self._sequence])
        rows = rows.append_column(_LOAD, pa.array([load] * rows.num_rows, pa.int64()))
        state = self._store.state.after()
        if self._store.table is None:
            self._store.write(rows, state)
            return
        by = [*self._keys, self._sequence, _LOAD]
        on = " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in by)
        values = {quoted(name): f"s.{quoted(name)}" for name in by}
        self._store.merge(rows, on, lambda merger: merger.when_not_matched_insert(values), state)

    def newer(self, rows: pa.Table, load: int) -> pa.Table:
        """Give the rows that are newer than a deletion of their key, or have none."""
        found = self._all(load)
        if not found or not rows.num_rows:
            return rows
        last = last_of_each(found.sort_by([(self._sequence, "ascending")]), self._keys)
        place = matched(rows, last, self._keys)
        deleted_at = last[self._sequence].take(place).combine_chunks()
        later = pc.greater(rows[self._sequence].combine_chunks(), deleted_at.cast(rows[self._sequence].type))
        return rows.filter(pc.fill_null(later, True))  # noqa: FBT003  # Arrow's

    def of(self, touched: pa.Table, load: int) -> list[pa.Table]:
        """Give the deletions (keys and sequence) of the keys in a table; none, or all in one."""
        found = self._all(load)
        return [found.filter(matched(found, touched, self._keys).is_valid())] if found else []

    def _all(self, load: int) -> pa.Table | None:
        if self._store.table is None:
            return None
        found = self._store.read([*self._keys, self._sequence], f"{quoted(_LOAD)} = {load}")
        return found if found.num_rows else None
