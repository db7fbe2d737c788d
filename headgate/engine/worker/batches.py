"""A connector's rows as checked Arrow batches: what does not fit its column's type goes aside, with the reason."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engine.worker.cells import to_column
from headgate.engine.worker.errors import TableError, plain
from headgate.engine.worker.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FIRST, _MOST = 64, 8192  # rows that are checked at once
_STEP, _STEPS, _SECONDS = 16, 256, 1.0  # of these, before it is looked at the time: at first, and at most; and for how long
_BYTES = 4 * 1024 * 1024  # about so many bytes of Arrow at once


@dataclass(frozen=True, slots=True)
class BadCell:
    """A value that keeps its row out of the table. `row` is the whole row as JSON, so that nothing of it is lost.

    first: no other of its row's values came before.
    """

    key: str
    column: str
    value: str
    reason: str
    row: str
    first: bool = True


@dataclass(slots=True)
class Checked:
    """Rows that fit, those that do not, how many values of a column were converted, and columns that the schema has not."""

    batch: pa.RecordBatch
    bad: list[BadCell] = field(default_factory=list)
    rows: int = 0  # read, fit or not
    converted: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Shape:
    """What rows must be: the schema, with `nullable=False` where null is not allowed; `keys`, which tell rows apart."""

    schema: pa.Schema
    keys: tuple[str, ...] = ()

    @cached_property
    def loose(self) -> pa.Schema:
        """The schema as the Delta table has it: any column may be null, as in a streaming table of Spark's."""
        return pa.schema([pa.field(one.name, one.type) for one in self.schema])


def checked_rows(rows: Iterable[Any], shape: Shape) -> Iterator[Checked]:
    """Check rows (dictionaries) in pieces of a few megabytes. Raises TableError for a row that is no dictionary."""
    source = iter(rows)
    size = _FIRST
    while some := _some(source, size, shape.schema.names):
        checked = _checked(some, shape)
        yield checked
        a_row = max(1, checked.batch.nbytes // max(1, checked.batch.num_rows))
        size = max(1, min(_MOST, size * 4, _BYTES // a_row))


def _some(source: Iterator[Any], size: int, names: Sequence[str]) -> Rows:
    """Take so many rows; fewer where they come slowly, for what waits for them to know that they do come."""
    until = monotonic() + _SECONDS
    some = Rows(names)
    step = _STEP
    while taken := list(islice(source, min(step, size - len(some)))):
        some.add(taken)
        if len(some) == size or monotonic() >= until:
            break
        step = min(2 * step, _STEPS)
    return some


def checked_batches(batches: Iterable[pa.RecordBatch], shape: Shape) -> Iterator[Checked]:
    """Check Arrow batches: their schema, and that no column that must not is null. Raises TableError for another schema."""
    for batch in batches:
        if not isinstance(batch, pa.RecordBatch):
            raise TableError(f"read_table_arrow gave {type(batch).__name__}: expected a pyarrow.RecordBatch")
        _same_types(batch.schema, shape.schema)
        unfit = {
            name: {
                index: "is null, and must not be"
                for index, is_null in enumerate(batch.column(name).is_null().to_pylist())
                if is_null
            }
            for name in _required(shape)
            if batch.column(name).null_count
        }
        if unfit:
            yield _parted(batch.to_pylist(), batch.cast(shape.loose), unfit, shape)
        else:
            yield Checked(pa.RecordBatch.from_arrays(batch.columns, schema=shape.loose), rows=batch.num_rows)


def _same_types(found: pa.Schema, expected: pa.Schema) -> None:
    given, wanted = ({one.name: one.type for one in schema} for schema in (found, expected))
    if list(given) != list(wanted) or given != wanted:
        differing = [
            f"{name} is {given.get(name, 'missing')}, not {wanted.get(name, 'in the schema')}"
            for name in dict.fromkeys([*wanted, *given])
            if given.get(name) != wanted.get(name)
        ] or ["the order of columns"]
        raise TableError(f"read_table_arrow gave another schema than get_table_schema: {', '.join(differing)}")


def _required(shape: Shape) -> list[str]:
    return [one.name for one in shape.schema if not one.nullable or one.name in shape.keys]


def _checked(rows: Rows, shape: Shape) -> Checked:
    columns, unknown = rows.columns()
    arrays: list[pa.Array] = []
    unfit: dict[str, dict[int, str]] = {}
    converted: Counter[str] = Counter()
    required = set(_required(shape))
    for one, values in zip(shape.schema, columns, strict=True):
        name = one.name
        column = to_column(values, one.type, name)
        wrong = column.unfit
        if name in required and column.array.null_count > len(wrong):
            nulls = (index for index, value in enumerate(values) if value is None)
            wrong = {**wrong, **dict.fromkeys(nulls, "is null, and must not be")}
        if wrong:
            unfit[name] = wrong
        if column.told.converted:
            converted[name] = column.told.converted
        unknown.update(map(plain, column.told.unknown))
        arrays.append(column.array)
    batch = pa.RecordBatch.from_arrays(arrays, schema=shape.loose)
    found = _parted(rows, batch, unfit, shape) if unfit else Checked(batch, rows=len(rows))
    found.converted, found.unknown = converted, unknown
    return found


def _parted(
    rows: Rows | Sequence[Mapping[str, Any]], batch: pa.RecordBatch, unfit: Mapping[str, Mapping[int, str]], shape: Shape
) -> Checked:
    """Take the rows out of a batch that have an unfit cell."""
    bad: list[BadCell] = []
    out: set[int] = set()
    for column, its in unfit.items():
        for index, reason in its.items():
            row = rows[index]
            key = json_text({name: row.get(name) for name in shape.keys})
            bad.append(BadCell(key, column, json_text(row.get(column)), reason, json_text(row), index not in out))
            out.add(index)
    kept = pa.array([index for index in range(len(rows)) if index not in out], pa.int64())
    return Checked(batch.take(kept), bad, len(rows))


def json_text(value: Any) -> str:
    """Give a value as JSON, with text for what JSON has no word for."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):  # keys that are no texts; an object within itself
        text = json.dumps(repr(value), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()
