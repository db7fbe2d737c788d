"""What an assessment prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.assess.model import PipelineAssessed, RhythmAssessed
from headgate.use_cases.outputs import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOutput(Output):
    """What pipelines take by their logs, and what their tables would take balanced over 1 to 20 pipelines.

    first, last: the logs' own times. hours, dbus, price: of a month; the last two null where no rate or price is given.
    busy: how many pipelines ran on average in each hour of a day, in UTC; peak: at most, and when. shared: table → the
    pipelines that load it, where these are several. unknown: what of the logs was not understood → how often.
    """

    first: datetime | None
    last: datetime | None
    hours: float
    dbus: float | None
    price: float | None
    currency: str | None
    peak: int
    peak_at: datetime | None
    busy: tuple[float, ...]
    rhythms: tuple[RhythmAssessed, ...]
    pipelines: tuple[PipelineAssessed, ...]
    shared: dict[str, tuple[str, ...]]
    unknown: dict[str, int]
