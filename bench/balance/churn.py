"""Tables that drift, come and go, step by step; and those who keep a layout through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bench.balance.instances import lognormal
from bench.balance.rivals import longest_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

DRIFT, COME, GO = 0.1, 0.02, 0.01
NOWHERE = -1


class Keeper(Protocol):
    """Gives the assignment for weights (n,), given those of today (n,), -1 for a table that has none."""

    def __call__(self, weights: Ints, assignment: Ints) -> Ints:
        """Give (n,) assignment."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """The tables of a moment: (n,) numbers, ascending, that they keep for life, and their weights."""

    tables: Ints
    weights: Ints


def states(tables: int, sigma: float, steps: int, seed: int, come: float = COME, go: float = GO) -> Iterator[State]:
    """Give a first state, and one for each step after it: 10 % of drift a weight, 2 % of the tables come, and 1 % go.

    `come`, `go`: another share of the tables that does. Weights are lognormal with the given sigma; each is multiplied a step
    by a lognormal of sigma 0.1. How many come and go is drawn (binomial), so that few tables have their share of both too.
    """
    rng = np.random.default_rng(seed)
    weights = lognormal(tables, sigma, seed).astype(np.float64)
    numbers, last = np.arange(tables), tables
    yield State(numbers, np.ceil(weights).astype(np.int64))
    for _ in range(steps):
        weights = weights * rng.lognormal(0, DRIFT, len(weights))
        count = int(rng.binomial(len(weights), come))
        stay = rng.random(len(weights)) >= go
        fresh = lognormal(count, sigma, int(rng.integers(2**31))).astype(np.float64)
        numbers = np.concatenate((numbers[stay], np.arange(last, last + count)))
        weights = np.concatenate((weights[stay], fresh))
        last += count
        yield State(numbers, np.ceil(weights).astype(np.int64))


def carried(before: State, assignment: Ints, after: State) -> Ints:
    """Give the assignment that the tables of `after` have from `before`; -1 for those that came."""
    of_table = dict(zip(before.tables.tolist(), assignment.tolist(), strict=True))
    return np.array([of_table.get(table, NOWHERE) for table in after.tables.tolist()], dtype=np.int64)


def moved_share(before: Ints, after: Ints) -> float:
    """Give the share, in percent, of the tables with a home that are in another one after."""
    settled = before != NOWHERE
    return 100 * float(np.mean(before[settled] != after[settled])) if settled.any() else 0.0


def from_scratch(pipelines: int, *, renamed: bool) -> Keeper:
    """Give the keeper that spreads all longest-first at each step, with the best names for the new pipelines or without."""

    def keep(weights: Ints, assignment: Ints) -> Ints:
        fresh = longest_first(weights, pipelines)
        return best_names(fresh, assignment, weights, pipelines) if renamed else fresh

    return keep


def best_names(fresh: Ints, assignment: Ints, weights: Ints, pipelines: int) -> Ints:
    """Give `fresh` with each pipeline named after that of `assignment` with which it shares the most weight, greedily."""
    shared = np.zeros((pipelines, max(pipelines, int(assignment.max(initial=0)) + 1)), dtype=np.int64)
    settled = assignment != NOWHERE
    np.add.at(shared, (fresh[settled], assignment[settled]), weights[settled])
    shared = shared[:, :pipelines]
    names: dict[int, int] = {}
    for place in np.argsort(-shared, axis=None, kind="stable").tolist():
        new, old = divmod(place, pipelines)
        if new not in names and old not in names.values():
            names[new] = old
    return np.array([names[new] for new in range(pipelines)], dtype=np.int64)[fresh]
