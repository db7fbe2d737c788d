"""Names of tables and views that a pipeline file makes without naming them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.language.graph import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.target import Flow, Table

# The column that says which expectations a row fails.
FAILED = "_failed_expectations"


def quarantined(name: str, table: Table) -> tuple[str, str] | None:
    """Give the names of the private table that holds all rows, and of that of rows in quarantine; None without quarantine."""
    if not any(one.on_violation == "quarantine" for one in table.expectations.values()):
        return None
    return f"{name}_checked", table.quarantine_table or f"{name}_quarantine"


def changes_view(table: str, flow: Flow) -> str:
    """Give the name of the view that a flow of changes reads where it can't read its input itself."""
    return f"{flow.name or table}_changes"


def sink_view(name: str) -> str:
    """Give the name of the view that a sink's flow reads where it can't read its input itself."""
    return f"{name}_rows"


def made(file: PipelineFile) -> Iterator[tuple[Path, str]]:
    """Give each name that is made, with the place of what makes it."""
    for name, table in file.tables.items():
        if names := quarantined(name, table):
            yield ("tables", name, "expectations"), names[0]
            yield ("tables", name, "quarantine_table" if table.quarantine_table else "expectations"), names[1]
        for number, flow in enumerate(table.flows):
            if flow.cdc is not None and not is_plain(file, flow.from_):
                yield ("tables", name, "flows", number), changes_view(name, flow)
    for name, sink in file.sinks.items():
        if not is_plain(file, sink.from_):
            yield ("sinks", name), sink_view(name)


def outputs(file: PipelineFile) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give catalog, schema and name of each table that the catalog will have, with the place of what makes it."""
    for name, table in file.tables.items():
        if len(parts := file.parts(name, table)) == 1:
            continue
        yield ("tables", name), parts
        if names := quarantined(name, table):
            yield ("tables", name, "quarantine_table"), file.parts(names[1], table)
