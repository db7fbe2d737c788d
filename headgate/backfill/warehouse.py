"""Tables on Databricks that rows are merged into by their key, by a SQL warehouse: also those that pipelines write.

Databricks lets DML change a streaming table of Unity Catalog, an AUTO CDC target too, from a SQL warehouse ("Add, change, or
delete data in a target streaming table"). The pipeline's own flow goes on from its checkpoint and keeps those rows; a full
refresh loses them. Who streams from the table needs `skipChangeCommits` where rows were changed or deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.backfill.merge import known_tags, merges
from headgate.backfill.merge_targets import share_out
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.backfill.merge_targets import MergeTarget
    from headgate.backfill.source import BackfillPart, BackfillPlan, BackfillSource, Row
    from headgate.clients.warehouse import Warehouse


class MergeSink:
    """The tables that a plan's parts belong to. `delete`: what the source lacks goes."""

    def __init__(self, warehouse: Warehouse, plan: BackfillPlan, tables: dict[str, str], *, delete: bool) -> None:
        """Take the plan of all tables; `tables` gives the table of each part's id."""
        self._warehouse, self._plan, self._tables, self._delete = warehouse, plan, tables, delete

    @property
    def names(self) -> tuple[str, ...]:
        """The tables, each once."""
        return tuple(dict.fromkeys(self._tables.values()))

    def land(self, part: BackfillPart, rows: Sequence[Row], read: Collection[str]) -> None:
        """Merge a part's rows; raises StatementFailedError with the warehouse's words. A repeat changes nothing more."""
        table = self._tables[part.id]
        for statement in merges(table, self._plan, part, rows, read, delete=self._delete):
            self._warehouse.rows(statement)


def plan_merge(
    source: BackfillSource,
    warehouse: Warehouse,
    merge_targets: Sequence[MergeTarget],
    table: str,
    span: tuple[str, str],
    hours: float,
    tags: Sequence[str],
    *,
    delete: bool,
) -> tuple[BackfillPlan, MergeSink]:
    """Plan what is read for all of the tables, and where each part lands.

    A tag goes by the name that it has in the table, whatever the source calls it by now, so that its rows are found again.
    Raises InputError, SourceError.
    """
    plans: list[tuple[str, BackfillPlan]] = []
    for merge_target, some in share_out(merge_targets, tags):
        plan = source.plan(table, *span, hours, some, options=merge_target.options)
        span = plan.span  # `*` means the same for all tables
        known = [str(row[0]) for row in warehouse.rows(known_tags(merge_target.name, plan)) if row and row[0]]
        if known and not set(plan.tags) <= set(known):
            plan = source.plan(table, *span, hours, plan.tags, options=merge_target.options, known=known)
        plans.append((merge_target.name, plan))
    whole = replace(plans[0][1], parts=tuple(part for _, plan in plans for part in plan.parts))
    tables = {part.id: name for name, plan in plans for part in plan.parts}
    if len(tables) < len(whole.parts):
        names = ", ".join(name for name, _ in plans)
        raise InputError(
            f"{names} have the same tags, and would be read as one", "name one of them: --into catalog.schema.table"
        )
    return whole, MergeSink(warehouse, whole, tables, delete=delete)
