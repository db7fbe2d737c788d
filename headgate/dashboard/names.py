"""Which connector's pipeline or table a name in an address means. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.dashboard.figures import Shown
    from headgate.use_cases.watch import WatchedPipeline, WatchedTable


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table, and the connector that it is of."""

    shown: Shown
    table: WatchedTable


@dataclass(frozen=True, slots=True)
class FoundPipeline:
    """A pipeline, and the connector that it is of."""

    shown: Shown
    pipeline: WatchedPipeline


def tables_named(connectors: Sequence[Shown], name: str, connector: str | None = None) -> list[FoundTable]:
    """Give the tables that a name means: a destination, whole or its last part, in any capitals, or a source table."""
    wanted = name.lower()
    every = [
        FoundTable(shown, table)
        for shown in connectors
        if connector in {None, shown.watched.connector}
        for table in shown.watched.tables
    ]
    return (
        [one for one in every if one.table.destination.lower() == wanted]
        or [one for one in every if one.table.source_table == name]
        or [one for one in every if one.table.destination.rpartition(".")[2].lower() == wanted]
    )


def pipelines_named(connectors: Sequence[Shown], name: str, connector: str | None = None) -> list[FoundPipeline]:
    """Give the pipelines of that id, one a connector."""
    return [
        FoundPipeline(shown, pipeline)
        for shown in connectors
        if connector in {None, shown.watched.connector}
        for pipeline in shown.watched.pipelines
        if pipeline.row.pipeline == name
    ]
