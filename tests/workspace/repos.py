"""/api/2.0/repos: git folders.

Facts, from Databricks' API reference: a list's pages follow `next_page_token`; sparse checkout is a matter of the creation. The
folder that a new one lies in must be there (the provider makes it first).
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from tests.workspace.files import parent, plain
from tests.workspace.messages import RefusedError, Routes
from tests.workspace.model import Repo, Thing

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()
PAGE = 20


def found(workspace: Workspace, request: Request) -> Repo:
    """Give the repo that a path names. Raises RefusedError where there is none."""
    id_ = request.parts["id"]
    if not id_.isdigit() or int(id_) not in workspace.repos:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Repo {id_} could not be found")
    return workspace.repos[int(id_)]


@routes.on("POST", "/api/2.0/repos")
def create(workspace: Workspace, request: Request) -> Json:
    url = request.need("url")
    name = url.rpartition("/")[2].removesuffix(".git")
    path = plain(request.body.get("path") or f"/Repos/{workspace.me}/{name}")
    if parent(path) not in workspace.things:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Parent directory {parent(path)} does not exist.")
    if path in workspace.things:
        raise RefusedError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")
    patterns = (request.body.get("sparse_checkout") or {}).get("patterns")
    made = Repo(workspace.number(), path, url, request.need("provider"), patterns=patterns)
    now = workspace.now()
    workspace.repos[made.id] = made
    workspace.things[path] = Thing(made.id, "REPO", created_at=now, modified_at=now)
    return shown(made)


@routes.on("GET", "/api/2.0/repos/{id}")
def get(workspace: Workspace, request: Request) -> Json:
    return shown(found(workspace, request))


@routes.on("PATCH", "/api/2.0/repos/{id}")
def update(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    if sparse := request.body.get("sparse_checkout"):
        if one.patterns is None:
            raise RefusedError(400, "BAD_REQUEST", "Sparse checkout is not enabled for this repo.")
        one.patterns = sparse["patterns"]
    if "tag" in request.body:
        one.branch, one.tag = "", request.body["tag"]
    elif "branch" in request.body:
        one.branch, one.tag = request.body["branch"], ""
    return {}


@routes.on("DELETE", "/api/2.0/repos/{id}")
def delete(workspace: Workspace, request: Request) -> Json:
    one = found(workspace, request)
    del workspace.repos[one.id]
    del workspace.things[one.path]
    workspace.grants.pop(f"repos/{one.id}", None)
    return {}


@routes.on("GET", "/api/2.0/repos")
def listed(workspace: Workspace, request: Request) -> Json:
    prefix = plain(request.query.get("path_prefix", "/"))
    ones = [one for one in workspace.repos.values() if one.path.startswith(prefix)]
    first = int(request.query.get("next_page_token", "0"))
    more = {"next_page_token": str(first + PAGE)} if first + PAGE < len(ones) else {}
    return {"repos": [shown(one) for one in ones[first : first + PAGE]]} | more


def shown(one: Repo) -> Json:
    """Give a repo as the API does."""
    head = sha1(f"{one.url} {one.branch}{one.tag}".encode(), usedforsecurity=False).hexdigest()
    info: Json = {"id": one.id, "path": one.path, "url": one.url, "provider": one.provider, "head_commit_id": head}
    info |= {"branch": one.branch} if one.branch else {}
    return info | ({"sparse_checkout": {"patterns": one.patterns}} if one.patterns is not None else {})
