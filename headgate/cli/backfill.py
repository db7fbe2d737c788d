"""`headgate backfill`: a range of time, read again by hand."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Connector, Format, FormatOption, Root, result, result_json, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.backfill.carry_out import Outcome
    from headgate.backfill.homes import Home
    from headgate.backfill.sinks import Sink
    from headgate.backfill.source import Plan
    from headgate.clients.warehouse import Warehouse
    from headgate.definition.model import Definition
    from headgate.deployment.scope import Scope
    from headgate.project import Connector as Project

_JOURNAL = "backfill.json"


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
        typer.Option("--target", "-t", help="With --merge: the target; default: its only one.", envvar="HEADGATE_TARGET"),
    ] = None,
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
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """Read a range of time of a table again: late, corrected and deleted values, by hand.

    Rows go to stdout as newline JSON, to files with --out, or into tables, merged by key: those that the pipelines write with
    --merge, another one with --into, by a SQL warehouse, and with --delta a Delta table in a storage. There a repeat doubles
    nothing, corrected values overwrite and, with --delete, deleted ones go. But for stdout the same command carries on where a
    run was cut off, with the times and the tags of its first run. A folder holds one backfill.
    """
    from headgate.backfill.carry_out import carry_out
    from headgate.backfill.journal import order_of, read_journal
    from headgate.backfill.source import Source
    from headgate.project import read_connectors

    _fitting(out, delta, into, warehouse, merge=merge, delete=delete)
    one = read_connectors(root, connector)[0]
    scope = _scope(one.definition, target) if merge or into else None
    homes = _homes(one, scope, table, into) if scope else ()
    given = {"requests_per_second": str(requests_per_second)} | ({"tag_webids": tags} if tags else {})
    options = _options(one.definition, options_file) | given
    source = Source(one.folder / (one.definition.code.folder or ""), options)
    landing = ", ".join(home.name for home in homes) or (str(out.resolve()) if out else delta)
    order = order_of(table, start, before, str(hours), landing, str(delete), *map(str, source.choice))
    journal = read_journal((out or one.folder) / _JOURNAL, order) if landing else None
    span = (journal and journal.span) or (start, before)
    known = journal.tags if journal else ()
    sink: Sink
    if scope:
        from headgate.backfill.warehouse import merged

        asked = known if known and len(homes) == 1 else _words(tags)
        plan, sink = merged(source, _warehouse(scope, warehouse), homes, table, span, hours, asked, delete=delete)
        landing = ", ".join(sink.names)
    else:
        plan = source.plan(table, *span, hours, known)
        sink = _sink(plan, out, delta, storage_options, delete=delete)
    if journal:
        journal.begin(plan.span, plan.tags)
    with _progress(len(plan.parts)) as progress:
        outcome = carry_out(source, plan, sink, journal, progress)
    for tag, reason in sorted(outcome.unread.items()):
        tell(f"not read: {tag}: {reason}")
    if landing:
        _say(plan, outcome, landing, output)


def _fitting(out: Path | None, delta: str, into: str, warehouse: str, *, merge: bool, delete: bool) -> None:
    from headgate.problems import InputError

    places = {"--out": out, "--delta": delta, "--merge": merge, "--into": into}
    if len(named := [name for name, value in places.items() if value]) > 1:
        raise InputError(f"{' and '.join(named)} name {len(named)} places for the same rows", "give one of them")
    if delete and not (delta or merge or into):
        raise InputError("--delete takes rows out of a table", "name it by --merge, --into or --delta")
    if (merge or into) and not warehouse:
        raise InputError("no SQL warehouse is named", "name one: --warehouse ID, or DATABRICKS_WAREHOUSE_ID")


def _scope(definition: Definition, target: str | None) -> Scope:
    from headgate.deployment.scope import Scope
    from headgate.problems import InputError
    from headgate.project import target_of

    if target is None and len(definition.targets) > 1:
        names = ", ".join(sorted(definition.targets))
        raise InputError(f"there are the tables of several targets: {names}", "name one: -t TARGET, or HEADGATE_TARGET")
    return Scope(definition, target_of(definition, target))


def _homes(one: Project, scope: Scope, table: str, into: str) -> tuple[Home, ...]:
    from headgate.backfill.homes import home_by_name, homes_of

    return (home_by_name(into),) if into else homes_of(one.tables, scope, table)


def _words(tags: str) -> tuple[str, ...]:
    return tuple(tag for part in tags.split(",") if (tag := part.strip()))


def _warehouse(scope: Scope, id_: str) -> Warehouse:
    from headgate.clients.databricks import Login
    from headgate.clients.warehouse import Warehouse

    return Warehouse(Login(scope.target.host, scope.target.profile), id_)


def _options(definition: Definition, options_file: Path | None) -> dict[str, str]:
    from headgate.discovery.options import init_options, options_of_file

    connection = definition.connection
    given = [options_of_file(options_file, "--options-file")] if options_file else []
    return init_options({**connection.options, **definition.discovery}, connection.secrets, os.environ, given)


def _sink(plan: Plan, out: Path | None, delta: str, storage_options: Path | None, *, delete: bool) -> Sink:
    from headgate.backfill.sinks import Folder, Stdout

    if not delta:
        return Folder(out, plan) if out else Stdout()
    from headgate.backfill.delta import Delta
    from headgate.discovery.options import options_of_file

    storage = options_of_file(storage_options, "--storage-options") if storage_options else {}
    return Delta(delta, plan, delete=delete, storage=storage)


def _say(plan: Plan, outcome: Outcome, landing: str, output: Format) -> None:
    if output is Format.json:
        counts = {"parts": outcome.parts, "already_done": outcome.skipped, "rows": outcome.rows}
        result_json({"format": 1, "table": plan.table, "to": landing, **counts, "unread": outcome.unread})
        return
    skipped = f" ({outcome.skipped} parts were done before)" if outcome.skipped else ""
    result(f"{plan.table}: {outcome.rows} rows in {outcome.parts} parts to {landing}{skipped}")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Outcome], None]]:
    """Show how far it is on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("backfill", total=total)
        yield lambda outcome: bar.update(
            task, completed=outcome.parts + outcome.skipped, description=f"backfill: {outcome.rows:,} rows"
        )
