"""Filling one pipeline after the other exactly to a capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.partition.multiway_subset_sum import multiway_subset_sum
from headgate.partition.resplit import ACTIVE, Tables, deal, halves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

_PARTNERS = 2  # at least so many give tables to fill one pipeline
_CHOICE = 16  # sets to choose from
_LAST = 4  # pipelines that are split together at the end


def sequential_fill(weights: NDArray[np.int64], parts: list[Tables], capacity: int, budget: Budget) -> list[Tables] | None:
    """Give the tables of `parts` in as many parts, none above `capacity`; None where that was not found.

    weights: (n,); a part holds numbers of tables.
    The heaviest pipeline and the lightest ones make a pool of which a set is taken that fills the capacity; what is left
    goes on. The last four are split together. A heuristic: it may miss a split that is there.
    """
    parts, done = list(parts), []
    slack = len(parts) * capacity - int(weights.sum())
    loads = {number: int(weights[part].sum()) for number, part in enumerate(parts)}
    while len(loads) > _LAST and budget.left > 0:
        order = sorted(loads, key=lambda number: (loads[number], number))
        heaviest, taken = order[-1], 0
        pool: Tables = []
        while taken < _PARTNERS or (len(pool) + len(parts[heaviest]) < ACTIVE and taken < len(order) - 1):
            pool += parts[order[taken]]
            taken += 1
        found = halves(weights, parts[heaviest], pool, (capacity - slack, capacity + slack), _CHOICE, budget)
        fits = [(weight, left, right) for left, right in found if (weight := int(weights[left].sum())) <= capacity]
        if not fits:
            return None
        weight, left, right = max(fits, key=lambda fit: (fit[0], -len(fit[1])))  # few tables: more are left to choose from
        done.append(left)
        slack -= capacity - weight
        del loads[heaviest]
        for number, part in zip(order[:taken], deal(weights, right, taken), strict=True):
            parts[number], loads[number] = part, int(weights[part].sum())
    found_last = multiway_subset_sum(weights, [parts[number] for number in sorted(loads)], capacity, budget)
    return found_last and done + found_last
