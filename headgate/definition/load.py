"""Reading `connector.yaml`: every problem of the file at once, each with its line, path and fix."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headgate.definition.checks import faults, folder_faults
from headgate.definition.explain import explain
from headgate.definition.model import Definition
from headgate.definition.together import clashes
from headgate.definition.yaml import Document, parse_yaml
from headgate.files import needed_text, read_text
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.definition.yaml import Path as KeyPath

FILE = "connector.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A definition and the folder that it lies in."""

    definition: Definition
    folder: Path


def load_definition(path: Path) -> Definition:
    """Read a definition. Raises InputError with every problem found, or that there is no such file."""
    text = read_text(path)
    if text is None:
        raise InputError(Problem("there is no definition", "`headgate init connector` writes one to start from", str(path)))
    return _validate(parse_yaml(text, str(path)), str(path), path.parent)


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


def located(problems: Iterable[Problem], path: Path) -> list[Problem]:
    """Give problems with a place in a definition, such as `balance.together[0]`, with its file and line."""
    document = parse_yaml(needed_text(path), str(path))
    return [
        replace(problem, file=str(path), line=document.line(_key_path(problem.path)))
        if problem.path and not problem.file
        else problem
        for problem in problems
    ]


def _key_path(path: str) -> KeyPath:
    return tuple(int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", path))


def _validate(document: Document, file: str, folder: Path | None = None) -> Definition:
    """Give the definition, or raise all that is wrong: also what fields don't hold together where each of them is right."""
    problems: list[Problem] = []
    broken: list[KeyPath] = []
    definition: Definition | None
    data = {key: value for key, value in document.data.items() if not key.startswith("x-")}  # a place for anchors
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        told = explain(error, document, file)
        problems, broken = list(told.values()), list(told)
        definition = _without(data, broken)
    if definition:
        found = faults(definition) + (folder_faults(definition, folder) if folder else [])
        unsure = {_section(path) for path in broken}
        if ("compute",) in unsure:
            unsure.add(("cost",))  # what is priced depends on the kind of compute
        problems += [
            Problem(fault.message, fault.fix, file, document.line(fault.path), path=".".join(map(str, fault.path)))
            for fault in found
            if _section(fault.path) not in unsure
        ]
    if definition is None or problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return definition


def _without(data: dict[str, Any], broken: list[KeyPath]) -> Definition | None:
    """Give the definition without what is broken in it, or None where it can't do without."""
    rest = deepcopy(data)
    for path in broken:
        *way, last = takewhile(lambda step: isinstance(step, str), path)  # a list goes as a whole
        part: Any = rest
        with suppress(LookupError, TypeError):  # it is missing, or went with a part around it
            for step in way:
                part = part[step]
            del part[last]
    try:
        return Definition.model_validate(rest)
    except ValidationError:
        return None


def _section(path: KeyPath) -> KeyPath:
    """Give the part that a path is in, inside which fields depend on each other: a target, else a key of the first level."""
    return path[:2] if path[:1] == ("targets",) else path[:1]
