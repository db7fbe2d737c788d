"""The real workspace, by databricks-sdk.

Facts, as the platform's documentation has them: a list of pipelines is filtered by `name LIKE 'pattern'` and says nothing of
tags; one of jobs gives their settings, tags among them, a hundred at a time.
A connection is imported as `metastore|name` (source: the provider's resource).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from databricks.sdk.service.jobs import PauseStatus
from databricks.sdk.service.workspace import ExportFormat

from headgate.clients.databricks import Login
from headgate.deployment.tags import tag_in
from headgate.recovery.model import CATALOG, CONNECTION, GIT_FOLDER, JOB, PIPELINE, SCHEMA, SECRET_SCOPE, Thing
from headgate.schedule import describe_schedule

if TYPE_CHECKING:
    from collections.abc import Collection

    from databricks.sdk.service.jobs import BaseJob, CronSchedule, JobSettings

_PAGE = 100
# What a pattern of LIKE, or the text around it, could read otherwise.
_ODD = re.compile(r"['\"\\%]")
# Seconds for which a question is asked again after a failed apply, which is nobody's to wait for.
BRIEFLY = 10
# And where somebody waits for what is found; a login asks twice before it gives up.
LOOKING = 15


class DatabricksWorkspace:
    """A workspace. `host` and `profile` are the target's, else the environment's. Raises InputError without credentials.

    Every method raises SourceError where it can't be asked; a thing that isn't there is None.
    """

    def __init__(self, host: str | None, profile: str | None, retries: int = LOOKING) -> None:
        self._login = Login(host, profile, retries=retries)
        self._client = self._login.client

    def jobs(self) -> list[Thing]:
        """Give all jobs."""
        with self._login.asking("its jobs"):
            found = self._client.jobs.list(limit=_PAGE)
            return [_job(job, job.settings) for job in found if job.settings]

    def pipelines(self, prefix: str, known: Collection[str], endings: tuple[str, ...] = ()) -> list[Thing]:
        """Give the pipelines whose names begin so, or nearly so, or end so; without tags those whose ids are known.

        With endings the names of all are listed, a hundred at a time; tags are asked for of those alone that fit.
        """
        pattern = None if endings else f"name LIKE '{_ODD.split(prefix)[0]}%'"
        with self._login.asking("its pipelines"):
            listed = list(self._client.pipelines.list_pipelines(filter=pattern, max_results=_PAGE))
            names = {one.pipeline_id: one.name or "" for one in listed if one.pipeline_id}
            fit = {id_: name for id_, name in names.items() if not endings or name.startswith(prefix) or name.endswith(endings)}
        return [self._pipeline(id_, name, known) for id_, name in fit.items()]

    def _pipeline(self, id_: str, name: str, known: Collection[str]) -> Thing:
        if id_ in known:
            return Thing(PIPELINE, id_, name)
        # None for one that was deleted since it was listed.
        tags = self._login.found(f"pipeline {id_}", lambda: (spec := self._client.pipelines.get(id_).spec) and spec.tags)
        return Thing(PIPELINE, id_, name, tag_in(tags))

    def catalog(self, name: str) -> Thing | None:
        """Give a catalog."""
        if (found := self._login.found(f"catalog {name}", lambda: self._client.catalogs.get(name))) is None:
            return None
        return Thing(CATALOG, found.name or name, found.name or name, tag_in(found.properties), made=found.created_at or 0)

    def schema(self, name: str) -> Thing | None:
        """Give a schema by its full name."""
        if (found := self._login.found(f"schema {name}", lambda: self._client.schemas.get(name))) is None:
            return None
        full = found.full_name or name
        return Thing(SCHEMA, full, full, tag_in(found.properties), made=found.created_at or 0)

    def connection(self, name: str) -> Thing | None:
        """Give a connection."""
        if (found := self._login.found(f"connection {name}", lambda: self._client.connections.get(name))) is None:
            return None
        return Thing(CONNECTION, f"{found.metastore_id}|{found.name}", found.name or name, made=found.created_at or 0)

    def git_folder(self, path: str) -> Thing | None:
        """Give a git folder by its path without /Workspace."""
        repos = self._login.found(f"the git folder {path}", lambda: list(self._client.repos.list(path_prefix=path))) or ()
        found = next((repo for repo in repos if repo.path == path), None)
        return Thing(GIT_FOLDER, str(found.id), path) if found else None

    def secret_scope(self, name: str) -> Thing | None:
        """Give a secret scope."""
        with self._login.asking(f"the secret scope {name}"):
            found = any(one.name == name for one in self._client.secrets.list_scopes())
        return Thing(SECRET_SCOPE, name, name) if found else None

    def file(self, path: str) -> bytes | None:
        """Give the content of a file, or of a notebook."""

        def download() -> bytes:
            with self._client.workspace.download(path, format=ExportFormat.AUTO) as content:
                return bytes(content.read())

        return self._login.found(f"the file {path}", download)

    def delete_job(self, job_id: str) -> None:
        """Delete a job."""
        with self._login.asking(f"job {job_id}"):
            self._client.jobs.delete(int(job_id))


def _job(job: BaseJob, settings: JobSettings) -> Thing:
    made = int(job.created_time or 0)
    return Thing(JOB, str(job.job_id), str(settings.name or ""), tag_in(settings.tags), _starts(settings), made)


def _starts(settings: JobSettings) -> str:
    """Say when a job runs by itself."""
    said = [_cron(settings.schedule)] if settings.schedule else []
    others = {"by its trigger": settings.trigger, "continuously": settings.continuous}
    said += [words + _paused(part.pause_status) for words, part in others.items() if part]
    return " and ".join(said) or "never by itself"


def _cron(schedule: CronSchedule) -> str:
    words = describe_schedule("quartz:" + schedule.quartz_cron_expression)
    return f"{words} ({schedule.timezone_id}){_paused(schedule.pause_status)}"


def _paused(status: PauseStatus | None) -> str:
    return ", paused" if status == PauseStatus.PAUSED else ""
