"""Tables loaded by the engine: in this process, or as `headgate run` has a pipeline do it, in one of its own."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.engine.model import PipelineOrder, TableOrder
from headgate.engine.process import PipelineProcess
from headgate.engine.worker.connector import Source
from headgate.engine.worker.load import Load
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.engine.model import Said

HERE = Path(__file__).resolve().parent
MADE_UP = HERE / "made_up"
MIB = 1024 * 1024
_PATIENCE = 3600.0
_MEMORY = 512 * MIB
_SPOOL = _MEMORY // 16  # as a pipeline's process has it


def load(
    out: Path, code: str, connection: Mapping[str, str], table: str = "things", options: Mapping[str, str] | None = None
) -> Callable[[], dict[str, float]]:
    """Give the load of a table into a new folder, with all imported that it imports; it gives the rows that it wrote."""
    for name in ("pyarrow.dataset", "numpy.ma"):  # which joins and conversions import at first
        importlib.import_module(name)
    source = Source(Path(code), connection, _PATIENCE)
    order = _order(out, table, options or {})

    def run() -> dict[str, float]:
        one = Load(order, source, _SPOOL, lambda: False, lambda _: None)
        one.run()
        if one.intake.quarantined:
            raise SystemExit(f"{one.intake.quarantined} rows of {table} do not fit")
        return {"rows": one.landed.written, "commits": one.store.commits}

    return run


def merge(out: Path, first: Mapping[str, str], then: Mapping[str, str]) -> Callable[[], dict[str, float]]:
    """Give the load of a second answer into a table that has the first."""
    load(out, str(MADE_UP), first)()
    return load(out, str(MADE_UP), then)


def process(out: Path, connection: Mapping[str, str], tables: int) -> Callable[[], dict[str, float]]:
    """Give a pipeline's run; it gives the rows that the tables got. Exits where one fails."""
    orders = tuple(_order(out, f"things_{number}", {}) for number in range(tables))
    order = PipelineOrder(
        pipeline="bench", lock=str(out / "lock"), code=str(MADE_UP), connection=dict(connection), tables=orders, memory=_MEMORY,
        patience=_PATIENCE,
    )  # fmt: skip
    said: list[Said] = []

    def run() -> dict[str, float]:
        PipelineProcess(order, out / "log", redactor(()), said.append).run()
        if failed := [one for one in said if one.what == "failed"]:
            raise SystemExit(f"{failed[0].table}: {failed[0].error}")
        counts: list[Any] = [one.counts for one in said if one.what == "loaded"]
        return {
            "rows": sum(one.written for one in counts),
            "tables": len(counts),
            "commits": sum(one.commits for one in counts),
        }

    return run


def _order(out: Path, table: str, options: Mapping[str, str]) -> TableOrder:
    folder = str(out / "tables" / table)
    return TableOrder(name=table, source_table=table, folder=folder, aside=str(out / "aside" / table), options=dict(options))
