"""Bringing the heaviest pipelines down by splitting them again with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.resplit import Tables, resplit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

_PARTNERS = 24
_FRUITLESS = 200


def improve(weights: NDArray[np.int64], parts: list[Tables], bound: int, budget: Budget) -> list[Tables]:
    """Give the tables of `parts` in as many parts, the heaviest no heavier than before, by work or down to the bound.

    weights: (n,); a part holds numbers of tables.
    The heaviest pipeline is split again with one of the lightest; where that does not help, with two or three others that
    are drawn; and others among themselves, below the makespan, so that new chances come. Each step leaves the makespan
    or lowers it.
    """
    parts = list(parts)
    loads = np.array([int(weights[part].sum()) for part in parts], dtype=np.int64)
    fruitless = 0
    while budget.left > 0 and int(loads.max()) > bound and fruitless < _FRUITLESS:
        heaviest = int(loads.argmax())
        capacity = int(loads[heaviest]) - 1
        budget.spend(20 + len(parts) // 100)
        if fruitless:
            chosen = _drawn(len(parts), heaviest, fruitless, budget)
            lowered = try_parts(weights, parts, loads, chosen, capacity, budget) and heaviest in chosen
        else:
            lightest = np.argsort(loads, kind="stable")[: min(_PARTNERS, len(parts) - 1)].tolist()
            lowered = any(try_parts(weights, parts, loads, [heaviest, other], capacity, budget) for other in lightest)
        fruitless = 0 if lowered else fruitless + 1
    return parts


def _drawn(count: int, heaviest: int, turn: int, budget: Budget) -> list[int]:
    """Give pipelines to split together: by turns two others, then the heaviest with two or three."""
    others = [number + (number >= heaviest) for number in budget.sample(min(3, count - 1), count - 1)]
    if turn % 3 == 0 and len(others) > 1:
        return others[:2]
    return [heaviest, *others[: 1 + turn % 3]]


def try_parts(
    weights: NDArray[np.int64], parts: list[Tables], loads: NDArray[np.int64], chosen: list[int], capacity: int, budget: Budget
) -> bool:
    """Split the chosen parts again, in place, none above the capacity; say whether that was found.

    weights: (n,), loads: (parts,) their sums, kept up to date.
    """
    found = resplit(weights, [parts[number] for number in chosen], capacity, budget)
    if found is None:
        return False
    for number, part in zip(chosen, found, strict=True):
        parts[number], loads[number] = part, int(weights[part].sum())
    return True
