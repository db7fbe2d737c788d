"""/api/2.0/permissions.

Facts, from Databricks' API reference unless said otherwise: PUT replaces all that is granted directly, PATCH adds; admins
inherit CAN_MANAGE. Pipelines and jobs have exactly one owner, which the provider adds to every PUT; which levels there are
stands in the provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.workspace.messages import RefusedError, Routes
from tests.workspace.model import Grant, is_uuid

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.model import Job, Kind, Pipeline
    from tests.workspace.workspace import Workspace

routes = Routes()
LEVELS = {
    "pipelines": ("CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"),
    "jobs": ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"),
    "apps": ("CAN_USE", "CAN_MANAGE"),
}
FILES = ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE")
TYPES = {
    "pipelines": "pipelines",
    "jobs": "job",
    "files": "file",
    "directories": "directory",
    "notebooks": "notebook",
    "repos": "repo",
    "dashboards": "dashboard",
    "apps": "apps",
}
OWNER = "IS_OWNER"


def owned(workspace: Workspace, kind: str, id_: str) -> Pipeline | Job | None:
    """Give the pipeline or job that is meant; None for things without an owner. Raises RefusedError where it doesn't exist."""
    one: Pipeline | Job | None = None
    if kind == "pipelines":
        one = workspace.pipelines.get(id_)
    elif kind == "jobs":
        one = workspace.jobs.get(int(id_))
    elif (
        id_ in workspace.dashboards
        or (kind == "apps" and id_ in workspace.apps)
        or any(str(thing.id) == id_ for thing in workspace.things.values())
    ):
        return None
    if one is None:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"{TYPES.get(kind, kind)} {id_} does not exist.")
    return one


@routes.on("GET", "/api/2.0/permissions/{kind}/{id}")
def get(workspace: Workspace, request: Request) -> Json:
    kind, id_ = request.parts["kind"], request.parts["id"]
    one = owned(workspace, kind, id_)
    grants = list(workspace.grants.get(f"{kind}/{id_}", []))
    if one:
        grants.insert(0, Grant("service_principal_name" if is_uuid(one.owner) else "user_name", one.owner, OWNER))
    entries: list[Json] = [
        {
            grant.kind: grant.name,
            "display_name": grant.name,
            "all_permissions": [{"permission_level": grant.level, "inherited": False}],
        }
        for grant in grants
    ]
    inherited = {"permission_level": "CAN_MANAGE", "inherited": True, "inherited_from_object": [f"/{kind}/"]}
    entries.append({"group_name": "admins", "all_permissions": [inherited]})
    return {"object_id": f"/{kind}/{id_}", "object_type": TYPES[kind], "access_control_list": entries}


@routes.on("PUT", "/api/2.0/permissions/{kind}/{id}")
def put(workspace: Workspace, request: Request) -> Json:
    return _grant(workspace, request, [])


@routes.on("PATCH", "/api/2.0/permissions/{kind}/{id}")
def patch(workspace: Workspace, request: Request) -> Json:
    kind, id_ = request.parts["kind"], request.parts["id"]
    return _grant(workspace, request, workspace.grants.get(f"{kind}/{id_}", []))


def _grant(workspace: Workspace, request: Request, before: list[Grant]) -> Json:
    kind, id_ = request.parts["kind"], request.parts["id"]
    one = owned(workspace, kind, id_)
    grants = [_read(entry) for entry in request.body.get("access_control_list", [])]
    for level in (grant.level for grant in grants if grant.level not in LEVELS.get(kind, FILES)):
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"Permission type not defined for {TYPES[kind]}: {level}")
    owners = [grant.name for grant in grants if grant.level == OWNER]
    if one and (len(owners) > 1 or (not owners and request.method == "PUT")):
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"The {TYPES[kind]} must have exactly one owner.")
    if one and owners:
        one.owner = owners[0]
    given = {(grant.kind, grant.name) for grant in grants}
    kept = [grant for grant in before if (grant.kind, grant.name) not in given]
    workspace.grants[f"{kind}/{id_}"] = [*kept, *(grant for grant in grants if grant.level != OWNER)]
    return get(workspace, request)


def _read(entry: Json) -> Grant:
    named = [name for name in ("user_name", "group_name", "service_principal_name") if entry.get(name)]
    if len(named) != 1 or "permission_level" not in entry:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", "An entry names one principal and a permission level.")
    return Grant(cast("Kind", named[0]), entry[named[0]], entry["permission_level"])
