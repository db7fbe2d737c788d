"""What a run is: pipelines with their tables, and what is told of it, as data that goes between processes and into files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  # pydantic reads the fields' types
from pathlib import Path  # noqa: TC003  # pydantic reads the fields' types
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableOrder(_Strict):
    """A table to load: from where, into which Delta table (a folder), with which options; `refresh`: from nothing."""

    name: str
    source_table: str
    folder: str
    aside: str
    options: dict[str, str] = Field(default_factory=dict, repr=False)
    refresh: bool = False


class PipelineOrder(_Strict):
    """What one process does: the tables of a pipeline, with the connector in a folder, made with `connection`.

    lock: the file that it holds meanwhile. memory: bytes that the process may take. patience: seconds that one answer of the
    connector may take. interval: seconds after which all are loaded again; 0: once.
    """

    pipeline: str
    lock: str
    code: str
    connection: dict[str, str] = Field(repr=False)
    tables: tuple[TableOrder, ...]
    memory: int
    patience: float
    interval: float = 0


class Counts(_Strict):
    """What came of a load. Rows are counted where they were read, bytes as Arrow holds them; times are seconds.

    written: rows that a commit inserted or changed. quarantined: rows that did not fit. converted: values made another type
    without loss, by column. unknown: columns that rows have and the schema has not. waiting: in the connector, not computing.
    requests, retries, waited: as the connector counts them, None where it does not.
    """

    rows: int = 0
    written: int = 0
    deleted: int = 0
    quarantined: int = 0
    bytes: int = 0
    commits: int = 0
    waiting: float = 0
    requests: int | None = None
    retries: int | None = None
    waited: float | None = None
    converted: dict[str, int] = Field(default_factory=dict)
    unknown: tuple[str, ...] = ()


class Said(_Strict):
    """What a pipeline's process says to the one that started it: a line of JSON each.

    what: `loading` (a table begins), `rows` (so many so far), `loaded`, `failed`, `stopped`, `end` (of a pass over all).
    started_at: when a table begins (UTC); seconds: what its load took; both by the clock of the process that loads it.
    """

    what: Literal["loading", "rows", "loaded", "failed", "stopped", "end"]
    table: str = ""
    ingestion_type: str = ""
    full_load: bool = False
    started_at: datetime | None = None
    seconds: float | None = None
    rows: int = 0
    counts: Counts | None = None
    error: str = ""
    fix: str = ""


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
