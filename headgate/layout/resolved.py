"""A layout with its tables: each pipeline with what it holds, and the group, schedule and connection that it therefore has."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.inventory.grouping import LockedGroups
from headgate.problems import StaleError
from headgate.tables.group import majority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.layout.model import Layout, Pipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class ResolvedPipeline:
    """A pipeline of a layout. `tables` are in the layout's order; `group` is that of most of them, None where there is none."""

    pipeline: Pipeline
    tables: tuple[Table, ...]
    group: Group | None

    @property
    def seconds(self) -> float:
        """The weight of all its tables: seconds of one run."""
        return fsum(table.weight.seconds for table in self.tables)

    def load(self, name: str) -> float:
        """Give what all its tables ask for of a load in a run."""
        return fsum(table.loads[name].amount for table in self.tables)

    @property
    def declared(self) -> float:
        """The same by what the committed files say, whatever was observed."""
        return fsum(table.weight.declared for table in self.tables)


def locked_groups(layout: Layout | None) -> LockedGroups | None:
    """Give what a layout says of groups: those of the pipelines that tables are in once all moves are done."""
    if layout is None:
        return None
    group = {one.id: one.group for one in layout.pipelines}
    return LockedGroups(layout.asked.group_by, {placement.table: group[placement.agreed] for placement in layout.tables})


def resolve_layout(layout: Layout, tables: Sequence[Table], target: str | None = None) -> tuple[ResolvedPipeline, ...]:
    """Give the layout's pipelines with their tables, once all moves are done, or as a target has them today.

    A pipeline whose tables are still to come, or have gone from it, has the group that most of those are of. Raises
    StaleError where layout and tables don't hold the same tables.
    """
    by_id = {table.id: table for table in tables}
    if by_id.keys() != {placement.table for placement in layout.tables}:
        raise StaleError("layout.lock and tables.csv don't hold the same tables", f"run `headgate balance {layout.connector}`")
    placed = [(one, by_id[one.table]) for one in layout.tables]
    inside = grouped((one.agreed if target is None else one.in_target(target), table) for one, table in placed)
    linked = grouped((name, table) for one, table in placed for name in {one.pipeline, one.agreed})
    return tuple(_resolved(pipeline, inside[pipeline.id], linked[pipeline.id]) for pipeline in layout.pipelines)


def _resolved(pipeline: Pipeline, tables: Sequence[Table], linked: Sequence[Table]) -> ResolvedPipeline:
    groups = [table.group for table in tables or linked]
    return ResolvedPipeline(pipeline, tuple(tables), majority(groups, pipeline.group) if groups else None)
