"""The tables that an ingest file names: what a pipeline reads, from the code that Terraform uploads."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Ingested:
    """A table as an ingest file names it. Empty parts of the destination are the pipeline's own defaults."""

    source_table: str
    catalog: str = ""
    schema: str = ""
    table: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def tables_in(text: str) -> list[Ingested] | None:
    """Give the tables of a file's `pipeline_spec`, in their order; None where the file holds none that can be read.

    The file is parsed, never run: the specification is a literal of Python.
    """
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement in module.body:
        if isinstance(statement, ast.Assign) and any(_is_spec(target) for target in statement.targets):
            try:
                return _tables(ast.literal_eval(statement.value))
            except (ValueError, TypeError, RecursionError, MemoryError, KeyError, AttributeError):
                return None
    return None


def _is_spec(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "pipeline_spec"


def _tables(spec: Any) -> list[Ingested]:
    found = []
    for entry in spec["objects"]:
        table = entry["table"]
        found.append(
            Ingested(
                str(table["source_table"]),
                str(table.get("destination_catalog") or ""),
                str(table.get("destination_schema") or ""),
                str(table.get("destination_table") or ""),
                dict(table.get("table_configuration") or {}),
            )
        )
    return found
