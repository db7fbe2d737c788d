"""A connector that gives its rows as Arrow batches: they land as its dictionaries would, and are checked as these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.engine.worker.errors import TableError
from tests.engine.played import LONG, STRING, Connector, Table, struct

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string()), pa.field("seq", pa.int64())])
ROWS = [{"id": 1, "name": "Ada", "seq": 1}, {"id": 2, "name": None, "seq": 1}]


@dataclass
class ByColumns(Connector):
    """A connector that gives its answers as batches, and with `offered` unset as dictionaries."""

    offered: bool = True

    def read_table_arrow(self, table: str, offset: Any, options: Any) -> Any:
        return self.read_table(table, offset, options) if self.offered else None


def table(folder: Path, kind: str = "cdc") -> Table:
    return Table(folder, ByColumns(struct(id=(LONG,), name=STRING, seq=LONG), kind, ["id"], "seq"))


def test_batches_and_dictionaries_of_one_table_take_turns(tmp_path: Path) -> None:
    for kind in ("append", "cdc", "snapshot"):
        one = table(tmp_path / kind, kind)
        first = one.give([pa.RecordBatch.from_pylist([row], SCHEMA) for row in ROWS])
        assert (first.intake.rows, first.landed.written, first.intake.quarantined) == (2, 2, 0)
        one.connector.offered = False
        one.give([{"id": 2, "name": "Bob", "seq": 2}])
        assert (2, "Bob") in one.rows("id", "name")


def test_a_null_where_none_may_be_keeps_its_row_apart(tmp_path: Path) -> None:
    one = table(tmp_path)
    loose = pa.schema([field.with_nullable(True) for field in SCHEMA])  # noqa: FBT003  # Arrow's
    rows = [*ROWS, {"id": None, "name": "x", "seq": 1}, {"id": 3, "name": "y", "seq": None}]
    load = one.give([pa.RecordBatch.from_pylist(rows, loose)])
    assert (load.intake.rows, load.landed.written, load.intake.quarantined) == (4, 2, 2)
    assert sorted(cell["column"] for cell in one.quarantined()) == ["id", "seq"]
    assert one.rows("id") == [(1,), (2,)]


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (ROWS[0], "read_table_arrow gave dict: expected a pyarrow.RecordBatch"),
        (
            pa.RecordBatch.from_pydict({"id": pa.array([1], pa.int32()), "name": ["a"], "seq": [1]}),
            "read_table_arrow gave another schema than get_table_schema: id is int32, not int64",
        ),
        (
            pa.RecordBatch.from_pydict({"id": [1], "seq": [1]}),
            "read_table_arrow gave another schema than get_table_schema: name is missing, not string",
        ),
        (
            pa.RecordBatch.from_pydict({"name": ["a"], "id": [1], "seq": [1]}),
            "read_table_arrow gave another schema than get_table_schema: the order of columns",
        ),
    ],
)
def test_a_batch_of_another_schema_is_told(batch: Any, said: str, tmp_path: Path) -> None:
    one = table(tmp_path)
    with pytest.raises(TableError) as refused:
        one.give([batch])
    assert refused.value.message == said
    assert not one.path.exists()


def test_batches_go_into_columns_as_the_table_spells_them_and_with_fields_that_only_it_has(tmp_path: Path) -> None:
    one = Table(tmp_path, ByColumns(struct(id=LONG, at=struct(x=LONG, y=LONG)), offered=False))
    one.give([{"id": 1, "at": {"x": 1, "y": 2}}])
    one.connector.offered, one.connector.schema = True, struct(ID=LONG, at=struct(y=LONG))
    one.give([pa.RecordBatch.from_pylist([{"ID": 2, "at": {"y": 3}}])])
    assert one.rows("id", "at") == [(1, {"x": 1, "y": 2}), (2, {"x": None, "y": 3})]


class Parted(Connector):
    """A connector of two parts: one comes by columns, the other as dictionaries."""

    def is_partitioned(self, _table: str) -> bool:
        return True

    def latest_offset(self, _table: str, _options: object, _start: object) -> dict[str, int]:
        return {"at": 1}

    def get_partitions(self, _table: str, _options: object, *_offsets: object) -> list[dict[str, int]]:
        return [{"id": 1}, {"id": 2}]

    def read_partition(self, _table: str, part: dict[str, int], _options: object) -> list[dict[str, object]]:
        return [{"id": part["id"], "name": "row"}]

    def read_partition_arrow(self, _table: str, part: dict[str, int], _options: object) -> list[pa.RecordBatch] | None:
        by_columns = pa.RecordBatch.from_pylist([{"id": 1, "name": "batch"}], pa.schema([SCHEMA.field(0), SCHEMA.field(1)]))
        return [by_columns] if part["id"] == 1 else None


def test_parts_come_by_columns_where_the_connector_has_them_so(tmp_path: Path) -> None:
    parted = Table(tmp_path, Parted(struct(id=(LONG,), name=STRING)))
    parted.load()
    assert parted.rows("id", "name") == [(1, "batch"), (2, "row")]
