"""The real workspace, by databricks-sdk's login, asked at most three times a second.

Sources: Databricks REST API reference. A list of pipelines has the newest updates of each, at most 100 with a request, filtered
by `name LIKE 'pattern'`; deleting one drops its tables unless `cascade=false`, which pipelines of the Hive metastore take too
(they refuse `true`: databricks/terraform-provider-databricks, pull request 5600). Starting one with an active update is
refused. Tables: each has the id of the pipeline that made it. Jobs: tasks come with `expand_tasks`, a hundred of a job at most.
Access control lists: CAN VIEW sees a pipeline and its events, CAN RUN starts and stops it, CAN MANAGE deletes it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceConflict, TooManyRequests, Unauthenticated
from databricks.sdk.errors.base import DatabricksError

from headgate.clients.databricks import Login
from headgate.clients.pace import Pace
from headgate.observe.databricks import DatabricksEvents
from headgate.operate.advice import advised
from headgate.operate.answers import details_in, job_in, listed_in, schedule_body
from headgate.operate.model import OPTIONS
from headgate.operate.workspace import ActiveError
from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from databricks.sdk.clock import Clock

    from headgate.operate.model import Details, Listed, UpdateOptions
    from headgate.operate.schedule import JobFound, Timing

_PAGE = 100
# Seconds for which a request is tried again where the service can't be reached: while somebody waits for what is found, and
# while pipelines are watched. One that is busy says itself how long to wait, and is waited for longer.
LOOKING, WATCHING, _BUSY = 15, 60, 900
_VIEW, _RUN, _MANAGE = (f"CAN {what} on the pipeline" for what in ("VIEW", "RUN", "MANAGE"))
_PIPELINES = "/api/2.0/pipelines"
_TASK = "ingest"  # as jobs of layouts call it
# What a pattern of LIKE, or the text around it, could read otherwise.
_ODD = frozenset("'\"\\%_")


class DatabricksWorkspace:
    """A workspace. `host` and `profile` are the target's, else the environment's; `clock` waits. Raises InputError.

    retries: for how many seconds a service that can't be reached is tried again.
    """

    def __init__(self, host: str | None, profile: str | None, clock: Clock | None = None, *, retries: int = LOOKING) -> None:
        self._login = Login(host, profile, clock, retries=retries)
        self._pace = Pace(self._login.clock)
        self._events = DatabricksEvents(host, profile, login=self._login, do=self._paced)

    def pipelines(self, prefix: str = "") -> list[Listed]:
        """Give the pipelines whose names begin so, a hundred with a request."""
        sure = prefix[: next((place for place, sign in enumerate(prefix) if sign in _ODD), len(prefix))]
        query: dict[str, Any] = {"max_results": _PAGE} | ({"filter": f"name LIKE '{sure}%'"} if sure else {})
        return [listed_in(entry) for entry in self._pages(_PIPELINES, query, "statuses", "its pipelines", _VIEW)]

    def pipeline(self, id_: str) -> Listed | None:
        """Give one as the list has it; None where it is gone."""
        found = self._get(id_)
        return listed_in(found) if found is not None else None

    def details(self, id_: str) -> Details | None:
        """Give what one's settings say; None where it is gone."""
        found = self._get(id_)
        return details_in(id_, found) if found is not None else None

    def _get(self, id_: str) -> Mapping[str, Any] | None:
        with self._asking(f"pipeline {id_}", _VIEW):
            try:
                return dict(self._do("GET", f"{_PIPELINES}/{id_}"))
            except NotFound:
                return None

    def start(self, id_: str, options: UpdateOptions) -> str:
        """Start an update and give its id. Raises ActiveError where another one is active."""
        active: str | None = None
        with self._asking(f"an update of pipeline {id_}", _RUN):
            try:
                return str(self._do("POST", f"{_PIPELINES}/{id_}/updates", body=options.as_body())["update_id"])
            except (ResourceConflict, BadRequest) as error:
                if not isinstance(error, ResourceConflict) and "active update" not in str(error).lower():
                    raise
                active = self._login.redacted(str(error))
        raise ActiveError(active)

    def is_asked(self, id_: str, update: str, options: UpdateOptions) -> bool:
        """Whether an update was started by a call with these options."""
        with self._asking(f"update {update} of pipeline {id_}", _VIEW):
            found = self._do("GET", f"{_PIPELINES}/{id_}/updates/{update}").get("update") or {}
        said = {name: found.get(name) for name in OPTIONS if found.get(name)}
        return found.get("cause") == "API_CALL" and said == options.as_body()

    def stop(self, id_: str) -> None:
        """Ask the active update to stop, without waiting for it."""
        with self._asking(f"stopping pipeline {id_}", _RUN):
            self._do("POST", f"{_PIPELINES}/{id_}/stop")

    def delete(self, id_: str) -> None:
        """Delete a pipeline and leave its tables; one that is gone already is none."""
        with self._asking(f"deleting pipeline {id_}", _MANAGE):
            try:
                self._do("DELETE", f"{_PIPELINES}/{id_}", query={"cascade": "false"})
            except NotFound:
                return

    def events(self, id_: str, since: datetime | None) -> Sequence[Mapping[str, Any]]:
        """Give the rows of its event log from a time on, oldest first; none of one that is gone."""
        with _advising():
            return self._events.rows(id_, since) or []

    def tables(self, catalog: str, schema: str) -> dict[str, str]:
        """Give the full name of each table that a pipeline made in a schema → that pipeline's id."""
        query = {"catalog_name": catalog, "schema_name": schema, "omit_columns": "true"}
        what, right = f"the tables of {catalog}.{schema}", f"USE SCHEMA on {catalog}.{schema}"
        found = self._pages("/api/2.1/unity-catalog/tables", query, "tables", what, right)
        return {str(one["full_name"]): str(one["pipeline_id"]) for one in found if one.get("pipeline_id")}

    def jobs_of(self, pipeline_id: str) -> list[JobFound]:
        """Give the jobs that start a pipeline."""
        query = {"limit": _PAGE, "expand_tasks": "true"}
        found = []
        for entry in self._pages("/api/2.2/jobs/list", query, "jobs", "its jobs", "CAN VIEW on the jobs"):
            whole = self._whole_job(entry) if entry.get("has_more") else entry
            job = job_in(whole)
            if pipeline_id in job.pipelines:
                found.append(job)
        return found

    def _whole_job(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._asking(f"job {entry['job_id']}", "CAN VIEW on the job"):
            return dict(self._login.client.jobs.get(int(entry["job_id"])).as_dict())

    def create_job(self, pipeline_id: str, name: str, timing: Timing) -> str:
        """Make a job that starts a pipeline, one run at a time, and give its id."""
        body = {
            "name": name,
            "tasks": [{"task_key": _TASK, "pipeline_task": {"pipeline_id": pipeline_id}}],
            "schedule": schedule_body(timing),
            "max_concurrent_runs": 1,
            "queue": {"enabled": False},
        }
        with self._asking(f"a job of pipeline {pipeline_id}", _RUN):
            return str(self._do("POST", "/api/2.2/jobs/create", body=body)["job_id"])

    def set_schedule(self, job_id: str, timing: Timing) -> None:
        """Give a job another schedule; nothing else of it changes."""
        body = {"job_id": int(job_id), "new_settings": {"schedule": schedule_body(timing)}}
        with self._asking(f"another schedule of job {job_id}", "CAN MANAGE on the job"):
            self._do("POST", "/api/2.2/jobs/update", body=body)

    def time(self) -> float:
        """Give the time in seconds."""
        return float(self._login.clock.time())

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._login.clock.sleep(seconds)

    def redacted(self, text: str) -> str:
        """Give what the workspace said so that it can be shown."""
        return self._login.redacted(text)

    def _pages(self, path: str, query: Mapping[str, Any], name: str, what: str, right: str) -> Iterator[Mapping[str, Any]]:
        asked, seen = dict(query), set[str]()
        while True:
            with self._asking(what, right):
                page = self._do("GET", path, query=asked)
                entries = [dict(entry) for entry in page.get(name) or ()]
                token = page.get("next_page_token")
            yield from entries
            if not token or token in seen:
                return
            seen.add(token)
            asked = {**query, "page_token": token}

    @contextmanager
    def _asking(self, what: str, right: str) -> Iterator[None]:
        self._pace.wait()
        with _advising(), self._login.asking(what, right):
            yield

    def _paced(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        self._pace.wait()
        return self._do(method, path, **more)

    def _do(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        until = self.time() + _BUSY
        while True:
            try:
                found: Mapping[str, Any] = self._login.client.api_client.do(method, path, **more) or {}
            except (TooManyRequests, TimeoutError) as error:
                # The SDK has waited as long as the answer said, and ended with a TimeoutError where that was long.
                is_busy = isinstance(error.__cause__ or error, TooManyRequests)
                if not is_busy or self.time() >= until:
                    raise
            else:
                return found


@contextmanager
def _advising() -> Iterator[None]:
    """Say of what the service refused what to do, where that is known; of a right that is missing, which one is."""
    try:
        yield
    except SourceError as error:
        cause = error.__context__
        told = isinstance(cause, DatabricksError | TimeoutError) and not isinstance(cause, PermissionDenied | Unauthenticated)
        raise SourceError([advised(problem) if told else problem for problem in error.problems]) from None
