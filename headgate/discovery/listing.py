"""Discovery from a CSV of tables: an inventory, or a list of one or several connectors' tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.discovery.found import Failure, Found
from headgate.files import needed_bytes
from headgate.inventory.read import parse_lists
from headgate.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.inventory.read import Unverified


def read_csv(path: Path, connector: str, theirs: Mapping[str, str] | None = None, *, best_effort: bool = False) -> Found:
    """Read the tables of a CSV with the columns of an inventory, of which only source_table is needed.

    With a column `connector` besides, the rows of that connector; else all. `theirs`: as in `parse_lists`. With
    `best_effort`, of a table whose type, keys or cursor can't be read the rest is kept, and it is a failure. Raises
    InputError with all problems.
    """
    unverified: Unverified = []
    lists = parse_lists(needed_bytes(path), str(path), unverified if best_effort else None, theirs)
    if "" not in lists and connector not in lists:
        raise InputError(Problem(f"has no row of the connector {connector!r}", did_you_mean(connector, lists), str(path)))
    own = connector if connector in lists else ""
    failed = [Failure(table, str(problem)) for owner, table, found in unverified if owner == own for problem in found]
    return Found(lists[own], tuple(failed))
