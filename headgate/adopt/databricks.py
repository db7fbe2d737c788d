"""The real workspace, asked for all that is taken over; nothing in it is changed.

Source: Databricks REST API reference. A pipeline's specification and a job's settings come whole by their ids alone; AUTO
exports a file as it is, and a notebook as source. Files are parsed, and not kept.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from databricks.sdk.errors import NotFound, PermissionDenied

from headgate.adopt.candidate import path_of
from headgate.adopt.jobs import pipelines_of
from headgate.adopt.model import FoundJob, FoundPipeline
from headgate.operate.databricks import DatabricksWorkspace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_JOBS, _CONNECTIONS = "/api/2.2/jobs", "/api/2.1/unity-catalog/connections"
_PAGE = 100


class AdoptedWorkspace(DatabricksWorkspace):
    """A workspace whose pipelines are to be taken over. Every method raises SourceError where it can't be asked."""

    def found(self, id_: str, key: str = "") -> FoundPipeline | None:
        """Give a pipeline with its settings and the text of its file; None where it is gone. key: what a bundle calls it."""
        answer = self._get(id_)
        if answer is None:
            return None
        settings: Mapping[str, Any] = answer.get("spec") or {}
        path = path_of(settings)
        code = self._text(path) if path and "ingestion_definition" not in settings else None
        return FoundPipeline(id_, str(answer.get("name") or settings.get("name") or ""), settings, code, key)

    def jobs_starting(self, pipelines: Collection[str]) -> list[FoundJob]:
        """Give the jobs that start any of some pipelines (the workspace's ids), with all of their settings."""
        query = {"limit": _PAGE, "expand_tasks": "true"}
        found = []
        for entry in self._pages(f"{_JOBS}/list", query, "jobs", "its jobs", "CAN VIEW on the jobs"):
            is_meant = not set(pipelines).isdisjoint(pipelines_of(_job(entry)))
            if is_meant or entry.get("has_more"):
                with self._asking(f"job {entry['job_id']}", "CAN VIEW on the job"):
                    whole = _job(self._do("GET", f"{_JOBS}/get", query={"job_id": entry["job_id"]}))
                if not set(pipelines).isdisjoint(pipelines_of(whole)):
                    found.append(whole)
        return found

    def allow_list(self, connection: str) -> list[str] | None:
        """Give the options of tables that a connection lets through; None where that can't be seen."""
        with self._asking(f"connection {connection}", "USE CONNECTION on it"):
            try:
                options = self._do("GET", f"{_CONNECTIONS}/{quote(connection, safe='')}").get("options") or {}
            except (NotFound, PermissionDenied):
                return None
        return [name for part in str(options.get("externalOptionsAllowList") or "").split(",") if (name := part.strip())]

    def _text(self, path: str) -> str | None:
        """Give the text of a file or a notebook; None where there is none, or it can't be read."""
        with self._asking(f"the file {path}", "CAN READ on it"):
            try:
                query = {"path": path.removeprefix("/Workspace"), "format": "AUTO"}
                answer = self._do("GET", "/api/2.0/workspace/export", query=query)
                return b64decode(str(answer.get("content") or "")).decode()
            except (NotFound, PermissionDenied, UnicodeDecodeError):
                return None


def _job(entry: Mapping[str, Any]) -> FoundJob:
    settings: Mapping[str, Any] = entry.get("settings") or {}
    return FoundJob(str(entry["job_id"]), str(settings.get("name") or ""), settings)
