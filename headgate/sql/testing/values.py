"""Values of test files: the types that they tell, and the texts that Spark makes them of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.sql.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable


def type_of(values: Iterable[Any]) -> str:
    """Give the SQL type of a column by its values: of numbers the wider one, of nothing and of what differs STRING."""
    there = [one for one in values if one is not None]
    kinds = {type(one) for one in there}
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "BIGINT"
    if kinds and kinds <= {int, float}:
        return "DOUBLE"
    if kinds == {list}:
        return f"ARRAY<{type_of(part for one in there for part in one)}>"
    if kinds == {dict}:
        names = dict.fromkeys(name for one in there for name in one)
        return f"STRUCT<{', '.join(f'{identifier(name)}: {type_of(one.get(name) for one in there)}' for name in names)}>"
    return "STRING"


def text_of(value: Any) -> str | None:
    """Give a value as text, of which Spark makes one of the column's type; None for nothing."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, dict | list | bool) else repr(value)
