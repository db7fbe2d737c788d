"""The notebook for operators of OSI PI's connector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.generated import File, changes, write_files
from headgate.new_project.notebook import WHEELS, notebook_text
from headgate.problems import Problem, refuse, short

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.generated import Change

_FOLDER = re.compile(r"/(Workspace|Volumes)/[^\"'\\{}$`\x00-\x1f\x7f]*")
# Packages that the cells import, where Python looks into the notebook's folder first.
_SHADOWED = {"headgate", "headgate_osipi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRequest:
    """out: the notebook's file. wheels: the folder of Headgate's wheels, as the workspace sees it; empty: the usual one.

    write False: only look. force: over a file that says something else.
    """

    out: Path
    wheels: str = ""
    write: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class NotebookResult:
    """What changes in `folder`, and whether it was written: not where the file says something else, unless by force.

    wheels: where the notebook has the wheels from.
    """

    folder: Path
    wheels: str
    changes: tuple[Change, ...]
    written: bool


def write_notebook(request: NotebookRequest) -> NotebookResult:
    """Write the notebook. Raises InputError for a file that no notebook can have, and a folder that no workspace has."""
    problems: list[Problem] = []
    wheels = request.wheels or WHEELS
    if request.out.suffix != ".py":
        problems.append(
            Problem(f"{request.out} is no file of Python", "a notebook in source format ends with .py: --out pi.py")
        )
    if request.out.stem in _SHADOWED:
        message = f"{request.out} has the name of the package {request.out.stem}, which Python would look for in the notebook"
        problems.append(Problem(message, "give it another name, such as --out pi_notebook.py"))
    if not _FOLDER.fullmatch(wheels):
        fix = f"name a folder below /Workspace or /Volumes: --wheels {WHEELS}"
        problems.append(Problem(f"--wheels {short(wheels)} is no folder of a workspace", fix))
    refuse(problems)
    folder = request.out.parent
    found = changes(folder, [File(request.out.name, notebook_text(wheels))], force=request.force)
    written = request.write and not any(change.clash for change in found)
    if written:
        write_files(folder, [change.file for change in found])
    return NotebookResult(folder, wheels, tuple(found), written)
