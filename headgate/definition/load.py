"""Reading `connector.yaml`: every problem of the file at once, each with its line, path and cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headgate.definition.checks import Fault, faults, folder_faults
from headgate.definition.explain import explain
from headgate.definition.model import Definition
from headgate.definition.together import clashes
from headgate.definition.yaml import Document, parse_yaml
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

FILE = "connector.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A definition and the folder that it lies in."""

    definition: Definition
    folder: Path


def load_definition(path: Path) -> Definition:
    """Read a definition. Raises InputError with every problem found, or that there is no such file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem("there is no definition", "`headgate discover` writes one to start from", str(path))) from None
    except UnicodeDecodeError as error:
        raise InputError(Problem(f"is not UTF-8 at byte {error.start}", "save it as UTF-8", str(path))) from None
    document = parse_yaml(text, str(path))
    definition = _validate(document, str(path))
    _raise(folder_faults(definition, path.parent), document, str(path))
    return definition


def parse_definition(text: str, file: str = FILE) -> Definition:
    """Give the definition that a text says. Raises InputError with every problem found."""
    return _validate(parse_yaml(text, file), file)


def load_definitions(root: Path) -> tuple[Loaded, ...]:
    """Read all of `root`/connectors/*/connector.yaml, by folder. Raises InputError with the problems of all files."""
    found: list[Loaded] = []
    problems: list[Problem] = []
    for path in sorted((root / "connectors").glob(f"*/{FILE}")):
        try:
            found.append(Loaded(load_definition(path), path.parent))
        except InputError as error:
            problems += error.problems
    problems += clashes([(str(one.folder / FILE), one.definition) for one in found])
    if problems:
        raise InputError(problems)
    return tuple(found)


def _validate(document: Document, file: str) -> Definition:
    try:
        definition = Definition.model_validate(document.data)
    except ValidationError as error:
        raise InputError(explain(error, document, file)) from None
    _raise(faults(definition), document, file)
    return definition


def _raise(found: list[Fault], document: Document, file: str) -> None:
    if found:
        problems = [
            Problem(fault.message, fault.cure, file, document.line(fault.path), path=".".join(map(str, fault.path)))
            for fault in found
        ]
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
