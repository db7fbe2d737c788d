"""The real workspace, by databricks-sdk.

Facts, as the platform's documentation has them: a streaming table's owner is its property pipelines.pipelineId, which SHOW
TBLPROPERTIES gives on a SQL warehouse; a pipeline's owner is IS_OWNER of its permissions (GET /api/2.0/permissions/pipelines),
for `creator_user_name` stays when the ownership changes; `run_as_user_name` is who it runs as, said or not; stopping
(POST /api/2.0/pipelines/{id}/stop) cancels the active update, and does nothing without one; an update's Databricks Runtime
is in the event log, in `details` of the update's create_update event; jobs/update replaces a top-level field as a whole.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING

from databricks.sdk.errors import NotFound, PermissionDenied
from databricks.sdk.service.jobs import JobSettings, PauseStatus
from databricks.sdk.service.pipelines import PipelineState, PublishingMode, UpdateStateInfoState
from databricks.sdk.service.workspace import ExportFormat

from headgate.clients.databricks import Login
from headgate.clients.sql import quoted
from headgate.clients.warehouse import StatementFailedError, Warehouse
from headgate.handover.workspace import WorkspaceJob, WorkspacePipeline
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from databricks.sdk.clock import Clock
    from databricks.sdk.service.pipelines import GetPipelineResponse, PipelineSpec

_STILL = (PipelineState.IDLE, PipelineState.FAILED)
_ENDED = (UpdateStateInfoState.COMPLETED, UpdateStateInfoState.CANCELED, UpdateStateInfoState.FAILED)
# The parts of a job's settings that start it; each has a pause_status of its own.
_STARTERS = ("schedule", "trigger", "continuous")
_NO_TABLE = "TABLE_OR_VIEW_NOT_FOUND"


class DatabricksWorkspace:
    """A workspace and one of its SQL warehouses, empty where no statement is to be run.

    `host` and `profile` are the target's, else the environment's. `clock` waits. Raises InputError without credentials. Every
    method raises SourceError where the workspace can't be asked.
    """

    def __init__(self, host: str | None, profile: str | None, warehouse: str, clock: Clock | None = None) -> None:
        self._login = Login(host, profile, clock)
        self._client, self._warehouse = self._login.client, Warehouse(self._login, warehouse)

    def me(self) -> str:
        """Give the user's name, or the application id of a service principal, as `run_as_user_name` has it."""
        with self._login.asking("who you are"):
            return self._client.current_user.me().user_name or ""

    def pipeline(self, pipeline_id: str) -> WorkspacePipeline | None:
        """Give a pipeline; None where there is none with that id."""
        found = self._login.found(f"pipeline {pipeline_id}", lambda: self._client.pipelines.get(pipeline_id))
        return None if found is None else _pipeline_facts(pipeline_id, found)

    def pipeline_owner(self, pipeline_id: str) -> str:
        """Give who owns a pipeline; empty where it may not be seen."""
        with self._login.asking(f"the permissions of pipeline {pipeline_id}"):
            try:
                rights = self._client.pipelines.get_permissions(pipeline_id)
            except (NotFound, PermissionDenied):
                return ""
        for entry in rights.access_control_list or []:
            levels = [permission.permission_level for permission in entry.all_permissions or []]
            if any(level and level.value == "IS_OWNER" for level in levels):
                return entry.user_name or entry.service_principal_name or entry.group_name or ""
        return ""

    def stop(self, pipeline_id: str) -> None:
        """Ask a pipeline to stop, without waiting for it."""
        with self._login.asking(f"pipeline {pipeline_id}"):
            self._client.pipelines.stop(pipeline_id)

    def start(self, pipeline_id: str) -> None:
        """Start an update of a pipeline."""
        with self._login.asking(f"pipeline {pipeline_id}"):
            self._client.pipelines.start_update(pipeline_id)

    def release(self, pipeline_id: str) -> str:
        """Give the Databricks Runtime of a pipeline's last update; empty where its event log can't be read."""
        statement = (
            "SELECT details:create_update:runtime_version:dbr_version "  # noqa: S608  # an id that place.py let through has no quotes
            f"FROM event_log('{pipeline_id}') WHERE event_type = 'create_update' ORDER BY timestamp DESC LIMIT 1"
        )
        try:
            rows = self._warehouse.rows(statement)
        except StatementFailedError:
            return ""
        return rows[0][0] or "" if rows and rows[0] else ""

    def job(self, job_id: str) -> WorkspaceJob | None:
        """Give a job; None where there is none with that id. Raises InputError for an id that is not a number, SourceError."""
        settings = self._settings(job_id)
        if settings is None:
            return None
        return _job(job_id, settings)

    def jobs_starting(self, pipelines: Collection[str]) -> list[WorkspaceJob]:
        """Give the jobs that start any of some pipelines (the workspace's ids). Raises SourceError."""
        with self._login.asking("its jobs", "CAN VIEW on the jobs"):
            found = [_job(str(one.job_id), one.settings) for one in self._client.jobs.list(expand_tasks=True) if one.settings]
        return [job for job in found if not set(pipelines).isdisjoint(job.pipelines)]

    def set_paused(self, job_id: str, *, paused: bool) -> None:
        """Pause what starts a job, or let it start again; nothing else of the job changes.

        Raises InputError for an id that is not a number, SourceError where the workspace fails.
        """
        settings = self._settings(job_id)
        status = PauseStatus.PAUSED if paused else PauseStatus.UNPAUSED
        parts = {name: part for name in _STARTERS if (part := getattr(settings, name, None))}
        changed = JobSettings(**{name: replace(part, pause_status=status) for name, part in parts.items()})
        if parts:
            with self._login.asking(f"job {job_id}"):
                self._client.jobs.update(int(job_id), new_settings=changed)

    def _settings(self, job_id: str) -> JobSettings | None:
        with self._login.asking(f"job {job_id}"):
            try:
                return self._client.jobs.get(int(job_id)).settings or JobSettings()
            except NotFound:
                return None
            except ValueError:
                raise InputError(f"a job's id is a number, not {job_id!r}", "run `headgate record`") from None

    def owner_of(self, table: str) -> str | None:
        """Give the id of the pipeline that owns a table, empty where none does; None where there is no such table."""
        try:
            rows = self._warehouse.rows(f"SHOW TBLPROPERTIES {quoted(table)}")
        except StatementFailedError as error:
            if _NO_TABLE in str(error):
                return None
            raise
        return next((value or "" for key, value, *_ in rows if key == "pipelines.pipelineId"), "")

    def alter(self, statement: str) -> None:
        """Run a statement to its end. Raises StatementFailedError with the warehouse's own words where it fails."""
        self._warehouse.rows(statement)

    def file(self, path: str) -> str | None:
        """Give a workspace file's text; None where there is none."""

        def export() -> str:
            content = self._client.workspace.export(path, format=ExportFormat.AUTO).content
            return b64decode(content or "").decode(errors="replace")

        return self._login.found(f"the file {path}", export)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._login.clock.sleep(seconds)


