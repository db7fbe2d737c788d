"""What an assessment prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from headgate.assess.model import PipelineAssessed, RhythmAssessed

if TYPE_CHECKING:
    from headgate.assess.model import Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOutput:
    """What pipelines take by their logs, and what their tables would take balanced over 1 to 20 pipelines.

    first, last: the logs' own times. hours, dbus, price: of a month; the last two null where no rate or price is given.
    busy: how many pipelines ran on average in each hour of a day, in UTC; peak: at most, and when. shared: table → the
    pipelines that load it, where these are several. unknown: what of the logs was not understood → how often.
    """

    format: Literal[1] = 1
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

    @classmethod
    def of(cls, found: Assessment) -> AssessOutput:
        """Give it."""
        return cls(
            first=found.first,
            last=found.last,
            hours=found.hours,
            dbus=found.dbus,
            price=found.price,
            currency=found.currency,
            peak=found.peak,
            peak_at=found.peak_at,
            busy=found.busy,
            rhythms=found.rhythms,
            pipelines=found.pipelines,
            shared=found.shared,
            unknown=found.unknown,
        )
