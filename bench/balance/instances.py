"""Seeded weights to spread, as connectors have them and as the literature makes them hard, and what is asked of a result."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_LARGE = 1_000_000
_SMALL = 39
_EXACT = 0.0
_REALISTIC, _UNIFORM, _TRIPLETS = 0.1, 0.85, 0.2  # percent


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked: a gap of at most so many percent, in at most so many seconds. None: not asked."""

    gap: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Case:
    """A named instance; `make` gives (n,) int64 weights, the number of pipelines, and the least makespan where known.

    own: made here, not given beside the project.
    """

    name: str
    make: Callable[[], tuple[NDArray[np.int64], int, int | None]]
    own: bool = True


def goal_of(name: str, tables: int) -> Goal:
    """Give what is asked of an instance by its name and its number of tables."""
    if name.startswith("triplets"):
        return Goal(_TRIPLETS, 1.0) if "60 to 20" in name else Goal(None, None)
    if name.startswith(("Graham", "planted")):
        return Goal(_EXACT, _seconds(tables))
    if name.startswith("30 to 12"):
        return Goal(_UNIFORM, 1.0)
    return Goal(_REALISTIC, _seconds(tables))


def _seconds(tables: int) -> float:
    if tables <= _SMALL:
        return 0.05
    return 2.0 if tables >= _LARGE else 1.0


def lognormal(tables: int, sigma: float, seed: int, median: float = 30_000) -> NDArray[np.int64]:
    """Give weights most of which are about the median, and a few far above it; sigma is that of their logarithms."""
    normal = np.random.default_rng(seed).standard_normal(tables)
    return np.ceil(median * np.exp(sigma * normal)).astype(np.int64)


def zipf(tables: int, exponent: float, head: int, seed: int, total: float = 5e8) -> NDArray[np.int64]:
    """Give weights that fall as rank^-exponent, in random order. `head` ranks are left out, so that none outweighs all."""
    ranks = np.random.default_rng(seed).permutation(tables) + head + 1.0
    shares = np.power(ranks, -exponent)
    return np.asarray(np.ceil(total * shares / shares.sum()), dtype=np.int64)


def near_equal(tables: int, seed: int, middle: int = 4_000) -> NDArray[np.int64]:
    """Give weights within 5 % of the middle."""
    width = middle // 20
    return np.random.default_rng(seed).integers(middle - width, middle + width, tables, endpoint=True)


def uniform(tables: int, most: int, seed: int) -> NDArray[np.int64]:
    """Give weights from 1 to `most`, each as likely: few big numbers, hard to make level."""
    return np.random.default_rng(seed).integers(1, most, tables, endpoint=True)


def triplets(pipelines: int, seed: int, optimum: int = 3_000_000) -> NDArray[np.int64]:
    """Give three weights for each pipeline, all between a quarter and half of the optimum, that add up to it.

    So no pipeline of an optimal split has two or four. Source: E. Falkenauer, A hybrid grouping genetic algorithm for bin
    packing, Journal of Heuristics 2 (1996), the instances called triplets.
    """
    rng = np.random.default_rng(seed)
    low, high = optimum // 4 + 1, optimum // 2 - 1
    first = rng.integers(low, high, pipelines, endpoint=True)
    # The third is what is missing: between the same limits where the second is within these.
    least, most = np.maximum(low, optimum - first - high), np.minimum(high, optimum - first - low)
    second = rng.integers(least, most, endpoint=True)
    return rng.permutation(np.concatenate((first, second, optimum - first - second)))


def planted(tables: int, pipelines: int, seed: int, optimum: int = 7_000_000) -> NDArray[np.int64]:
    """Give weights that fill every pipeline to the optimum: each pipeline's load is broken at random, into pieces of 1 up."""
    rng = np.random.default_rng(seed)
    counts = 1 + rng.multinomial(tables - pipelines, np.full(pipelines, 1 / pipelines))
    pieces = [1 + rng.multinomial(optimum - count, rng.dirichlet(np.ones(count))) for count in counts]
    return rng.permutation(np.concatenate(pieces))


def graham(pipelines: int) -> NDArray[np.int64]:
    """Give the weights on which longest-first does worst: 4m - 1 where 3m is best.

    Source: R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM Journal on Applied Mathematics 17 (1969).
    """
    pairs = np.repeat(np.arange(pipelines + 1, 2 * pipelines), 2)
    return np.concatenate((pairs, np.full(3, pipelines))).astype(np.int64)


OWN = (
    Case("39 to 4, lognormal 1.5", lambda: (lognormal(39, 1.5, 1016), 4, None)),
    Case("39 to 4, zipf 1.0", lambda: (zipf(39, 1.0, 2, 1002), 4, None)),
    Case("200 to 8, lognormal 1.5", lambda: (lognormal(200, 1.5, 1003), 8, None)),
    Case("200 to 8, zipf 0.8", lambda: (zipf(200, 0.8, 5, 1004), 8, None)),
    Case("1,040 to 11, equal", lambda: (np.full(1_040, 700, dtype=np.int64), 11, 95 * 700)),
    Case("1,040 to 11, within 5 %", lambda: (near_equal(1_040, 1005), 11, None)),
    Case("10k to 50, zipf 0.8", lambda: (zipf(10_000, 0.8, 20, 1006, 1e10), 50, None)),
    Case("10k to 300, up to 1.8e15", lambda: (uniform(10_000, 18 * 10**14, 1017), 300, None)),
    Case("100k to 1k, lognormal 1.0", lambda: (lognormal(100_000, 1.0, 1007), 1_000, None)),
    Case("1M to 10k, lognormal 1.0", lambda: (lognormal(_LARGE, 1.0, 1008), 10_000, None)),
    Case("1M to 10k, within 5 %", lambda: (near_equal(_LARGE, 1009), 10_000, None)),
    Case("30 to 12, uniform", lambda: (uniform(30, 10**9, 1016), 12, None)),
    Case("triplets, 60 to 20", lambda: (triplets(20, 1011), 20, 3_000_000)),
    Case("triplets, 300 to 100", lambda: (triplets(100, 1012), 100, 3_000_000)),
    Case("planted, 39 to 4", lambda: (planted(39, 4, 1013), 4, 7_000_000)),
    Case("planted, 200 to 20", lambda: (planted(200, 20, 1014), 20, 7_000_000)),
    Case("Graham, 4", lambda: (graham(4), 4, 12)),
    Case("Graham, 11", lambda: (graham(11), 11, 33)),
    Case("Graham, 50", lambda: (graham(50), 50, 150)),
)


def given(file: Path) -> tuple[Case, ...]:
    """Give the instances of a module's INSTANCES (name → function → weights, pipelines, optimum or None); none without it."""
    spec = spec_from_file_location("given_instances", file) if file.is_file() else None
    if spec is None or spec.loader is None:
        return ()
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return tuple(Case(name, make, own=False) for name, make in module.INSTANCES.items())
