"""A file that says what is known of tables: `--schemas`.

main.bronze.orders: {columns: {id: bigint, ordered_at: timestamp}, append_only: true}
"""

from __future__ import annotations

from pydantic import RootModel, ValidationError

from headgate.definition.yaml import parse_yaml
from headgate.problems import InputError
from headgate.sql.known import KnownTable
from headgate.validation import StrictModel, problems_of

CHANGES = "has rows that change or go, as {file} says"


class TableSchema(StrictModel):
    """A table. columns: name → type; left out where they are not known. append_only: whether its rows never change nor go."""

    columns: dict[str, str] | None = None
    append_only: bool = True


class Schemas(RootModel[dict[str, TableSchema]]):
    """Tables by name, with one to three parts."""


def read_schemas(text: str, file: str) -> list[KnownTable]:
    """Read a file of schemas, YAML or JSON. Raises InputError with every problem."""
    document = parse_yaml(text, file, start="write `catalog.schema.table: {columns: {id: bigint}}`, one for each table")
    try:
        found = Schemas.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, file, line=document.line).values()) from None
    changes = CHANGES.format(file=file)
    return [KnownTable(name, table.columns, "" if table.append_only else changes) for name, table in found.root.items()]
