"""A table's schema as the connector says it, in Spark's types, and as Arrow has it.

Spark's types need not be installed: what stands for them in `discovery/child/stubs.py` keeps what they were made with. Source:
Delta Lake's protocol, "Schema Serialization Format", for which types a table can hold.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from headgate.discovery.child.stubs import SparkClass
from headgate.engine.worker.errors import TableError

_PLAIN = {
    "StringType": pa.string(),
    "CharType": pa.string(),
    "VarcharType": pa.string(),
    "BinaryType": pa.binary(),
    "BooleanType": pa.bool_(),
    "ByteType": pa.int8(),
    "ShortType": pa.int16(),
    "IntegerType": pa.int32(),
    "LongType": pa.int64(),
    "FloatType": pa.float32(),
    "DoubleType": pa.float64(),
    "DateType": pa.date32(),
    "TimestampType": pa.timestamp("us", tz="UTC"),
    "TimestampNTZType": pa.timestamp("us"),
}
_DECIMAL, _MOST = (10, 0), 38  # Spark's default, and how many digits it has at most


def arrow_schema(schema: Any) -> pa.Schema:
    """Give a StructType as an Arrow schema. A field that must not be null is `nullable=False`.

    Raises TableError, with the column, for what no Delta table can hold: types it has not, two names that differ by case.
    """
    if _name(schema) != "StructType":
        raise TableError(f"get_table_schema gave {_name(schema)}: expected a StructType")
    return pa.schema(_fields(schema, ""))


def _fields(schema: Any, path: str) -> list[pa.Field]:
    fields = [
        pa.field(field.name, _type(field.dataType, f"{path}{field.name}"), nullable=bool(field.nullable))
        for field in schema.fields
    ]
    if not fields:
        place = f"column {path[:-1]}: a struct" if path else "the table"
        raise TableError(f"{place} without any field can't be stored", "leave it out, or give it a field")
    by_case: dict[str, str] = {}
    for field in fields:
        if first := by_case.get(field.name.lower()):
            raise TableError(f"columns {path}{first} and {path}{field.name} are one to a Delta table, which knows no capitals")
        by_case[field.name.lower()] = field.name
    return fields


def _type(kind: Any, path: str) -> pa.DataType:
    name = _name(kind)
    if name in _PLAIN:
        return _PLAIN[name]
    if name == "DecimalType":
        precision, scale = (_argument(kind, place, word, _DECIMAL[place]) for place, word in enumerate(("precision", "scale")))
        if not (isinstance(precision, int) and isinstance(scale, int) and 0 <= scale <= precision <= _MOST and precision):
            raise TableError(
                f"column {path}: decimal({precision}, {scale}): expected a precision of 1 to {_MOST}, and a scale up to it"
            )
        return pa.decimal128(precision, scale)
    if name == "StructType":
        return pa.struct(_fields(kind, f"{path}."))
    if name == "ArrayType":
        element = _type(_argument(kind, 0, "elementType"), f"{path}.element")
        return pa.list_(pa.field("element", element, nullable=bool(_argument(kind, 1, "containsNull", default=True))))
    if name == "MapType":
        key, value = (
            _type(_argument(kind, place, f"{word}Type"), f"{path}.{word}") for place, word in enumerate(("key", "value"))
        )
        nullable = bool(_argument(kind, 2, "valueContainsNull", default=True))
        return pa.map_(pa.field("key", key, nullable=False), pa.field("value", value, nullable=nullable))
    raise TableError(f"column {path}: {name} can't be stored in a Delta table here", "give it another type in get_table_schema")


def _name(kind: Any) -> str:
    """Give the name of a type, which may be given as its class too: `StringType` for `StringType()`."""
    return (kind if isinstance(kind, type) else type(kind)).__name__


def _argument(kind: Any, place: int, name: str, default: Any = None) -> Any:
    if not isinstance(kind, SparkClass):
        return getattr(kind, name, default)
    given: tuple[Any, ...] = kind.given
    return given[place] if len(given) > place else kind.named.get(name, default)
