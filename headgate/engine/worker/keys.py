"""Rows told apart by their keys, in Arrow: the last of each, and what another table says of the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK = "__headgate"  # says of a row that is merged what to do with it; how all columns of the engine's begin
_PLACE = f"{MARK}_place"  # of a row among the others


def last_of_each(rows: pa.Table, by: Sequence[str]) -> pa.Table:
    """Give the last row of each combination of `by`, in the order of the table; columns of `by` hold no null."""
    names = list(by)
    counted = rows.select(names).group_by(names).aggregate([])
    if counted.num_rows == rows.num_rows:
        return rows
    places = _placed(rows.select(names)).group_by(names, use_threads=False).aggregate([(_PLACE, "max")])
    return rows.take(places[f"{_PLACE}_max"].combine_chunks().sort())


def matched(rows: pa.Table, others: pa.Table, by: Sequence[str]) -> pa.Array:
    """Give for each row the place in `others` of the row with the same `by`, null where there is none; there is one at most."""
    names = list(by)
    left = _placed(rows.select(names))
    right = _placed(others.select(names).cast(rows.select(names).schema)).rename_columns([*names, "__headgate_other"])
    joined = left.join(right, keys=names, join_type="left outer", use_threads=False)
    order = pc.sort_indices(joined, sort_keys=[(_PLACE, "ascending")])
    return joined["__headgate_other"].take(order).combine_chunks()


def same_as_next(rows: pa.Table, by: Sequence[str]) -> pa.Array:
    """Say of each row but the last whether it has the same `by` as the next one; none of them is null."""
    count = rows.num_rows - 1
    same = pa.array([True] * max(0, count), pa.bool_())
    for name in by:
        column = rows[name].combine_chunks()
        same = pc.and_(same, pc.equal(column.slice(0, count), column.slice(1)))
    return same


def _placed(rows: pa.Table) -> pa.Table:
    return rows.append_column(_PLACE, pa.array(range(rows.num_rows), pa.int64()))
