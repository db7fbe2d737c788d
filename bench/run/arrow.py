"""What one would write by Arrow and delta-rs themselves."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from bench.run.made_up.connector import SCHEMA, batches, dictionaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Work = Callable[[], dict[str, float]]


def source(_: Path, rows: int) -> Work:
    """Give the making of dictionaries alone."""
    return lambda: {"rows": sum(1 for _ in dictionaries(0, rows))}


def pylist(out: Path, rows: int) -> Work:
    """Give what makes an Arrow table of dictionaries that are there already, and writes it."""
    importlib.import_module("pyarrow.dataset")  # what is imported is not measured
    pa.Table.from_pylist([], SCHEMA)
    made = list(dictionaries(0, rows))

    def run() -> dict[str, float]:
        write_deltalake(str(out / "things"), pa.Table.from_pylist(made, SCHEMA))
        return {"rows": rows}

    return run


def merge(out: Path, there: int, rows: int, step: int) -> Work:
    """Give delta-rs' merge of rows by their id, into a table that it wrote."""
    path = str(out / "things")
    write_deltalake(path, pa.Table.from_batches(batches(0, there)))
    changes = pa.Table.from_batches(batches(0, rows, step, 1))

    def run() -> dict[str, float]:
        merger = DeltaTable(path).merge(changes, "t.id = s.id", source_alias="s", target_alias="t")
        merger.when_matched_update_all().when_not_matched_insert_all().execute()
        return {"rows": rows}

    return run
