"""Rows of a spool whose key another one has already, found in memory that grows by eight bytes a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from headgate.engine.worker.batches import BadCell, json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.engine.worker.spool import Spool

REASON = "the key is in one snapshot more than once: this row is not the first"


def take_out_repeated(spool: Spool, keys: Sequence[str], into: Spool) -> list[BadCell]:
    """Give the cells that say which rows have a key that an earlier row has; `into` gets the others, where there are any such.

    Where `into` stays empty, no row was taken out.
    """
    hashes = np.concatenate([_hashes(batch, keys) for batch in spool.batches()] or [np.zeros(0, np.int64)])
    ordered = np.sort(hashes)
    maybe = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not maybe.size:
        return []
    bad: list[BadCell] = []
    seen: set[tuple[Any, ...]] = set()
    begin = 0
    found: list[list[int]] = []
    for batch in spool.batches():
        out = []
        for index in np.isin(hashes[begin : begin + batch.num_rows], maybe).nonzero()[0].tolist():
            key = tuple(batch.column(name)[index].as_py() for name in keys)
            if key in seen:
                out.append(index)
                row = batch.slice(index, 1).to_pylist()[0]
                bad.append(
                    BadCell(
                        json_text(dict(zip(keys, key, strict=True))), ", ".join(keys), json_text(key), REASON, json_text(row)
                    )
                )
            seen.add(key)
        begin += batch.num_rows
        found.append(out)
    if bad:
        for batch, out in zip(spool.batches(), found, strict=True):
            gone = set(out)
            into.add(
                batch.take(pa.array([index for index in range(batch.num_rows) if index not in gone], pa.int64()))
                if gone
                else batch
            )
    return bad


def _hashes(batch: pa.RecordBatch, keys: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    rows: Iterator[tuple[Any, ...]] = zip(*(batch.column(name).to_pylist() for name in keys), strict=True)
    return np.fromiter(map(hash, rows), np.int64, batch.num_rows)
