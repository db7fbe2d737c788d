"""/api/2.0/pipelines.

Facts, from Databricks' API reference unless said otherwise: deleting a pipeline drops its tables unless `cascade=false`; a
name that another pipeline has is refused unless `allow_duplicate_names`; lists hold 25 entries unless `max_results` (at most
100) says otherwise, in the order of ids, and no specification; stopping without an active update does nothing; starting with
one fails; events come newest first unless ordered, 250 a page at most, and a page_token goes with max_results alone. A pipeline
of the Hive metastore refuses `cascade=true` (databricks/terraform-provider-databricks, pull request 5600). The
provider waits after a create or edit until a continuous pipeline is RUNNING, and after a delete until it's gone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.workspace import runs
from tests.workspace.log import instant
from tests.workspace.messages import RefusedError, Routes, page
from tests.workspace.model import Pipeline, is_uuid

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.model import Update
    from tests.workspace.workspace import Workspace

routes = Routes()

# What a specification keeps of a create or an edit; anything else is no part of it, or unknown and ignored.
SPECIFIED = frozenset(
    {
        "budget_policy_id", "catalog", "channel", "clusters", "configuration", "continuous", "deployment", "development",
        "edition", "environment", "event_log", "filters", "gateway_definition", "ingestion_definition", "libraries", "name",
        "notifications", "photon", "restart_window", "root_path", "schema", "serverless", "storage", "tags", "target",
        "trigger", "usage_policy_id",
    }
)  # fmt: skip
# What a start may ask for.
ASKED = frozenset(
    {"full_refresh", "full_refresh_selection", "refresh_selection", "reset_checkpoint_selection", "validate_only"}
)


def found(workspace: Workspace, request: Request) -> Pipeline:
    """Give the pipeline that a path names. Raises RefusedError where there is none."""
    id_ = request.parts["id"]
    if id_ not in workspace.pipelines:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"The specified pipeline {id_} was not found.")
    return workspace.pipelines[id_]


@routes.on("POST", "/api/2.0/pipelines")
def create(workspace: Workspace, request: Request) -> Json:
    refuse_name(workspace, request.body, "")
    made = Pipeline(workspace.uuid(), {}, workspace.me, workspace.me)
    workspace.pipelines[made.id] = made
    specify(workspace, made, request.body)
    return {"pipeline_id": made.id}


@routes.on("GET", "/api/2.0/pipelines/{id}")
def get(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    runs.look(workspace, one)
    said = {"service_principal_name" if is_uuid(one.run_as) else "user_name": one.run_as}
    legacy = "target" in one.spec and "schema" not in one.spec
    mode = one.mode or ("LEGACY_PUBLISHING_MODE" if legacy else "DEFAULT_PUBLISHING_MODE")
    return _entry(one) | {
        "last_modified": one.last_modified, "spec": one.spec,
        **({"effective_publishing_mode": mode} if "catalog" in one.spec else {}), **({"run_as": said} if one.run_as else {}),
    }  # fmt: skip


@routes.on("PUT", "/api/2.0/pipelines/{id}")
def edit(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    expected = request.body.get("expected_last_modified")
    if expected and int(expected) != one.last_modified:
        raise RefusedError(409, "RESOURCE_CONFLICT", f"The pipeline {one.id} was modified after {expected}.")
    refuse_name(workspace, request.body, one.id)
    specify(workspace, one, request.body)
    return {}


@routes.on("DELETE", "/api/2.0/pipelines/{id}")
def delete(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    if one.is_old and request.query.get("cascade") == "true":
        message = (
            "Cannot set the cascade parameter to true for HMS pipelines. Please set the cascade parameter to false or omit"
        )
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", message)
    del workspace.pipelines[one.id]
    workspace.grants.pop(f"pipelines/{one.id}", None)
    if request.query.get("cascade", "true") == "true" and not one.is_old:
        for key in [key for key, table in workspace.tables.items() if table.pipeline == one.id]:
            workspace.dropped[key] = workspace.tables.pop(key)
    return {}


@routes.on("GET", "/api/2.0/pipelines")
def listed(workspace: Workspace, request: Request) -> Json:
    ones = sorted(workspace.pipelines.values(), key=lambda one: one.id)
    for one in ones:
        runs.look(workspace, one)
    if wanted := request.query.get("filter"):
        like = re.fullmatch(r"name LIKE '(.*)'", wanted, re.IGNORECASE)
        notebook = re.fullmatch(r"notebook\s*=\s*'(.*)'", wanted)
        if not like and not notebook:
            raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter: {wanted}")
        pattern = re.escape(like[1]).replace("%", ".*").replace("_", ".") if like else ""
        ones = [
            one
            for one in ones
            if (like and re.fullmatch(pattern, one.name))
            or (notebook and {"notebook": {"path": notebook[1]}} in one.spec.get("libraries", []))
        ]
    return page(request, [_entry(one) for one in ones], "statuses", "max_results", 25, 100)


@routes.on("GET", "/api/2.0/pipelines/{id}/events")
def events(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    if "page_token" not in request.query:
        wanted = re.fullmatch(r"timestamp >= '(.*)'", request.query.get("filter", "timestamp >= ''"))
        if not wanted:
            raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"Unsupported filter: {request.query['filter']}")
        newest_first = request.query.get("order_by", "timestamp desc") == "timestamp desc"
        after = [event for event in one.events if event["timestamp"] >= wanted[1]]
        one.listed = sorted(after, key=lambda event: event["timestamp"], reverse=newest_first)
    elif more := request.query.keys() - {"page_token", "max_results"}:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"page_token can't be used with {', '.join(sorted(more))}.")
    return page(request, one.listed, "events", "max_results", 25, 250)


@routes.on("POST", "/api/2.0/pipelines/{id}/stop")
def stop(workspace: Workspace, request: Request) -> Json:
    runs.stop(found(workspace, request))
    return {}


@routes.on("POST", "/api/2.0/pipelines/{id}/updates")
def start_update(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    runs.look(workspace, one)
    if active := [update for update in one.updates if update.state not in runs.ENDED]:
        message = f"An active update {active[0].update_id} already exists for pipeline '{one.name}'."
        raise RefusedError(409, "RESOURCE_CONFLICT", message)
    asked = {name: value for name, value in request.body.items() if name in ASKED}
    unknown = [
        name for names in asked.values() if isinstance(names, list) for name in names if not is_known(workspace, one, name)
    ]
    if unknown:
        message = f"The following tables or flows were not found in the pipeline: {', '.join(unknown)}"
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", message)
    return {"update_id": runs.start(workspace, one, **asked).update_id}


def is_known(workspace: Workspace, one: Pipeline, name: str) -> bool:
    """Whether a table or flow of a name is in a pipeline: by its full name, or its last part."""
    names = runs.tables_of(workspace, one)
    return name.lower() in {known.lower() for full in names for known in (full, full.rsplit(".", 1)[-1])}


@routes.on("GET", "/api/2.0/pipelines/{id}/updates")
def updates(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    return page(request, [_update(one, update) for update in one.updates], "updates", "max_results", 25, 100)


@routes.on("GET", "/api/2.0/pipelines/{id}/updates/{update}")
def get_update(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    for update in one.updates:
        if update.update_id == request.parts["update"]:
            return {"update": _update(one, update)}
    raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"The specified update {request.parts['update']} was not found.")


def _update(one: Pipeline, update: Update) -> Json:
    said = {"update_id": update.update_id, "state": update.state, "cause": update.cause, "pipeline_id": one.id}
    return {**said, "creation_time": update.creation_time, **update.asked}


def _typed(spec: Json) -> Json:
    """Give a specification as it is kept: what kind of source a managed ingestion reads is the connection's, whatever is said.

    Source: Databricks REST API, pipelines, `ingestion_definition.source_type`, which is output only.
    """
    ingestion = spec.get("ingestion_definition")
    return spec | ({"ingestion_definition": {**ingestion, "source_type": "COMMUNITY"}} if ingestion else {})


def refuse_name(workspace: Workspace, body: Json, own: str) -> None:
    """Refuse a name that another pipeline has. The message is the platform's own (databricks/cli, pull request 5261)."""
    if body.get("allow_duplicate_names") or not body.get("name"):
        return
    if any(one.name == body["name"] and one.id != own for one in workspace.pipelines.values()):
        message = (
            f"The pipeline name '{body['name']}' is already used by another pipeline. "
            "This check can be skipped by setting `allow_duplicate_names = true` in the request."
        )
        raise RefusedError(409, "RESOURCE_CONFLICT", message)


