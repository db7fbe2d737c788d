"""What the layout expects of each pipeline, for the summaries to be held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.numbers import rounded
from headgate.schedule.firings import longest_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.pipelines import PipelineNow
    from headgate.deployment.scope import Scope

EXPECTED_COLUMNS = (
    "pipeline STRING, name STRING, group_name STRING, schedule STRING, tables BIGINT, expected_seconds DOUBLE, "
    "bound_seconds DOUBLE, longest_gap_minutes DOUBLE"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """A pipeline, by its id and by the name that people see.

    Seconds are those of a run: what its tables take, and the least that the longest pipeline of its group can take.
    longest_gap_minutes: between two starts; None where nothing starts it.
    """

    pipeline: str
    name: str
    group_name: str
    schedule: str
    tables: int
    expected_seconds: float
    bound_seconds: float
    longest_gap_minutes: float | None

    @property
    def row(self) -> tuple[object, ...]:
        """Its values in the order of EXPECTED_COLUMNS."""
        return astuple(self)


def expected_of(scope: Scope, pipelines: Sequence[PipelineNow]) -> list[Expected]:
    """Give what is expected of the pipelines as the target has them, by what is known of their tables' weights today."""
    from headgate.balance.bounds import group_bounds  # noqa: PLC0415  # it brings numpy, which no other synthesis waits for

    # A pipeline that waits for its tables takes no share of its group's load yet.
    running = Counter(one.group for one in pipelines if one.tables)
    bounds = group_bounds(running, (table for one in pipelines for table in one.tables))
    return [
        Expected(
            pipeline=one.id,
            name=one.found.name if one.found else scope.pipeline_name(one.name or one.id),
            group_name=one.group.key,
            schedule=one.schedule,
            tables=len(one.tables),
            expected_seconds=float(rounded(fsum(table.weight.seconds for table in one.tables))),
            bound_seconds=float(rounded(bounds.get(one.group, 0.0))),
            longest_gap_minutes=_gap(one.schedule),
        )
        for one in pipelines
    ]


def _gap(schedule: str) -> float | None:
    gap = longest_gap(schedule) if schedule else None
    return None if gap is None else gap.total_seconds() / 60
