"""Discovery from a CSV of tables: an inventory, or a list of one or several connectors' tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.discovery.found import Found
from headgate.files import needed_bytes
from headgate.inventory.read import parse_lists
from headgate.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path


def read_csv(path: Path, connector: str) -> Found:
    """Read the tables of a CSV with the columns of an inventory, of which only source_table is needed.

    With a column `connector` besides, the rows of that connector; else all. Raises InputError with all problems.
    """
    lists = parse_lists(needed_bytes(path), str(path))
    if "" not in lists and connector not in lists:
        raise InputError(Problem(f"has no row of the connector {connector!r}", did_you_mean(connector, lists), str(path)))
    return Found(lists[connector] if connector in lists else lists[""])
