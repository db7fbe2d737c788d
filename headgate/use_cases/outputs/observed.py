"""What observing prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.observe.alarms import Alarm
from headgate.observe.model import ObservedUpdate
from headgate.observe.summary import PipelineSeen, TableSeen
from headgate.use_cases.outputs import TargetOutput

if TYPE_CHECKING:
    from headgate.observe.summary import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveOutput(TargetOutput):
    """What was seen of a connector in a target: its updates, pipelines beside what is expected of them, tables, and alarms.

    runs_file: where runs were added (`added`), and old ones cut. unknown: what of the logs was not understood → how often;
    unplaced: flows of its pipelines that belong to no table → how often.
    """

    updates: tuple[ObservedUpdate, ...]
    pipelines: tuple[PipelineSeen, ...]
    tables: tuple[TableSeen, ...]
    alarms: tuple[Alarm, ...]
    runs_file: Path
    added: int
    cut: int
    unknown: dict[str, int]
    unplaced: dict[str, int]

    @classmethod
    def of(cls, found: Observed) -> ObserveOutput:
        """Give what was seen."""
        return cls.like(
            found,
            updates=found.observation.updates,
            unknown=dict(sorted(found.observation.unknown.items())),
            unplaced=dict(sorted(found.observation.unplaced.items())),
        )
