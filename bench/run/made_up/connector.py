"""A connector that makes its rows up, all of one answer: dictionaries, or the same rows as Arrow record batches.

Options of the connection: `rows`; `first`, the id of the first of them, and `step`, from one to the next; `version`; `kind`,
how tables are ingested; `by_columns`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_MICROS = int(_BEGIN.timestamp()) * 1_000_000
_TIME = pa.timestamp("us", "UTC")
_PLACE = ("first", "rows", "step", "version")
_AT_ONCE = 32_768  # rows of a batch
_COUNTRIES = [f"country {number}" for number in range(97)]
_STATES = [None, "new", "paid", "packed", "sent"]
_NOTES = [None, None, "deliver to the back door, and ring twice", "a gift"]
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False), ("code", pa.string()), ("customer", pa.int64()), ("country", pa.string()),
        ("state", pa.string()), ("note", pa.string()), ("pieces", pa.int64()), ("stock", pa.int64()), ("price", pa.float64()),
        ("discount", pa.float64()), ("weight", pa.float64()), ("score", pa.float64()), ("paid", pa.bool_()),
        ("express", pa.bool_()), ("created_at", _TIME), ("updated_at", _TIME),
    ]
)  # fmt: skip
_SPARK = {pa.int64(): "LongType", pa.string(): "StringType", pa.float64(): "DoubleType", pa.bool_(): "BooleanType"}


def dictionaries(first: int, count: int, step: int = 1, version: int = 0) -> Iterator[dict[str, Any]]:
    """Give rows as a connector does; a later version of a row has another price and time."""
    later, second = timedelta(days=version), timedelta(seconds=1)
    for number in range(first, first + count * step, step):
        created = _BEGIN + number * second
        yield {
            "id": number, "code": f"code-{number:09}", "customer": number % 10_007, "country": _COUNTRIES[number % 97],
            "state": _STATES[number % 5], "note": _NOTES[number % 4], "pieces": number % 13, "stock": number * 7 % 1_000_003,
            "price": number % 9973 / 8 + version, "discount": number % 7 / 16, "weight": number % 1009 / 32,
            "score": number / 3, "paid": number % 3 == 0, "express": number % 11 == 0, "created_at": created,
            "updated_at": created + later,
        }  # fmt: skip


def batches(first: int, count: int, step: int = 1, version: int = 0) -> Iterator[pa.RecordBatch]:
    """Give the same rows as Arrow record batches."""
    for place in range(0, count, _AT_ONCE):
        number = first + step * np.arange(place, min(place + _AT_ONCE, count), dtype=np.int64)
        created = _MICROS + number * 1_000_000
        columns = [
            number, [f"code-{one:09}" for one in number.tolist()], number % 10_007, _of(_COUNTRIES, number),
            _of(_STATES, number), _of(_NOTES, number), number % 13, number * 7 % 1_000_003,
            number % 9973 / 8 + version, number % 7 / 16, number % 1009 / 32, number / 3,
            number % 3 == 0, number % 11 == 0, created, created + version * 86_400_000_000,
        ]  # fmt: skip
        arrays = [pa.array(column).cast(field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        yield pa.record_batch(arrays, schema=SCHEMA)


def _of(values: Sequence[str | None], number: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(number % len(values)))


class MadeUp:
    """Any table has the same rows; what is asked after them has none."""

    def __init__(self, options: Mapping[str, str]) -> None:
        usual = {"first": "0", "step": "1", "version": "0"} | dict(options)
        self._place = [int(usual[name]) for name in _PLACE]
        self._kind = options.get("kind", "append")
        self._by_columns = bool(options.get("by_columns"))

    def list_tables(self) -> list[str]:
        """Give a table's name; it has any other one too."""
        return ["things"]

    def get_table_schema(self, _table: str, _options: Mapping[str, str]) -> Any:
        """Give the columns as Spark's."""
        from pyspark.sql import types  # noqa: PLC0415  # rivals of the engine need none of it

        fields = ((field.name, _SPARK.get(field.type, "TimestampType"), field.nullable) for field in SCHEMA)
        return types.StructType([types.StructField(name, getattr(types, kind)(), null) for name, kind, null in fields])

    def read_table_metadata(self, _table: str, _options: Mapping[str, str]) -> dict[str, Any]:
        """Say how a table is ingested."""
        return {"ingestion_type": self._kind, "primary_keys": ["id"], "cursor_field": "updated_at"}

    def read_table(self, _table: str, offset: Mapping[str, Any] | None, _options: Mapping[str, str]) -> tuple[Any, Any]:
        """Give all rows in one answer, and then none."""
        end = dict(zip(_PLACE, self._place, strict=True))
        return (iter(()) if offset == end else dictionaries(*self._place)), end

    def read_table_arrow(self, _table: str, offset: Mapping[str, Any] | None, _options: Mapping[str, str]) -> Any:
        """Give the same as batches, where that is wanted."""
        end = dict(zip(_PLACE, self._place, strict=True))
        if not self._by_columns:
            return None
        return (iter(()) if offset == end else batches(*self._place)), end
