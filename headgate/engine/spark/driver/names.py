"""Names in Spark's SQL: columns, paths, and how rows of two sides have the same keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812  # as all of Spark's users call it

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pyspark.sql import Column, DataFrame


def quoted(name: str) -> str:
    """Give a name as SQL has it."""
    return "`" + name.replace("`", "``") + "`"


def delta_path(path: Path) -> str:
    """Give a Delta table in a folder as SQL names it."""
    return f"delta.{quoted(str(path))}"


def columns(names: Iterable[str], side: str = "") -> list[Column]:
    """Give columns by their names, dots and all; of one side of a join, where that is given."""
    return [F.col((f"{side}." if side else "") + quoted(name)) for name in names]


def same(keys: Sequence[str]) -> str:
    """Give the condition of SQL under which rows of `s` and `t` have the same keys."""
    return " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in keys)


def joined(left: DataFrame, right: DataFrame, keys: Sequence[str], how: str, also: str = "") -> DataFrame:
    """Join rows `s` (left) with rows `t` (right) of the same keys, and a condition of SQL besides."""
    condition = f"{same(keys)} AND {also}" if also else same(keys)
    return left.alias("s").join(right.alias("t"), F.expr(condition), how)
