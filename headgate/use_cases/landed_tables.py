"""The tables that a project's connectors land, as a pipeline of transforms may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.known import KnownTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.tables.table import Table


def landed_tables(root: Path, target: str | None) -> Iterator[KnownTable]:
    """Give each connector's tables in a target; none where the project has no connector. Nothing is read before the first.

    Raises InputError for files that can't be read, or an unknown target.
    """
    if not any(root.glob("connectors/*/connector.yaml")):
        return
    from headgate.use_cases.request import ProjectRequest  # what reads definitions takes a moment to import

    for one, name in ProjectRequest(root=root, target=target).read():
        catalog = one.definition.targets[name].catalog
        for table in one.tables:
            yield KnownTable(table.id.in_catalog(catalog).destination, None, _changing(table, one.definition.table_options))


def _changing(table: Table, defaults: object) -> str:
    """Say why a table's rows change: those that are appended never do, nor those whose history only grows by appending."""
    options = {**(defaults if isinstance(defaults, dict) else {}), **table.options}
    if options.get("scd_type") == "APPEND_ONLY" or table.ingestion_type in ("append", ""):
        return ""
    return f"is ingested as {table.ingestion_type}, which updates rows"
