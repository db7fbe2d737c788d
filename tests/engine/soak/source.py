"""The soak's connector: tables whose rows are a function of a seed and of a time, and faults that are ordered."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import types

from headgate.engine.worker.cells import to_column
from tests.engine.soak.changes import RENAMED, changes, columns, snapshot
from tests.engine.soak.cuttings import cut_by
from tests.engine.soak.faults import Fault, Saboteur
from tests.engine.soak.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.soak.changes import Row

Offset = dict[str, Any]
Answer = tuple["Iterator[Row]", Any]
_MOST = 12  # changes of an answer


class SoakSource:
    """Options: seed; fault (JSON) and struck (a file), for a process that is to be disturbed; cut: where. Of a table: now."""

    def __init__(self, options: dict[str, str]) -> None:
        self._seed = int(options["seed"])
        self._luck = Random(f"{os.getpid()} {time.time_ns()}")  # noqa: S311  # no secret
        self._saboteur = Saboteur(Fault(**json.loads(options["fault"])), Path(options["struck"]))
        if options["cut"] == "anywhere":
            cut_by(self._luck)

    def list_tables(self) -> list[str]:
        return list(TABLES)

    def read_table_metadata(self, table: str, _options: dict[str, str]) -> dict[str, Any]:
        self._saboteur.moment(table)
        one = TABLES[table]
        keys = {"primary_keys": list(one.keys)} if one.kind != "append" else {}
        cursor = {"cursor_field": one.sequence} if one.kind.startswith("cdc") else {}
        return {"ingestion_type": one.kind, **keys, **cursor}

    def get_table_schema(self, table: str, options: dict[str, str]) -> Any:
        self._saboteur.moment(table)
        named = columns(int(options["now"]))
        if self._saboteur.asked("other schema", table):
            named = [(name, "string" if name == "amount" else kind) for name, kind in named]
        return types.StructType([types.StructField(name, _type(kind)) for name, kind in named])

    def read_table(self, table: str, offset: Offset | None, options: dict[str, str]) -> Answer:
        if TABLES[table].is_read_whole:
            now = int(options["now"])
            return self._given(table, now, snapshot(self._seed, table, now)), {}
        return self._next(table, offset, options, deleted=False)

    def read_table_arrow(self, table: str, offset: Offset | None, options: dict[str, str]) -> tuple[Any, Any] | None:
        if not TABLES[table].arrow:
            return None
        rows, after = self._next(table, offset, options, deleted=False)
        wanted = pa.schema([(name, _ARROW[kind]) for name, kind in columns(int(options["now"]))])
        return (_batch(row, wanted) for row in rows), after

    def read_table_deletes(self, table: str, offset: Offset | None, options: dict[str, str]) -> Answer:
        return self._next(table, offset, options, deleted=True)

    def is_partitioned(self, table: str) -> bool:
        return TABLES[table].parted

    def latest_offset(self, table: str, options: dict[str, str], start: Offset) -> Offset:
        raise NotImplementedError

    def get_partitions(self, table: str, _options: dict[str, str]) -> list[dict[str, int]]:
        self._saboteur.moment(table)
        return [{"part": number} for number in range(3)]

    def read_partition(self, table: str, partition: dict[str, int], options: dict[str, str]) -> Iterator[Row]:
        now = int(options["now"])
        rows = snapshot(self._seed, table, now)
        return self._given(table, now, [row for row in rows if (row["place"] or 0) % 3 == partition["part"]])

    def _next(self, table: str, offset: Offset | None, options: dict[str, str], *, deleted: bool) -> Answer:
        self._saboteur.moment(table)
        start, now = (offset or {}).get("place", 0), int(options["now"])
        end = min(now, start + self._luck.randrange(1, _MOST))
        one = TABLES[table]
        some = [change for change in changes(self._seed, table)[start:end] if change.deleted == deleted]
        if one.arrow:
            some = [change for change in some if change.fits]
        after: Any = {"place": end, "flow": "deletes" if deleted else "rows"}
        if self._saboteur.asked("bad offset", table):
            after = self._luck.choice([{"place": float("nan")}, "nowhere", {"place": object()}])
        elif start and self._saboteur.asked("offset back", table):
            after = after | {"place": self._luck.randrange(start)}
        return self._given(table, now, [change.row for change in some]), after

    def _given(self, table: str, now: int, rows: list[Row]) -> Iterator[Any]:
        for row in rows:
            self._saboteur.moment(table)
            yield row if now <= RENAMED else {"TEXT" if name == "text" else name: value for name, value in row.items()}
            if self._saboteur.asked("no row", table):
                yield "<html>Busy</html>"


def _type(kind: str) -> Any:
    if kind.endswith("info"):
        names = [("a", "long"), ("b", "string"), *([("c", "long")] if kind != "info" else [])]
        return types.StructType([types.StructField(name, _type(inner)) for name, inner in names])
    return {
        "long": types.LongType(),
        "string": types.StringType(),
        "double": types.DoubleType(),
        "time": types.TimestampType(),
        "decimal": types.DecimalType(10, 2),
        "tags": types.ArrayType(types.StringType()),
    }[kind]


_INFO = [("a", pa.int64()), ("b", pa.string())]
_ARROW = {
    "long": pa.int64(),
    "string": pa.string(),
    "double": pa.float64(),
    "time": pa.timestamp("us", tz="UTC"),
    "decimal": pa.decimal128(10, 2),
    "tags": pa.list_(pa.field("element", pa.string())),
    "info": pa.struct(_INFO),
    "grown info": pa.struct([*_INFO, ("c", pa.int64())]),
}


def _batch(row: Row, wanted: pa.Schema) -> pa.RecordBatch:
    named = {name.lower(): value for name, value in row.items()}
    values = [to_column([named.get(field.name.lower())], field.type, field.name).array for field in wanted]
    return pa.RecordBatch.from_arrays(values, schema=wanted)
