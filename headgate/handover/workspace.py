"""What executing a handover asks of a workspace, and what it gets to know. `databricks.py` is the real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WorkspacePipeline:
    """A pipeline as the workspace has it. Texts are empty where the workspace doesn't say.

    `busy`: words for what runs now (`RUNNING`, an active update), empty where it is idle. `legacy`: it publishes into
    `target` instead of `schema`. `updated`: it ran before. `reads`: catalog.schema.table of a managed ingestion's tables.
    """

    id: str
    name: str = ""
    busy: str = ""
    run_as: str = ""
    catalog: str = ""
    schema: str = ""
    legacy: bool = False
    continuous: bool = False
    updated: bool = False
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkspaceJob:
    """A job as the workspace has it. `paused` is None where it has no schedule."""

    id: str
    paused: bool | None


class HandoverWorkspace(Protocol):
    """A workspace. Every method raises SourceError where it can't be asked."""

    def me(self) -> str:
        """Give the name of the identity that asks."""

    def pipeline(self, pipeline_id: str) -> WorkspacePipeline | None:
        """Give a pipeline; None where there is none with that id."""

    def pipeline_owner(self, pipeline_id: str) -> str:
        """Give who owns a pipeline; empty where it is not known."""

    def stop(self, pipeline_id: str) -> None:
        """Ask a pipeline to stop, without waiting for it."""

    def start(self, pipeline_id: str) -> None:
        """Start an update of a pipeline."""

    def release(self, pipeline_id: str) -> str:
        """Give the Databricks Runtime of a pipeline's last update, such as `16.4.2`; empty where it is not known."""

    def job(self, job_id: str) -> WorkspaceJob | None:
        """Give a job; None where there is none with that id."""

    def set_paused(self, job_id: str, *, paused: bool) -> None:
        """Pause a job's schedule, or let it run again."""

    def owner_of(self, table: str) -> str | None:
        """Give the id of the pipeline that owns a table, empty where none does; None where there is no such table."""

    def alter(self, statement: str) -> None:
        """Run a statement to its end."""

    def file(self, path: str) -> str | None:
        """Give a workspace file's text by its path without /Workspace; None where there is none."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
