"""An iterated local search: the heaviest pipeline is split again with others until none gets lighter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.partition.instance import ascending

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from headgate.partition.budget import Budget

_PARTNERS = 24
_FRUITLESS = 1000


def improve(loads: NDArray[np.int64], resplit: Callable[[list[int], int], bool], target: int, budget: Budget) -> None:
    """Bring the heaviest of the (pipelines,) loads down.

    Operator: `resplit`, which takes pipelines and a load that none of them may have afterwards, keeps `loads` up to date, and
    gives whether it changed anything; of the heaviest pipeline with one of the lightest; where that does not help, with two
    or three others that are drawn. Perturbation: three others are split again, below the makespan, so that new chances come.
    Acceptance: no step raises the makespan. It stops at the target, after a thousand steps that brought nothing, or when the
    budget is spent. After Lourenço, Martin and Stützle, Iterated local search, Handbook of Metaheuristics, 2003.
    """
    fruitless = 0
    while budget.left > 0 and int(loads.max()) > target and fruitless < _FRUITLESS:
        heaviest, count = int(loads.argmax()), len(loads)
        budget.spend(20 + count // 100)
        lightest = ascending(loads)[: min(_PARTNERS, count - 1)].tolist()
        chosen = [_drawn(count, heaviest, fruitless, budget)] if fruitless else [[heaviest, other] for other in lightest]
        capacity = int(loads[heaviest]) - 1
        lowered = any(resplit(numbers, capacity) and heaviest in numbers for numbers in chosen)
        fruitless = 0 if lowered else fruitless + 1


def _drawn(count: int, heaviest: int, turn: int, budget: Budget) -> list[int]:
    """Give pipelines to split together: by turns three others, then the heaviest with two or three."""
    others = [number + (number >= heaviest) for number in budget.sample(min(3, count - 1), count - 1)]
    return others if turn % 3 == 0 and len(others) > 1 else [heaviest, *others[: 1 + turn % 3]]
