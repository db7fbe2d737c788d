"""What a run of a table loads beside its time, such as a source's requests: from tables.csv, runs.csv and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.inventory.weighing import assigned_runs, observed
from headgate.tables.weight import Load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run
    from headgate.tables.ids import TableId


def loads_of(rows: Mapping[TableId, TableRow], definition: Definition, runs: Sequence[Run]) -> dict[TableId, dict[str, Load]]:
    """Give each table's loads by name: of those that `balance.loads` names, else none.

    As its row says, else as its runs did, three or more of which say it, else as the connector estimates, else the definition's
    default. Runs are averaged as weights are.
    """
    names = definition.balance.loads
    if not names:
        return {one: {} for one in rows}
    of_table = assigned_runs(rows, definition, runs)
    return {
        one: {name: _load(row, name, settings.default, of_table[one]) for name, settings in names.items()}
        for one, row in rows.items()
    }


def unheard_loads(rows: Iterable[TableRow], definition: Definition) -> Iterator[str]:
    """Say which columns of loads nothing asks for."""
    for name in sorted({name for row in rows for name in (*row.loads, *row.estimated_loads)} - definition.balance.loads.keys()):
        yield f"tables.csv has a load {name}, which has no say: balance.loads of connector.yaml doesn't name it"


def _load(row: TableRow, name: str, default: float, runs: Sequence[tuple[Run, float]]) -> Load:
    if name in row.loads:
        return Load(row.loads[name], "given")
    saying = [(run, counts) for run, counts in runs if name in run.loads]
    seen = observed(saying, row.ingestion_type, lambda run: run.loads[name])
    if seen is not None:
        return Load(float(f"{seen:.3g}"), "observed")
    if name in row.estimated_loads:
        return Load(row.estimated_loads[name], "estimate")
    return Load(default, "default")
