"""databricks_workspace_file, databricks_notebook, databricks_directory, databricks_repo.

Source: the provider's workspace/resource_workspace_file.go (1.110.0 and 1.111.0 differ), resource_notebook.go,
file_resource.go, resource_directory.go and repos/resource_repo.go.
"""

from __future__ import annotations

import binascii
import posixpath
import re
from base64 import b64decode
from hashlib import md5
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from tests.standin.resources.base import Refused, Resource, conflicting
from tests.standin.rest import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/workspace"
NEEDS_NO_FOLDER = (1, 111, 0)
BOUNDARY = "standin-4d0f7a1c"
# How git@github.com:acme/crm.git begins, which is no URL.
NO_SCHEME = re.compile(r"[^:/]*@[^:/]*:")


class WorkspaceFile(Resource):
    """A file. The platform isn't asked for its content: what was sent is what stands in the state."""

    kind = "workspace_file"

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        content, path = config.get("content_base64"), config.get("path")
        found = conflicting(config, "content_base64", "source")
        if content == "":
            found.append(Refused("content_base64", 'expected "content_base64" to not be an empty string, got '))
        elif isinstance(content, str) and not _is_base64(content):
            found.append(Refused("content_base64", f'expected "content_base64" to be a base64 string, got {content}'))
        if path == "":
            found.append(Refused("path", "Path must not be empty"))
        elif isinstance(path, str) and path != posixpath.normpath(path):
            found.append(Refused("path", f"Clean path required: Replace value with {posixpath.normpath(path)}"))
        return found

    @staticmethod
    def plan(was: Values | None, planned: Values) -> None:
        if was and was.get("content_base64") == planned["content_base64"]:
            planned["md5"] = was.get("md5")

    def create(self, values: Values) -> str:
        path = values["path"]
        folder = posixpath.dirname(path)
        try:
            self._upload(path, values)
        except ApiError as error:
            if not self._lacks_folder(error, folder):
                raise
            self.workspace.post(f"{API}/mkdirs", {"path": folder})
            self._upload(path, values)
        return str(path)

    def _lacks_folder(self, error: ApiError, folder: str) -> bool:
        """Say whether a file could not be made since its folder is not there. From 1.111 on, the folder is looked at for it."""
        if self.version < NEEDS_NO_FOLDER:
            return bool(re.search(r"parent folder .* does not exist", str(error), re.IGNORECASE))
        try:
            self.workspace.get(f"{API}/get-status", path=folder)
        except ApiError as status:
            return status.missing
        return False

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/get-status", path=state["id"])
        content = b64decode(state.get("content_base64") or "")
        own = {"url": f"{self.workspace.address}/#workspace{found['path']}", "workspace_path": f"/Workspace{state['id']}"}
        return found | own | {"md5": md5(content, usedforsecurity=False).hexdigest() if content else None}

    def update(self, was: Values, values: Values) -> None:
        self._upload(was["id"], values)

    def delete(self, state: Values) -> None:
        self.workspace.post(f"{API}/delete", {"path": state["id"], "recursive": False})

    def _upload(self, path: str, values: Values) -> None:
        content = values.get("content_base64") or ""
        if self.version < NEEDS_NO_FOLDER:
            body = {"path": path, "content": content, "format": "RAW", "overwrite": True}
            self.workspace.post(f"{API}/import", body)
        else:
            form = _form({"path": path, "format": "RAW", "overwrite": "true"}, b64decode(content))
            self.workspace.call("POST", f"{API}/import", form, f"multipart/form-data; boundary={BOUNDARY}")


class Notebook(WorkspaceFile):
    """A notebook: a file that is sent as a source in a language."""

    kind = "notebook"

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        found = WorkspaceFile.refused(config)
        if config.get("content_base64") and not config.get("language"):
            found.append(Refused("content_base64", "all of `content_base64,language` must be specified"))
        return found

    def _lacks_folder(self, error: ApiError, folder: str) -> bool:
        del error  # whatever it says, the folder is looked for
        try:
            self.workspace.get(f"{API}/get-status", path=folder)
        except ApiError as status:
            return status.missing
        return False

    def answer(self, state: Values) -> Json:
        return super().answer(state) | {"format": state.get("format") or "SOURCE"}

    def _upload(self, path: str, values: Values) -> None:
        body = {name: values.get(name) for name in ("language", "format")}
        body |= {"path": path, "content": values.get("content_base64") or "", "overwrite": True}
        self.workspace.post(f"{API}/import", body)


class Directory(Resource):
    """A folder."""

    kind = "directory"

    def create(self, values: Values) -> str:
        self.workspace.post(f"{API}/mkdirs", {"path": values["path"]})
        return str(values["path"])

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/get-status", path=state["id"])
        if found["object_type"] != "DIRECTORY":
            raise ApiError(0, f"different object type, {found['object_type']}, on this path other than a directory")
        return found | {"workspace_path": f"/Workspace{state['id']}"}

    def update(self, was: Values, values: Values) -> None:
        """Do nothing: what may change of a folder matters when it is deleted."""

    def delete(self, state: Values) -> None:
        recursive = bool(state.get("delete_recursive"))
        self.workspace.post(f"{API}/delete", {"path": state["id"], "recursive": recursive})


class Repo(Resource):
    """A git folder, whose parent folder is made first."""

    kind = "repo"
    names: ClassVar[Mapping[str, str]] = {"git_provider": "provider", "commit_hash": "head_commit_id"}

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        found = []
        url, path = config.get("url"), config.get("path")
        if isinstance(url, str) and NO_SCHEME.match(url):
            reason = f'parse "{url}": first path segment in URL cannot contain colon'
            found.append(Refused("url", f'expected "url" to be a valid url, got {url}: {reason}'))
        elif isinstance(url, str) and urlsplit(url).scheme not in ("http", "https"):
            found.append(Refused("url", f'expected "url" to have a url with schema of: "https,http", got {url}'))
        if isinstance(path, str) and path.startswith("/Repos/") and path.rstrip("/").count("/") != 3:  # a folder and a repo
            found.append(Refused("path", "should have 3 components (/Repos/<directory>/<repo>)"))
        return found

    def create(self, values: Values) -> str:
        body: dict[str, Any] = {name: self.body(values).get(name) for name in ("url", "provider", "path", "sparse_checkout")}
        if path := values.get("path"):
            self.workspace.post(f"{API}/mkdirs", {"path": posixpath.dirname(path.rstrip("/"))})
        made = self.workspace.post("/api/2.0/repos", {name: value for name, value in body.items() if value})
        id_ = str(made["id"])
        if tag := values.get("tag"):
            self.workspace.patch(f"/api/2.0/repos/{id_}", {"tag": tag})
        elif values.get("branch") and values["branch"] != made.get("branch"):
            self.workspace.patch(f"/api/2.0/repos/{id_}", {"branch": values["branch"]})
        return id_

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"/api/2.0/repos/{state['id']}")
        return found | {"workspace_path": f"/Workspace{found['path']}"}

    def update(self, was: Values, values: Values) -> None:
        body = {name: values[name] for name in ("tag", "branch") if values.get(name)}
        if values.get("sparse_checkout"):
            body["sparse_checkout"] = {"patterns": values["sparse_checkout"][0]["patterns"]}
        self.workspace.patch(f"/api/2.0/repos/{was['id']}", body)

    def delete(self, state: Values) -> None:
        self.workspace.delete(f"/api/2.0/repos/{state['id']}")


def _is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True


def _form(fields: Mapping[str, str], content: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="content"\r\n\r\n'
    return "".join(parts).encode() + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
