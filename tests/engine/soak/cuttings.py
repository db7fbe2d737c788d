"""Where a process of the soak cuts what it reads: each one elsewhere, so that no commit depends on how the last one was cut."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from headgate.engine.worker import batches, delta, flow, intake

if TYPE_CHECKING:
    from random import Random


def cut_by(luck: Random) -> None:
    """Have the engine of this process commit, spill and tidy as it does where there are millions of rows."""
    flow._ENOUGH_ROWS = luck.choice([1, 5, flow._ENOUGH_ROWS])
    intake._MOST_BAD = luck.choice([0, 1, intake._MOST_BAD])
    batches._FIRST = luck.choice([1, 3, batches._FIRST])
    batches._MOST = max(batches._FIRST, 4)
    delta._COMPACT_EVERY = luck.choice([2, 4, delta._COMPACT_EVERY])
    often = {"delta.checkpointInterval": luck.choice(["2", "5", "100"])}
    setattr(DeltaTable, "create", partial(DeltaTable.create, configuration=often))  # noqa: B010  # a method, to mypy
    worker = sys.modules["__main__"] if hasattr(sys.modules["__main__"], "_SPOOL_SHARE") else sys.modules[_WORKER]
    worker._SPOOL_SHARE = luck.choice([16, 512 * 1024, 1024 * 1024 * 1024])  # type: ignore[attr-defined]  # of the worker's


_WORKER = "headgate.engine.worker.__main__"
