"""What tables would take if they were balanced over 1 to 20 pipelines, and how many moves that is from today. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import Instance
from headgate.partition.repair import repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST = 20
_TOLERANCE = 0.05  # the default of a layout's: how far above the lower bound its heaviest pipeline may be
_SCALE = 1000  # weights are whole milliseconds


@dataclass(frozen=True, slots=True)
class Balanced:
    """Tables on so many pipelines: the seconds of the heaviest, and how many tables would be elsewhere than today."""

    pipelines: int
    heaviest: float
    moves: int


def balanced_over(seconds: Sequence[float], today: Sequence[int]) -> list[Balanced]:
    """Give what the tables take on 1 to 20 pipelines, as few moves from today as are found, and on today's number.

    seconds: of a run of each table; today: the number of its pipeline, from 0. No more pipelines than tables. Of fewer
    pipelines than today those stay that have the most tables; the others' tables go where there is room, at a move each.
    """
    weights = np.round(np.asarray(seconds, dtype=float) * _SCALE).astype(np.int64)
    homes = np.asarray(today, dtype=np.int64)
    count = int(homes.max()) + 1 if len(homes) else 0
    numbers = sorted({*range(1, min(MOST, len(homes)) + 1), count} - {0})
    return [_balanced(weights, homes, count, number) for number in numbers]


def _balanced(weights: NDArray[np.int64], homes: NDArray[np.int64], count: int, number: int) -> Balanced:
    tables = np.bincount(homes, minlength=count)
    loads = np.bincount(homes, weights, minlength=count)
    stay = np.lexsort((-loads, -tables))[:number]
    places = np.full(count, -1)
    places[stay] = np.arange(len(stay))
    placed = places[homes]
    instance = Instance(weights, number)
    found = repair(instance, placed, np.ones_like(weights), tolerance=_TOLERANCE, trigger=_TOLERANCE, exact=False)
    moves = int(np.count_nonzero(found.assignment != placed))
    return Balanced(number, found.makespan / _SCALE, moves)
