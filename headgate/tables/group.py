"""The group of a table: which tables may share a pipeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

# What makes a group of tables: `group_by` of a definition.
GroupBy = Literal["auto", "category_and_ingestion_type", "ingestion_type", "category", "size", "none"]


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Tables that may share a pipeline: the same group-by key, schedule (as written, empty for none) and connection."""

    key: str
    schedule: str
    connection: str

    @property
    def words(self) -> str:
        """The key and the schedule, as people are shown a group."""
        return " ".join(part for part in (self.key, self.schedule) if part)


def majority(groups: Iterable[Group], key: str = "") -> Group:
    """Give the group that a pipeline is of: that of most of its tables, one of `groups` each.

    In doubt the one that has the key `key`, as the pipeline was before; then by name. Weights have no say: they change
    daily. Raises ValueError for no table.
    """
    votes = Counter(groups)
    return min(votes, key=lambda group: (-votes[group], group.key != key, group))
