"""A table as every decision sees it: what its row leaves out is filled in from the definition, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.tables.group import Group
    from headgate.tables.ids import TableId
    from headgate.tables.weight import Load, Weight


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what tells it from others, what it may share a pipeline with, and what it weighs.

    ingestion_type: snapshot, append, cdc or cdc_with_deletes; empty where it is not known. options: what goes to the source,
    nested values as they are in the JSON. own_group: its row names the group. gone: the last discovery did not find it. loads:
    what a run asks for beside its time, by the names of `balance.loads`. Equal where the ids are.
    """

    id: TableId
    group: Group = field(compare=False)
    weight: Weight = field(compare=False)
    ingestion_type: str = field(default="", compare=False)
    options: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    own_group: bool = field(default=False, compare=False)
    gone: bool = field(default=False, compare=False)
    loads: Mapping[str, Load] = field(default_factory=dict, compare=False)

    @property
    def order(self) -> tuple[float, str, str]:
        """Heaviest first, then by name: an order that neither the order of rows nor capitals touch."""
        return (-self.weight.seconds, *self.id.order)
