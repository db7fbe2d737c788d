"""Tables' columns as data, and as Spark's types when they are asked for: importing this needs no pyspark."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["string", "long", "double", "boolean", "timestamp", "strings", "map"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its kind, the field of PI's object that it is taken from (empty: made otherwise)."""

    name: str
    kind: Kind = "string"
    source: str = ""
    required: bool = False


def spark_schema(columns: Sequence[Column]) -> Any:
    """Give the StructType of a table; raises ImportError without pyspark."""
    types = importlib.import_module("pyspark.sql.types")
    made = {
        "string": types.StringType, "long": types.LongType, "double": types.DoubleType, "boolean": types.BooleanType,
        "timestamp": types.TimestampType,
        "strings": lambda: types.ArrayType(types.StringType()),
        "map": lambda: types.MapType(types.StringType(), types.StringType()),
    }  # fmt: skip
    return types.StructType([types.StructField(one.name, made[one.kind](), not one.required) for one in columns])


def row_of(columns: Sequence[Column], item: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give the row of one of PI's objects: its fields, and what is given besides."""
    row = {column.name: item.get(column.source) for column in columns if column.source}
    return row | more


def fields_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Give the fields that a server is to send for these columns."""
    return tuple(dict.fromkeys(column.source for column in columns if column.source))


def plain(value: Any) -> Any:
    """Give a value of any kind as a text, as maps and untyped columns hold it; a state is its name."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict) and "Name" in value and "Value" in value:
        return value["Name"]
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
