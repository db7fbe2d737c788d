"""Whether runs say what a group weighs, and whether it was balanced since they do.

Until then its weights are guesses, and so is its layout: the trigger, which keeps tables from moving by small drifts, would
keep what nobody ever balanced by what was measured. And while one run or two are all that is known, they may be anybody's bad
day: tables move then only where a pipeline takes twice what it could, so that they need not move back when more is known.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from headgate.inventory.weighing import FEWEST_RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Balance
    from headgate.layout.model import Pipeline
    from headgate.tables.table import Table

_MOST = 0.9  # of a group's weight
_DOUBLED = 1.0  # above the lower bound


def rests_on_runs(tables: Sequence[Table]) -> bool:
    """Say whether nearly all of a group's weight is what rows decide or what runs say, three of a table or more."""
    seen = [table for table in tables if table.weight.source == "observed" and table.weight.of_use >= FEWEST_RUNS]
    known = fsum(table.weight.seconds for table in (*seen, *(table for table in tables if table.weight.source == "given")))
    return bool(seen) and known >= _MOST * fsum(table.weight.seconds for table in tables)


def is_fresh(tables: Sequence[Table], running: Iterable[str], before: Mapping[str, Pipeline]) -> bool:
    """Say whether runs say what a group weighs, and one of its pipelines that run was not balanced since.

    running: the ids of those; before: the lock's pipelines by id.
    """
    return rests_on_runs(tables) and not all(before[name].observed for name in running if name in before)


def trigger_of(tables: Sequence[Table], settings: Balance) -> float:
    """Give how far above its lower bound a pipeline of a group may be before tables move: more while few runs are known."""
    few = any(table.weight.source == "observed" and table.weight.of_use < FEWEST_RUNS for table in tables)
    return max(settings.trigger, _DOUBLED) if few and not rests_on_runs(tables) else settings.trigger
