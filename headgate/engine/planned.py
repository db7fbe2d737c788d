"""What a run would do, as people are told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  # pydantic reads the fields' types


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table that would be loaded: its source, its destination and its folder; `refresh`: from nothing."""

    source_table: str
    destination: str
    folder: Path
    weight: float
    refresh: bool


@dataclass(frozen=True, slots=True)
class PlannedPipeline:
    """A pipeline that would be run: its id, and what each of its tables is loaded into."""

    id: str
    tables: tuple[PlannedTable, ...]
