"""Recorded values as Arrow record batches: the rows of `values.value_rows`, column by column. Needs pyarrow and numpy."""

from __future__ import annotations

import json
from itertools import chain, groupby, islice
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .problems import PiError
from .streams import RECORDED
from .times import MICROSECONDS, stamp_of
from .values import Values, columns_of
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .columns import Column
    from .values import Block

    Items = list[dict[str, Any]]
    Integers = np.ndarray[Any, np.dtype[np.int64]]

_AT_ONCE = 32_768  # rows of a batch, about: a tag's page is never cut
_TEXT, _TIME = pa.string(), pa.timestamp("us", "UTC")
_TYPES = {
    "string": _TEXT, "long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "timestamp": _TIME,
    "strings": pa.list_(_TEXT), "map": pa.map_(_TEXT, _TEXT),
}  # fmt: skip
_FLAGS = {
    "Good": "quality_good",
    "Questionable": "quality_questionable",
    "Substituted": "quality_substituted",
    "Annotated": "annotated",
}
_SENT = pa.struct([("Timestamp", _TEXT), *((field, pa.bool_()) for field in _FLAGS)])


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Give a table's columns as Arrow's types, as `columns.spark_schema` gives them as Spark's."""
    return pa.schema([pa.field(one.name, _TYPES[one.kind], not one.required) for one in columns])


SCHEMA = schema_of(RECORDED)


def batches(blocks: Iterable[Block]) -> Iterator[pa.RecordBatch]:
    """Give the rows of blocks in their order, in batches of 32,768 rows or so.

    Raises PiError for a value that no column can hold, such as a time that there is not, or a flag that is no boolean.
    """
    some: list[Block] = []
    count = 0
    for block in blocks:
        some.append(block)
        count += len(block)
        if count >= _AT_ONCE:
            yield from _together(some)
            some, count = [], 0
    yield from _together(some)


def _together(blocks: Sequence[Block]) -> Iterator[pa.RecordBatch]:
    try:
        parts = [
            _of_values(cast("list[Values]", list(some))) if is_values else _of_rows(chain.from_iterable(some))
            for is_values, some in groupby(filter(len, blocks), lambda block: isinstance(block, Values))
        ]
    except (ValueError, pa.ArrowException, OverflowError) as error:
        raise PiError(0, f"the server sent what no column can hold: {error}") from None
    yield from (batch for batch in pa.Table.from_batches(parts, SCHEMA).combine_chunks().to_batches() if batch.num_rows)


