"""The workflows of a user's repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.ci.files import BRANCH, NIGHTLY, files_of, warnings_of, workflow_settings
from headgate.definition.load import load_definitions
from headgate.generated import changes, write_files
from headgate.problems import InputError

if TYPE_CHECKING:
    from headgate.ci.files import CiHost
    from headgate.generated import Change


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
class WorkflowsResult:
    """What changes in `folder`, and whether it was written: not where a file says something else, unless by force.

    command: what gives the same files again. warnings: what of the definitions a CI can't work with.
    """

    folder: Path
    changes: tuple[Change, ...]
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
    found = changes(folder, files_of(settings), force=request.force)
    written = request.write and not any(change.clash for change in found)
    if written:
        write_files(folder, [change.file for change in found])
    return WorkflowsResult(folder, tuple(found), written, settings.command, tuple(warnings_of(definitions, settings)))
