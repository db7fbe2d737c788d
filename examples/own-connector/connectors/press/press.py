"""A made-up press shop: machines, the orders that they work on, and each stroke that they make. It reads nothing real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MACHINES, _ORDERS, _STROKES = 4, 25, 500  # the rows of each table
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_METADATA: dict[str, dict[str, Any]] = {
    "machines": {"ingestion_type": "snapshot", "primary_keys": ["id"], "estimated_rows": _MACHINES},
    "orders": {"ingestion_type": "cdc", "primary_keys": ["id"], "cursor_field": "changed_at", "estimated_rows": _ORDERS},
    "strokes": {
        "ingestion_type": "append",
        "primary_keys": ["machine_id", "pressed_at"],
        "cursor_field": "pressed_at",
        "estimated_rows": 5_000_000,
    },
}


class Press:
    """Describes the tables, and makes up their rows."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the connection's options; a real connector makes its client of them, and asks nothing yet."""
        self.options = dict(options)

    def list_tables(self) -> list[str]:
        """Give the names of all tables."""
        return list(_METADATA)

    def get_table_schema(self, table_name: str, table_options: Mapping[str, str]) -> Any:  # noqa: ARG002  # the framework's form
        """Give a table's columns."""
        from pyspark.sql import types  # noqa: PLC0415  # discovery needs none of it

        texts, numbers, times = types.StringType(), types.LongType(), types.TimestampType()
        columns = {
            "machines": {"id": numbers, "name": texts},
            "orders": {"id": numbers, "machine_id": numbers, "changed_at": times},
            "strokes": {"machine_id": numbers, "pressed_at": times, "kilonewtons": types.DoubleType()},
        }
        return types.StructType([types.StructField(name, kind) for name, kind in columns[table_name].items()])

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002  # likewise
        """Say how a table is read."""
        return _METADATA[table_name]

    def read_table(
        self,
        table_name: str,
        start_offset: Mapping[str, Any] | None,
        table_options: Mapping[str, str],  # noqa: ARG002  # likewise
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Give the rows after an offset, and the offset to go on from: the one given where nothing is new."""
        if table_name == "machines":
            return iter([{"id": number, "name": f"press {number}"} for number in range(_MACHINES)]), {}
        done = int((start_offset or {}).get("rows", 0))
        there = _ORDERS if table_name == "orders" else _STROKES
        if done >= there:
            return iter(()), dict(start_offset or {})
        make = _order if table_name == "orders" else _stroke
        return (make(number) for number in range(done, there)), {"rows": there}


def _order(number: int) -> dict[str, Any]:
    return {"id": number, "machine_id": number % _MACHINES, "changed_at": _time(number * 3600)}


def _stroke(number: int) -> dict[str, Any]:
    return {"machine_id": number % _MACHINES, "pressed_at": _time(number * 2), "kilonewtons": 800 + number % 50 / 2}


def _time(seconds: int) -> str:
    return (_BEGIN + timedelta(seconds=seconds)).isoformat()
