"""The connector's own code, asked as the framework asks it: whatever it gives or raises is looked at here.

Source: databrickslabs/lakeflow-community-connectors: interface/lakeflow_connect.py, interface/supports_partition.py and
sparkpds/lakeflow_datasource.py, for what is called when.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.discovery.child import stubs
from headgate.discovery.child.find import described, search_files
from headgate.engine.worker.batches import checked_batches, checked_rows
from headgate.engine.worker.errors import StoppedError, TableError, plain
from headgate.engine.worker.spark_types import arrow_schema
from headgate.inventory.row import INGESTION_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from headgate.engine.worker.batches import Checked, Shape

Offset = dict[str, Any]
_Answer = TypeVar("_Answer")
_COUNTED = ("requests", "retries", "waited")


class Clock:
    """The seconds in which the connector was asked and computed nothing: it waited."""

    def __init__(self) -> None:
        self.waiting = 0.0

    def run(self, ask: Callable[[], _Answer]) -> _Answer:
        """Run a call, and count its time."""
        began, computed = time.monotonic(), time.process_time()
        try:
            return ask()
        finally:
            self.waiting += max(0.0, time.monotonic() - began - (time.process_time() - computed))


class Source:
    """A connector made with its options. A call that takes longer than `patience` seconds ends this process."""

    def __init__(self, folder: Path, options: Mapping[str, str], patience: float) -> None:
        """Load the one class in `folder`, and make it. Raises TableError where there is none, or it fails."""
        self._patience, self.clock = patience, Clock()
        stubs.install(str(folder.parent), stubs.FOR_READING)
        found = self._asked(lambda: search_files(folder, "", is_root=False), "its code can't be loaded")
        if len(found.classes) != 1:
            errors = "; ".join(f"{place}: {error['message']}" for place, error in sorted(found.errors.items()))
            many = f"{len(found.classes)} connector classes: {', '.join(map(described, found.classes))}"
            raise TableError(f"{folder}: {many if found.classes else errors or 'no connector class found'}")
        self._connector = self._asked(lambda: found.classes[0](dict(options)), "it can't be made")
        gc.freeze()  # what was imported stays as long as this process: garbage collections need not look through it each time

    def metadata(self, table: str, options: Mapping[str, str]) -> tuple[str, tuple[str, ...], str]:
        """Give a table's ingestion type, primary keys and cursor field (empty without one). Raises TableError."""
        found = self._asked(lambda: self._connector.read_table_metadata(table, dict(options)), "read_table_metadata")
        if not isinstance(found, Mapping):
            raise TableError(f"read_table_metadata gave {type(found).__name__}: expected a dictionary")
        kind = found.get("ingestion_type") or "cdc"  # as the framework takes it
        if kind not in INGESTION_TYPES:
            raise TableError(f"its ingestion_type is {kind!r}: expected one of {', '.join(INGESTION_TYPES)}")
        keys = found.get("primary_keys") or ()
        if isinstance(keys, str) or not all(isinstance(key, str) for key in keys):
            raise TableError(f"its primary_keys are {keys!r}: expected a list of column names")
        cursor = found.get("cursor_field") or ""
        return kind, tuple(keys), str(cursor)

    def schema(self, table: str, options: Mapping[str, str]) -> pa.Schema:
        """Give a table's schema. Raises TableError for one that no Delta table can have."""
        return self._asked(lambda: arrow_schema(self._connector.get_table_schema(table, dict(options))), "get_table_schema")

    def snapshot(self, table: str, options: Mapping[str, str], shape: Shape) -> Iterator[Checked]:
        """Read a table whole: by partitions where the connector has them, else in one call, as the framework does."""
        if self.partitioned(table):
            return self.rows_of_parts(table, self.parts(table, options), options, shape)
        return self._read("read_table", table, None, dict(options), shape)[0]

    def after(
        self, table: str, offset: Offset | None, options: Mapping[str, str], shape: Shape
    ) -> tuple[Iterator[Checked], Offset | None]:
        """Read on from an offset; give what is read and the offset after it. Raises TableError."""
        if self.partitioned(table):
            end = self.end_of_parts(table, offset, options)
            parts = self.parts(table, options, offset or {}, end) if end != offset else []
            return self.rows_of_parts(table, parts, options, shape), end
        return self._read("read_table", table, offset, dict(options), shape)

    def deletions(
        self, table: str, offset: Offset | None, options: Mapping[str, str], shape: Shape
    ) -> tuple[Iterator[Checked], Offset | None]:
        """Read the rows that were deleted since an offset; likewise."""
        return self._read("read_table_deletes", table, offset, dict(options), shape)

    def partitioned(self, table: str) -> bool:
        """Say whether a table is read in parts. Raises TableError."""
        names = ("get_partitions", "read_partition", "latest_offset", "is_partitioned")
        return all(callable(getattr(self._connector, name, None)) for name in names) and bool(
            self._asked(lambda: self._connector.is_partitioned(table), "is_partitioned")
        )

    def end_of_parts(self, table: str, offset: Offset | None, options: Mapping[str, str]) -> Offset | None:
        """Give the offset up to which the next parts of a table go. Raises TableError."""
        return self._offset(
            self._asked(lambda: self._connector.latest_offset(table, dict(options), offset or {}), "latest_offset"), offset
        )

    def parts(self, table: str, options: Mapping[str, str], *offsets: Offset | None) -> list[Any]:
        """Give the parts of a table whole, or of what it has from one offset to another. Raises TableError."""
        return self._asked(lambda: list(self._connector.get_partitions(table, dict(options), *offsets)), "get_partitions")

    def rows_of_parts(self, table: str, parts: list[Any], options: Mapping[str, str], shape: Shape) -> Iterator[Checked]:
        """Read parts, one after the other; as Arrow batches where the connector has them. Raises TableError as it reads."""
        if callable(getattr(self._connector, "read_partition_arrow", None)):
            return chain.from_iterable(self._part(table, part, dict(options), shape) for part in parts)
        rows = chain.from_iterable(self._connector.read_partition(table, part, dict(options)) for part in parts)
        return self._watched(checked_rows(rows, shape), "read_partition")

    def _part(self, table: str, part: Any, options: dict[str, str], shape: Shape) -> Iterator[Checked]:
        method = "read_partition_arrow"
        batches = self._asked(lambda: self._connector.read_partition_arrow(table, part, options), method)
        if batches is not None:
            return self._watched(checked_batches(batches, shape), method)
        rows = self._asked(lambda: self._connector.read_partition(table, part, options), "read_partition")
        return self._watched(checked_rows(rows, shape), "read_partition")

    def counters(self) -> dict[str, float]:
        """Give what the connector counts of its own requests, where it does: requests, retries, waited (seconds)."""
        try:
            found: Any = self._asked(self._connector.counters, "counters")
            return {name: found[name] for name in _COUNTED if name in found and math.isfinite(found[name])}
        except (AttributeError, TableError, TypeError):  # it counts nothing, or means something else by the name
            return {}

    def _read(
        self, method: str, table: str, offset: Offset | None, options: dict[str, str], shape: Shape
    ) -> tuple[Iterator[Checked], Offset | None]:
        if method == "read_table" and callable(by_columns := getattr(self._connector, "read_table_arrow", None)):
            answer = self._asked(lambda: by_columns(table, offset, options), "read_table_arrow")
            if answer is not None:
                batches, after = self._pair(answer, "read_table_arrow")
                return self._watched(checked_batches(batches, shape), "read_table_arrow"), self._offset(after, offset)
        answer = self._asked(lambda: getattr(self._connector, method)(table, offset, options), method)
        rows, after = self._pair(answer, method)
        return self._watched(checked_rows(rows, shape), method), self._offset(after, offset)

    def _pair(self, answer: Any, method: str) -> tuple[Any, Any]:
        if not isinstance(answer, tuple | list) or len(answer) != 2 or not hasattr(answer[0], "__iter__"):  # noqa: PLR2004  # rows, offset
            raise TableError(f"{method} gave {type(answer).__name__}: expected rows and an offset")
        return answer[0], answer[1]

    def _offset(self, after: Any, before: Offset | None) -> Offset | None:
        """Give an offset as JSON has it, for it is kept so. Raises TableError for what can't be kept."""
        if after is None:
            return None
        try:
            text = json.dumps(dict(after), allow_nan=False, ensure_ascii=False)
            kept: Offset = json.loads(text.encode())
        except (TypeError, ValueError):
            raise TableError(f"its offset can't be kept as JSON: {plain(after)}") from None
        return before if kept == before else kept

    def _watched(self, pieces: Iterator[Checked], method: str) -> Iterator[Checked]:
        """Give the pieces as they come, with the connector's own time counted, and its errors told."""
        end = object()
        while True:
            piece: Any = self._asked(lambda: next(pieces, end), method)
            if piece is end:
                return
            yield piece

    def _asked(self, ask: Callable[[], _Answer], what: str) -> _Answer:
        # Whatever holds the interpreter's lock; it writes to stderr where the connector was.
        faulthandler.dump_traceback_later(self._patience, exit=True)
        try:
            return self.clock.run(ask)
        except (TableError, StoppedError, MemoryError):
            raise
        except BaseException as error:  # noqa: BLE001  # a connector's code may raise anything, sys.exit included
            raise TableError(f"{what}: {type(error).__name__}: {plain(error)}") from None
        finally:
            faulthandler.cancel_dump_traceback_later()


def counted_since(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Give what a connector counted between two looks at its counters."""
    return {name: value - before.get(name, 0) for name, value in now.items()}


def own_counts(used: Mapping[str, float]) -> dict[str, Any]:
    """Give what a connector counted of its own requests as `Counts` has it: None where it does not count that."""
    return {
        "requests": int(used["requests"]) if "requests" in used else None,
        "retries": int(used["retries"]) if "retries" in used else None,
        "waited": used.get("waited"),
    }
