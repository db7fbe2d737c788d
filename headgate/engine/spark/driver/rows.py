"""A connector's checked rows as Spark takes them: Arrow batches with two columns more, for what is no row of the table.

Spark lets one reading have one schema. So what is put aside (cells that don't fit, counts) travels as rows whose columns are
all null but `ASIDE`, which has it as JSON.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from headgate.engine.worker.connector import counted_since
from headgate.engine.worker.keys import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql.types import StructType

    from headgate.engine.worker.batches import BadCell, Checked
    from headgate.engine.worker.connector import Source

PLACE, ASIDE = f"{MARK}_place", f"{MARK}_aside"  # of a row among all that were read; what is no row, as JSON
_APART = 40  # bits of a row's place within its part
_OWN = [pa.field(PLACE, pa.int64()), pa.field(ASIDE, pa.string())]


def spark_schema(schema: pa.Schema) -> StructType:
    """Give an Arrow schema in Spark's types."""
    return from_arrow_schema(schema, prefer_timestamp_ntz=True)


def read_schema(stored: pa.Schema) -> StructType:
    """Give the schema of what is read, for rows that a table has by `stored`."""
    return spark_schema(pa.schema([*stored, *_OWN]))


def arrow_schema(stored: pa.Schema) -> pa.Schema:
    """Give the same as Arrow has it: what Spark expects of a batch, to the last flag."""
    return to_arrow_schema(read_schema(stored), timezone="UTC")


def cell_texts(cells: Sequence[BadCell]) -> list[str]:
    """Give cells that don't fit as `ASIDE` has them."""
    return [json.dumps({"cell": asdict(cell)}) for cell in cells]


def marked(pieces: Iterator[Checked], stored: pa.Schema, part: int, source: Source) -> Iterator[pa.RecordBatch]:
    """Give the pieces of a part, by its number, as Spark takes them; the last batch tells what was counted."""
    schema = arrow_schema(stored)
    waited, before = source.clock.waiting, source.counters()
    counts: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    unknown: set[str] = set()
    place = part << _APART
    for piece in pieces:
        rows = piece.batch.rename_columns(stored.names)
        # A table may have fields in structs that these rows have not.
        rows = rows if rows.schema == stored else rows.cast(stored)
        if rows.num_rows:
            places = pa.array(range(place, place + rows.num_rows), pa.int64())
            yield _batch([*rows.columns, places, pa.nulls(rows.num_rows, pa.string())], schema)
        if piece.bad:
            yield aside(cell_texts(piece.bad), schema)
        place += rows.num_rows
        bad = sum(cell.first for cell in piece.bad)
        counts.update(rows=piece.rows, fit=rows.num_rows, bad=bad, bytes=piece.batch.nbytes)
        converted += piece.converted
        unknown |= piece.unknown
    used = counted_since(before, source.counters())
    told = {**counts, **used, "waiting": source.clock.waiting - waited, "converted": converted, "unknown": sorted(unknown)}
    yield aside([json.dumps({"told": told})], schema)


def aside(texts: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """Give a batch of what is no row."""
    nulls: list[Any] = [pa.nulls(len(texts), field.type) for field in schema]
    return pa.RecordBatch.from_arrays([*nulls[:-1], pa.array(texts, pa.string())], schema=schema)


def _batch(columns: list[pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    as_spark = [
        column if column.type == field.type else column.cast(field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(as_spark, schema=schema)
