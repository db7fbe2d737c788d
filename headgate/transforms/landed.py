"""The tables that a project's connectors land, as a pipeline of transforms may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.known import KnownTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from headgate.project import Connector
    from headgate.tables.table import Table


def landed_tables(root: Path, target: str | None) -> Iterator[KnownTable]:
    """Give each connector's tables in a target; none where the project has no connector. Nothing is read before the first.

    Raises InputError for files that can't be read, or an unknown target.
    """
    if not any(root.glob("connectors/*/connector.yaml")):
        return
    from headgate.project import read_connectors, target_of  # what reads definitions takes a moment to import

    connectors = read_connectors(root)
    for one in connectors:
        target_of(one.definition, target)
    yield from landed_of(connectors, target)


def landed_of(connectors: Iterable[Connector], target: str | None) -> Iterator[KnownTable]:
    """Give the tables of connectors in a target; of one that doesn't have it, those in its default one."""
    for one in connectors:
        targets = one.definition.targets
        catalog = targets[target if target in targets else one.definition.default_target].catalog
        for table in one.tables:
            yield KnownTable(table.id.in_catalog(catalog).destination, None, _changing(table, one.definition.table_options))


def _changing(table: Table, defaults: object) -> str:
    """Say why a table's rows change: those that are appended never do, nor those whose history only grows by appending."""
    options = {**(defaults if isinstance(defaults, dict) else {}), **table.options}
    if options.get("scd_type") == "APPEND_ONLY" or table.ingestion_type in ("append", ""):
        return ""
    return f"is ingested as {table.ingestion_type}, which updates rows"