def _of_rows(rows: Iterable[dict[str, Any]]) -> pa.RecordBatch:
    """Give rows that were made already."""
    made = list(rows)
    columns = [[row[one.name] for row in made] for one in RECORDED]
    return pa.record_batch([_cast(column, one.type) for column, one in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _cast(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Give a column; its times are texts."""
    return pa.array(values, _TEXT).cast(kind) if kind == _TIME else pa.array(values, kind)


def _of_values(blocks: Sequence[Values]) -> pa.RecordBatch:
    items = list(chain.from_iterable(block.items for block in blocks))
    lengths = np.array([len(block) for block in blocks])
    owners = pa.array(np.repeat(np.arange(len(blocks)), lengths))
    sent = pa.array(items, _SENT)
    micros, below = _times(sent.field("Timestamp"))
    ticks = micros * 10 + below
    occurrence = _occurrences(ticks, np.cumsum(lengths) - lengths)
    values, missing = _values(blocks)

    def of_block(found: Iterable[str], kind: pa.DataType = _TEXT) -> pa.Array:
        return _cast(list(found), kind).take(owners)

    columns = {
        "tag_webid": of_block(block.tag[0] for block in blocks),
        "tag_id": of_block(stable_id(block.tag[0]) for block in blocks),
        "tag_name": of_block(block.tag[1] for block in blocks),
        "timestamp": pa.array(micros).cast(_TIME),
        "sub_microsecond": pa.array(below),
        **values,
        **{column: sent.field(field) for field, column in _FLAGS.items()},
        "units": of_block(block.tag[2] for block in blocks),
        "errors": pa.nulls(len(items), _TEXT),
        "occurrence": pa.array(occurrence),
        "ingestion_timestamp": of_block((block.ingested for block in blocks), _TIME),
    }
    # A value that has a field more than the usual ones, or one of those less.
    if sum(map(len, items)) + missing + sum(field.null_count for field in sent.flatten()) > len(items) * (1 + len(_SENT)):
        columns |= _besides(items, columns["units"])
    batch = pa.record_batch([columns[name] for name in SCHEMA.names], schema=SCHEMA)
    return batch.filter(pa.array(_unseen(blocks, ticks, occurrence))) if any(block.seen for block in blocks) else batch


def _besides(items: Items, units: pa.Array) -> dict[str, pa.Array]:
    """Give what values say of themselves that few do: their units, where they have some of their own, and their errors."""
    own = [item.get("UnitsAbbreviation") or None for item in items]
    errors = [json.dumps(item["Errors"], ensure_ascii=False) if item.get("Errors") else None for item in items]
    return {"units": pc.coalesce(pa.array(own, _TEXT), units), "errors": pa.array(errors, _TEXT)}


def _times(texts: pa.Array) -> tuple[Integers, Integers]:
    """Give instants as microseconds since 1970, and the 100 ns besides."""
    if not texts.null_count:
        try:
            nanoseconds = texts.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            pass  # one is written in another way, before 1678 or after 2262, which nanoseconds don't reach, or no time at all
        else:
            return nanoseconds // 1000, nanoseconds // 100 % 10
    stamps = [stamp_of(text) for text in texts.to_pylist()]
    micros = _cast([stamp[:MICROSECONDS] + "Z" for stamp in stamps], _TIME).cast(pa.int64()).to_numpy()
    return micros, np.array([int(stamp[MICROSECONDS:] or 0) for stamp in stamps], np.int64)


def _occurrences(ticks: Integers, starts: Integers) -> Integers:
    """Give how many values of the same instant come before each, from the starts of the blocks on."""
    places = np.arange(len(ticks))
    is_first = np.ones(len(ticks), bool)
    is_first[1:] = ticks[1:] != ticks[:-1]
    is_first[starts] = True
    found: Integers = places - np.maximum.accumulate(np.where(is_first, places, 0))
    return found


def _unseen(blocks: Sequence[Values], ticks: Integers, occurrence: Integers) -> list[bool]:
    """Say of each value whether it was not given before."""
    micros, below = _times(pa.array([stamp + "Z" for block in blocks for stamp in block.seen], _TEXT))
    seen, values = iter((micros * 10 + below).tolist()), iter(zip(ticks.tolist(), occurrence.tolist(), strict=True))
    kept: list[bool] = []
    for block in blocks:
        counts = dict(zip(islice(seen, len(block.seen)), block.seen.values(), strict=True))
        kept += [number >= counts.get(instant, 0) for instant, number in islice(values, len(block))]
    return kept


def _values(blocks: Sequence[Values]) -> tuple[dict[str, pa.Array], int]:
    """Give value, value_text, value_type and state_code as `columns_of` does, which is asked for all but finite floats.

    And how many values are null, or none at all.
    """
    values: list[Any] = []
    told: dict[int, tuple[float | None, str | None, str, int | None]] = {}
    for block in blocks:
        some: list[Any] = [item.get("Value") for item in block.items]
        if set(map(type, some)) != {float} or not isfinite(sum(some)):
            odd = [place for place, value in enumerate(some) if type(value) is not float or value - value != 0]
            told |= {len(values) + place: columns_of(some[place]) for place in odd}
        values += some
    missing = values.count(None)
    texts: list[str | None] = [None] * len(values)
    kinds = ["number"] * len(values)
    codes: list[int | None] = [None] * len(values)
    for place, columns in told.items():
        values[place], texts[place], kinds[place], codes[place] = columns
    made = {
        "value": pa.array(values, pa.float64()),
        "value_text": pa.array(texts, _TEXT),
        "value_type": pa.array(kinds, _TEXT),
        "state_code": pa.array(codes, pa.int64()),
    }
    return made, missing
