"""What a process leaves behind beside its tables, and who clears it away."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.worker.delta import Store
from headgate.engine.worker.state import State
from tests.engine.played import LONG, Connector, Table, struct

if TYPE_CHECKING:
    from pathlib import Path

_WEEK = 7 * 24 * 3600


def test_the_next_load_clears_the_files_of_the_moment(tmp_path: Path) -> None:
    left = tmp_path / "aside" / "spool" / "rows.arrow"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"ARROW1")
    Table(tmp_path, Connector(struct(id=LONG))).give([{"id": 1}])
    assert not left.exists()


def test_tidying_deletes_files_that_no_commit_ever_had_once_they_are_a_week_old(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(rows := pa.table({"id": [1, 2]}), State().after())
    (written,) = tmp_path.glob("*.parquet")
    old, new = (tmp_path / f"part-{name}.parquet" for name in ("old", "new"))
    for path, age in ((old, _WEEK + 60), (new, _WEEK - 60)):
        path.write_bytes(written.read_bytes())
        os.utime(path, (time.time() - age, time.time() - age))
    os.utime(written, (0, 0))
    store.compact()
    assert [path.exists() for path in (old, new, written)] == [False, True, True]
    assert store.read(["id"]) == rows
