"""The tables of connectors that pipeline files read, or would make too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.problems import Problem
from headgate.tables.names import folded
from headgate.transforms.model import SourceTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.project import Connector
    from headgate.transforms.model import ProjectPipeline


def source_tables(connector: Connector, target: str | None) -> Iterator[SourceTable]:
    """Give a connector's tables in a target, in the order of tables.csv; where it doesn't have that, in its default one."""
    from headgate.inventory.defaults import table_id

    definition = connector.definition
    own = target if target in definition.targets else definition.default_target
    catalog = definition.targets[own].catalog
    for row in connector.rows:
        yield SourceTable(table_id(row, definition).in_catalog(catalog))


def ingested_too(
    pipelines: Sequence[ProjectPipeline], connectors: Iterable[Connector], target: str | None
) -> Iterator[Problem]:
    """Say which tables of pipeline files are where a connector's tables land: a table has one pipeline, and one only."""
    from headgate.project import TABLES
    from headgate.sql.language.made import outputs

    made = {folded(".".join(parts)): (one, path) for one in pipelines for path, parts in outputs(one.loaded.file)}
    if not made:
        return
    for connector in connectors:
        for (row, _), table in zip(connector.numbered_rows, source_tables(connector, target), strict=True):
            if found := made.get(folded(table.id.destination)):
                one, path = found
                place = f"{connector.base / TABLES}, row {row}"
                message = f"{'.'.join(table.parts)} is where {table.id.source_table!r} lands ({place})"
                fix = "call it something else, or put it into another schema"
                line = one.loaded.line(path)
                yield Problem(message, fix, one.loaded.path, line, path=".".join(map(str, path)))
