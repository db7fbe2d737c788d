"""What no spread of a group's tables over its pipelines can beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.partition.bound import lower_bound
from headgate.partition.instance import exact_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.tables.group import Group
    from headgate.tables.table import Table


def group_bounds(pipelines: Mapping[Group, int], tables: Iterable[Table]) -> dict[Group, float]:
    """Give each group's lower bound, in seconds of a run. pipelines: group → how many it has."""
    weights = grouped((table.group, table.weight.seconds) for table in tables)
    found = {}
    for group, count in pipelines.items():
        numbers, scale = exact_weights(weights[group])
        found[group] = lower_bound(numbers, count) * scale
    return found
