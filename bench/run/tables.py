"""Many small tables: what a commit costs. And a merge: what the engine adds to that of delta-rs."""

from __future__ import annotations

from bench.__main__ import Row
from bench.run.running import Kinds, in_turns, once

TABLES, ROWS, SECONDS = 1000, 10, 60
THERE, CHANGED, TURNS, MORE = 1_000_000, 100_000, 2, 1.2


def many() -> list[Row]:
    """Measure a pipeline of a thousand tables."""
    took = once("process", connection={"rows": str(ROWS)}, tables=TABLES)
    return [
        Row(f"{TABLES:,} tables of {ROWS} rows in one pipeline, processor", took["cpu"], "s", SECONDS),
        Row("  clock", took["seconds"], "s"),
        Row("  commits", took["commits"], ""),
        Row("  memory", took["megabytes"], "MB"),
    ]


def merge() -> list[Row]:
    """Measure a merge of rows from all over the table, and as many new ones."""
    step = 2 * THERE // CHANGED
    common = {"kind": "cdc", "by_columns": "yes"}
    then = {**common, "rows": str(CHANGED), "step": str(step), "version": "1"}
    kinds: Kinds = {
        "engine": ("merge", {"first": {**common, "rows": str(THERE)}, "then": then}),
        "delta-rs": ("delta_merge", {"there": THERE, "rows": CHANGED, "step": step}),
    }
    took = in_turns(kinds, TURNS)
    own, other = took["engine"]["cpu"], took["delta-rs"]["cpu"]
    return [
        Row(f"a merge of {CHANGED:,} rows into {THERE:,}, processor", own, "s"),
        Row("  memory", took["engine"]["megabytes"], "MB"),
        Row("delta-rs' own merge", other, "s"),
        Row("  memory", took["delta-rs"]["megabytes"], "MB"),
        Row("  the engine beside it", own / other, "x", MORE),
    ]
