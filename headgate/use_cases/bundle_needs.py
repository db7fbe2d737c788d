"""What a bundle's pipelines need and the bundle does not make: the connection with its secrets, and the framework's git folder.

Facts, from Databricks' API reference: an update replaces all options of a connection, and its secrets don't come back; the
folder that a git folder lies in must be there, and its sparse patterns are a matter of its creation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.problems import InputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.clients.databricks import Login
    from headgate.deployment.model import Connection, GitFolder

_CONNECTIONS, _REPOS = "/api/2.1/unity-catalog/connections", "/api/2.0/repos"


def send_connection(login: Login, one: Connection, secrets: Mapping[str, str]) -> bool:
    """Make a connection, or send all of its options to the one that is there; say whether it is new.

    Raises InputError for a secret that is not given, RefusedError where the one that is there is of another type.
    """
    if missing := [name for name in one.secrets if not secrets.get(name)]:
        raise InputError(f"the connection {one.name} needs the secret {missing[0]}", "put it into the secret scope")
    options = {**one.options, **{name: secrets[name] for name in one.secrets}}
    api = login.client.api_client
    there: Any = login.found(f"connection {one.name}", lambda: api.do("GET", f"{_CONNECTIONS}/{one.name}"))
    if there is None:
        body = {"name": one.name, "connection_type": one.type, "options": options}
        with login.asking(f"connection {one.name}"):
            api.do("POST", _CONNECTIONS, body=body | ({"comment": one.comment} if one.comment else {}))
        return True
    if there["connection_type"] != one.type:
        message = f"the connection {one.name} is there, of type {there['connection_type']}, not {one.type}"
        raise RefusedError(message, "give it another name (connection.name), or its type (connection.type), in connector.yaml")
    with login.asking(f"connection {one.name}"):
        api.do("PATCH", f"{_CONNECTIONS}/{one.name}", body={"options": options})
    return False


def make_git_folder(login: Login, one: GitFolder) -> bool:
    """Make a git folder, or check out what is asked for in the one that is there; say whether it is new.

    Raises RefusedError where another repository is there.
    """
    api = login.client.api_client
    wanted = {"tag": one.tag} if one.tag else {"branch": one.branch}
    with login.asking(f"git folder {one.path}"):
        found: Any = api.do("GET", _REPOS, query={"path_prefix": f"/Workspace{one.path}"})
        there = next((repo for repo in found.get("repos", []) if repo["path"].removeprefix("/Workspace") == one.path), None)
        if there is None:
            api.do("POST", "/api/2.0/workspace/mkdirs", body={"path": one.path.rpartition("/")[0]})
            body: dict[str, Any] = {"url": one.url, "provider": one.provider, "path": one.path}
            body |= {"sparse_checkout": {"patterns": list(one.sparse)}} if one.sparse else {}
            made: Any = api.do("POST", _REPOS, body=body)
            api.do("PATCH", f"{_REPOS}/{made['id']}", body=wanted)
            return True
    if there["url"] != one.url:
        raise RefusedError(
            f"the git folder {one.path} is there, of {there['url']}, not {one.url}",
            "look whose it is; move it, or take its url",
        )
    if any(there.get(name) != value for name, value in wanted.items()):
        with login.asking(f"git folder {one.path}"):
            api.do("PATCH", f"{_REPOS}/{there['id']}", body=wanted)
    return False
