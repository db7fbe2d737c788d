"""/api/2.0/apps.

Facts, from Databricks' REST API (Apps) and the provider's internal/providers/pluginfw/products/app: an app is known by its
name, of letters, digits and hyphens, and has a service principal of its own. What it runs is deployed by a call of its own,
which no Terraform makes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.workspace.messages import RefusedError, Routes

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

API = "/api/2.0/apps"
SPECIFIED = ("description", "resources", "user_api_scopes", "budget_policy_id")
_NAME = re.compile(r"[a-z0-9-]{2,30}")
routes = Routes()


def found(workspace: Workspace, request: Request) -> Json:
    """Give the app that a path names. Raises RefusedError where there is none."""
    name = request.parts["name"]
    if name not in workspace.apps:
        raise RefusedError(404, "NOT_FOUND", f"App with name {name} does not exist or is deleted.")
    return workspace.apps[name]


@routes.on("POST", API)
def create(workspace: Workspace, request: Request) -> Json:
    name = request.need("name")
    if not _NAME.fullmatch(name):
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"App name {name} must be 2 to 30 letters, digits and hyphens.")
    if name in workspace.apps:
        raise RefusedError(409, "ALREADY_EXISTS", f"An app with the same name already exists: {name}")
    _refuse_unknown(workspace, request)
    number = workspace.number()
    app: Json = {
        "name": name,
        "id": workspace.uuid(),
        "creator": workspace.me,
        "url": f"https://{name}-1.aws.databricksapps.com",
        "service_principal_id": number,
        "service_principal_name": f"app-{number} {name}",
        "service_principal_client_id": workspace.uuid(),
        "default_source_code_path": "",
        "compute_status": {"state": "ACTIVE", "message": "App compute is running."},
        "app_status": {"state": "UNAVAILABLE", "message": "App has not been deployed yet."},
    }
    workspace.apps[name] = app | {key: request.body[key] for key in SPECIFIED if key in request.body}
    return workspace.apps[name]


@routes.on("GET", f"{API}/{{name}}")
def get(workspace: Workspace, request: Request) -> Json:
    return found(workspace, request)


@routes.on("PATCH", f"{API}/{{name}}")
def update(workspace: Workspace, request: Request) -> Json:
    app = found(workspace, request)
    _refuse_unknown(workspace, request)
    for key in SPECIFIED:
        app.pop(key, None)
    app |= {key: request.body[key] for key in SPECIFIED if key in request.body}
    return app


@routes.on("DELETE", f"{API}/{{name}}")
def delete(workspace: Workspace, request: Request) -> Json:
    app = found(workspace, request)
    del workspace.apps[request.parts["name"]]
    return app


def _refuse_unknown(workspace: Workspace, request: Request) -> None:
    for one in request.body.get("resources", []):
        warehouse = one.get("sql_warehouse", {}).get("id")
        if warehouse and warehouse not in workspace.warehouses:
            raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"SQL Warehouse {warehouse} does not exist.")
