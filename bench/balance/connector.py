"""One connector of 250 tables: a pipeline less, a heavy table more, its rows in another order."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bench.__main__ import Row
from bench.balance.churn import best_names
from bench.balance.rivals import longest_first
from bench.balance.staying import within
from headgate.partition.bound import lower_bound
from headgate.partition.instance import Instance
from headgate.partition.repair import repair
from headgate.partition.shrink import shrink
from headgate.partition.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.balance.churn import Ints

SIZE = 250
_SNAPSHOT, _OTHER = 1, 10
_PIPELINES, _FEWER, _MOST_MOVED = 8, 7, 40
_TOLERANCE = 0.05
_SEED = 1101


def mixed(share: float = 0.4, seed: int = _SEED) -> Ints:
    """Give 250 weights: a share of snapshots at 1, the others at 10, in random order."""
    weights = np.full(SIZE, _OTHER, dtype=np.int64)
    weights[: round(share * SIZE)] = _SNAPSHOT
    return np.random.default_rng(seed).permutation(weights)


def listed(file: Path) -> Ints | None:
    """Give the weights of the connector in a CSV (connector, ingestion_type) that has 250 tables; None without one."""
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", newline="") as text:
        tables = [(row["connector"], row["ingestion_type"]) for row in csv.DictReader(text)]
    sizes = Counter(connector for connector, _ in tables)
    for name in sorted(name for name, size in sizes.items() if size == SIZE):
        kinds = [kind for connector, kind in tables if connector == name]
        return np.array([_SNAPSHOT if kind == "snapshot" else _OTHER for kind in kinds], dtype=np.int64)
    return None


def rows(name: str, weights: Ints) -> Iterator[Row]:
    """Measure one connector's three events; give the table's rows. Every move costs the same."""
    yield from _one_less(name, weights)
    yield from _one_more(name, weights)
    yield from _shuffled(name, weights)


def _one_less(name: str, weights: Ints) -> Iterator[Row]:
    assignment = spread(weights, _PIPELINES).assignment
    found = shrink(Instance(weights, _PIPELINES), assignment, _alike(weights), _FEWER, tolerance=_TOLERANCE)
    moved = _moved(assignment, found.assignment)
    yield Row(f"{name}: {_PIPELINES} to {_FEWER} pipelines, tables moved", moved, "", _MOST_MOVED)
    bound = int(lower_bound(weights, _FEWER))
    used, loads = np.unique(found.assignment), Instance(weights, _PIPELINES).loads(found.assignment)
    yield Row("  pipelines left", float(len(used)), "", _FEWER)
    yield Row("  heaviest above the bound", 100 * (int(loads.max()) / bound - 1), "%", 100 * _TOLERANCE)
    today, fresh = longest_first(weights, _PIPELINES), longest_first(weights, _FEWER)
    yield Row("  longest-first from scratch, best names", _moved(today, best_names(fresh, today, weights, _PIPELINES)), "")
    yield Row("  longest-first from scratch, as they come", _moved(today, fresh), "")


def _one_more(name: str, weights: Ints) -> Iterator[Row]:
    """Add a table of the heavier kind, new, as the first row; it has to fit without a move where there is room."""
    after = np.concatenate(([_OTHER], weights))
    assignment = spread(weights, _FEWER).assignment
    loads = Instance(weights, _FEWER).loads(assignment)
    fits = within(int(loads.min()) + _OTHER, int(lower_bound(after, _FEWER)), _TOLERANCE)
    today = np.concatenate(([-1], assignment))
    found = repair(Instance(after, _FEWER), today, _alike(after), tolerance=_TOLERANCE, trigger=_TOLERANCE)
    what = f"{name}: a heavy table more, tables moved"
    yield Row(what if fits else f"{what} (no room)", _moved(assignment, found.assignment[1:]), "", 0 if fits else None)
    today, fresh = longest_first(weights, _FEWER), longest_first(after, _FEWER)[1:]
    yield Row("  longest-first from scratch, best names", _moved(today, best_names(fresh, today, weights, _FEWER)), "")
    yield Row("  longest-first from scratch, as they come", _moved(today, fresh), "")


def _shuffled(name: str, weights: Ints) -> Iterator[Row]:
    order = np.random.default_rng(_SEED).permutation(len(weights))
    assignment = spread(weights, _FEWER).assignment
    instance = Instance(weights[order], _FEWER)
    found = repair(instance, assignment[order], _alike(weights), tolerance=_TOLERANCE, trigger=_TOLERANCE)
    yield Row(f"{name}: rows in another order, tables moved", _moved(assignment[order], found.assignment), "", 0)
    today, fresh = longest_first(weights, _FEWER), longest_first(weights[order], _FEWER)
    yield Row(
        "  longest-first from scratch, best names",
        _moved(today[order], best_names(fresh, today[order], weights[order], _FEWER)),
        "",
    )
    yield Row("  longest-first from scratch, as they come", _moved(today[order], fresh), "")


def _moved(before: Ints, after: Ints) -> float:
    return float(np.count_nonzero(before != after))


def _alike(weights: Ints) -> Ints:
    return np.ones(len(weights), dtype=np.int64)
