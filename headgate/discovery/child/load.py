"""Loading the Python files of a folder by their places, whatever they are called."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_PASSED_OVER = {"__pycache__", "tests", "test", "build", "dist", "node_modules", "site-packages", "venv"}
_NAMESPACE = ("databricks", "labs", "community_connector")


def python_files(folder: Path) -> list[Path]:
    """Give the files to look through, the nearest first: no tests, no setup, no generated single-file copies."""
    found = [file for file in folder.rglob("*.py") if _is_source(file.relative_to(folder))]
    return sorted(found, key=lambda file: (len(file.parts), file.name != "__init__.py", str(file)))


def _is_source(file: Path) -> bool:
    if any(part in _PASSED_OVER or part.startswith(".") for part in file.parts[:-1]):
        return False
    stem = file.stem
    return not (
        stem.startswith(("test_", "_generated_")) or stem.endswith("_test") or stem in {"conftest", "setup", "__main__"}
    )


def load(file: Path, root: Path | None = None) -> ModuleType:
    """Import `file` so that its relative imports work; raises whatever its code raises.

    Its name starts at the highest folder above it that is a package (or at `root`, an import root such as an unpacked
    wheel). A lone file's folder is made a package, so a file may be called as a module of the standard library is.
    """
    parts = [] if file.name == "__init__.py" else [file.stem]
    top = file.parent
    if root:
        inner = file.parent.relative_to(root).parts
        return importlib.import_module(".".join([*inner, *parts]))
    while (top.parent / "__init__.py").is_file() and (top / "__init__.py").is_file():
        parts.insert(0, top.name)
        top = top.parent
    return importlib.import_module(".".join([_package(top), *parts]))


def search_in(folder: Path, *, is_root: bool) -> None:
    """Let the code in `folder` import what lies beside it.

    A folder of lone files, and an import root, come before what is installed, unless they would hide a standard module;
    what lies beside a package comes after. In a checkout of the community connectors, their common packages are found too.
    """
    if is_root or not (folder / "__init__.py").is_file():
        sys.path.insert(len(sys.path) if _hides_a_standard_module(folder) else 0, str(folder))
    top = folder
    while (top / "__init__.py").is_file():
        top = top.parent
    sys.path.append(str(top))
    sys.path.extend(str(place.parents[2]) for place in (folder, *folder.parents) if place.parts[-3:] == _NAMESPACE)


def _hides_a_standard_module(folder: Path) -> bool:
    modules = (entry.stem for entry in folder.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file())
    return any(name in sys.stdlib_module_names for name in modules)


def _package(folder: Path) -> str:
    """Load `folder` as a top package from exactly there (never one of that name from elsewhere) and give its name."""
    name = folder.name.replace(".", "_") or "connector"
    if name in sys.stdlib_module_names:
        name = f"connector_{name}"
    while known := sys.modules.get(name):
        if str(folder) in getattr(known, "__path__", []):
            return name
        name = f"connector_{name}"
    init = folder / "__init__.py"
    spec = spec_from_file_location(name, init, submodule_search_locations=[str(folder)]) if init.is_file() else None
    if spec is None:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    module = sys.modules[name] = module_from_spec(spec)
    try:
        if spec.loader:
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return name
