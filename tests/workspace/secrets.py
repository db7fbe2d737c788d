"""/api/2.0/secrets: scopes, the secrets in them, and who may read them.

Facts, from Databricks' API reference: a scope that is there is not made again; a secret that is there is written over; no
answer ever tells a value but that of `get`; who makes a scope may do everything with it; deleting a scope deletes its secrets.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from tests.workspace.messages import RefusedError, Routes
from tests.workspace.model import SecretScope

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()
API = "/api/2.0/secrets"


def scope_of(workspace: Workspace, request: Request) -> SecretScope:
    """Give the scope that is asked for. Raises RefusedError where there is none."""
    name = request.need("scope")
    if name not in workspace.scopes:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Scope {name} does not exist!")
    return workspace.scopes[name]


@routes.on("POST", f"{API}/scopes/create")
def create(workspace: Workspace, request: Request) -> Json:
    name = request.need("scope")
    if name in workspace.scopes:
        raise RefusedError(400, "RESOURCE_ALREADY_EXISTS", f"Scope {name} already exists!")
    workspace.scopes[name] = SecretScope(name, acls={workspace.me: "MANAGE"})
    return {}


@routes.on("GET", f"{API}/scopes/list")
def listed(workspace: Workspace, _request: Request) -> Json:
    scopes = [{"name": name, "backend_type": "DATABRICKS"} for name in sorted(workspace.scopes)]
    return {"scopes": scopes} if scopes else {}


@routes.on("POST", f"{API}/scopes/delete")
def delete(workspace: Workspace, request: Request) -> Json:
    del workspace.scopes[scope_of(workspace, request).name]
    return {}


@routes.on("POST", f"{API}/put")
def put(workspace: Workspace, request: Request) -> Json:
    scope_of(workspace, request).secrets[request.need("key")] = request.need("string_value")
    return {}


@routes.on("GET", f"{API}/list")
def secrets(workspace: Workspace, request: Request) -> Json:
    its = sorted(scope_of(workspace, request).secrets)
    return {"secrets": [{"key": key, "last_updated_timestamp": 1} for key in its]} if its else {}


@routes.on("GET", f"{API}/get")
def get(workspace: Workspace, request: Request) -> Json:
    scope, key = scope_of(workspace, request), request.need("key")
    if key not in scope.secrets:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Failed to get secret {key} for scope {scope.name}.")
    return {"key": key, "value": b64encode(scope.secrets[key].encode()).decode()}


@routes.on("POST", f"{API}/delete")
def delete_secret(workspace: Workspace, request: Request) -> Json:
    scope, key = scope_of(workspace, request), request.need("key")
    if key not in scope.secrets:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Secret {key} does not exist!")
    del scope.secrets[key]
    return {}


@routes.on("POST", f"{API}/acls/put")
def put_acl(workspace: Workspace, request: Request) -> Json:
    scope_of(workspace, request).acls[request.need("principal")] = request.need("permission")
    return {}


@routes.on("GET", f"{API}/acls/get")
def get_acl(workspace: Workspace, request: Request) -> Json:
    scope, who = scope_of(workspace, request), request.need("principal")
    if who not in scope.acls:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"No ACL of {who} on {scope.name}.")
    return {"principal": who, "permission": scope.acls[who]}


@routes.on("POST", f"{API}/acls/delete")
def delete_acl(workspace: Workspace, request: Request) -> Json:
    scope_of(workspace, request).acls.pop(request.need("principal"), None)
    return {}
