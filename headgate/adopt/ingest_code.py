"""What an ingest file says, read from its text by Python's parser; it is never run.

Source of the forms: databrickslabs/lakeflow-community-connectors, whose framework has registered sources in three ways, and
the files that headgate writes.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from headgate.adopt.model import Code, Registration
from headgate.layout.ingested import tables_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGISTER = "register_lakeflow_source"
_FRAMEWORK = "databricks.labs.community_connector"
# What registers a source → where it is imported from, which of its arguments names the source, and what the way is called.
_WAYS: dict[str, tuple[str, int, Registration]] = {
    "find_data_source": (_FRAMEWORK, 0, "data_source"),
    "register": (_FRAMEWORK, 1, "register"),
    "get_register_function": ("libs.source_loader", 0, "source_loader"),
}
_ENTRY = {"source_table", "destination_catalog", "destination_schema", "destination_table", "table_configuration"}


def code_in(text: str) -> Code | str:
    """Give what an ingest file says, or why that can't be told."""
    tables = tables_in(text, as_run=True)
    if tables is None:
        return "its code has no pipeline_spec, as a literal that is handed to ingest() alone"
    module = ast.parse(text)
    if (spec := next(_values(module, "pipeline_spec"), None)) is None:
        return "its pipeline_spec has a second name"
    if odd := _odd(spec):
        return f"its pipeline_spec says {odd}, which headgate's files don't"
    connection = spec.get("connection_name")
    if not isinstance(connection, str) or not connection:
        return "its pipeline_spec names no connection"
    if (registered := _registered(module)) is None:
        return "it registers its source in a way that headgate's files don't"
    source, registration, own = registered
    return Code(source, registration, connection, tuple(tables), own, _searched(module))


def _odd(spec: dict[str, Any]) -> str:
    """Say what a specification says besides a connection and tables."""
    keys = [*(spec.keys() - {"connection_name", "objects"})]
    keys += [key for entry in spec["objects"] for key in entry.keys() - {"table"}]
    keys += [key for entry in spec["objects"] for key in entry["table"].keys() - _ENTRY]
    return ", ".join(sorted(map(repr, keys)))


def _values(module: ast.Module, name: str) -> Iterator[Any]:
    """Give the literals that are assigned to a name at the top of a file."""
    for statement in module.body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == [name]:
            try:
                yield ast.literal_eval(statement.value)
            except (ValueError, TypeError):
                continue


def _registered(module: ast.Module) -> tuple[str, Registration, str] | None:
    """Give the source's name, how it is registered, and the module that does it, where it is one of its own."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and any(name.name == _REGISTER for name in node.names):
            return (node.module or "").partition(".")[0], "module", node.module or ""
    of_framework = _imported(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in of_framework:
            place, way = _WAYS[node.func.id][1:]
            if len(node.args) > place and (source := _text(module, node.args[place])):
                return source, way, ""
    return None


def _imported(module: ast.Module) -> set[str]:
    """Give the framework's functions that register a source, of those that the file imports from it."""
    return {
        name.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name in _WAYS and not name.asname and (node.module or "").startswith(_WAYS[name.name][0])
    }


def _text(module: ast.Module, node: ast.expr) -> str:
    """Give the text that an expression is: a literal, or a name to which one alone is assigned."""
    if isinstance(node, ast.Name):
        values = list(_values(module, node.id))
        return values[0] if len(values) == 1 and isinstance(values[0], str) else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _searched(module: ast.Module) -> str:
    """Give the folder that the file adds to those in which Python searches; empty where it adds none."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"sys.path.append", "sys.path.insert"} and node.args:
            return _text(module, node.args[-1])
    return ""
