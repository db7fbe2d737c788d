"""Rows are taken apart as they come; what they have, and which of them does not fit, is the same as if they were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.engine.worker.batches import Shape, checked_rows
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.rows import Rows
from headgate.engine.worker.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

_SHAPE = Shape(pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string())]), ("id",))
_A_ROW = st.dictionaries(st.sampled_from(["id", "name", "more"]), st.integers(0, 9) | st.none())


@given(names=st.sampled_from([["id"], ["id", "name"]]), steps=st.lists(st.lists(_A_ROW, min_size=1, max_size=3)))
def test_columns_and_rows_are_those_of_the_dictionaries_in_whatever_steps_they_come(
    names: list[str], steps: list[list[dict[str, Any]]]
) -> None:
    rows = Rows(names)
    for step in steps:
        rows.add(step)
    given = [row for step in steps for row in step]
    columns, besides = rows.columns()
    assert [list(column) for column in columns] == [[row.get(name) for row in given] for name in names]
    assert besides == {name for row in given for name in row} - set(names)
    assert [rows[place] for place in range(len(rows))] == given


@pytest.mark.parametrize("more", [{}, {"more": 1}])
def test_a_row_that_does_not_fit_is_told_whole(more: dict[str, Any]) -> None:
    good = [{"id": number, "name": "a"} for number in range(100)]
    pieces = list(checked_rows([*good, {"id": 100.5, "name": "b", **more}, {"id": None, "name": "c"}], _SHAPE))
    assert sum(piece.batch.num_rows for piece in pieces) == len(good)
    cells = [cell for piece in pieces for cell in piece.bad]
    whole = '{"id": 100.5, "name": "b"' + (', "more": 1}' if more else "}")
    assert [(cell.column, cell.row) for cell in cells] == [("id", whole), ("id", '{"id": null, "name": "c"}')]


def test_what_is_no_dictionary_is_refused_after_rows_that_are() -> None:
    with pytest.raises(TableError, match=r"it gave list .* among its rows"):
        list(checked_rows([{"id": 1, "name": "a"}, [1, "a"]], _SHAPE))


def test_a_spool_that_its_last_batch_fills_needs_no_file(tmp_path: Path) -> None:
    batch = pa.record_batch({"id": pa.array(range(1000), pa.int64())})
    spool = Spool(batch.schema, tmp_path / "spool", batch.nbytes)
    spool.add(batch)
    spool.add(batch)
    assert spool.full
    assert not (tmp_path / "spool").exists()
    spool.add(batch)
    assert len(list((tmp_path / "spool").iterdir())) == 1
    assert spool.reader().read_all().num_rows == 3 * batch.num_rows
    spool.close()
