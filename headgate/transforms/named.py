"""Which pipeline files a connector deploys, and by which ids: what can be said without the library that reads SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.definition.yaml import parse_yaml
from headgate.files import needed_text
from headgate.names import ID
from headgate.problems import InputError, Problem, refuse
from headgate.transforms.model import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

_KEY, _SHARED = "deploy", "pipeline"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A pipeline file that says `deploy`, its pipeline's id, and the line that says it.

    shared: the pipeline is that of all files in the folder that name it.
    """

    path: Path
    id: str
    line: int
    shared: bool = False

    @property
    def name(self) -> str:
        """What its SQL is called in the workspace; no id has a hyphen, so no other file's is called so."""
        return f"{self.id}-{_name(self.path)}" if self.shared else self.id


def named_files(folder: Path) -> tuple[NamedFile, ...]:
    """Give a connector's pipeline files that say `deploy`, by id.

    Raises InputError for files that can't be read, and for ids that are none, or that two have without sharing a pipeline.
    """
    found: list[NamedFile] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found += _named(path)
        except InputError as error:
            problems += error.problems
    first: dict[str, NamedFile] = {}
    for one in found:
        if (other := first.setdefault(one.id, one)) is not one and not (one.shared and other.shared):
            message = f"'{one.id}' is the id of {other.path} too"
            fix = f"give it another: `deploy: {{id: …}}`; to make them one, say `deploy: {{pipeline: {one.id}}}` in both"
            problems.append(Problem(message, fix, str(one.path), one.line, path=_KEY))
    refuse(problems)
    return tuple(sorted(found, key=lambda one: one.id))


def _named(path: Path) -> list[NamedFile]:
    text = needed_text(path)
    if _KEY not in text:  # most say nothing of it, and YAML takes its time
        return []
    document = parse_yaml(text, str(path))
    if _KEY not in document.data:
        return []
    deploy = document.data[_KEY]
    said = deploy if isinstance(deploy, dict) else {}
    key = "id" if said.get(_SHARED) is None else _SHARED
    given = said.get(key)
    id_ = _name(path) if given is None else given
    line = document.line((_KEY, key))
    if key == _SHARED and not ID.fullmatch(_name(path)):
        message, fix = f"{_name(path)!r}: the file's name, which its SQL has too, is no id", "use a-z, 0-9 and _ in it"
        raise InputError(Problem(message, fix, str(path), line, path=f"{_KEY}.{key}"))
    if not isinstance(id_, str) or not ID.fullmatch(id_):
        whose = "the file's name, and so the pipeline's id, is no id" if given is None else "is no id"
        fix = f"use a-z, 0-9 and _, beginning with a letter, at most 63 long: `deploy: {{{key}: …}}`"
        raise InputError(Problem(f"{id_!r}: {whose}", fix, str(path), line, path=f"{_KEY}.{key}"))
    return [NamedFile(path, id_, line, shared=key == _SHARED)]


def _name(path: Path) -> str:
    return path.name.removesuffix(SUFFIX)
