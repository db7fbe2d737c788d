"""The specification that lies beside a connector's code, and the name that its source has there."""

from __future__ import annotations

import sys
import zipfile
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from headgate.definition.connector_spec import FILE, Spec, parse_spec, read_spec

if TYPE_CHECKING:
    from headgate.discovery.connector_code import Code


def spec_of(code: Code) -> tuple[Spec, str] | None:
    """Give the specification beside the code, and the name of the package that they are in, as which pipelines register it.

    The name is empty where no package holds them; None where there is no specification. Raises InputError for a wrong one.
    """
    if code.path and code.path.suffix == ".whl":
        return _in_wheel(code.path)
    places = _folders_of(code.module, [str(folder) for folder in code.search]) if code.module else []
    if code.path:
        places = [code.path if code.path.is_dir() else code.path.parent]
    for place in places:
        if (place / FILE).is_file():
            return read_spec(place / FILE), place.resolve().name if (place / "__init__.py").is_file() else ""
    return None


def _in_wheel(wheel: Path) -> tuple[Spec, str] | None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [name for name in archive.namelist() if PurePosixPath(name).name == FILE]
            if len(found) != 1:
                return None
            text = archive.read(found[0]).decode(errors="replace")
    except (OSError, zipfile.BadZipFile):  # whoever loads the code says so
        return None
    return parse_spec(text, f"{wheel}/{found[0]}"), PurePosixPath(found[0]).parent.name


def _folders_of(module: str, search: list[str]) -> list[Path]:
    """Give the folders that a module is, or lies in, without importing what is above it; none where it is not found."""
    name, path, origin = "", [*search, *sys.path], ""
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return []
        path, origin = list(spec.submodule_search_locations or []), spec.origin or ""
    return [Path(place) for place in path] or ([Path(origin).parent] if origin else [])
