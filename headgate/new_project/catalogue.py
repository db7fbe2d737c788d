"""Connectors that come with Headgate: what each consists of, as files in `catalogue/`, a folder for each.

`connector.yaml` and `tables.csv` are what a project gets; osipi's are with its code. `secrets.yaml` stands instead of the
definition's `connection:` where pipelines read secrets themselves. `asked.yaml` has the options that are the user's own: each
stands once in each form, with a value to be replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import headgate
from headgate.definition.yaml import parse_yaml
from headgate.installation import bring
from headgate.problems import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATALOGUE = Path(__file__).with_name("catalogue")
BUILT_IN = tuple(sorted(path.name for path in _CATALOGUE.iterdir() if path.is_dir()))
# Those whose code is copied; the others' is in the community connectors' repository. Name → the package that has it, where
# that is a distribution of its own; empty: Headgate's wheel has it, in a folder of its own.
_CODE = {"osipi": "headgate_osipi", "salesforce": ""}
_PACKED = "connector_files"


@dataclass(frozen=True, slots=True)
class Asked:
    """An option that is the user's own: what it is, and the answer where nobody gives one; None: somebody has to."""

    option: str
    text: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One of them: its files in the catalogue, and its code, where that is copied."""

    name: str
    folder: Path
    code: Path | None

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The options that are asked for."""
        path = self.folder / "asked.yaml"
        found = parse_yaml(path.read_text(encoding="utf-8"), str(path)).data or {}
        return tuple(Asked(option, one["text"], one.get("default")) for option, one in found.items())

    def text(self, file: str) -> str:
        """Give the text of connector.yaml, secrets.yaml or tables.csv."""
        own = self.folder / file
        place = own if own.is_file() or self.code is None else self.code / file
        return place.read_text(encoding="utf-8")

    def code_files(self) -> Iterator[tuple[str, str]]:
        """Give the path below the connector's folder and the text of each file of the code."""
        if self.code is None:
            return
        for path in sorted(self.code.rglob("*")):
            inside = path.relative_to(self.code)
            if path.is_file() and "__pycache__" not in inside.parts:
                yield inside.as_posix(), path.read_text(encoding="utf-8")


def built_in(name: str) -> BuiltIn:
    """Give a connector that comes with Headgate. Raises InputError where it doesn't, or its code is not installed."""
    if name not in BUILT_IN:
        raise InputError(f"no connector '{name}' comes with headgate", did_you_mean(name, BUILT_IN))
    return BuiltIn(name, _CATALOGUE / name, _code_of(name) if name in _CODE else None)


def package_of(name: str) -> str:
    """Give the package that a built-in connector's code is imported by. Raises InputError where it is not installed."""
    built_in(name)
    package = _CODE[name]
    return package if package and find_spec(package) else f"connectors.{name}"


def _code_of(name: str) -> Path:
    package = Path(headgate.__file__).resolve().parent
    found = find_spec(_CODE[name]) if _CODE[name] else None
    if found and found.submodule_search_locations:
        return Path(next(iter(found.submodule_search_locations)))
    for folder in (package / _PACKED / name, package.parent / "connectors" / name):
        if folder.is_dir():
            return folder
    raise InputError(f"the connector {name} is not installed", bring([name]))
