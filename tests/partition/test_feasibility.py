"""Whether there is a placement at all, whatever the weights."""

from __future__ import annotations

import numpy as np

from headgate.partition.feasibility import _Search, domains_of
from headgate.partition.instance import Instance


def searched(capacity: list[int], forbidden: dict[int, frozenset[int]], units: int = 4) -> list[int] | bool:
    """Give the placement that the search finds of units that are a table each, or whether it proves that there is none."""
    instance = Instance(np.ones(units, dtype=np.int64), len(capacity), capacity=np.array(capacity), forbidden=forbidden)
    found = _Search(instance, domains_of(instance)).run()
    return found.proved if found.assignment is None else [int(pipeline) for pipeline in found.assignment]


def test_units_without_rules_go_where_there_is_room_left() -> None:
    assert searched([2, 2], {3: frozenset({0})}) == [0, 0, 1, 1]


def test_where_rules_leave_too_little_room_there_is_none() -> None:
    assert searched([1, 3], {0: frozenset({1}), 1: frozenset({1})}) is True
