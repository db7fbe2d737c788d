"""A million rows of 16 columns: dictionaries to a committed Delta table."""

from __future__ import annotations

from bench.__main__ import Row
from bench.run.loads import MADE_UP
from bench.run.running import Kinds, in_turns

ROWS, TURNS = 1_000_000, 2
BY_DLT = 100_000  # a million take it minutes
SHARE, FASTER = 0.75, 3


def rows() -> list[Row]:
    """Measure the engine, Arrow with delta-rs, and dlt; of the engine's and dlt's time the source's is taken off."""
    engine = {"code": str(MADE_UP), "connection": {"rows": str(ROWS)}}
    kinds: Kinds = {
        "source": ("source", {"rows": ROWS}),
        "engine": ("engine", engine),
        "pylist": ("pylist", {"rows": ROWS}),
    }
    took = in_turns(kinds, TURNS) | in_turns({"dlt": ("dlt", {"rows": BY_DLT})}, 1)
    source = took["source"]["cpu"]
    own, other = took["engine"]["cpu"] - source, took["pylist"]["cpu"]
    dlt = took["dlt"]["cpu"] * ROWS / BY_DLT - source
    return [
        Row(f"{ROWS:,} dictionaries to Delta, processor", own, "s"),
        Row("  memory", took["engine"]["megabytes"], "MB"),
        Row("Table.from_pylist and write_deltalake", other, "s"),
        Row("  memory", took["pylist"]["megabytes"], "MB"),
        Row("  the engine beside it", own / other, "x", SHARE),
        Row(f"dlt, by {BY_DLT:,} of them", dlt, "s"),
        Row("  times faster than it", dlt / own, "x", FASTER, over=True),
    ]
