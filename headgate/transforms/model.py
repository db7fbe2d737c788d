"""A pipeline file of a project, as a target has it, with what it reads of connectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.sql.generate.statements import Generated
    from headgate.sql.language.load import LoadedPipeline
    from headgate.tables.ids import TableId

SUFFIX = ".pipeline.yaml"


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A connector's table that a pipeline file reads, as its target has it."""

    id: TableId

    @property
    def parts(self) -> tuple[str, str, str]:
        """Its catalog, schema and name."""
        return self.id.catalog, self.id.schema, self.id.table


@dataclass(frozen=True, slots=True)
class ProjectPipeline:
    """A pipeline file. tables: its sources that are tables of connectors."""

    path: Path
    loaded: LoadedPipeline
    tables: dict[str, SourceTable]

    @property
    def name(self) -> str:
        """What its SQL is called: the file's name without its ending."""
        return self.path.name.removesuffix(SUFFIX)

    def generated(self) -> Generated:
        """Give its SQL."""
        from headgate.sql.generate.statements import generate

        return generate(self.loaded, {name: table.parts for name, table in self.tables.items()})
