"""The tables that an ingest file or a notebook names: what a pipeline reads, from the code that Terraform uploads."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPEC = "pipeline_spec"
# What of Terraform a pipeline's code is: an ingest file, or a notebook.
CODE_TYPES = ("databricks_workspace_file", "databricks_notebook")


@dataclass(frozen=True, slots=True)
class Ingested:
    """A table as an ingest file names it. Empty parts of the destination are the pipeline's own defaults."""

    source_table: str
    catalog: str = ""
    schema: str = ""
    table: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def tables_in(text: str, *, as_run: bool = False) -> list[Ingested] | None:
    """Give the tables of a file's `pipeline_spec`, in their order; None where the file holds none that can be read.

    The file is parsed, never run: the specification is a literal of Python. With `as_run`, None too where the file does
    anything with it but to hand it to `ingest` once: then what is read is not what it says.
    """
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement in module.body:
        if isinstance(statement, ast.Assign) and any(_is_spec(target) for target in statement.targets):
            try:
                tables = _tables(ast.literal_eval(statement.value))
                return tables if not as_run or _handed_on(module, some=bool(tables)) else None
            except (ValueError, TypeError, RecursionError, MemoryError, KeyError, AttributeError):
                return None
    return None


def _handed_on(module: ast.Module, *, some: bool) -> bool:
    """Whether the specification goes to `ingest` as it is; one without tables may go nowhere."""
    uses = sum(isinstance(node, ast.Name) and node.id == _SPEC for node in ast.walk(module))
    calls = [statement.value for statement in module.body if isinstance(statement, ast.Expr)]
    given = [call for call in calls if isinstance(call, ast.Call) and _name_of(call.func) == "ingest"]
    handed = [call for call in given if any(_name_of(argument) == _SPEC for argument in call.args)]
    return (uses, len(given), len(handed)) == (2, 1, 1) or (not some and uses == 1 and not given)


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_spec(target: ast.expr) -> bool:
    return _name_of(target) == _SPEC


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
