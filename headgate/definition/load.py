"""Reading `connector.yaml`: every problem of the file at once, each with its line, path and fix."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headgate.definition.checks import faults, folder_faults
from headgate.definition.explain import explain
from headgate.definition.load_sites import load_sites, sites_problems
from headgate.definition.model import Definition
from headgate.definition.secrets_file import SecretsFile, read_secrets_file
from headgate.definition.site import FILE as SITES
from headgate.definition.together import clashes
from headgate.definition.yaml import Document, parse_yaml
from headgate.files import needed_text, read_text
from headgate.problems import InputError, Problem, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.definition.site import Site
    from headgate.definition.yaml import Path as KeyPath

FILE = "connector.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A definition and the folder that it lies in; of a site, that with the site's settings laid over."""

    definition: Definition
    folder: Path
    site: Site | None = None


def load_definition(path: Path) -> Definition:
    """Read a definition. Raises InputError with every problem found, or that there is no such file."""
    text = read_text(path)
    if text is None:
        raise InputError(Problem("there is no definition", "`headgate init connector` writes one to start from", str(path)))
    return _validate(parse_yaml(text, str(path)), str(path), path.parent, with_code=True)


def parse_definition(text: str, file: str = FILE) -> Definition:
    """Give the definition that a text says; a file of secrets is read beside `file`. Raises InputError with every problem."""
    return _validate(parse_yaml(text, file), file, Path(file).parent)


def load_definitions(root: Path) -> tuple[Loaded, ...]:
    """Read all of `root`/connectors/*/connector.yaml, by folder, and instead of one beside which a sites.yaml lies its sites.

    Raises InputError with the problems of all files.
    """
    found: list[Loaded] = []
    problems: list[Problem] = []
    for path in sorted((root / "connectors").glob(f"*/{FILE}")):
        try:
            definition = load_definition(path)
        except InputError as error:
            problems += [*error.problems, *(sites_problems(sites) if (sites := path.with_name(SITES)).is_file() else ())]
            continue
        try:
            found += _loaded(definition, path.parent)
        except InputError as error:
            problems += error.problems
    problems += clashes([(one.site or str(one.folder / FILE), one.definition) for one in found])
    refuse(problems)
    return tuple(found)


def _loaded(definition: Definition, folder: Path) -> list[Loaded]:
    path = folder / SITES
    if not path.is_file():
        return [Loaded(definition, folder)]
    return [Loaded(site.definition, folder, site) for site in load_sites(path, definition)]


def located(problems: Iterable[Problem], path: Path) -> list[Problem]:
    """Give problems with a place in a definition, such as `balance.together[0]`, with its file and line."""
    placed = list(problems)
    if not any(problem.path and not problem.file for problem in placed):
        return placed  # parsing takes a while, and this is asked of each site
    document = parse_yaml(needed_text(path), str(path))
    return [
        replace(problem, file=str(path), line=document.line(key_path(problem.path)))
        if problem.path and not problem.file
        else problem
        for problem in placed
    ]


def key_path(path: str) -> KeyPath:
    """Give the keys and numbers of a place, such as `balance.together[0]`."""
    return tuple(int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", path))


def _validate(document: Document, file: str, folder: Path, *, with_code: bool = False) -> Definition:
    """Give the definition, or raise all that is wrong: also what fields don't hold together where each of them is right.

    with_code: look whether its folder of code is there.
    """
    problems: list[Problem] = []
    broken: list[KeyPath] = []
    definition: Definition | None
    data = {key: value for key, value in document.data.items() if not key.startswith("x-")}  # a place for anchors
    beside: SecretsFile | None = None
    try:
        beside = _secrets_file(data, folder)
    except InputError as error:
        line = document.line(("secrets",))
        problems += [one if one.file else replace(one, file=file, line=line, path="secrets") for one in error.problems]
        broken.append(("secrets",))
    if beside:
        own = data["secrets"] if isinstance(data["secrets"], dict) else {}
        for key in sorted(own.keys() & beside.values.keys()):
            message = f"stands in {beside.name} too"
            place = f"secrets.{key}"
            problems.append(Problem(message, "keep one of them", file, document.line(("secrets", key)), path=place))
        data["secrets"] = {**own, "file": beside.name, **beside.values}
    try:
        definition = Definition.model_validate({key: value for key, value in data.items() if (key,) not in broken})
    except ValidationError as error:
        told = explain(error, document, file)
        problems += [beside.place(path, problem) if beside else problem for path, problem in told.items()]
        broken += told
        definition = _without(data, broken)
    if definition:
        found = faults(definition) + (folder_faults(definition, folder) if with_code else [])
        unsure = {_section(path) for path in broken}
        if ("compute",) in unsure:
            unsure.add(("cost",))  # what is priced depends on the kind of compute
        for fault in found:
            if _section(fault.path) not in unsure:
                place = ".".join(map(str, fault.path))
                problem = Problem(fault.message, fault.fix, file, document.line(fault.path), path=place)
                problems.append(beside.place(fault.path, problem) if beside else problem)
    if definition is None or problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.file != file, problem.line or 0)))
    return definition


def _secrets_file(data: dict[str, Any], folder: Path) -> SecretsFile | None:
    """Read the file that `secrets:` names, if it names one. Raises InputError where it can't be read."""
    named = data.get("secrets")
    if isinstance(named, dict):
        named = named.get("file")
    if not isinstance(named, str) or not named:
        return None
    owners = dict.fromkeys(str(data[key]) for key in ("id", "source") if data.get(key))
    return read_secrets_file(named, folder, list(owners) or [folder.name])


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
    if ("credentials",) in broken and "connection" not in rest and "secrets" in rest:
        rest["credentials"] = "secrets"  # as what stands beside it says
    try:
        return Definition.model_validate(rest)
    except ValidationError:
        return None


def _section(path: KeyPath) -> KeyPath:
    """Give the part that a path is in, inside which fields depend on each other: a target, else a key of the first level."""
    return path[:2] if path[:1] == ("targets",) else path[:1]
