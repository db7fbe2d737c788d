"""Tables' columns as data, and as Spark's types when they are asked for: importing this needs no pyspark."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["string", "long", "double", "boolean", "timestamp", "strings", "map"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its kind, the field of PI's object that it is taken from (empty: made otherwise).

    id_of: the column of WebIDs of which this one has what stays when something is renamed.
    """

    name: str
    kind: Kind = "string"
    source: str = ""
    required: bool = False
    id_of: str = ""


def with_ids(columns: Sequence[Column], own: str = "") -> tuple[Column, ...]:
    """Give columns and, for each of WebIDs, one of ids: `element_webid` has `element_id`, `webid` itself has `own`."""
    names = {one.name: f"{one.name.removesuffix('webid')}id" for one in columns if one.name.endswith("_webid")}
    names |= {one.name: f"{one.name.removesuffix('webids')}ids" for one in columns if one.name.endswith("_webids")}
    names |= {"webid": own} if own else {}
    kinds = {one.name: one.kind for one in columns}
    return (*columns, *(Column(name, kinds[source], id_of=source) for source, name in names.items()))


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


def row_of(columns: Sequence[Column], item: dict[str, Any], /, **more: Any) -> dict[str, Any]:
    """Give the row of one of PI's objects: its fields, what is given besides, and ids."""
    row = {column.name: item.get(column.source) for column in columns if column.source} | more
    return row | {column.name: _ids(row[column.id_of]) for column in columns if column.id_of}


def _ids(webids: Any) -> Any:
    if isinstance(webids, list):
        return [stable_id(webid) for webid in webids]
    return stable_id(webids) if webids else webids


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
