"""What one would write instead of a page: its question as a script asks it, of DuckDB or Polars. `plain.py TOOL FOLDER`.

It prints, as JSON, kind → (seconds by the clock, seconds of processor), the median of the variants of a kind. Imports, and a
first question that opens everything, are left out.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from bench.dashboard.questions import Question, by_kind
from headgate.dashboard.lake.database import delta_extension

if TYPE_CHECKING:
    from collections.abc import Callable


def by_polars(folder: str) -> Callable[[Question], int]:
    """Give what answers a question, and says how many rows it found."""

    def ask(its: Question) -> int:
        found = pl.scan_delta(folder)
        if its.key is not None:
            found = found.filter(pl.col("id") == its.key)
        if its.day is not None:
            begin, end = map(datetime.fromisoformat, its.days)
            found = found.filter(pl.col("updated_at").is_between(begin, end))
        if its.after:
            at, key = datetime.fromisoformat(its.after[0]), its.after[1]
            time_, id_ = pl.col("updated_at"), pl.col("id")
            found = found.filter((time_ < at) | ((time_ == at) & (id_ < key)))
        by = [its.sort, *(["id"] if its.sort != "id" else [])] if its.sort else ["updated_at", "id"]
        return found.sort(by, descending=not its.sort or its.down, nulls_last=True).head(its.size).collect().height

    return ask


def by_duckdb(folder: str) -> Callable[[Question], int]:
    """Give what answers a question, and says how many rows it found."""
    database = duckdb.connect()
    database.execute(f"LOAD '{delta_extension()}'")
    database.execute("SET TimeZone = 'UTC'")

    def ask(its: Question) -> int:
        conditions, values = ["true"], [folder, *([its.key] if its.key is not None else [])]
        if its.key is not None:
            conditions.append("id = ?")
        if its.day is not None:
            conditions.append("updated_at BETWEEN CAST(? AS TIMESTAMPTZ) AND CAST(? AS TIMESTAMPTZ)")
            values += its.days
        if its.after:
            conditions.append("(updated_at, id) < (CAST(? AS TIMESTAMPTZ), ?)")
            values += its.after
        order = f"{its.sort} {'DESC' if its.down else 'ASC'}, id" if its.sort else "updated_at DESC, id DESC"
        sql = f"SELECT * FROM delta_scan(?) WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT {its.size}"  # noqa: S608
        # As Arrow: of an instant, fetchall makes Python's own by pytz, which the bench does not need else.
        count: int = database.execute(sql, values).to_arrow_table().num_rows
        return count

    return ask


def main(tool: str, folder: str) -> None:
    """Ask all questions, and print what they took."""
    ask = {"polars": by_polars, "duckdb": by_duckdb}[tool](folder)
    ask(Question(key=0))
    found = {}
    for kind, questions in by_kind().items():
        took = []
        for its in questions:
            clock, processor = time.perf_counter(), time.process_time()
            if not ask(its):
                raise SystemExit(f"{tool} finds no rows: {its}")
            took.append((time.perf_counter() - clock, time.process_time() - processor))
        found[kind] = [median(part) for part in zip(*took, strict=True)]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
