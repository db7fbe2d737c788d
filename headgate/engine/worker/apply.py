"""Changes become what a table is: rows that are merged by their keys, in the order of their sequence.

As AUTO CDC does: of each key the change with the highest sequence wins, in whatever order changes come; of equal ones the one
that came last. A deletion is remembered, so that an older change that comes after it brings nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.engine.worker.delta import quoted
from headgate.engine.worker.history import END, START, changed_history
from headgate.engine.worker.keys import MARK, last_of_each, matched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.engine.worker.delta import Store
    from headgate.engine.worker.plan import Plan
    from headgate.engine.worker.state import State
    from headgate.engine.worker.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows that were inserted or changed, and rows that went."""

    written: int = 0
    deleted: int = 0


@dataclass(slots=True)
class Into:
    """Where changes land, by which plan. refresh: what is there yet goes with the first commit."""

    plan: Plan
    store: Store
    tombstones: Tombstones | None
    refresh: bool

    @property
    def empty(self) -> bool:
        """Whether there is nothing to merge into."""
        return self.refresh or self.store.table is None

    def write(self, rows: pa.Table | pa.RecordBatchReader, state: State, *, anew: bool = False, count: int = 0) -> Landed:
        """Append rows, or with `anew` have the table hold them alone; `count` is how many a reader has."""
        self.store.write(rows, state, anew=anew or self.refresh, fresh=self.refresh)
        self.refresh = False
        return Landed(rows.num_rows if isinstance(rows, pa.Table) else count)


def land(rows: pa.Table, deleted: pa.Table, into: Into, state: State) -> Landed:
    """Commit changed rows and deletions (keys and sequence) with a state. Raises TableError where they can't be."""
    plan, store, tombstones = into.plan, into.store, into.tombstones
    by = list(plan.keys)
    sequence = plan.sequence
    if plan.history:
        return _land_history(rows, deleted, into, state)
    rows = last_of_each(rows.sort_by([(sequence, "ascending")]), by)
    deleted = last_of_each(deleted.sort_by([(sequence, "ascending")]), by)
    if tombstones:
        tombstones.add(deleted)
        rows = tombstones.newer(rows)
    if into.empty or not rows.num_rows + deleted.num_rows:
        return into.write(rows, state)
    return _merge(rows, deleted, plan, store, state)


def _merge(rows: pa.Table, deleted: pa.Table, plan: Plan, store: Store, state: State) -> Landed:
    newer = f"s.{quoted(plan.sequence)} >= t.{quoted(plan.sequence)}"
    is_row = f"s.{MARK} = 'row'"
    values = {quoted(name): f"s.{quoted(name)}" for name in rows.column_names}
    if deleted.num_rows:
        merged = pa.concat_tables([_marked(rows, "row"), _marked(deleted, "deleted")], promote_options="default")
        # Of a key that is in both, the later one; a deletion of the same sequence is last.
        rows = last_of_each(merged.sort_by([(plan.sequence, "ascending")]), plan.keys)

    def clauses(merger: Any) -> Any:
        if not deleted.num_rows:
            return merger.when_matched_update(values, newer).when_not_matched_insert(values)
        merger = merger.when_matched_delete(f"NOT {is_row} AND {newer}")
        return merger.when_matched_update(values, f"{is_row} AND {newer}").when_not_matched_insert(values, is_row)

    counts = store.merge(rows, plan.keys, clauses, state)
    return Landed(counts["num_target_rows_inserted"] + counts["num_target_rows_updated"], counts["num_target_rows_deleted"])


def _land_history(rows: pa.Table, deleted: pa.Table, into: Into, state: State) -> Landed:
    plan, store, tombstones = into.plan, into.store, into.tombstones
    keys, sequence = list(plan.keys), plan.sequence or START
    columns = list(dict.fromkeys([*keys, sequence]))
    rows, deleted = (last_of_each(some, columns) for some in (rows, deleted))
    touched = last_of_each(pa.concat_tables([rows.select(keys), deleted.select(keys)]), keys)
    existing = _of(touched, None if into.empty else store.read([*keys, START, END]), plan)
    if tombstones:
        tombstones.add(deleted)
        deleted = pa.concat_tables([deleted.select(columns), *tombstones.of(touched)])
    written, closed = changed_history(rows, deleted.select(columns), existing, keys, sequence)
    if into.empty or not written.num_rows + closed.num_rows:
        return into.write(written, state)
    merged = pa.concat_tables([_marked(written, "row"), _marked(closed, "closed")], promote_options="default")
    values = {quoted(name): f"s.{quoted(name)}" for name in written.column_names}

    def clauses(merger: Any) -> Any:
        merger = merger.when_matched_update(values, f"s.{MARK} = 'row'")
        merger = merger.when_matched_update({quoted(END): f"s.{quoted(END)}"}, f"s.{MARK} = 'closed'")
        return merger.when_not_matched_insert(values, f"s.{MARK} = 'row'")

    counts = store.merge(merged, [*keys, START], clauses, state)
    return Landed(counts["num_target_rows_inserted"] + counts["num_target_rows_updated"])


def _of(touched: pa.Table, existing: pa.Table | None, plan: Plan) -> pa.Table:
    """Give the rows of a table whose key is among those."""
    columns = plan.columns
    if existing is None:
        return pa.schema([columns.field(name) for name in (*plan.keys, START, END)]).empty_table()
    return existing.filter(matched(existing, touched, plan.keys).is_valid())


def _marked(rows: pa.Table, kind: str) -> pa.Table:
    return rows.append_column(MARK, pa.array([kind] * rows.num_rows, pa.string()))


def snapshot_changes(rows: pa.Table, open_rows: pa.Table, keys: Sequence[str], now: pa.Scalar) -> tuple[pa.Table, pa.Table]:
    """Give a snapshot's rows that are new or other than the open ones of a history; and keys that vanished, since `now`."""
    there = matched(rows, open_rows, keys)
    before = open_rows.take(pc.fill_null(there, 0)) if open_rows.num_rows else None
    changed = there.is_null()
    for name in rows.column_names:
        if before is not None and name not in keys:
            changed = pc.or_(changed, _differs(rows[name], before[name] if name in before.column_names else None))
    new = rows.filter(changed)
    gone = open_rows.filter(matched(open_rows, rows, keys).is_null()).select(list(keys))
    return new, gone.append_column(START, pa.array([now.as_py()] * gone.num_rows, now.type))


def _differs(now: pa.ChunkedArray, before: pa.ChunkedArray | None) -> pa.Array:
    if before is None:
        return now.is_valid()
    if pa.types.is_nested(now.type):
        pairs = zip(now.to_pylist(), before.to_pylist(), strict=True)
        return pa.array([not _same(one, other) for one, other in pairs], pa.bool_())
    other = pc.fill_null(pc.not_equal(now, before), False)  # noqa: FBT003  # Arrow's
    if pa.types.is_floating(now.type):
        other = pc.and_(other, pc.invert(pc.and_(_nan(now), _nan(before))))
    return pc.or_(other, pc.xor(now.is_null(), before.is_null()))


def _nan(values: pa.ChunkedArray) -> pa.Array:
    return pc.fill_null(pc.is_nan(values), False)  # noqa: FBT003  # Arrow's


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are one: with NaN itself, and a field that one has not the same as null."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same(one.get(name), other.get(name)) for name in one.keys() | other.keys())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124  # NaN's nature
