"""What a workspace holds is kept, copied and changed behind everybody's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.workspace.faults import Fault
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from databricks.sdk import WorkspaceClient


@pytest.fixture
def full(client: WorkspaceClient, workspace: Workspace) -> Workspace:
    """A workspace with something of everything."""
    fill(client, workspace)
    return workspace


def fill(client: WorkspaceClient, workspace: Workspace) -> None:
    client.catalogs.create("main")
    workspace.put("/Shared/a.py", "pipeline_spec = {'objects': [{'table': {'source_table': 'orders'}}]}")
    libraries = [{"file": {"path": "/Workspace/Shared/a.py"}}]
    body = {"name": "a", "catalog": "main", "schema": "bronze", "continuous": True, "libraries": libraries}
    id_ = client.api_client.do("POST", "/api/2.0/pipelines", body=body)["pipeline_id"]
    task = {"task_key": "ingest", "pipeline_task": {"pipeline_id": id_}}
    client.api_client.do("POST", "/api/2.2/jobs/create", body={"name": "a", "tasks": [task]})
    grant = [{"group_name": "viewers", "permission_level": "CAN_VIEW"}]
    client.api_client.do("PATCH", f"/api/2.0/permissions/pipelines/{id_}", body={"access_control_list": grant})
    client.repos.create("https://github.com/example/crm", "gitHub", path="/Shared/code")
    client.statement_execution.execute_statement("SHOW TBLPROPERTIES main.bronze.orders", "wh1")


def test_a_snapshot_brings_everything_back(full: Workspace, client: WorkspaceClient) -> None:
    kept = full.snapshot()
    assert json.loads(json.dumps(kept)) == kept
    (id_,) = full.pipelines

    client.pipelines.delete(id_)
    client.workspace.delete("/Shared/code")
    assert full.snapshot() != kept
    full.restore(kept)

    assert full.snapshot() == kept
    assert client.pipelines.get(id_).state.value == "RUNNING"
    assert client.pipelines.create(name="b").pipeline_id != id_


def test_a_file_holds_it_for_another_workspace(full: Workspace, tmp_path: Path) -> None:
    full.save(tmp_path / "workspace.json")

    other = Workspace()
    other.load(tmp_path / "workspace.json")

    assert other.snapshot() == full.snapshot()
    assert other.jobs_named("a")[0].pipelines == [other.pipeline("a").id]


def test_a_snapshot_is_no_part_of_the_workspace(full: Workspace) -> None:
    kept = full.snapshot()
    full.restore(kept)
    full.pipeline("a").spec["channel"] = "PREVIEW"

    full.restore(kept)
    assert full.pipeline("a").spec["channel"] == "CURRENT"


def test_the_same_calls_make_the_same_workspace(full: Workspace, client: WorkspaceClient) -> None:
    first = full.snapshot()
    full.reset()
    assert full.snapshot() == Workspace().snapshot()

    fill(client, full)
    assert full.snapshot() == first


def test_what_is_changed_behind_everybodys_back_is_seen(full: Workspace, client: WorkspaceClient) -> None:
    with full.changing() as workspace:
        workspace.pipeline("a").spec["channel"] = "PREVIEW"
        workspace.jobs.clear()
    full.remove("/Shared/code")

    assert client.pipelines.get(full.pipeline("a").id).spec.channel == "PREVIEW"
    assert list(client.jobs.list()) == []
    assert [one.path for one in client.workspace.list("/Shared")] == ["/Shared/a.py"]


def test_somebody_else_does_things_that_are_not_noted(workspace: Workspace, client: WorkspaceClient) -> None:
    workspace.add(Fault("POST", "*/pipelines"))

    id_ = workspace.do("POST", "/api/2.0/pipelines", {"name": "a"})["pipeline_id"]
    assert workspace.log == []
    assert client.pipelines.get(id_).name == "a"
    workspace.do("DELETE", f"/api/2.0/pipelines/{id_}", cascade="false")
    assert workspace.pipelines == {}
    with pytest.raises(AssertionError, match="No API found"):
        workspace.do("DELETE", "/api/2.0/nothing")


def test_requests_are_noted(full: Workspace) -> None:
    (request,) = full.asked("POST", "/jobs/create")

    assert (str(request), request.status, request.body["name"]) == ("POST /api/2.2/jobs/create", 200, "a")
    assert full.asked("DELETE") == []
