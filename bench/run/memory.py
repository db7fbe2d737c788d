"""The most resident memory of a pipeline's process, however many rows one answer of its source has."""

from __future__ import annotations

from bench.__main__ import Row
from bench.run.running import Took, once

FEW, MANY, MERGED = 1_000_000, 20_000_000, 5_000_000
MEGABYTES = 536.9  # 512 MiB
FLAT = 1.5


def rows() -> list[Row]:
    """Measure appends of Arrow batches and of dictionaries, and merges."""
    few, many = _took(FEW), _took(MANY)
    return [
        *_of(f"{FEW:,} rows appended", few),
        *_of(f"{MANY:,} rows appended", many),
        Row("  beside a twentieth of them", many["megabytes"] / few["megabytes"], "x", FLAT),
        *_of(f"{FEW:,} dictionaries appended", _took(FEW, by_columns="")),
        *_of(f"{MERGED:,} rows merged by their keys", _took(MERGED, kind="cdc")),
    ]


def _took(rows: int, **connection: str) -> Took:
    found = once("process", connection={"rows": str(rows), "by_columns": "yes", **connection}, tables=1)
    if found["rows"] != rows:
        raise SystemExit(f"{found['rows']:,} of {rows:,} rows landed")
    return found


def _of(what: str, took: Took) -> list[Row]:
    return [Row(what, took["cpu"], "s"), Row("  memory", took["megabytes"], "MB", MEGABYTES)]
