"""How many pipelines each group gets."""

from __future__ import annotations

from math import ceil, fsum
from typing import TYPE_CHECKING

from headgate.balance.place import Bin, longest_first, most_copies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.balance.items import Group, Item
    from headgate.definition.model import Balance

Groups = dict["Group", list["Item"]]


def fewest(items: Sequence[Item], settings: Balance) -> int:
    """Give the fewest pipelines that a group's tables fit in by the caps on tables and weight; at least one.

    A table heavier than `max_weight_per_pipeline` stands alone: no number of pipelines mends that.
    """
    count = max(1, ceil(len(items) / settings.max_tables_per_pipeline), most_copies(items))
    limit = settings.max_weight_per_pipeline
    if limit is None:
        return count
    count = max(count, ceil(fsum(min(item.weight, limit) for item in items) / limit))
    while count < len(items) and not _fits(items, count, limit, settings.max_tables_per_pipeline):
        count += 1
    return count


def share_out(groups: Groups, settings: Balance, now: Mapping[Group, int] | None = None) -> dict[Group, int]:
    """Give each group its number of pipelines: `settings.pipelines` in all, at least the fewest that each group needs.

    What is to spare goes one by one to the group whose pipelines are the most loaded; `now` (a running layout's numbers) is
    changed one by one likewise, so that as few pipelines as can be come or go. A group gets no more pipelines than tables.
    """
    least = {group: fewest(items, settings) for group, items in groups.items()}
    counts = {group: max(least[group], (now or least).get(group, 1)) for group in groups}
    weights = {group: fsum(item.weight for item in items) for group, items in groups.items()}
    asked = settings.pipelines or sum(least.values())
    while sum(counts.values()) < asked:
        able = [group for group, items in groups.items() if counts[group] < len(items)]
        if not able:
            break
        counts[min(able, key=lambda group: (-_gain(groups[group], counts[group], weights[group]), group))] += 1
    while sum(counts.values()) > asked:
        able = [group for group in groups if counts[group] > least[group]]
        if not able:
            break
        counts[min(able, key=lambda group: (weights[group] / (counts[group] - 1), group))] -= 1
    return counts


def _gain(items: Sequence[Item], count: int, weight: float) -> float:
    """Give what one pipeline has too much: nothing where a single table makes it so heavy already."""
    mean = weight / count
    return mean if mean > items[0].weight else 0.0


def _fits(items: Sequence[Item], count: int, limit: float, cap: int) -> bool:
    bins = [Bin(str(number)) for number in range(count)]
    placed, refused = longest_first(items, bins, cap)
    alone = {placed[item] for item in items if item in placed and item.weight > limit}
    return not refused and all(bin_.load <= limit or (bin_.id in alone and bin_.count == 1) for bin_ in bins)
