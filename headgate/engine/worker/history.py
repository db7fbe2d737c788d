"""Slowly changing dimensions of type 2: each change of a row is a row, from when until when it held.

As AUTO CDC names and fills them: `__START_AT` and `__END_AT` have the type of the sequence, and the row that holds now has no
end. Changes that come out of order find their place among those that are there. Pure: tables in, tables out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.engine.worker.keys import last_of_each, matched, same_as_next

if TYPE_CHECKING:
    from collections.abc import Sequence

START, END = "__START_AT", "__END_AT"
_AT, _DELETED, _FROM = "__headgate_at", "__headgate_deleted", "__headgate_from"
_NOWHERE = -1  # not of the changes: a start that the table has, or an end


def with_history(schema: pa.Schema, sequence: pa.DataType) -> pa.Schema:
    """Give the columns of a table with history."""
    return schema.append(pa.field(START, sequence)).append(pa.field(END, sequence))


def changed_history(
    changes: pa.Table, deleted: pa.Table, existing: pa.Table, keys: Sequence[str], sequence: str
) -> tuple[pa.Table, pa.Table]:
    """Give the rows to write, whole, with their start and end; and for rows that stay (keys, start) their new end.

    changes: new rows, the last of each key and sequence. deleted: keys and sequences of deletions, also of ones that came
    before. existing: keys, start and end of all rows of these keys that the table has.
    """
    names = list(keys)
    timeline = pa.concat_tables(
        [
            _points(changes, names, sequence, deleted=False, own=True),
            _points(deleted, names, sequence, deleted=True),
            _points(existing, names, START, deleted=False),
            _points(_deletions(existing, names), names, END, deleted=True),
        ]
    )
    # A change that the table has already is written again: what came later is right.
    timeline = last_of_each(timeline.sort_by([(_FROM, "ascending")]), [*names, _AT, _DELETED])
    timeline = timeline.sort_by([*((name, "ascending") for name in names), (_AT, "ascending"), (_DELETED, "ascending")])
    at = timeline[_AT].combine_chunks()
    if timeline.num_rows:
        follows = pa.concat_arrays([same_as_next(timeline, names), pa.array([False])])
        after = pa.concat_arrays([at.slice(1), pa.nulls(1, at.type)])
        ends = pc.if_else(follows, after, pa.scalar(None, at.type))
    else:
        ends = at
    timeline = timeline.append_column(END, ends)
    starts = timeline.filter(pc.invert(timeline[_DELETED]))
    new = starts.filter(pc.not_equal(starts[_FROM], _NOWHERE))
    if START in changes.column_names:  # of a snapshot, whose sequence it is
        changes = changes.drop_columns([START])
    written = changes.take(new[_FROM]).append_column(START, new[_AT]).append_column(END, new[END])
    old = starts.filter(pc.equal(starts[_FROM], _NOWHERE)).select([*names, _AT, END]).rename_columns([*names, START, END])
    return written, _differing(old, existing, names)


def _deletions(existing: pa.Table, names: list[str]) -> pa.Table:
    """Give the rows whose end is a deletion: no other row of the key begins there."""
    ended = existing.filter(existing[END].is_valid())
    starts = existing.select([*names, START]).rename_columns([*names, END])
    goes_on = matched(ended.select([*names, END]), last_of_each(starts, [*names, END]), [*names, END]).is_valid()
    return ended.filter(pc.or_(pc.invert(goes_on), pc.equal(ended[END].combine_chunks(), ended[START].combine_chunks())))


def _points(rows: pa.Table, names: list[str], at: str, *, deleted: bool, own: bool = False) -> pa.Table:
    count = rows.num_rows
    places = pa.array(range(count) if own else [_NOWHERE] * count, pa.int64())
    return (
        rows.select([*names, at])
        .rename_columns([*names, _AT])
        .append_column(_DELETED, pa.array([deleted] * count, pa.bool_()))
        .append_column(_FROM, places)
    )


def _differing(now: pa.Table, before: pa.Table, names: list[str]) -> pa.Table:
    """Give the rows whose end is another one than before."""
    both = now.join(before.select([*names, START, END]), keys=[*names, START], right_suffix="_before", use_threads=False)
    ended, was = both[END], both[f"{END}_before"]
    same = pc.or_(pc.fill_null(pc.equal(ended, was), False), pc.and_(ended.is_null(), was.is_null()))  # noqa: FBT003  # Arrow's
    return both.filter(pc.invert(same)).select([*names, START, END])
