"""The event log: what ran, how long, with how many rows: JSON lines, in one form for runs here and in a workspace."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # pydantic reads the fields' types
from os import SEEK_END
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from headgate.files import system_error

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.engine.model import Counts


class Event(BaseModel):
    """One line. Times are UTC; where something is not known, it is null.

    An event of a table tells of its load in a pipeline, one of a pipeline sums up its tables, one of a run its pipelines.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    origin: Literal["local", "workspace"] = "local"
    kind: Literal["run", "pipeline", "table"]
    state: Literal["started", "loaded", "failed", "stopped"] = Field(
        description="loaded: all of it; failed: it, or something in it, could not be loaded; stopped: ended by hand."
    )
    run: str = Field(description="The run's id, the same for all events of it.")
    connector: str
    target: str
    pipeline: str | None = None
    table: str | None = Field(default=None, description="The destination: catalog.schema.table.")
    source_table: str | None = None
    ingestion_type: str | None = None
    full_load: bool | None = Field(default=None, description="Whether the table was loaded from nothing.")
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float | None = Field(default=None, description="From start to end.")
    rows: int | None = Field(default=None, description="Rows that the source gave.")
    rows_written: int | None = Field(default=None, description="Rows that were inserted or changed.")
    rows_deleted: int | None = None
    rows_quarantined: int | None = Field(default=None, description="Rows that did not fit their columns' types or keys.")
    bytes: int | None = Field(default=None, description="Of the rows that the source gave, as Arrow holds them.")
    commits: int | None = None
    requests: int | None = Field(default=None, description="Requests to the source, where the connector counts them.")
    retries: int | None = None
    waiting_seconds: float | None = Field(
        default=None, description="In the connector without computing: waiting for the source."
    )
    throttled_seconds: float | None = Field(default=None, description="Of these, held back on purpose: rate limits, back-off.")
    converted: dict[str, int] | None = Field(
        default=None, description="Column → values that were made its type without loss, such as a text of digits."
    )
    unknown_columns: tuple[str, ...] | None = Field(default=None, description="What rows have and the schema has not.")
    error: str | None = None
    fix: str | None = None


def counted_fields(counts: Counts) -> dict[str, object]:
    """Give the fields of an event that say what came of a load."""
    return {
        "rows": counts.rows,
        "rows_written": counts.written,
        "rows_deleted": counts.deleted,
        "rows_quarantined": counts.quarantined,
        "bytes": counts.bytes,
        "commits": counts.commits,
        "requests": counts.requests,
        "retries": counts.retries,
        "waiting_seconds": round(counts.waiting, 6),
        "throttled_seconds": counts.waited,
        "converted": counts.converted or None,
        "unknown_columns": counts.unknown or None,
    }


def event_line(event: Event) -> str:
    """Give an event as its line."""
    return event.model_dump_json() + "\n"


def append_event(path: Path, event: Event) -> None:
    """Append an event to a log, on a line of its own. Raises what `system_error` gives where it can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            # A process that was ended while it wrote left a line without an end.
            end = file.seek(0, SEEK_END)
            file.seek(max(0, end - 1))
            torn = file.read(1) not in {b"", b"\n"}
            file.write(b"\n" * torn + event_line(event).encode())
    except OSError as error:
        raise system_error(error, path) from None
