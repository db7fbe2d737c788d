"""The bundle that a folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.definition.yaml import parse_yaml
from headgate.files import read_text
from headgate.generated import File
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAIN = "databricks.yml"


def name_in(folder: Path) -> str:
    """Give the name of the bundle in a folder; empty where there is none. Raises InputError for one that can't be read."""
    path = folder / _MAIN
    if (text := read_text(path)) is None:
        return ""
    bundle = parse_yaml(text, str(path)).data.get("bundle")
    return str(bundle.get("name") or "") if isinstance(bundle, dict) else ""


def texts_of(contents: Mapping[str, bytes]) -> list[File]:
    """Give files' contents as files to write. Raises InputError for one that is no text."""
    return [File(path, _text(content, path)) for path, content in contents.items()]


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        fix = "bring code with such files in a wheel (code.wheels), or take the file out of code.folder"
        raise InputError(f"{path.partition('/')[2]} is no text, and a bundle's files are written as text", fix) from None
