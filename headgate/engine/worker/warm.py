"""What a process does once, before its first table: else that table's time would be the process's too, and its weight wrong."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.worker.delta import Store, quoted
from headgate.engine.worker.keys import last_of_each
from headgate.engine.worker.state import State

if TYPE_CHECKING:
    from pathlib import Path


def warm_up(folder: Path) -> None:
    """Write, merge and read a Delta table of one row in `folder`, which goes again, whatever becomes of it.

    Arrow imports pandas with the first list of values, where that is installed; deltalake's threads start with its first write.
    """
    shutil.rmtree(folder, ignore_errors=True)  # what a process that was killed left
    try:
        with suppress(Exception):  # what fails here fails in a table too, which is told then
            _use(Store(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _use(store: Store) -> None:
    name, value = quoted("value"), f"s.{quoted('value')}"
    rows = pa.table({"key": pa.array([1], pa.int64()), "value": pa.array(["a"], pa.string())})
    store.write(rows, State(batch=1))
    store.merge(
        last_of_each(rows, ["key"]),
        ["key"],
        lambda merger: merger.when_matched_delete(f"{value} = 'b'").when_matched_update({name: value}),
        State(batch=2),
    )
    store.read(["key"])
