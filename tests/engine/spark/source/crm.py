"""A source whose tables are functions of a time, which a file beside this one says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql.types import ArrayType, LongType, MapType, StringType, StructField, StructType, TimestampType

_TIME = Path(__file__).parent / "time"
_KEYS, _ANSWER = 5, 3  # keys that rows have; times that one answer goes over
_KINDS = {
    "append": "append", "parts": "append", "columns": "append", "changes": "cdc_with_deletes", "history": "cdc_with_deletes",
    "snapshot": "snapshot", "snapshots": "snapshot",
}  # fmt: skip


class Crm:
    """Options: token."""

    def __init__(self, options: dict[str, str]) -> None:
        print("made with", options["token"], "by", os.getpid())  # noqa: T201  # into the log, which masks it

    def list_tables(self) -> list[str]:
        return list(_KINDS)

    def read_table_metadata(self, table: str, options: dict[str, str]) -> Any:  # noqa: ARG002
        if _KINDS[table] == "append":
            return {"ingestion_type": "append"}
        return {"ingestion_type": _KINDS[table], "primary_keys": ["id"], "cursor_field": "seq"}

    def get_table_schema(self, table: str, options: dict[str, str]) -> Any:  # noqa: ARG002
        if table == "columns":
            return StructType([StructField("id", LongType()), StructField("text", StringType())])
        kind = StructType([StructField("a", LongType()), StructField("tags", ArrayType(StringType()))])
        named = {"id": LongType(), "text": StringType(), "seq": LongType(), "at": TimestampType(), "info": kind}
        named |= {"more": MapType(StringType(), LongType())}
        return StructType([StructField(name, kind) for name, kind in named.items()])

    def read_table(self, table: str, offset: Any, options: dict[str, str]) -> Any:  # noqa: ARG002
        now = int(_TIME.read_text())
        if _KINDS[table] == "snapshot":
            rows = [_row(time) for time in range(max(0, now - _KEYS), now)]
            return [*rows, {**_row(now), "seq": "unfit"}, *rows[-1:]], None
        return self._next(offset, now)

    def read_table_arrow(self, table: str, offset: Any, options: dict[str, str]) -> Any:  # noqa: ARG002
        if table != "columns":
            return None
        rows, after = self._next(offset, int(_TIME.read_text()))
        columns = [[row[name] for row in rows] for name in ("id", "text")]
        schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
        return [pa.RecordBatch.from_arrays([pa.array(one) for one in columns], schema=schema)], after

    def read_table_deletes(self, table: str, offset: Any, options: dict[str, str]) -> Any:  # noqa: ARG002
        at, now = (offset or {"at": 0})["at"], int(_TIME.read_text())
        rows = [{"id": time * 3 % _KEYS, "seq": time} for time in range(at, now) if time % 4 == 0]
        return rows, {"at": max(at, now)}

    def is_partitioned(self, table: str) -> bool:
        return table in {"parts", "snapshots"}

    def latest_offset(self, table: str, options: dict[str, str], start: Any) -> Any:  # noqa: ARG002
        return {"at": min(start.get("at", 0) + 2 * _ANSWER, int(_TIME.read_text()))}

    def get_partitions(self, table: str, options: dict[str, str], start: Any = None, end: Any = None) -> Any:  # noqa: ARG002
        if table == "snapshots":
            return [{"time": time} for time in range(_KEYS)]
        return [{"time": time} for time in range((start or {}).get("at", 0), end["at"])]

    def read_partition(self, table: str, part: Any, options: dict[str, str]) -> Any:  # noqa: ARG002
        if table == "snapshots":
            now = int(_TIME.read_text())
            return [_row(time) for time in range(max(0, now - _KEYS), now) if time % _KEYS == part["time"]]
        return [_row(part["time"]), {"id": 1.5}]

    def _next(self, offset: Any, now: int) -> Any:
        at = (offset or {"at": 0})["at"]
        end = min(at + _ANSWER, now)
        return [_row(time) for time in range(at, end)], {"at": max(at, end)}


def _row(time: int) -> dict[str, Any]:
    info = {"a": str(time), "tags": ["x", None] if time % 3 else None}
    at = f"2026-01-{time % 28 + 1:02d}T06:00:00.123456Z"
    return {"id": time % _KEYS, "text": f"of {time}", "seq": time, "at": at, "info": info, "more": {"m": time}}
