"""Commits that fail, that fail after they landed, and that have nothing to commit but how far the source was read."""

from __future__ import annotations

import resource
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from headgate.engine.worker.batches import Checked
from headgate.engine.worker.delta import Store
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.flow import Flow
from headgate.engine.worker.intake import Intake
from headgate.engine.worker.quarantine import Quarantine
from headgate.engine.worker.state import State
from tests.engine.played import LONG, Connector, Table, struct

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.engine.worker.spool import Spool

ROWS = pa.table({"id": pa.array(range(10))})


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """Let no file have more bytes than `most`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(("memory", "failing"), [(0, 0), (0, 1), (1_000_000, 0)])
def test_after_a_commit_that_failed_no_other_one_has_its_offset_without_its_rows(
    memory: int, failing: int, ordered: bool, tmp_path: Path
) -> None:
    intake = Intake(ROWS.schema, tmp_path, memory, Quarantine(tmp_path / "quarantine", "things"), lambda _: None)
    landed: list[int] = []
    offsets = [0]
    commits = count()

    def read(offset: Any) -> tuple[Iterator[Checked], dict[str, int]]:
        some = ROWS.slice(offset["at"], 5)
        return (Checked(batch, rows=batch.num_rows) for batch in some.to_batches()), {"at": offset["at"] + len(some)}

    def land(spool: Spool, offset: Any, **_whole: bool) -> None:
        if next(commits) == failing:
            raise TableError("the disk is full")
        landed.extend(spool.table()["id"].to_pylist())
        offsets.append(offset["at"])

    flow = Flow(read, land, intake, {"at": 0}, lambda: 1, ordered=ordered)
    with suppress(TableError):
        flow.run(lambda: False)
    assert next(commits) > failing
    assert set(range(offsets[-1])) <= set(landed)


def test_what_fails_after_a_commit_landed_does_not_have_its_rows_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeltaTable, "create", partial(DeltaTable.create, configuration={"delta.checkpointInterval": "3"}))
    store = Store(tmp_path)
    store.write(ROWS, state := State().after())
    with full_disk(3000):
        store.write(ROWS, state := state.after(rows={"at": 2}))
    assert not list((tmp_path / "_delta_log").glob("*.checkpoint*"))  # this is what failed
    assert (store.state, Store(tmp_path).state) == (state, state)
    store.write(ROWS, state.after())
    assert len(store.read(["id"])) == 3 * len(ROWS)


def test_a_disk_that_is_full_is_told_and_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(ROWS, state := State().after())
    with full_disk(100), pytest.raises(TableError, match="could not be written"):
        store.write(ROWS, state.after())
    assert (store.state, Store(tmp_path).state) == (state, state)
    store.write(ROWS, state.after())
    assert len(store.read(["id"])) == 2 * len(ROWS)


def test_changes_that_all_came_too_late_move_the_offset_too(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, seq=LONG), "cdc", ["id"], "seq"))
    table.give([{"id": 1, "seq": 5}])
    load = table.give([{"id": 1, "seq": 3}])
    assert (table.rows("id", "seq"), load.landed.written) == ([(1, 5)], 0)
    assert Store(table.path).state.rows == {"at": 2}
