"""/api/2.0/workspace: folders, files, notebooks.

Facts, from Databricks' API reference unless said otherwise: what a missing path, an existing one and a folder that is not
empty answer; `mkdirs` makes parents, `import` doesn't (its words stand in the provider's tests); AUTO makes a notebook of a
source whose first line says so, and takes the extension off its name; /Workspace before a path may be left out. That
an exported notebook ends without a new line stands in no reference: workspaces were seen to do so.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from tests.workspace.messages import Answer, RefusedError, Routes
from tests.workspace.model import Thing

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()
PROTECTED = ("/", "/Shared", "/Users", "/Repos")
NOTEBOOK = b"# Databricks notebook source"


def plain(path: str) -> str:
    """Give a path without /Workspace and without a slash at its end."""
    return "/" + path.removeprefix("/Workspace").strip("/")


def parent(path: str) -> str:
    """Give the folder that a path lies in."""
    return path.rpartition("/")[0] or "/"


def thing_at(workspace: Workspace, path: str) -> Thing:
    """Give what lies at a path. Raises RefusedError where nothing does."""
    if plain(path) not in workspace.things:
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"Path ({path}) doesn't exist.")
    return workspace.things[plain(path)]


def below(workspace: Workspace, path: str) -> list[str]:
    """Give all paths in a folder and its folders."""
    return [one for one in workspace.things if one != "/" and one.startswith(plain(path).rstrip("/") + "/")]


@routes.on("POST", "/api/2.0/workspace/mkdirs")
def mkdirs(workspace: Workspace, request: Request) -> Json:
    make_folder(workspace, plain(request.need("path")))
    return {}


def make_folder(workspace: Workspace, path: str) -> None:
    """Make a folder and those that it lies in. Raises RefusedError where one of them is no folder."""
    if there := workspace.things.get(path):
        if there.kind not in ("DIRECTORY", "REPO"):
            raise RefusedError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists and is no folder.")
        return
    make_folder(workspace, parent(path))
    now = workspace.now()
    workspace.things[path] = Thing(workspace.number(), "DIRECTORY", created_at=now, modified_at=now)


@routes.on("POST", "/api/2.0/workspace/import")
def import_(workspace: Workspace, request: Request) -> Json:
    path, content = plain(request.need("path")), request.body.get("content", "")
    kind, language = request.body.get("format", "SOURCE"), request.body.get("language", "")
    try:
        text = b64decode(content, validate=True)
    except binascii.Error:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", "The content is not base64.") from None
    if kind == "SOURCE" and not language:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", "The language is missing, which a source needs.")
    notebook = kind not in ("AUTO", "RAW") or (kind == "AUTO" and text.startswith(NOTEBOOK))
    if kind == "AUTO" and notebook:
        path, language = path.rsplit(".", 1)[0], "PYTHON"
    if workspace.things.get(parent(path), Thing(0, "FILE")).kind not in ("DIRECTORY", "REPO"):
        raise RefusedError(404, "RESOURCE_DOES_NOT_EXIST", f"The parent folder ({parent(path)}) does not exist.")
    there, now = workspace.things.get(path), workspace.now()
    if there and (there.kind in ("DIRECTORY", "REPO") or str(request.body.get("overwrite", "")).lower() != "true"):
        raise RefusedError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")
    id_, created = (there.id, there.created_at) if there else (workspace.number(), now)
    workspace.things[path] = Thing(id_, "NOTEBOOK" if notebook else "FILE", content, language if notebook else "", created, now)
    return {"object_id": id_}


@routes.on("GET", "/api/2.0/workspace/get-status")
def status(workspace: Workspace, request: Request) -> Json:
    return _info(request.need("path"), thing_at(workspace, request.need("path")))


@routes.on("GET", "/api/2.0/workspace/list")
def listed(workspace: Workspace, request: Request) -> Json:
    path = request.need("path")
    if thing_at(workspace, path).kind not in ("DIRECTORY", "REPO"):
        return {"objects": [_info(plain(path), thing_at(workspace, path))]}
    inside = [one for one in sorted(below(workspace, path)) if parent(one) == plain(path)]
    return {"objects": [_info(one, workspace.things[one]) for one in inside]} if inside else {}


@routes.on("GET", "/api/2.0/workspace/export")
def export(workspace: Workspace, request: Request) -> Json | Answer:
    path = request.need("path")
    one = thing_at(workspace, path)
    if one.kind not in ("FILE", "NOTEBOOK"):
        raise RefusedError(400, "BAD_REQUEST", f"Path ({path}) is a folder, which can't be exported here.")
    content = b64decode(one.content)
    if one.kind == "NOTEBOOK":
        content = content.rstrip(b"\n")
    if request.query.get("direct_download") == "true":
        return Answer(200, content)
    return {"content": b64encode(content).decode(), "file_type": path.rpartition(".")[2] if one.kind == "FILE" else "py"}


@routes.on("POST", "/api/2.0/workspace/delete")
def delete(workspace: Workspace, request: Request) -> Json:
    path = plain(request.need("path"))
    if path in PROTECTED:
        raise RefusedError(400, "DIRECTORY_PROTECTED", f"Folder {path} is protected")
    thing_at(workspace, path)
    inside = below(workspace, path)
    if inside and not request.body.get("recursive"):
        raise RefusedError(400, "DIRECTORY_NOT_EMPTY", f"Folder ({path}) is not empty")
    for one in [path, *inside]:
        gone = workspace.things.pop(one)
        workspace.repos.pop(gone.id, None)
        for kind in ("files", "directories", "notebooks", "repos"):
            workspace.grants.pop(f"{kind}/{gone.id}", None)
    return {}


def _info(path: str, one: Thing) -> Json:
    info: Json = {"object_type": one.kind, "path": path, "object_id": one.id, "resource_id": str(one.id)}
    if one.kind == "FILE":
        info |= {"size": len(b64decode(one.content)), "created_at": one.created_at, "modified_at": one.modified_at}
    return info | ({"language": one.language} if one.language else {})
