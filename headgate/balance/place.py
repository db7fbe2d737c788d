"""Placing tables on pipelines: the seam where the balancing engine stands."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.balance.items import Item


@dataclass(slots=True)
class Bin:
    """A pipeline while it is being filled. `copies`: source table → the one of its copies that is in it today or is to be."""

    id: str
    load: float = 0.0
    count: int = 0
    copies: dict[str, Item] = field(default_factory=dict)

    def takes(self, item: Item, cap: int) -> bool:
        """Whether the pipeline has room: fewer tables than `cap`, and no other copy of its source table."""
        return self.count < cap and self.copies.get(item.key.source_table, item) == item

    def add(self, item: Item) -> None:
        """Count the table in."""
        self.load += item.weight
        self.count += 1
        self.copies[item.key.source_table] = item


def longest_first(items: Iterable[Item], bins: Sequence[Bin], cap: int) -> tuple[dict[Item, str], list[Item]]:
    """Place each item, heaviest first, on the bin with the least load that takes it; fill the bins on the way.

    Gives item → bin's id, and the items that no bin takes. Equal loads go by the number of tables, then the bins' order,
    so the result does not hang on the order of items. From empty bins the heaviest load is at most 4/3 - 1/(3m) of the
    optimum where no cap and no source table stands in the way. Source: Graham, Bounds on multiprocessing timing
    anomalies, SIAM J. Appl. Math. 17, 1969.
    """
    placed: dict[Item, str] = {}
    refused: list[Item] = []
    heap = [(bin_.load, bin_.count, number) for number, bin_ in enumerate(bins)]
    heapq.heapify(heap)
    for item in sorted(items, key=lambda item: item.order):
        passed = []
        while heap and not bins[heap[0][2]].takes(item, cap):
            entry = heapq.heappop(heap)
            if bins[entry[2]].count < cap:  # a full one takes nothing any more
                passed.append(entry)
        if heap:
            number = heapq.heappop(heap)[2]
            bins[number].add(item)
            placed[item] = bins[number].id
            heapq.heappush(heap, (bins[number].load, bins[number].count, number))
        else:
            refused.append(item)
        for entry in passed:
            heapq.heappush(heap, entry)
    return placed, refused


def most_copies(items: Iterable[Item]) -> int:
    """Give how many pipelines are needed for no source table to be twice in one: the most rows of one source table."""
    copies: defaultdict[str, int] = defaultdict(int)
    for item in items:
        copies[item.key.source_table] += 1
    return max(copies.values(), default=0)
