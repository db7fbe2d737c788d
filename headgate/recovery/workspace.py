"""What recovery asks of a workspace, and how few questions that takes. `databricks.py` is the real one."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, Protocol

from headgate.recovery.model import CATALOG, CONNECTION, GIT_FOLDER, PIPELINE, SCHEMA, SECRET_SCOPE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.recovery.decide import Known
    from headgate.recovery.model import Expected, Thing


class RecoveryWorkspace(Protocol):
    """A workspace. Every method raises SourceError where it can't be asked; a thing that isn't there is None."""

    def jobs(self) -> list[Thing]:
        """Give all jobs."""

    def pipelines(self, prefix: str, known: Collection[str], endings: tuple[str, ...] = ()) -> list[Thing]:
        """Give the pipelines whose names begin so, or nearly so, or end so; without tags those whose ids are known."""

    def catalog(self, name: str) -> Thing | None:
        """Give a catalog."""

    def schema(self, name: str) -> Thing | None:
        """Give a schema by its full name."""

    def connection(self, name: str) -> Thing | None:
        """Give a connection."""

    def git_folder(self, path: str) -> Thing | None:
        """Give a git folder by its path without /Workspace."""

    def secret_scope(self, name: str) -> Thing | None:
        """Give a secret scope."""

    def file(self, path: str) -> bytes | None:
        """Give the content of a file, or of a notebook."""

    def delete_job(self, job_id: str) -> None:
        """Delete a job."""


def survey(workspace: RecoveryWorkspace, expected: Sequence[Expected], known: Known) -> list[Thing]:
    """Give what the workspace has of what is declared: all jobs, pipelines by name, and what no state has of the rest.

    A pipeline that no state has may have been made under another prefix: it is known by the id that its name ends with.
    """
    found = workspace.jobs()
    if pipelines := [one for one in expected if one.kind == PIPELINE]:
        prefix = PIPELINE + "."
        ids = {id_ for address, id_ in known.ids.items() if address.startswith(prefix)}
        unheld = [(one.name, one.tag.id) for one in pipelines if one.tag and known.of(one) is None]
        # The monitoring's name has another beginning, and no id at its end.
        endings = tuple(ending for name, id_ in unheld for ending in (f"_{id_}", name))
        found += workspace.pipelines(name_prefix(pipelines), ids, endings)
    ask = {
        CATALOG: workspace.catalog,
        SCHEMA: workspace.schema,
        CONNECTION: workspace.connection,
        GIT_FOLDER: workspace.git_folder,
        SECRET_SCOPE: workspace.secret_scope,
    }
    missing = [one for one in expected if one.kind in ask and known.of(one) is None]
    return found + [thing for one in missing if (thing := ask[one.kind](one.name))]


def name_prefix(pipelines: Sequence[Expected]) -> str:
    """Give what the names of a target's pipelines begin with: all but the id, where that is at the end."""
    heads = {one.name.removesuffix(one.tag.id) for one in pipelines if one.tag and one.name.endswith(one.tag.id)}
    return commonprefix(sorted(heads or {one.name for one in pipelines}))  # noqa: RUF071  # names, not paths
