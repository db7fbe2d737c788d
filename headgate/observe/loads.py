"""Whether updates loaded tables from nothing: what such one took says nothing of those after it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.inventory.runs import Run
    from headgate.observe.model import Observation, ObservedUpdate
    from headgate.tables.table import Table


def with_loads(
    whole: Observation, by_table: Mapping[TableId, Mapping[datetime, Run]], here: Mapping[TableId, Table]
) -> Observation:
    """Give updates with whether they loaded tables from nothing, as their runs say, else those that were kept.

    by_table: table → start → the run that was kept. here: tables by their ids in the target. A snapshot is read whole each
    time, so its runs say nothing, nor do those that had nothing to do.
    """
    loads: defaultdict[tuple[str, str], list[bool | None]] = defaultdict(list)
    for run in whole.runs:
        table = here.get(TableId(run.source_table, run.destination))
        if table is None or table.ingestion_type == "snapshot" or run.state in {"idle", "skipped"}:
            loads[run.pipeline, run.update] += []
            continue
        kept = by_table[table.id].get(run.started_at)
        loads[run.pipeline, run.update].append(kept.full_load if run.full_load is None and kept else run.full_load)
    return replace(whole, updates=tuple(replace(it, full_load=_loaded(it, loads)) for it in whole.updates))


def _loaded(update: ObservedUpdate, loads: Mapping[tuple[str, str], Sequence[bool | None]]) -> bool | None:
    its = loads.get((update.pipeline, update.update))
    if its is None:
        return update.full_refresh
    return True if True in its else None if None in its else False
