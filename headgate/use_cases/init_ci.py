"""The workflows of a user's repository."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.ci.files import BRANCH, NIGHTLY, files_of, warnings_of, workflow_settings
from headgate.definition.load import load_definitions
from headgate.files import write_whole
from headgate.problems import InputError

if TYPE_CHECKING:
    from headgate.ci.files import CiHost, File


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowsRequest:
    """The workflows of a host's CI that deploy these targets in their order; none: all that every connector has.

    nightly: when to look for drift, cron in UTC. branch: whose merges are deployed. out: the repository's folder; None: the
    project's. write False: only look. force: overwrite files that say something else.
    """

    host: CiHost = "github"
    targets: tuple[str, ...] = ()
    nightly: str = NIGHTLY
    branch: str = BRANCH
    out: Path | None = None
    root: Path = Path()
    write: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that says something else, or isn't there yet, with its unified diff. name: its path in the repository."""

    name: str
    path: Path
    there: bool
    diff: str


@dataclass(frozen=True, slots=True)
class WorkflowsResult:
    """How the files differ, and whether they were written: not where one says something else, unless by force.

    command: what gives the same files again. warnings: what of the definitions a CI can't work with.
    """

    differences: tuple[Difference, ...]
    written: bool
    command: str
    warnings: tuple[str, ...]


def write_workflows(request: WorkflowsRequest) -> WorkflowsResult:
    """Write the workflows; files that are the user's own only where there are none. Raises InputError for what can't be."""
    definitions = [one.definition for one in load_definitions(request.root)]
    if not definitions:
        raise InputError(f"no connectors/*/connector.yaml below {request.root}", "run headgate in the project's folder")
    settings = workflow_settings(definitions, request.host, request.targets, request.nightly, request.branch)
    folder = request.out or request.root
    differing = {file: found for file in files_of(settings) if (found := _difference(folder, file, force=request.force))}
    written = request.write and (request.force or not any(found.there for found in differing.values()))
    for file, found in differing.items():
        if written:
            write_whole(found.path, file.text)
    return WorkflowsResult(tuple(differing.values()), written, settings.command, tuple(warnings_of(definitions, settings)))


def _difference(folder: Path, file: File, *, force: bool) -> Difference | None:
    """Give how a file differs from what stands there; None where it needn't be written."""
    path = folder / file.path
    there = path.exists()
    if there and file.yours and not force:
        return None
    text = path.read_bytes().decode(errors="replace") if there else ""
    if there and text == file.text:
        return None
    lines = unified_diff(text.splitlines(), file.text.splitlines(), f"a/{file.path}", f"b/{file.path}", lineterm="")
    return Difference(file.path, path, there, "\n".join(lines))
