"""What a pipeline's process of the soak is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.engine.folder import RunFolder
from headgate.engine.model import PipelineOrder, TableOrder
from headgate.tables.ids import TableId
from tests.engine.soak.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.engine.soak.tables import SoakTable

CODE = Path(__file__).parent / "connector"
_PATIENCE, _HANGING = 60.0, 1.0  # seconds of one answer; where it is to hang
_MIB = 1024 * 1024
NOTHING = Fault("nothing", "", 0)


@dataclass(frozen=True)
class Place:
    """Where tables lie. seed: of what the source holds."""

    folder: Path
    seed: int

    def table(self, table: SoakTable) -> Path:
        return RunFolder(self.folder).table(_id(table))

    def quarantine(self, table: SoakTable) -> Path:
        return RunFolder(self.folder).aside(_id(table)) / "quarantine"

    @property
    def struck(self) -> Path:
        """The file that is there once a fault happened."""
        return self.folder / "struck"

    def order(
        self,
        pipeline: str,
        tables: Sequence[SoakTable],
        now: Callable[[SoakTable], int],
        *,
        fault: Fault = NOTHING,
        whole: bool = False,
        refresh: Sequence[SoakTable] = (),
    ) -> PipelineOrder:
        """Give the order for a pipeline. now: the time at which a table is read; whole: commits as they are by default."""
        return PipelineOrder(
            pipeline=pipeline,
            lock=str(RunFolder(self.folder).lock("soak", pipeline)),
            code=str(CODE),
            connection={
                "seed": str(self.seed),
                "fault": json.dumps(fault.told()),
                "struck": str(self.struck),
                "cut": "as ever" if whole else "anywhere",
            },
            tables=tuple(
                TableOrder(
                    name=table.name,
                    source_table=table.name,
                    folder=str(self.table(table)),
                    aside=str(RunFolder(self.folder).aside(_id(table))),
                    options={"now": str(now(table)), "scd_type": table.scd},
                    refresh=table in refresh,
                )
                for table in tables
            ),
            memory=512 * _MIB,
            patience=_HANGING if fault.kind == "hang" else _PATIENCE,
        )


def _id(table: SoakTable) -> TableId:
    return TableId(table.name, f"main.soak.{table.name}")