def specify(workspace: Workspace, one: Pipeline, body: Json) -> None:
    """Give a pipeline its specification. A continuous one starts anew with it; one that no longer is stops."""
    spec = {name: value for name, value in body.items() if name in SPECIFIED and value is not None}
    defaults: Json = {"continuous": False, "development": False, "photon": False, "channel": "CURRENT", "edition": "ADVANCED"}
    if "catalog" not in spec:
        defaults["storage"] = f"dbfs:/pipelines/{one.id}"
    was = one.spec.get("continuous", False)
    one.spec = defaults | _typed(spec) | {"id": one.id}
    one.last_modified = workspace.now()
    if said := body.get("run_as"):
        one.run_as = said.get("user_name") or said.get("service_principal_name") or ""
    if one.spec["continuous"]:
        runs.start(workspace, one)
    elif was:
        runs.stop(one)


def _entry(one: Pipeline) -> Json:
    entry: Json = {
        "pipeline_id": one.id, "name": one.name, "state": one.state, "creator_user_name": one.creator,
        "run_as_user_name": one.run_as or one.owner,
    }  # fmt: skip
    return entry | ({"latest_updates": [_brief(update) for update in one.updates[:5]]} if one.updates else {})


def _brief(update: Update) -> Json:
    return {"update_id": update.update_id, "state": update.state, "creation_time": instant(update.creation_time)}
