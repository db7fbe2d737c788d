"""A run as text: what each pipeline loaded, in what time, and what of it needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.numbers import counted, number_text, some
from headgate.render.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.engine.events import Event
    from headgate.engine.model import PlannedPipeline

_FEW = 5  # names in a line
_COLUMNS = ("pipeline", "tables", "rows", "written", "unfit", "seconds", "waiting", "state")


def run_text(events: Sequence[Event], width: int) -> str:
    """Give a table of pipelines with their loads, and below it the balance that they really had."""
    pipelines = [event for event in events if event.kind == "pipeline" and event.state != "started"]
    tables = [event for event in events if event.kind == "table"]
    rows = [_row(one, [table for table in tables if table.pipeline == one.pipeline]) for one in pipelines]
    lines = [table_text(_COLUMNS, rows, range(1, 7), width=width, spare=(3, 4))]
    seconds: list[float] = [one.seconds or 0.0 for one in pipelines]
    if len(seconds) > 1:
        total = sum(seconds)
        mean = total / len(seconds)
        lines.append(f"The longest pipeline took {max(seconds):.1f} s, the mean {mean:.1f} s, all together {total:.1f} s.")
    return "\n".join(lines)


def _row(pipeline: Event, tables: Sequence[Event]) -> tuple[str, ...]:
    loaded = sum(table.state == "loaded" for table in tables)
    seconds = pipeline.seconds or 0
    waiting = f"{100 * (pipeline.waiting_seconds or 0) / seconds:.0f} %" if seconds else "-"
    return (
        pipeline.pipeline or "",
        str(loaded) if loaded == len(tables) else f"{loaded} of {len(tables)}",
        *(number_text(number or 0) for number in (pipeline.rows, pipeline.rows_written, pipeline.rows_quarantined)),
        f"{seconds:.1f}",
        waiting,
        pipeline.state,
    )


def attention(events: Iterable[Event]) -> list[str]:
    """Give what to look at: tables that failed, and rows that did not fit or were changed on the way; alike ones together."""
    loads = [event for event in events if event.kind == "table"]
    tables = grouped((words, event.table or "") for event in loads for words in _words(event))
    return [f"{some(dict.fromkeys(its), _FEW)}: {words}" for words, its in tables.items()]


def _words(event: Event) -> Iterator[str]:
    if event.state == "failed":
        yield (event.error or "") + (f"\n    {event.fix}" if event.fix else "")
    if event.rows_quarantined:
        yield f"{counted(event.rows_quarantined, 'row')} did not fit, and went to the quarantine"
    if event.unknown_columns:
        yield f"rows have columns that the schema has not, and they are left out: {some(event.unknown_columns, _FEW)}"
    if event.converted:
        columns = some((f"{name} ({count:,})" for name, count in event.converted.items()), _FEW)
        yield f"values were made their column's type, without loss: {columns}"


def plan_text(pipelines: Sequence[PlannedPipeline], width: int) -> str:
    """Give what would be run: a row for each table."""
    rows = [
        (pipeline.id, table.source_table, table.destination, "from nothing" if table.refresh else "on from the last run")
        for pipeline in pipelines
        for table in pipeline.tables
    ]
    return table_text(("pipeline", "source table", "Delta table", "load"), rows, width=width)


def event_text(event: Event) -> str:
    """Give an event as a line, where it is worth one."""
    name = event.table if event.kind == "table" else event.pipeline
    if event.state == "started":
        return f"{name}: begins" if event.kind == "pipeline" else ""
    took = f"in {event.seconds or 0:.1f} s"
    if event.kind == "table":
        what = {
            "loaded": f"{counted(event.rows or 0, 'row')} {took}",
            "failed": f"failed: {event.error}",
            "stopped": "stopped",
        }[event.state]
        return f"{event.pipeline}: {event.source_table}: {what}"
    return f"{event.pipeline}: {event.state} {took}" if event.kind == "pipeline" else ""
