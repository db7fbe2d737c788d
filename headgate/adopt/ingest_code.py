"""What an ingest file says, read from its text by Python's parser; it is never run.

Source of the forms: databrickslabs/lakeflow-community-connectors, whose framework has registered sources in three ways, and
the files that headgate writes.
"""

from __future__ import annotations

import ast
import re
import sys
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
# What a file may import: what registers and ingests, and what defines no tables when it is imported.
_IMPORTS = {"libs", "pipeline", "databricks", "pyspark", "dlt", *sys.stdlib_module_names}
# What it may call: what registers and ingests, and what changes nothing that a pipeline makes.
_CALLS = {"ingest", _REGISTER, "register", "spark.dataSource.register", "sys.path.append", "sys.path.insert", "print"}
_INJECTION = "spark.databricks.unityCatalog.connectionDfOptionInjection.enabled"
# A cell of a notebook in another language, or one that installs something; only comments to Python.
_MAGIC = re.compile(r"^# MAGIC\s+%(?!md\b)", re.MULTILINE)


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
    if line := _line_of_more(text, module):
        return f"its code does more than ingest, by line {line}, and a file of headgate's would do without"
    source, registration, own = registered
    return Code(source, registration, connection, tuple(tables), own, _searched(module))


def _line_of_more(text: str, module: ast.Module) -> int | None:
    """Give the first line by which a file does more than register a source and ingest, such as define tables of its own."""
    cell = _MAGIC.search(text)
    lines = [text.count("\n", 0, cell.start()) + 1] if cell else []
    return min([*lines, *(one.lineno for one in module.body if not _is_ingesting(one))], default=None)


def _is_ingesting(statement: ast.stmt) -> bool:
    """Whether a statement is of those in ingest files, each of which headgate's own files say too, or can do without."""
    match statement:
        case ast.Import(names=names):
            return all(name.name.partition(".")[0] in _IMPORTS for name in names)
        case ast.ImportFrom(module=module, names=names):
            return (module or "").partition(".")[0] in _IMPORTS or [name.name for name in names] == [_REGISTER]
        case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(target=ast.Name(), value=value):
            return value is None or _calls_of(value) <= _WAYS.keys()
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=called, args=arguments)):
            return _is_harmless(called, arguments)
    return False


def _is_harmless(called: ast.expr, arguments: list[ast.expr]) -> bool:
    """Whether a call is one of an ingest file's."""
    if ast.unparse(called) == "spark.conf.set":
        return isinstance(arguments[0], ast.Constant) and arguments[0].value == _INJECTION if arguments else False
    return ast.unparse(called) in _CALLS or _calls_of(called) == {"get_register_function"}


def _calls_of(value: ast.expr) -> set[str]:
    """Give what an expression calls."""
    return {ast.unparse(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)}


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
