"""`headgate backfill`: a range of time, read again by hand."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import emit, result, show, warn
from headgate.cli.options import TARGET, Connector, FormatOption, Profile, Root
from headgate.numbers import counted

if TYPE_CHECKING:
    from headgate.backfill.execute import BackfillCounts

_log = logging.getLogger(__name__)


def backfill(  # noqa: PLR0913  # each parameter is a flag
    connector: Connector,
    start: Annotated[str, typer.Option("--from", help="From when, included: 2026-01-31T06:00:00Z, *-1d; without a zone UTC.")],
    before: Annotated[str, typer.Option("--to", help="To when, not included.")] = "*",
    tags: Annotated[str, typer.Option(help="The tags' ids (PI: WebIDs), by commas; else those that the options choose.")] = "",
    table: Annotated[str, typer.Option(help="The table.")] = "pi_timeseries",
    options_file: Annotated[
        Path | None, typer.Option(help="Options for the connector, JSON; win over HEADGATE_OPTION_<NAME> and connector.yaml.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for a file of newline JSON for each part.")] = None,
    delta: Annotated[str, typer.Option(help="A Delta table to merge into by its key: a folder, s3://…, abfss://…")] = "",
    storage_options: Annotated[
        Path | None, typer.Option(help="Options of deltalake's for the table's storage, such as credentials: a JSON file.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", help="With --merge: the target; default: its only one.", envvar=TARGET),
    ] = None,
    profile: Profile = None,
    into: Annotated[str, typer.Option(help="Like --merge, into this one table: catalog.schema.table.")] = "",
    warehouse: Annotated[
        str, typer.Option(help="With --merge and --into: the id of a SQL warehouse.", envvar="DATABRICKS_WAREHOUSE_ID")
    ] = "",
    requests_per_second: Annotated[float, typer.Option(min=0.01, help="At most so many requests a second.")] = 5,
    hours: Annotated[float, typer.Option(min=0.01, help="Hours that are read at once.")] = 1,
    *,
    merge: Annotated[bool, typer.Option("--merge", help="Into the target's tables, which pipelines write.")] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="With --merge, --into, --delta: what the source no longer has goes.")
    ] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Read a range of time of a table again: late, corrected and deleted values, by hand.

    Rows go to stdout as newline JSON, to files with --out, or into tables, merged by key: those that the pipelines write with
    --merge, another one with --into, by a SQL warehouse, and with --delta a Delta table in a storage. There a repeat doubles
    nothing, corrected values overwrite and, with --delete, deleted ones go. But for stdout the same command carries on where a
    run was cut off, with the times and the tags of its first run. A folder holds one backfill.
    """
    from headgate.discovery.options import options_of_file
    from headgate.use_cases.backfill import BackfillRequest, read_again
    from headgate.use_cases.outputs.tables import BackfillOutput

    request = BackfillRequest(
        connector=connector,
        start=start,
        before=before,
        table=table,
        tags=tuple(tag for part in tags.split(",") if (tag := part.strip())),
        options=options_of_file(options_file, "--options-file") if options_file else {},
        out=out,
        delta=delta,
        storage=options_of_file(storage_options, "--storage-options") if storage_options else {},
        merge=merge,
        into=into,
        target=target,
        profile=profile,
        warehouse=warehouse,
        delete=delete,
        requests_per_second=requests_per_second,
        hours=hours,
        root=root,
    )
    done = read_again(request, os.environ, show, _say_how_far)
    counts = done.counts
    for tag, reason in sorted(counts.unread.items()):
        warn(f"not read: {tag}: {reason}")
    if not done.landing:
        return
    if output == "json":
        emit(BackfillOutput.like(counts, table=done.table, to=done.landing, already_done=counts.skipped))
    else:
        skipped = f" ({counted(counts.skipped, 'part was', 'parts were')} done before)" if counts.skipped else ""
        landed = f"{counted(counts.rows, 'row')} in {counted(counts.parts, 'part')}"
        result(f"{done.table}: {landed} to {done.landing}{skipped}")


def _say_how_far(counts: BackfillCounts, parts: int) -> None:
    done = counts.parts + counts.skipped
    _log.info("backfill: %s, %d of %s", counted(counts.rows, "row"), done, counted(parts, "part"))
