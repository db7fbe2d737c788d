"""All layouts of a small instance, to hold against those that are found."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

    Ints = NDArray[np.int64]


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def every_layout(instance: Instance) -> Ints:
    """Give (k, n) all layouts that keep all rules, and the limits of all loads."""
    every = list(product(range(instance.pipelines), repeat=len(instance.weights)))
    return _kept(instance, np.array(every, dtype=np.int64).reshape(len(every), -1))


def keeps(instance: Instance, layout: Ints) -> bool:
    """Whether a layout (n,) keeps all rules, and the limits of all loads."""
    return len(_kept(instance, layout[None])) == 1


def _kept(instance: Instance, every: Ints) -> Ints:
    kept = np.ones(len(every), dtype=bool)
    for unit, pipeline in instance.fixed.items():
        kept &= every[:, unit] == pipeline
    for unit, refused in instance.forbidden.items():
        kept &= ~np.isin(every[:, unit], list(refused))
    for members in instance.anti_affinity:
        ranked = np.sort(every[:, list(members)], axis=1)
        kept &= (ranked[:, 1:] != ranked[:, :-1]).all(axis=1)
    for first, then in instance.precedence:
        kept &= every[:, first] <= every[:, then]
    if instance.capacity is not None:
        sizes = np.ones(every.shape[1], dtype=np.int64) if instance.sizes is None else instance.sizes
        kept &= (loads_of(every, sizes, instance.pipelines) <= instance.capacity).all(axis=1)
    for one in instance.dimensions:
        kept &= one.limit is None or loads_of(every, one.loads, instance.pipelines).max(axis=1) <= one.limit
    return every[kept]


def loads_of(layouts: Ints, weights: Ints, pipelines: int) -> Ints:
    """Give (k, pipelines) the loads of (k, n) layouts."""
    return np.stack([(layouts == pipeline) @ weights for pipeline in range(pipelines)], axis=1)


def within(instance: Instance, layouts: Ints, caps: Sequence[int]) -> Ints:
    """Give those layouts in which no pipeline passes the caps: of the weight, then of the other loads."""
    columns = [instance.weights, *(one.loads for one in instance.dimensions)]
    heaviest = [loads_of(layouts, column, instance.pipelines).max(axis=1) for column in columns]
    return layouts[(np.stack(heaviest, axis=1) <= np.array(caps)).all(axis=1)]


def costs_of(layouts: Ints, today: Ints, costs: Ints) -> Ints:
    """Give (k,) what the moves of (k, n) layouts cost, of units that have a pipeline today."""
    moved: NDArray[np.bool_] = (today >= 0) & (layouts != today)
    spent: Ints = (moved * costs).sum(axis=1)
    return spent


def is_one_of(found: Ints, layouts: Ints) -> bool:
    return bool((layouts == found).all(axis=1).any())
