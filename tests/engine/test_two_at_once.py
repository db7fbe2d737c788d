"""Two runs at once: of one pipeline, and of two layouts that have one table in pipelines of other names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.engine.process import PipelineProcess
from headgate.engine.worker.lock import held
from headgate.redaction.redactor import redactor
from tests.engine.soak.orders import Place
from tests.engine.soak.tables import PIPELINES

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.engine.model import Said

TABLES = PIPELINES["one"][:2]


@pytest.mark.parametrize(("which", "refused"), [("pipeline", [table.name for table in TABLES]), ("table", [TABLES[0].name])])
def test_what_another_process_holds_is_refused_and_the_holder_named(which: str, refused: list[str], tmp_path: Path) -> None:
    place = Place(tmp_path, 0)
    order = place.order("one", TABLES, lambda _: 5, whole=True)
    lock = order.lock if which == "pipeline" else f"{order.tables[0].aside}/lock"
    said: list[Said] = []
    with held(tmp_path / lock) as holder:
        assert not holder
        PipelineProcess(order, tmp_path / "log", redactor([]), said.append).run()
    failed = {one.table: one.error for one in said if one.what == "failed"}
    assert sorted(failed) == sorted(refused)
    assert all("already, by process " in error for error in failed.values())
    assert {one.table for one in said if one.what == "loaded"} == {table.name for table in TABLES} - failed.keys()
    assert place.table(TABLES[0]).exists() is False
