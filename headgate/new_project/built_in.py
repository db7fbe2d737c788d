"""A connector that comes with Headgate as files for a project, under the project's names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.definition.scaffold import quoted, with_schema
from headgate.generated import File

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.new_project.catalogue import BuiltIn

Credentials = Literal["connection", "secrets"]
_DEFINITION, _TABLES = "connector.yaml", "tables.csv"
# What a distribution or a deployment has, and a project's connector hasn't yet.
_LEFT_OUT = re.compile(r"pyproject\.toml|layout\.lock|(deployed|handover)\..*\.json|backfill\.json|runs\.csv")


@dataclass(frozen=True, slots=True)
class Names:
    """A project's names for a connector. connection: empty for one that reads secrets itself.

    options: those that are asked for. editor_schema: the definition's schema, as seen from connector.yaml; empty: none.
    """

    name: str
    connection: str
    catalog: str
    schema: str
    options: Mapping[str, str]
    editor_schema: str = ""


def built_in_files(source: BuiltIn, credentials: Credentials, names: Names) -> list[File]:
    """Give the files of a project's connector, made of the one that comes with Headgate."""
    found = {path: text for path, text in source.code_files() if not _LEFT_OUT.fullmatch(path.rpartition("/")[2])}
    text = source.text(_DEFINITION)
    if credentials == "secrets":
        text = _with_secrets(text, source.text("secrets.yaml"))
    found[_DEFINITION] = with_schema(_renamed(text, source.name, names), names.editor_schema)
    found[_TABLES] = source.text(_TABLES)
    return [File(f"connectors/{names.name}/{path}", text) for path, text in sorted(found.items())]


def _with_secrets(text: str, block: str) -> str:
    """Put what the secrets form says in the place of the connection."""
    changed, count = re.subn(r"^connection:\n(?: .*\n|\n)+", lambda _: f"{block}\n", text, count=1, flags=re.MULTILINE)
    if not count:
        raise AssertionError("the definition has no connection")
    return changed


def _renamed(text: str, source: str, names: Names) -> str:
    """Put a project's names into a definition; what else it says, comments too, stays."""
    values = {
        r"^id: .*": f"id: {names.name}",
        r"^name: .*": f"name: {names.name}",
        r"^(destination:\n  catalog:) .*": rf"\1 {_escaped(names.catalog)}",
        r"^(destination:\n  catalog: .*\n  schema:) .*": rf"\1 {_escaped(names.schema)}",
        r"^(    catalog:) .*": rf"\1 {_escaped('dev_' + names.catalog)}",
        **{rf"^( +{re.escape(name)}:) .*": rf"\1 {_escaped(value)}" for name, value in names.options.items()},
    }
    if names.connection:
        values[r"^(connection:\n  name:) .*"] = rf"\1 {_escaped(names.connection)}"
    for pattern, value in values.items():
        text, count = re.subn(pattern, value, text, flags=re.MULTILINE)
        if count != 1:
            raise AssertionError(f"the definition of {source} has {pattern} {count} times")
    # Of those that have code here: this repository's own deployment is older than that type, and its folder has that name.
    text = re.sub(r"^(  type:) GENERIC_LAKEFLOW_CONNECT", r"\1 COMMUNITY", text, flags=re.MULTILINE)
    return re.sub(rf"^(  module:) {source}\.", rf"\1 {names.name}.", text, flags=re.MULTILINE)


def _escaped(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][\w-]*|https?://[\w./:-]*\w", value, re.ASCII) and value.lower() not in _WORDS
    return (value if plain else quoted(value)).replace("\\", r"\\")


_WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
