"""Making a project, and bringing one up to date with a newer Headgate."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.ci.files import BRANCH, NIGHTLY, files_of, workflow_settings
from headgate.definition.load import load_definitions, parse_definition
from headgate.files import read_bytes
from headgate.generated import File, changes, read_written, write_files, written_text
from headgate.installation import wheel_folder
from headgate.new_project.files import WRITTEN, project_files
from headgate.new_project.sampled import NAME, sample_files
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.ci.files import CiHost
    from headgate.definition.model import Definition
    from headgate.generated import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProjectRequest:
    """folder: the project's, made where there is none. ci: whose workflows are written too. write False: only look.

    force: Headgate's files are written, whatever was changed in them. keep: what was changed stays, and is the user's now.
    """

    folder: Path
    sample: bool = False
    ci: CiHost | None = None
    write: bool = True
    force: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class NewProjectResult:
    """What changes, and whether it was written: not where somebody changed a file that Headgate has other words for.

    kept: files of the user's own that were there. next: the commands that come next; none where a project was there before.
    """

    changes: tuple[Change, ...]
    written: bool
    kept: tuple[str, ...]
    next: tuple[str, ...]


def make_project(request: NewProjectRequest, environment: Mapping[str, str]) -> NewProjectResult:
    """Write a project, all of its files or none. Raises InputError for a folder, or a file in it, that can't be used."""
    folder = request.folder
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", "name a folder, which is made where there is none")
    before = read_written(folder / WRITTEN)
    files = project_files(folder.resolve().name or "project", lambda path: _text(folder / path))
    files += sample_files() if request.sample else []
    files += _ci_files(request, files) if request.ci else []
    kept = tuple(
        file.path
        for file in files
        if file.yours and not before and (there := _text(folder / file.path)) is not None and there != file.text
    )
    found = changes(folder, [file for file in files if not file.yours], before, force=request.force)
    # What is the user's own stays, even by force: nobody has another copy of it.
    found += changes(folder, [file for file in files if file.yours], before)
    if request.keep:
        found = [change for change in found if not change.clash]
    written = request.write and not any(change.clash for change in found)
    steps = () if before else _next(folder, environment, sample=request.sample)
    if written and (found or not before or request.keep):
        write_files(folder, [*(change.file for change in found), File(WRITTEN, written_text(files, before))])
    return NewProjectResult(tuple(found), written, kept, steps)


def _next(folder: Path, environment: Mapping[str, str], *, sample: bool) -> tuple[str, ...]:
    """Give the three commands that come next where the user stands: by make where there is one, and the Makefile is ours."""
    enter = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    makefile = _text(folder / "Makefile")
    has_make = shutil.which("make", path=environment.get("PATH", os.defpath)) and (makefile is None or "\nsetup:" in makefile)
    connector = f".venv/bin/headgate balance {NAME}" if sample else ".venv/bin/headgate init connector NAME"
    links = _links(environment)
    if has_make:
        return (f"{enter}{links}make setup", connector, "make synth")
    wanted = shlex.quote(f"headgate[cdktf]=={version('headgate')}")
    by_hand = f"python3 -m venv .venv && {links}.venv/bin/pip install {wanted} pytest && npm ci"
    return (f"{enter}{by_hand}", connector, "npx cdktf synth")


def _links(environment: Mapping[str, str]) -> str:
    """Give what has pip look where headgate's own wheel lay, where it was installed from a file: no index has it then."""
    folder = wheel_folder()
    if folder is None:
        return ""
    folders = [*environment.get("PIP_FIND_LINKS", "").split(), str(folder)]
    return f"PIP_FIND_LINKS={shlex.quote(' '.join(dict.fromkeys(folders)))} "


def _ci_files(request: NewProjectRequest, files: list[File]) -> list[File]:
    """Give the workflows. Raises InputError where there is no connector, whose targets and secrets they are made for."""
    there: list[Definition] = [one.definition for one in load_definitions(request.folder)] if request.folder.is_dir() else []
    known = {one.id for one in there}
    new = [parse_definition(file.text) for file in files if file.path == f"connectors/{NAME}/connector.yaml"]
    definitions = [*there, *(one for one in new if one.id not in known)]
    if not definitions:
        raise InputError(
            "the workflows are made for connectors' targets and secrets, and there is no connector yet",
            "make one first, then say `headgate init ci`; or try --sample",
        )
    return files_of(workflow_settings(definitions, request.ci or "github", (), NIGHTLY, BRANCH))


def _text(path: Path) -> str | None:
    data = read_bytes(path) if not path.is_dir() else None
    return None if data is None else data.decode(errors="replace")
