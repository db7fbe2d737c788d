"""A pipeline file to start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.definition.scaffold import with_schema
from headgate.emit.bundle.yaml_text import yaml_text
from headgate.files import write_all
from headgate.names import folder_fault, slug
from headgate.new_project.schemas import PIPELINE
from headgate.numbers import counted
from headgate.problems import InputError, Problem, RefusedError, did_you_mean, refuse
from headgate.project import read_connectors
from headgate.sql.template import BronzeTable, medallion, minimal
from headgate.transforms.files import FOLDER
from headgate.transforms.model import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.project import Connector

_MOST_TABLES = 200  # each becomes three datasets, of which a pipeline has 1,000 at most


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRequest:
    """A pipeline file `name`, by a template: medallion (of a connector, or of some of its tables), or minimal.

    connector: by its id or folder; None: the project's only one. tables: by their names in tables.csv; none: all. catalog,
    schema: of the minimal one's tables.
    """

    name: str
    template: str = "medallion"
    connector: str | None = None
    tables: tuple[str, ...] = ()
    catalog: str = "main"
    schema: str = "silver"
    root: Path = Path()


@dataclass(frozen=True, slots=True)
class NewPipeline:
    """The file that was written, and how many tables it makes."""

    path: Path
    tables: int


def make_pipeline(request: PipelineRequest) -> NewPipeline:
    """Write the file.

    Raises InputError for a name, a connector or a table that is none, RefusedError where the file is there.
    """
    if fault := folder_fault(request.name):
        raise InputError(f"a pipeline can't be called {request.name!r}: it {fault}", "take letters, digits, - and _")
    if request.template == "minimal":
        folder, data = request.root / FOLDER, minimal(request.catalog, request.schema)
    else:
        connector = _connector(request)
        folder, data = connector.folder, _medallion(connector, request.tables)
    path = folder / f"{request.name}{SUFFIX}"
    if path.exists():
        raise RefusedError(Problem("is there already", "take another name, or remove it", str(path)))
    text = yaml_text(data, "What is read, what is done with it, and what comes of it: `headgate sql generate` makes SQL of it.")
    up = "../" * (len(folder.relative_to(request.root).parts))
    schema = f"{up}{PIPELINE}" if (request.root / PIPELINE).is_file() else ""
    write_all({path: with_schema(text, schema) if schema else text})
    return NewPipeline(path, len(data["tables"]))


def _connector(request: PipelineRequest) -> Connector:
    found = read_connectors(request.root, request.connector)
    if len(found) > 1:
        ids = ", ".join(one.definition.id for one in found)
        raise InputError(f"the project has several connectors: {ids}", "say --connector and the id of one")
    return found[0]


def _medallion(connector: Connector, only: Sequence[str]) -> dict[str, Any]:
    definition = connector.definition
    rows = [row for row in connector.rows if row.status != "gone"]
    if only:
        names = [row.source_table for row in rows]
        refuse(
            Problem(f"connector '{definition.id}' has no table {name!r}", did_you_mean(name, names))
            for name in only
            if name not in names
        )
        rows = [row for row in rows if row.source_table in only]
    if not rows:
        raise InputError(f"connector '{definition.id}' has no table", f"run `headgate discover {definition.id}`")
    if len(rows) > _MOST_TABLES:
        raise InputError(
            f"{counted(len(rows), 'table')} are too many for one pipeline, {_MOST_TABLES} at most",
            "name some: --table orders --table customers",
        )
    catalogs = {name: target.catalog for name, target in definition.targets.items() if target.catalog}
    tables = [
        BronzeTable(row.source_table, name, row.primary_keys or (), row.cursor_field, _is_append_only(row, definition))
        for row, name in _named(rows)
    ]
    return medallion(definition.id, definition.destination.catalog, catalogs, tables)


def _named(rows: Sequence[TableRow]) -> Iterator[tuple[TableRow, str]]:
    """Give a name that no other one has, for the silver table of each row."""
    taken: set[str] = set()
    for row in rows:
        name = slug(row.destination_name, "table")
        number = 2
        while name in taken:
            name, number = f"{slug(row.destination_name, 'table')}_{number}", number + 1
        taken.add(name)
        yield row, name


def _is_append_only(row: TableRow, definition: Definition) -> bool:
    """Say whether rows of a table never change once they landed: its option scd_type says it, else its ingestion type."""
    kind = {**definition.table_options, **row.options}.get("scd_type")
    return kind == "APPEND_ONLY" if kind else row.ingestion_type == "append"
