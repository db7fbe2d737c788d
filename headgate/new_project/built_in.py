"""Connectors that come with Headgate, as files for a project: their code, their tables, and a definition with its names."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import headgate
from headgate.definition.scaffold import quoted, with_schema
from headgate.generated import File
from headgate.installation import bring
from headgate.problems import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

# Name → where the code is installed, and its folder in Headgate's own repository.
BUILT_IN = {"osipi": ("headgate_osipi", "connectors/osipi")}
ADDRESS = "pi_base_url"
# What a distribution or a deployment has, and a project's connector hasn't yet.
_LEFT_OUT = re.compile(r"pyproject\.toml|layout\.lock|(deployed|handover)\..*\.json|backfill\.json|runs\.csv")


def built_in_folder(name: str) -> Path:
    """Give the folder of a connector that comes with Headgate. Raises InputError where it doesn't, or is not installed."""
    if name not in BUILT_IN:
        raise InputError(f"no connector '{name}' comes with headgate", did_you_mean(name, BUILT_IN))
    package, own = BUILT_IN[name]
    found = find_spec(package)
    if found and found.submodule_search_locations:
        return Path(next(iter(found.submodule_search_locations)))
    folder = Path(headgate.__file__).resolve().parent.parent / own
    if not folder.is_dir():
        raise InputError(f"the connector {name} is not installed", bring([name]))
    return folder


def built_in_files(source: str, name: str, words: Mapping[str, str], editor_schema: str) -> list[File]:
    """Give the files of a project's connector `name`, made of the one that comes with Headgate as `source`.

    words: `connection`, `catalog`, `schema` and `address`. editor_schema: as seen from connector.yaml; empty: none.
    """
    folder = built_in_folder(source)
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT.fullmatch(path.name) and "__pycache__" not in inside.parts:
            text = path.read_text(encoding="utf-8")
            if inside == Path("connector.yaml"):
                text = _renamed(text, source, name, words, editor_schema)
            found.append(File(f"connectors/{name}/{inside.as_posix()}", text))
    return found


def _renamed(text: str, source: str, name: str, words: Mapping[str, str], editor_schema: str) -> str:
    """Put a project's names into a definition; what else it says, comments too, stays."""
    values = {
        r"^id: .*": f"id: {name}",
        r"^name: .*": f"name: {name}",
        r"^(connection:\n  name:) .*": rf"\1 {_escaped(words['connection'])}",
        r"^(  type:) GENERIC_LAKEFLOW_CONNECT": r"\1 COMMUNITY",
        rf"^(    {ADDRESS}:) .*": rf"\1 {_escaped(words['address'])}",
        r"^(destination:\n  catalog:) .*": rf"\1 {_escaped(words['catalog'])}",
        r"^(destination:\n  catalog: .*\n  schema:) .*": rf"\1 {_escaped(words['schema'])}",
        rf"^(  module:) {source}\.": rf"\1 {name}.",
        r"^(    catalog:) .*": rf"\1 {_escaped('dev_' + words['catalog'])}",
    }
    for pattern, value in values.items():
        text, count = re.subn(pattern, value, text, count=1, flags=re.MULTILINE)
        if not count:
            raise AssertionError(f"the definition of {source} has no {pattern}")
    return with_schema(text, editor_schema)


def _escaped(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][\w-]*|https?://[\w./:-]*\w", value, re.ASCII) and value.lower() not in _WORDS
    return (value if plain else quoted(value)).replace("\\", r"\\")


_WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
