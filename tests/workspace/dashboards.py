"""/api/2.0/lakeview/dashboards.

Facts, from Databricks' API reference and the provider's dashboards/resource_dashboard.go: a dashboard lies in a folder that has
to be there, as a file of its name; one that is deleted is in the trash, from where it still is answered, as TRASHED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workspace.files import plain
from tests.workspace.messages import RefusedError, Routes
from tests.workspace.model import Dashboard

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

API = "/api/2.0/lakeview/dashboards"
SPECIFIED = ("display_name", "warehouse_id", "serialized_dashboard")
routes = Routes()


def found(workspace: Workspace, request: Request) -> Dashboard:
    """Give the dashboard that a path names. Raises RefusedError where there is none."""
    id_ = request.parts["id"]
    if id_ not in workspace.dashboards:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Unable to find dashboard {id_}.")
    return workspace.dashboards[id_]


@routes.on("POST", API)
def create(workspace: Workspace, request: Request) -> Json:
    folder = plain(request.need("parent_path"))
    if folder not in workspace.things:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Path ({folder}) doesn't exist.")
    if any(one.folder == folder and one.spec["display_name"] == request.need("display_name") and not one.trashed
           for one in workspace.dashboards.values()):  # fmt: skip
        raise RefusedError(409, "RESOURCE_ALREADY_EXISTS", f"Node named '{request.need('display_name')}' already exists.")
    made = Dashboard(workspace.uuid().replace("-", ""), folder, {}, workspace.me)
    workspace.dashboards[made.id] = made
    return _specify(workspace, made, request)


@routes.on("GET", f"{API}/{{id}}")
def get(workspace: Workspace, request: Request) -> Json:
    return _shown(found(workspace, request))


@routes.on("PATCH", f"{API}/{{id}}")
def update(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    if one.trashed:
        raise RefusedError(403, "PERMISSION_DENIED", f"Dashboard {one.id} is in the trash.")
    return _specify(workspace, one, request)


@routes.on("DELETE", f"{API}/{{id}}")
def trash(workspace: Workspace, request: Request) -> Json:
    found(workspace, request).trashed = True
    return {}


@routes.on("POST", f"{API}/{{id}}/published")
def publish(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    one.published = {name: request.body.get(name) for name in ("warehouse_id", "embed_credentials")}
    return {"display_name": one.spec["display_name"], **one.published}


def _specify(workspace: Workspace, one: Dashboard, request: Request) -> Json:
    one.spec |= {name: request.body[name] for name in SPECIFIED if name in request.body}
    one.etag = str(workspace.now())
    return _shown(one)


def _shown(one: Dashboard) -> Json:
    path = f"{one.folder}/{one.spec['display_name']}.lvdash.json"
    state = "TRASHED" if one.trashed else "ACTIVE"
    told = {"dashboard_id": one.id, "etag": one.etag, "lifecycle_state": state, "path": path}
    return one.spec | told | {"parent_path": f"/Workspace{one.folder}"}
