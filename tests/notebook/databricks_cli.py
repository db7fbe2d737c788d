"""Stands for Databricks' command line: `version`, `bundle deploy`, `bundle summary` and `bundle deployment bind`,
as the direct engine does them.

What it keeps of a deploy is a file in the workspace, below the bundle's root_path. A job of that which the bundle no longer has
is deleted by a deploy; a pipeline is not without --auto-approve.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.emit.bundle.merged import in_target


def main(words: list[str]) -> str:
    """Do a command; give what it prints."""
    if words == ["version"]:
        return "Databricks CLI v1.13.0\n"
    target = words[words.index("-t") + 1]
    bundle = in_target(Path(), target)
    state = read_state(bundle)
    if words[1:3] == ["deployment", "bind"]:
        kind = "jobs" if words[3] in bundle["resources"].get("jobs", {}) else "pipelines"
        state.setdefault(kind, {})[words[3]] = words[4]
        save_state(bundle, state)
        return f"Successfully bound {kind} with an id '{words[4]}'\n"
    if words[1] == "deploy":
        deploy(bundle, state)
        return f"Uploading bundle files to {bundle['workspace']['file_path']}...\nDeployment complete!\n"
    ids = {kind: {key: {"id": id_} for key, id_ in state.get(kind, {}).items()} for kind in ("pipelines", "jobs")}
    return json.dumps({"bundle": {"name": bundle["bundle"]["name"], "target": target}, "resources": ids})


def deploy(bundle: dict[str, Any], state: dict[str, Any]) -> None:
    """Make what is new, change what is there, and keep the ids of both."""
    resources = bundle["resources"]
    if gone := sorted(state.get("pipelines", {}).keys() - resources.get("pipelines", {}).keys()):
        sys.exit(f"Error: the deployment destroys {', '.join(gone)}; use --auto-approve")
    for schema in resources.get("schemas", {}).values():
        send("POST", "/api/2.1/unity-catalog/schemas", schema, taken={400})
    place = bundle["workspace"]["file_path"]
    for path in sorted(path for path in Path("src").rglob("*") if path.is_file()):
        if bundle["bundle"]["target"] == path.parts[1]:
            upload(f"{place}/{path.as_posix()}", path.read_bytes())
    pipelines, jobs = state.setdefault("pipelines", {}), state.setdefault("jobs", {})
    for key, block in resources.get("pipelines", {}).items():
        deploy_pipeline(pipelines, key, block, place)
        save_state(bundle, state)
    for key in sorted(jobs.keys() - resources.get("jobs", {}).keys()):
        send("POST", "/api/2.1/jobs/delete", {"job_id": int(jobs.pop(key))})
        save_state(bundle, state)
    for key, block in resources.get("jobs", {}).items():
        deploy_job(jobs, key, block, pipelines)
        save_state(bundle, state)


def deploy_pipeline(ids: dict[str, str], key: str, block: dict[str, Any], place: str) -> None:
    spec = {**block, "libraries": [{"file": {"path": placed(place, one["file"]["path"])}} for one in block["libraries"]]}
    if "root_path" in block:
        spec["root_path"] = block["root_path"].replace("${workspace.file_path}", place)
    if key in ids:
        send("PUT", f"/api/2.0/pipelines/{ids[key]}", spec)
    else:
        ids[key] = send("POST", "/api/2.0/pipelines", spec)["pipeline_id"]


def deploy_job(ids: dict[str, str], key: str, block: dict[str, Any], pipelines: dict[str, str]) -> None:
    settings = json.loads(json.dumps(block))
    for task in settings["tasks"]:
        name = task["pipeline_task"]["pipeline_id"].removeprefix("${resources.pipelines.").removesuffix(".id}")
        task["pipeline_task"]["pipeline_id"] = pipelines[name]
    if key in ids:
        send("POST", "/api/2.1/jobs/reset", {"job_id": int(ids[key]), "new_settings": settings})
    else:
        ids[key] = str(send("POST", "/api/2.1/jobs/create", settings)["job_id"])


def placed(place: str, path: str) -> str:
    """Give where a file of the bundle comes to lie."""
    return f"{place}/{path.removeprefix('../')}"


def read_state(bundle: dict[str, Any]) -> dict[str, Any]:
    path = f"{bundle['workspace']['root_path']}/state/resources.json"
    found = send("GET", f"/api/2.0/workspace/export?format=AUTO&path={path}", taken={404})
    return dict(json.loads(b64decode(found["content"]))) if found else {}


def save_state(bundle: dict[str, Any], state: dict[str, Any]) -> None:
    upload(f"{bundle['workspace']['root_path']}/state/resources.json", json.dumps(state).encode())


def upload(path: str, content: bytes) -> None:
    send("POST", "/api/2.0/workspace/mkdirs", {"path": path.rpartition("/")[0]})
    body = {"path": path, "format": "AUTO", "overwrite": True, "content": b64encode(content).decode()}
    send("POST", "/api/2.0/workspace/import", body)


def send(method: str, path: str, body: dict[str, Any] | None = None, taken: set[int] | None = None) -> dict[str, Any]:
    """Ask the workspace; nothing for a refusal that is among those `taken`."""
    head = {"Authorization": f"Bearer {os.environ['DATABRICKS_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = Request(os.environ["DATABRICKS_HOST"] + path, data, head, method=method)  # noqa: S310  # the test's own
    try:
        with urlopen(request) as answer:  # noqa: S310  # the test's own
            return dict(json.loads(answer.read() or b"{}"))
    except HTTPError as error:
        if error.code in (taken or ()):
            return {}
        sys.exit(f"Error: {method} {path}: {error.read().decode()}")


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
