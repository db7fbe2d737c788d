"""How many workers a pipeline's classic cluster gets: by what it has to do, between bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.definition.model import Sizing

_ROUNDING = 1e-9  # a weight is a sum of floats


def workers(sizing: Sizing, weight: float, tables: int) -> int:
    """Give the workers for tables of this weight in all (seconds of one run): as many as the one or the other asks for."""
    by_weight = math.ceil(weight / sizing.weight_per_worker * (1 - _ROUNDING))
    by_tables = -(-tables // sizing.tables_per_worker)
    return min(max(by_weight, by_tables, sizing.min_workers), sizing.max_workers)