def _pipeline_facts(pipeline_id: str, found: GetPipelineResponse) -> WorkspacePipeline:
    spec, updates = found.spec, found.latest_updates or []
    state = found.state
    busy = "" if state in _STILL else (state.value if state else "in a state that headgate doesn't know")
    if active := [update for update in updates if update.state not in _ENDED]:
        busy = busy or f"running update {active[0].update_id}"
    schema, target = (spec.schema or "", spec.target or "") if spec else ("", "")
    return WorkspacePipeline(
        id=pipeline_id,
        name=found.name or "",
        busy=busy,
        run_as=found.run_as_user_name or "",
        catalog=(spec.catalog if spec else "") or "",
        schema=schema,
        legacy=found.effective_publishing_mode == PublishingMode.LEGACY_PUBLISHING_MODE or bool(target and not schema),
        continuous=bool(spec and spec.continuous),
        updated=bool(updates),
        reads=_reads(spec) if spec else (),
    )


def _reads(spec: PipelineSpec) -> tuple[str, ...]:
    objects = (spec.ingestion_definition.objects if spec.ingestion_definition else None) or []
    tables = [entry.table for entry in objects if entry.table]
    return tuple(f"{t.destination_catalog}.{t.destination_schema}.{t.destination_table or t.source_table}" for t in tables)


def _job(job_id: str, settings: JobSettings) -> WorkspaceJob:
    starters = [part for name in _STARTERS if (part := getattr(settings, name))]
    paused = all(part.pause_status == PauseStatus.PAUSED for part in starters) if starters else None
    tasks = [task.pipeline_task for task in settings.tasks or () if task.pipeline_task]
    return WorkspaceJob(job_id, paused, settings.name or "", tuple(task.pipeline_id for task in tasks))
