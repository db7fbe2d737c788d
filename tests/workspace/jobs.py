"""/api/2.x/jobs.

Facts, from Databricks' API reference unless said otherwise: names need not differ; `reset` replaces all settings (but not who
it runs as, seen by databricks/cli), `update` whole top-level fields, and of lists the entries with the same key; `list` gives
the newest first, 20 at a time unless `limit` (at most 100) says otherwise, and tasks only with `expand_tasks`; its `name` is
compared without regard to case. A missing job is 400 INVALID_PARAMETER_VALUE (the SDK's overrides). `run_as` is written only,
and read as `run_as_user_name` (the provider's resource).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.workspace.messages import RefusedError, Routes, page
from tests.workspace.model import Grant, Job

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()

# What settings there are; anything else is unknown and ignored.
SETTINGS = frozenset(
    {
        "budget_policy_id", "continuous", "deployment", "description", "edit_mode", "email_notifications", "environments",
        "format", "git_source", "health", "job_clusters", "max_concurrent_runs", "name", "notification_settings", "parameters",
        "performance_target", "queue", "schedule", "tags", "tasks", "timeout_seconds", "trigger", "usage_policy_id",
        "webhook_notifications",
    }
)  # fmt: skip
KEYS = {"tasks": "task_key", "job_clusters": "job_cluster_key"}


def found(workspace: Workspace, request: Request) -> Job:
    """Give the job that a request names. Raises RefusedError where there is none."""
    id_ = int(request.need("job_id"))
    if id_ not in workspace.jobs:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"Job {id_} does not exist.")
    return workspace.jobs[id_]


@routes.on("POST", "/api/2.?/jobs/create")
def create(workspace: Workspace, request: Request) -> Json:
    made = Job(workspace.number(), _settings(request.body), workspace.me, workspace.me, workspace.now(), _run_as(request.body))
    workspace.jobs[made.id] = made
    for entry in request.body.get("access_control_list", []):
        (name,) = set(entry) - {"permission_level"}
        if entry["permission_level"] == "IS_OWNER":
            made.owner = entry[name]
        else:
            workspace.grants.setdefault(f"jobs/{made.id}", []).append(Grant(name, entry[name], entry["permission_level"]))
    return {"job_id": made.id}


@routes.on("GET", "/api/2.?/jobs/get")
def get(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    return _entry(one) | {"settings": one.settings, "run_as_user_name": one.run_as or one.owner}


@routes.on("POST", "/api/2.?/jobs/reset")
def reset(workspace: Workspace, request: Request) -> Json:
    one, settings = found(workspace, request), request.need("new_settings")
    one.settings, one.run_as = _settings(settings), _run_as(settings) or one.run_as
    return {}


@routes.on("POST", "/api/2.?/jobs/update")
def update(workspace: Workspace, request: Request) -> Json:
    one, new = found(workspace, request), request.body.get("new_settings", {})
    one.run_as = _run_as(new) or one.run_as
    settings = {**one.settings, **{name: value for name, value in new.items() if name in SETTINGS}}
    for name, key in KEYS.items():
        if name in new:
            settings[name] = list(_by_key([*one.settings.get(name, []), *new[name]], key).values())
    for path in request.body.get("fields_to_remove", []):
        name, _, entry = path.partition("/")
        if not entry:
            settings.pop(name, None)
        else:
            settings[name] = [one for one in settings.get(name, []) if one[KEYS[name]] != entry]
    one.settings = _settings(settings)
    return {}


@routes.on("POST", "/api/2.?/jobs/delete")
def delete(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    del workspace.jobs[one.id]
    workspace.grants.pop(f"jobs/{one.id}", None)
    return {}


@routes.on("GET", "/api/2.?/jobs/list")
def listed(workspace: Workspace, request: Request) -> Json:
    name = request.query.get("name")
    ones = sorted(workspace.jobs.values(), key=lambda one: -one.id)
    ones = [one for one in ones if name is None or one.name.lower() == name.lower()]
    left_out = () if request.query.get("expand_tasks") == "true" else ("tasks", "job_clusters")
    entries = [
        _entry(one) | {"settings": {key: value for key, value in one.settings.items() if key not in left_out}} for one in ones
    ]
    answer = page(request, entries, "jobs", "limit", 20, 100)
    return answer | {"has_more": "next_page_token" in answer}


def _settings(said: Json) -> Json:
    """Give settings with what the platform adds to them."""
    defaults: Json = {
        "name": "Untitled", "email_notifications": {}, "webhook_notifications": {}, "timeout_seconds": 0,
        "max_concurrent_runs": 1, "format": "MULTI_TASK", "queue": {"enabled": True},
    }  # fmt: skip
    settings = defaults | {name: value for name, value in said.items() if name in SETTINGS and value is not None}
    if schedule := settings.get("schedule"):
        settings["schedule"] = {"pause_status": "UNPAUSED"} | schedule
    if "tasks" in settings:
        task_defaults: Json = {"run_if": "ALL_SUCCESS", "timeout_seconds": 0, "email_notifications": {}}
        settings["tasks"] = [task_defaults | task for task in settings["tasks"]]
    return settings


def _run_as(said: Json) -> str:
    who = said.get("run_as") or {}
    return str(who.get("user_name") or who.get("service_principal_name") or "")


def _by_key(entries: list[Json], key: str) -> dict[str, Any]:
    return {entry[key]: entry for entry in entries}


def _entry(one: Job) -> Json:
    return {"job_id": one.id, "creator_user_name": one.creator, "created_time": one.created_time}
