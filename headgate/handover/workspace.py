"""What executing a handover gets to know of a workspace, which `databricks.py` asks."""

from __future__ import annotations

from dataclasses import dataclass


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
    """A job as the workspace has it. `paused` is None where it has no schedule; `pipelines`: ids of those that it starts."""

    id: str
    paused: bool | None
    name: str = ""
    pipelines: tuple[str, ...] = ()
