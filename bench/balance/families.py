"""Families of weights that no tuning was done on: what tables weigh elsewhere, and what has tripped up methods of the field."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench.__main__ import Row
from bench.balance.instances import Case
from bench.balance.rivals import longest_first, makespan_of
from headgate.partition.instance import exact_weights
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_SIZES = ((24, 4), (60, 8), (250, 20), (1040, 40))
_SEEDS = range(3)
_HEAVY = 0.2  # of the tables
_EXPONENTS = (1.1, 1.5, 2.0, 3.0)
_MEAN, _WORST, _PROVED = 0.134, 0.93, 90  # percent, percent, instances
# Rows of each table at scale 1. Source: TPC, TPC Benchmark DS, standard specification 3.2, table 3-2.
_TPC_DS = (
    6, 11_718, 144_067, 1_441_548, 100_000, 50_000, 1_920_800, 73_049, 7_200, 20, 11_745_000, 18_000, 300, 35, 20, 12, 287_514,
    2_880_404, 86_400, 5, 60, 71_763, 719_384, 30,
)  # fmt: skip


def _zipf(exponent: float, tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    weights: NDArray[np.int64] = np.ceil(1e9 * np.power(random.permutation(tables) + 1.0, -exponent)).astype(np.int64)
    return weights


def _bimodal(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Many light tables about one weight, and a fifth of heavy ones about another, a hundred times that."""
    light, heavy = random.normal(1_000, 100, tables), random.normal(100_000, 10_000, tables)
    return np.ceil(np.where(random.random(tables) < _HEAVY, heavy, light)).clip(1).astype(np.int64)


def _powers_of_two(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    return np.left_shift(1, random.integers(0, 20, tables)).astype(np.int64)


def _two_giants(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    weights = random.integers(1, 10_000, tables)
    weights[:2] = int(weights.sum()) // 3
    return weights.astype(np.int64)


def _nine_orders(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    return np.ceil(np.power(10.0, random.uniform(0, 9, tables))).astype(np.int64)


def _decimals(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Seconds with three significant digits, as observed weights have."""
    return exact_weights([float(f"{weight:.3g}") for weight in random.lognormal(3, 1.2, tables)])[0]


def _tpc_ds(tables: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Give the benchmark's tables, as often as it takes, each copy a little larger or smaller."""
    copies = -(-tables // len(_TPC_DS))
    rows = np.concatenate([np.ceil(np.array(_TPC_DS) * random.uniform(0.8, 1.2)) for _ in range(copies)])
    return rows[:tables].astype(np.int64)


def _cases() -> list[Case]:
    makers: dict[str, Callable[[int, np.random.Generator], NDArray[np.int64]]] = {
        **{f"zipf {exponent:g}": partial(_zipf, exponent) for exponent in _EXPONENTS},
        "bimodal": _bimodal,
        "powers of two": _powers_of_two,
        "two giants": _two_giants,
        "nine orders": _nine_orders,
        "decimals": _decimals,
        "TPC-DS": _tpc_ds,
    }
    return [
        Case(f"{tables} to {pipelines}, {name}, {seed}", partial(_made, make, tables, pipelines, seed))
        for name, make in makers.items()
        for tables, pipelines in _SIZES
        for seed in _SEEDS
    ]


def _made(
    make: Callable[[int, np.random.Generator], NDArray[np.int64]], tables: int, pipelines: int, seed: int
) -> tuple[NDArray[np.int64], int, int | None]:
    return make(tables, np.random.default_rng([seed, tables, pipelines])), pipelines, None


FAMILIES = _cases()


def rows() -> list[Row]:
    """Measure ours beside longest-first on all families: how far above the lower bound, and how much is proved."""
    ours, simple, proved = [], [], 0
    for case in FAMILIES:
        weights, pipelines, _ = case.make()
        split = spread(weights, pipelines)
        assignment = longest_first(weights, pipelines)
        ours.append(100 * split.gap)
        simple.append(100 * (makespan_of(weights, assignment, pipelines) - split.bound) / split.bound)
        proved += split.optimal
    count = len(FAMILIES)
    return [
        Row(f"above the lower bound, mean of {count} of other families", sum(ours) / count, "%", _MEAN),
        Row("  longest-first", sum(simple) / count, "%"),
        Row("  the worst of them", max(ours), "%", _WORST),
        Row("  longest-first", max(simple), "%"),
        Row("  proved that nothing is better", proved, "", _PROVED, over=True),
    ]
